# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.types.messages.batch_create_params`."""

from tercet.wire.params.lists import (
    BatchCreateParams as BatchCreateParams,
    BatchRequest as Request,
)
from tercet.wire.params.messages import MessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming

__all__ = [
    "BatchCreateParams",
    "MessageCreateParamsNonStreaming",
    "Request",
]
