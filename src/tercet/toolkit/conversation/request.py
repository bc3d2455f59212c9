"""A path and a view -> the arguments of `create`. Pure: the same conversation gives the same request, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tercet.toolkit.conversation.binding import (
    InvalidatedThinking,
    asks_to_drop,
    binds,
    head_of,
    invalidated,
    thoughts_in,
    warn_of,
    without_thoughts,
)
from tercet.toolkit.conversation.cache_marks import MOST_MARKS, life_of, limited, marked, marks_in
from tercet.toolkit.conversation.entries import Block, LogEntry
from tercet.toolkit.conversation.state import ConversationState, TurnOptions
from tercet.toolkit.conversation.thread import CHUNK
from tercet.wire import argument_names
from tercet.wire.errors import APIStatusError
from tercet.wire.requests.json_body import encoded_piece
from tercet.wire.requests.prepared_messages import PreparedMessages

if TYPE_CHECKING:
    from tercet.toolkit.conversation.views import ViewChoice

ONLY_BETA = argument_names.BETA_CREATE - argument_names.CREATE
"""Arguments that `client.beta.messages` takes and `client.messages` does not."""
NAMES = argument_names.BETA_CREATE | argument_names.CREATE
PLACE = re.compile(r"messages\.(\d+)\.content\.(\d+)")
"""How the API names a block that it refuses."""
MEDIA_WORDS = re.compile(r"\b(image|pdf|document|media)", re.IGNORECASE)
ANSWER_NAMES = NAMES - {"messages", "stream"}
"""Arguments of a turn: those of `create`, but for what the conversation says itself."""


def request_arguments(
    state: ConversationState, options: TurnOptions, choice: ViewChoice | None = None, *, tells: bool = True
) -> dict[str, Any]:
    """Return the arguments of the next request, as a view chose it. `tells`: whether it warns of thinking that is lost."""
    arguments = dict(options.parameters)
    if options.definitions:
        arguments["tools"] = list(options.definitions)
    before, first = state.examples, 0
    if choice is not None:
        before = [*before, {"role": "user", "content": choice.summary}] if choice.summary else before
        first = choice.first
        arguments = with_own(arguments, choice.arguments)
    messages = prepared_messages(state, before, first)
    state.asked = (arguments, before, first)
    if state.thread.thoughtful and state.thread.thoughtful[-1] >= first:
        messages = without_unbound(state, messages, tells=tells)
    return with_marks(state, {**arguments, "messages": messages}, before, first)


def prefix_asked(state: ConversationState) -> bytes:
    """Return the digest of the request that was made last, without marks: what an answer's thinking is bound to."""
    arguments, before, first = state.asked
    model = str(arguments.get("model"))
    path, messages = state.thread.sendable[first:], state.thread.messages[first:]
    drops = binds(model) and not asks_to_drop(arguments)
    return state.digests.follow(head_of(arguments, before), path, messages, drops=drops)


def prefix_of(state: ConversationState, answer: Mapping[str, Any]) -> bytes | None:
    """Return what the thinking of an answer is bound to; None for one without."""
    return prefix_asked(state) if thoughts_in(answer.get("content") or ()) else None


def invalidated_thinking(state: ConversationState) -> list[InvalidatedThinking]:
    """Return the thinking that the model of the request that was made last will not read."""
    arguments, _, first = state.asked
    if not state.thread.thoughtful or state.thread.thoughtful[-1] < first:
        return []
    return invalidated(state.thread.sendable[first:], state.digests.unbound, str(arguments.get("model")))


def without_unbound(state: ConversationState, messages: list[dict[str, Any]], *, tells: bool) -> list[dict[str, Any]]:
    """Return the messages without thinking that the model would refuse, as what it is bound to was changed. Tells of it once."""
    prefix_asked(state)
    arguments, before, _ = state.asked
    model, unbound = str(arguments.get("model")), state.digests.unbound
    if tells:
        warn_of(invalidated_thinking(state), state.told)
    if not unbound or not binds(model) or asks_to_drop(arguments):
        return messages
    made = list(messages)
    for index in unbound:
        made[index + len(before)] = without_thoughts(made[index + len(before)])
    return made


