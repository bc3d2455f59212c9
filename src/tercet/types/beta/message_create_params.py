"""The body of `beta.messages.create`."""

from __future__ import annotations

from tercet.wire.params_messages import AnyBetaMessageCreateParams as MessageCreateParams
from tercet.wire.params_messages import BetaMessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming
from tercet.wire.params_messages import BetaMessageCreateParamsStreaming as MessageCreateParamsStreaming

__all__ = ["MessageCreateParams", "MessageCreateParamsNonStreaming", "MessageCreateParamsStreaming"]
