"""A model as the API lists it, with what it can do. Prices and limits that the API does not tell are in the catalog."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from tercet.wire.datetime_field import DatetimeField
from tercet.wire.model import Model as JSONModel
from tercet.wire.model import ResponseModel

ModelLine: TypeAlias = Literal["haiku", "sonnet", "opus", "fable", "mythos"]

Model: TypeAlias = (
    Literal[
        "claude-fable-5-2",
        "claude-mythos-5-2",
        "claude-haiku-5-5",
        "claude-sonnet-5-5",
        "claude-fable-5-1",
        "claude-opus-5-5",
        "claude-mythos-5-1",
        "claude-sonnet-5",
        "claude-fable-5",
        "claude-mythos-5",
        "claude-opus-5",
        "claude-opus-4-8",
        "claude-opus-4-7",
        "claude-mythos-preview",
        "claude-opus-4-6",
        "claude-sonnet-4-6",
        "claude-haiku-4-5",
        "claude-haiku-4-5-20251001",
        "claude-opus-4-5",
        "claude-opus-4-5-20251101",
        "claude-sonnet-4-5",
        "claude-sonnet-4-5-20250929",
    ]
    | str
)
"""The id of a model. The listed ones are for completion in editors; any other text is taken as well."""


class CapabilitySupport(JSONModel):
    """The presence of one capability."""

    __slots__ = ()
    supported: bool


class ContextManagementCapability(JSONModel):
    """The edits of the context that a model supports."""

    __slots__ = ()
    supported: bool
    clear_thinking_20251015: CapabilitySupport | None
    clear_tool_uses_20250919: CapabilitySupport | None
    compact_20260112: CapabilitySupport | None


class CompactionCapability(JSONModel):
    """The support of the `compaction` parameter (beta)."""

    __slots__ = ()
    supported: bool
    summarize: CapabilitySupport


class EffortCapability(JSONModel):
    """The levels of `output_config.effort` that a model supports."""

    __slots__ = ()
    supported: bool
    low: CapabilitySupport
    medium: CapabilitySupport
    high: CapabilitySupport
    xhigh: CapabilitySupport | None
    max: CapabilitySupport


class ServerToolsCapability(JSONModel):
    """The server tools that a model supports."""

    __slots__ = ()
    supported: bool
    web_search: CapabilitySupport
    code_execution: CapabilitySupport


class ThinkingTypes(JSONModel):
    """The values of `thinking.type` that a model takes."""

    __slots__ = ()
    adaptive: CapabilitySupport
    between_tools: CapabilitySupport
    disabled: CapabilitySupport
    enabled: CapabilitySupport


class ThinkingCapability(JSONModel):
    """The thinking of a model."""

    __slots__ = ()
    supported: bool
    types: ThinkingTypes


class ModelCapabilities(JSONModel):
    """The abilities of a model."""

    __slots__ = ()
    batch: CapabilitySupport
    citations: CapabilitySupport
    code_execution: CapabilitySupport
    context_management: ContextManagementCapability
    effort: EffortCapability
    image_input: CapabilitySupport
    pdf_input: CapabilitySupport
    server_tools: ServerToolsCapability
    structured_outputs: CapabilitySupport
    thinking: ThinkingCapability
    compaction: CompactionCapability | None


class ModelInfo(ResponseModel):
    """A model. `max_input_tokens` is its context window, `max_tokens` the highest `max_tokens` of a request."""

    __slots__ = ()
    id: str
    type: Literal["model"]
    display_name: str
    created_at: datetime = DatetimeField()
    lifecycle: Literal["active", "deprecated", "retired"]
    line: ModelLine | None
    deprecated_at: datetime | None = DatetimeField()
    retires_at: datetime | None = DatetimeField()
    max_input_tokens: int | None
    max_tokens: int | None
    capabilities: ModelCapabilities | None
    allowed_fallback_models: list[str] | None
