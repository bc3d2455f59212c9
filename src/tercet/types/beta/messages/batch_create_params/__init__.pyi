# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.types.beta.messages.batch_create_params`."""

from tercet.wire.params.lists import (
    BetaBatchCreateParams as BatchCreateParams,
    BetaBatchRequest as Request,
)
from tercet.wire.params.messages import BetaMessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming

__all__ = [
    "BatchCreateParams",
    "MessageCreateParamsNonStreaming",
    "Request",
]
