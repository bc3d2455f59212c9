# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.types.beta.message_create_params`."""

from tercet.wire.params.messages import (
    AnyBetaMessageCreateParams as MessageCreateParams,
    BetaMessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming,
    BetaMessageCreateParamsStreaming as MessageCreateParamsStreaming,
    _BetaMessageParams as MessageCreateParamsBase,
)
from tercet.wire.params.settings import (
    ContainerParam as Container,
    FallbackCreditToken as FallbackCreditToken,
    JSONOutputFormatParam as OutputFormat,
)

__all__ = [
    "Container",
    "FallbackCreditToken",
    "MessageCreateParams",
    "MessageCreateParamsBase",
    "MessageCreateParamsNonStreaming",
    "MessageCreateParamsStreaming",
    "OutputFormat",
]
