"""The body of `beta.messages.create`, and the names that older programs import from here."""

from __future__ import annotations

from tercet.wire.params.messages import AnyBetaMessageCreateParams as MessageCreateParams
from tercet.wire.params.messages import BetaMessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming
from tercet.wire.params.messages import BetaMessageCreateParamsStreaming as MessageCreateParamsStreaming
from tercet.wire.params.messages import _BetaMessageParams as MessageCreateParamsBase
from tercet.wire.params.settings import ContainerParam as Container
from tercet.wire.params.settings import FallbackCreditToken as FallbackCreditToken
from tercet.wire.params.settings import JSONOutputFormatParam as OutputFormat

__all__ = [
    "Container",
    "FallbackCreditToken",
    "MessageCreateParams",
    "MessageCreateParamsBase",
    "MessageCreateParamsNonStreaming",
    "MessageCreateParamsStreaming",
    "OutputFormat",
]
