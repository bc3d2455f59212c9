"""A path and a view -> the arguments of `create`. Pure: the same conversation gives the same request, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tercet.toolkit.conversation.entries import Block, LogEntry
from tercet.toolkit.conversation.state import ConversationState, TurnOptions
from tercet.wire import argument_names

ONLY_BETA = argument_names.BETA_CREATE - argument_names.CREATE
"""Arguments that `client.beta.messages` takes and `client.messages` does not."""
NAMES = argument_names.BETA_CREATE | argument_names.CREATE
ANSWER_NAMES = NAMES - {"messages", "stream"}
"""Arguments of a turn: those of `create`, but for what the conversation says itself."""


def request_arguments(state: ConversationState, options: TurnOptions) -> dict[str, Any]:
    """Return the arguments of the next request."""
    arguments = dict(options.parameters)
    if options.definitions:
        arguments["tools"] = list(options.definitions)
    arguments["messages"] = [*state.examples, *state.thread.messages]
    return arguments


def uses_beta(arguments: dict[str, Any]) -> bool:
    """Return whether only `client.beta.messages` takes these arguments."""
    return not ONLY_BETA.isdisjoint(arguments)


def whole_messages(state: ConversationState) -> list[dict[str, Any]]:
    """Return everything that may be sent, as messages. Calls that nothing answers yet are answered as not run, so that the
    list is valid."""
    thread = state.thread
    messages = [*state.examples, *thread.messages]
    calls, last = thread.open_calls(), thread.last
    if calls and last is not None:
        messages.append({"role": "user", "content": settled_results(state, last, calls, "Error: not answered")})
    return messages


def settled_results(
    state: ConversationState, entry: LogEntry, calls: Sequence[Block], otherwise: str, given: Sequence[Block] = ()
) -> list[Block]:
    """Return the results of calls of which no more will come; `given` are the user's own."""
    own = {block.get("tool_use_id"): block for block in given}
    return [own.get(call["id"]) or state.thread.settled_result(entry, call, otherwise) for call in calls]
