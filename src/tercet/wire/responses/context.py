"""The API's work on a prompt before the model saw it: the cache it missed, the edits and drops it made."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from tercet.wire.marks import OTHER_KINDS
from tercet.wire.model import Model


class CacheMissModelChanged(Model):
    """Another model was asked before."""

    __slots__ = ()
    type: Literal["model_changed"]
    cache_missed_input_tokens: int


class CacheMissSystemChanged(Model):
    """The system prompt differs."""

    __slots__ = ()
    type: Literal["system_changed"]
    cache_missed_input_tokens: int


class CacheMissToolsChanged(Model):
    """The tools differ."""

    __slots__ = ()
    type: Literal["tools_changed"]
    cache_missed_input_tokens: int


class CacheMissMessagesChanged(Model):
    """The messages differ."""

    __slots__ = ()
    type: Literal["messages_changed"]
    cache_missed_input_tokens: int


class CacheMissPreviousMessageNotFound(Model):
    """The message to compare with is not known."""

    __slots__ = ()
    type: Literal["previous_message_not_found"]


class CacheMissUnavailable(Model):
    """The reason is not known."""

    __slots__ = ()
    type: Literal["unavailable"]


CacheMissReason: TypeAlias = Annotated[
    CacheMissModelChanged
    | CacheMissSystemChanged
    | CacheMissToolsChanged
    | CacheMissMessagesChanged
    | CacheMissPreviousMessageNotFound
    | CacheMissUnavailable,
    OTHER_KINDS,
]


class Diagnostics(Model):
    """The findings of the request's `diagnostics`. `cache_miss_reason` is None where the prompt matched."""

    __slots__ = ()
    cache_miss_reason: CacheMissReason | None


class ClearToolUsesEditResponse(Model):
    """Old tool results were cleared from the prompt (beta)."""

    __slots__ = ()
    type: Literal["clear_tool_uses_20250919"]
    cleared_tool_uses: int
    cleared_input_tokens: int


class ClearThinkingEditResponse(Model):
    """Old thinking was cleared from the prompt (beta)."""

    __slots__ = ()
    type: Literal["clear_thinking_20251015"]
    cleared_thinking_turns: int
    cleared_input_tokens: int


class ContextManagementResponse(Model):
    """The edits that were made to the prompt before the model saw it (beta)."""

    __slots__ = ()
    applied_edits: list[ClearToolUsesEditResponse | ClearThinkingEditResponse]


class CountTokensContextManagementResponse(Model):
    """The number of tokens that the prompt had before its context was edited (beta)."""

    __slots__ = ()
    original_input_tokens: int


class ThinkingDroppedInputTransformation(Model):
    """A thinking block of the request did not belong where it stood, and was dropped (beta)."""

    __slots__ = ()
    type: Literal["thinking_dropped"]
    path: str
    reason: str


class ThinkingMismatchAllowedInputTransformation(Model):
    """A thinking block of the request did not belong where it stood, and was let pass (beta)."""

    __slots__ = ()
    type: Literal["thinking_mismatch_allowed"]
    path: str
    reason: str


InputTransformation: TypeAlias = Annotated[
    ThinkingDroppedInputTransformation | ThinkingMismatchAllowedInputTransformation,
    OTHER_KINDS,
]
