"""The arguments of `messages.batches.create`."""

from __future__ import annotations

from tercet.wire.params.lists import BatchCreateParams as BatchCreateParams
from tercet.wire.params.lists import BatchRequest as Request
from tercet.wire.params.messages import MessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming

__all__ = ["BatchCreateParams", "MessageCreateParamsNonStreaming", "Request"]
