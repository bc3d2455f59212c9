"""The arguments of `beta.messages.batches.create`."""

from __future__ import annotations

from tercet.wire.params.lists import BetaBatchCreateParams as BatchCreateParams
from tercet.wire.params.lists import BetaBatchRequest as Request
from tercet.wire.params.messages import BetaMessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming

__all__ = ["BatchCreateParams", "MessageCreateParamsNonStreaming", "Request"]