def with_marks(
    state: ConversationState, arguments: dict[str, Any], before: list[dict[str, Any]], first: int
) -> dict[str, Any]:
    """Return the arguments with the marks that `cache="auto"` sets, and of the user's own no more than may be."""
    own = 0
    if at := [index - first + len(before) for index in state.thread.marked if index >= first]:
        elsewhere = marks_in(arguments.get("tools")) + marks_in(arguments.get("system"))
        room = MOST_MARKS - elsewhere - (1 if arguments.get("cache_control") else 0)
        arguments["messages"], own = limited(arguments["messages"], at, room)
    if state.cache != "auto":
        return arguments
    life = life_of(state.thread.sendable, str(arguments.get("model")))
    return marked(arguments, fixed=len(state.examples), life=life, automatic=state.marks_end, own=own)


def prepared_messages(state: ConversationState, before: list[dict[str, Any]], first: int) -> list[dict[str, Any]]:
    """Return the messages of a request: `before`, and those of the thread from `first` on. Of many, all but the newest are known
    to be right, and encoded."""
    thread = state.thread
    pieces = thread.encoded()
    known = len(pieces) * CHUNK
    start = -(-first // CHUNK) * CHUNK
    if known <= start:
        return [*before, *(thread.messages[first:] if first else thread.messages)]
    own = [*before, *thread.messages[first:start]]
    encoded = [encoded_piece(own), *pieces[start // CHUNK :]] if own else pieces[start // CHUNK :]
    made = PreparedMessages(own, len(own) + known - start, encoded)
    made.extend(thread.messages[start:] if start else thread.messages)
    return made


def with_own(arguments: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with what a view needs: its beta features beside others, and what the user says over the rest."""
    betas = [*(arguments.get("betas") or ()), *(own.get("betas") or ())]
    made = {**own, **arguments}
    return {**made, "betas": list(dict.fromkeys(betas))} if betas else made


def refused_blocks(
    error: BaseException, state: ConversationState, choice: ViewChoice | None
) -> tuple[LogEntry, list[int]] | None:
    """Return the entry, and the places in it, of the blocks for which the API refused a request. Where it names none and speaks
    of a picture or a document, those of the newest entry are meant."""
    if not isinstance(error, APIStatusError) or error.status_code not in (400, 413) or not state.thread.sendable:
        return None
    said = error.api_message or ""
    found = PLACE.search(said)
    if found is None:
        newest = state.thread.sendable[-1]
        places = [place for place, block in enumerate(newest.content) if holds_media(block)]
        return (newest, places) if places and MEDIA_WORDS.search(said) else None
    message, place = int(found[1]), int(found[2])
    first = choice.first if choice is not None else 0
    index = message - len(state.examples) - bool(choice is not None and choice.summary) + first
    sendable = state.thread.sendable
    if not first <= index < len(sendable) or place >= len(sendable[index].content):
        return None
    return sendable[index], [place]


def holds_media(block: Block) -> bool:
    """Return whether a block is, or brings, a picture or a document."""
    if block["type"] != "tool_result":
        return block["type"] in ("image", "document")
    content = block.get("content")
    return isinstance(content, list) and any(isinstance(each, dict) and holds_media(each) for each in content)


def uses_beta(arguments: dict[str, Any]) -> bool:
    """Return whether only `client.beta.messages` takes these arguments."""
    return not ONLY_BETA.isdisjoint(arguments)


def whole_messages(state: ConversationState) -> list[dict[str, Any]]:
    """Return everything that may be sent, as messages. Calls that nothing answers yet are answered as not run, so that the
    list is valid."""
    thread = state.thread
    messages = [*state.examples, *thread.messages]
    for place, message in thread.finished_messages():
        messages[len(state.examples) + place] = message
    messages = [message for message in messages if message["content"]]
    if calls := thread.open_calls():
        results = settled_results(state, thread.sendable[-1], calls, "Error: not answered")
        messages.append({"role": "user", "content": results})
    return messages


def settled_results(
    state: ConversationState, entry: LogEntry, calls: Sequence[Block], otherwise: str, given: Sequence[Block] = ()
) -> list[Block]:
    """Return the results of calls of which no more will come; `given` are the user's own."""
    own = {block.get("tool_use_id"): block for block in given}
    return [own.get(call["id"]) or state.thread.settled_result(entry, call, otherwise) for call in calls]
