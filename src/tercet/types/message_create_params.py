"""The body of `messages.create`, and the names that older programs import from here."""

from __future__ import annotations

from tercet.wire.params.messages import AnyMessageCreateParams as MessageCreateParams
from tercet.wire.params.messages import MessageCreateParamsBase as MessageCreateParamsBase
from tercet.wire.params.messages import MessageCreateParamsNonStreaming as MessageCreateParamsNonStreaming
from tercet.wire.params.messages import MessageCreateParamsStreaming as MessageCreateParamsStreaming
from tercet.wire.params.settings import MetadataParam as Metadata
from tercet.wire.params.toolsets import ToolChoiceAnyParam as ToolChoiceToolChoiceAny
from tercet.wire.params.toolsets import ToolChoiceAutoParam as ToolChoiceToolChoiceAuto
from tercet.wire.params.toolsets import ToolChoiceParam as ToolChoice
from tercet.wire.params.toolsets import ToolChoiceToolParam as ToolChoiceToolChoiceTool

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
