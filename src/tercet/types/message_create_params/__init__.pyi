# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.types.message_create_params`."""

from tercet.wire.params.messages import (
    AnyMessageCreateParams as MessageCreateParams,
    MessageCreateParamsBase as MessageCreateParamsBase,
    MessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming,
    MessageCreateParamsStreaming as MessageCreateParamsStreaming,
)
from tercet.wire.params.settings import MetadataParam as Metadata
from tercet.wire.params.toolsets import (
    ToolChoiceAnyParam as ToolChoiceToolChoiceAny,
    ToolChoiceAutoParam as ToolChoiceToolChoiceAuto,
    ToolChoiceParam as ToolChoice,
    ToolChoiceToolParam as ToolChoiceToolChoiceTool,
)

__all__ = [
    "MessageCreateParams",
    "MessageCreateParamsBase",
    "MessageCreateParamsNonStreaming",
    "MessageCreateParamsStreaming",
    "Metadata",
    "ToolChoice",
    "ToolChoiceToolChoiceAny",
    "ToolChoiceToolChoiceAuto",
    "ToolChoiceToolChoiceTool",
]
