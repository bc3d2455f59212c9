"""A message as the API answers it, and what belongs to it but is no content block. Knows neither streams nor
requests."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from time import time
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from tercet.wire.datetime_field import DatetimeField
from tercet.wire.model import Model, ResponseModel, to_plain
from tercet.wire.responses.content import ContentBlock
from tercet.wire.responses.context import (
    ContextManagementResponse,
    CountTokensContextManagementResponse,
    Diagnostics,
    InputTransformation,
)
from tercet.wire.responses.usage import Usage

if TYPE_CHECKING:
    from decimal import Decimal

    from tercet.wire.params.conversation import MessageParam

StopReason: TypeAlias = Literal[
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
    "compaction",
]
"""Why a message ended. `compaction` comes only with the beta features of that name."""


class RefusalStopDetails(Model):
    """The reason why a message was refused. The last three fields are beta."""

    __slots__ = ()
    type: Literal["refusal"]
    category: Literal["cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms"] | None
    explanation: str | None
    fallback_credit_token: str | None
    fallback_has_prefill_claim: bool | None
    recommended_model: str | None


class ContainerSkill(Model):
    """A skill that was loaded into the container."""

    __slots__ = ()
    type: Literal["anthropic", "custom"]
    skill_id: str
    version: str


class Container(Model):
    """The container in which code ran. Send its `id` as `container` to go on in it until `expires_at`."""

    __slots__ = ()
    id: str
    expires_at: datetime = DatetimeField()
    skills: list[ContainerSkill] | None


class MessageTokensCount(ResponseModel):
    """The number of input tokens that a request would have."""

    __slots__ = ()
    input_tokens: int
    context_management: CountTokensContextManagementResponse | None


class Message(Model):
    """An answer of the model.

    `_request_id` is the response's `request-id` header, for support. In a stream, `stop_reason` is None until
    the message is complete.
    """

    __slots__ = ("_billing", "_info", "_request_id", "_workspace_id")
    _billing: tuple[int, bool, bool, bool] | None
    """When it came (seconds since 1970), whether in a batch, and whether US inference and fast mode were asked for; None if
    nobody noted it."""
    _info: Any
    _request_id: str | None
    _workspace_id: str | None
    """The `anthropic-workspace-id` header."""
    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[ContentBlock]
    stop_reason: StopReason | None
    stop_sequence: str | None
    usage: Usage
    stop_details: RefusalStopDetails | None
    container: Container | None
    diagnostics: Diagnostics | None
    context_management: ContextManagementResponse | None
    input_transformations: list[InputTransformation] | None

    @property
    def text(self) -> str:
        """Return all text blocks joined, without thinking and tool calls."""
        return "".join(block["text"] for block in self["content"] if block.get("type") == "text")

    @property
    def tercet_info(self) -> Any:
        """Return how a call with fallbacks went, a `CallInfo`: which model was asked for, which answered, and why.
        None without fallbacks. It is no part of the JSON."""
        return self._info

    @property
    def cost(self) -> Decimal | None:
        """Return what the message cost, in US dollars at list prices, worked out when it is read; None while it is not
        complete, and where a price is not known. It is no part of the JSON: a field of that name is `message["cost"]`.
        """
        # Prices stand above this room, which knows nothing of the world: they are reached by name, when somebody asks.
        cost: Decimal | None = import_module("tercet.catalog.message_cost").cost_of_message(self)
        return cost

    def _received(self, terms: tuple[bool, bool] = (False, False), *, batch: bool = False) -> None:
        """Note when it came and what was asked for, unless that was done: its cost is that of the day."""
        if self._billing is None:
            object.__setattr__(self, "_billing", (int(time()), batch, *terms))

    def to_param(self) -> MessageParam:
        """Return the message as an entry of the next request's `messages`: role and content, nothing else."""
        content = [_block_to_param(block) for block in self["content"]]
        return cast("MessageParam", {"role": self["role"], "content": content})

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            return None if name in ("_request_id", "_workspace_id", "_info", "_billing") else super().__getattr__(name)


_ANSWER_ONLY = frozenset({"caller", "citations", "toolset_name", "parsed_output"})


def _block_to_param(block: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a block without fields that only answers have: those that are null and may not be sent as
    null."""
    kept = {key: value for key, value in block.items() if not (key in _ANSWER_ONLY and value is None)}
    kept.pop("parsed_output", None)
    param: dict[str, Any] = to_plain(kept)
    return param
