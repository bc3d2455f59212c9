"""The arguments of `beta.messages.batches.create`."""

from __future__ import annotations

from tercet.wire.params_lists import BetaBatchCreateParams as BatchCreateParams
from tercet.wire.params_lists import BetaBatchRequest as Request
from tercet.wire.params_messages import BetaMessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming

__all__ = ["BatchCreateParams", "MessageCreateParamsNonStreaming", "Request"]
