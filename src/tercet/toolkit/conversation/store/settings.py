"""The settings of a conversation that are stored with it, so that going on needs none again. Pure.

Stored are the parameters of `create` (model, max_tokens, system, thinking …), `examples`, `on_cut`, `cache`, the views of
`tercet.views`, and the definitions of tools. Not stored is what may hold a key or concerns the program alone: headers, queries
and bodies of requests, `mcp_servers`, timeouts and retries, `limits`, views of your own, and the functions behind tools. They
are given again; a tool that is not answers nothing, so that its calls are handed to the user, as definitions alone are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tercet.toolkit.conversation.conversation_base import ConversationBase
from tercet.toolkit.conversation.errors import ConversationError
from tercet.toolkit.conversation.request import ANSWER_NAMES
from tercet.toolkit.conversation.views import FullView, SummaryView, WindowView
from tercet.wire.requests.json_body import materialize

FACT = "settings"
"""The fact that holds them."""
NOT_STORED = frozenset(
    {"extra_headers", "extra_query", "extra_body", "mcp_servers", "timeout", "deadline", "max_retries", "tools"}
)
_VIEWS: Mapping[str, type[Any]] = {"full": FullView, "window": WindowView, "summary": SummaryView}


class StoredSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is stored."""

    parameters: Mapping[str, Any] = {}
    examples: list[dict[str, Any]] = []
    tools: list[dict[str, Any]] = []
    on_cut: str = "keep"
    cache: str | None = None
    view: Mapping[str, Any] | None = None
    """The view's numbers, and as `kind` its name."""


def settings_of(conversation: ConversationBase) -> dict[str, Any]:
    """Return the settings of a conversation as the fact that is stored."""
    state = conversation._state
    parameters = {name: value for name, value in state.options.parameters.items() if name not in NOT_STORED}
    settings = StoredSettings(
        parameters=_json_alone(parameters),
        examples=state.examples,
        tools=[tool for tool in state.options.definitions if _is_json(tool)],
        on_cut=state.options.on_cut,
        cache=state.cache if isinstance(state.cache, str) else None,
        view=_view_numbers(state.view),
    )
    return msgspec.json.decode(msgspec.json.encode(settings), type=dict[str, Any])


def _json_alone(parameters: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in parameters.items():
        try:
            plain = materialize(value)
        except (TypeError, ValueError):  # a class, say: it is given again
            continue
        if _is_json(plain):
            made[name] = plain
    return made


def _is_json(value: Any) -> bool:
    try:
        msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return False
    return True


def _view_numbers(view: Any) -> dict[str, Any] | None:
    for kind, known in _VIEWS.items():
        if type(view) is known:
            numbers: dict[str, Any] = msgspec.to_builtins(view)
            return {"kind": kind, **numbers}
    return None


def arguments_of(fact: Any, place: str) -> dict[str, Any]:
    """Return stored settings as arguments of a conversation. Raises ConversationError for what are none."""
    if fact is None:
        return {}
    try:
        settings = msgspec.convert(fact, StoredSettings)
        made: dict[str, Any] = {
            name: value
            for name, value in settings.parameters.items()
            if name in ANSWER_NAMES and name not in NOT_STORED
        }
        if settings.view is not None:
            numbers = dict(settings.view)
            made["view"] = msgspec.convert(numbers, _VIEWS[numbers.pop("kind")])
    except (KeyError, TypeError, msgspec.ValidationError) as error:
        raise ConversationError(
            f"The settings of {place} cannot be read ({error}): delete it, or import an earlier export of it."
        ) from error
    made.update(examples=settings.examples, on_cut=settings.on_cut, cache=settings.cache)
    return {**made, "tools": settings.tools} if settings.tools else made
