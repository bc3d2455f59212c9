"""Where a request is marked for the API's cache, by `cache="auto"`. Pure: arguments of a request go in, and come out marked.

The API keeps what it has read up to a mark, and finds it again up to twenty blocks before the next request's marks. So:

- one mark behind tools and system, one behind the examples: they are kept whatever view moves behind them;
- one at the end, which the API sets by itself (`cache_control` of the whole request) where it can: no byte of a message
  changes from one request to the next;
- in long turns with tools one where the request before ended, and others every fifteen blocks, as far as there is room.

Never more than four, never on thinking, empty text or a system message. Marks that the user sets are the user's: beside
them there is only the one at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from tercet.catalog.models import find
from tercet.catalog.prices import Row, table_of
from tercet.platforms.capabilities import LACKING
from tercet.toolkit.conversation.entries import LogEntry
from tercet.toolkit.conversation.tokens import usage_of
from tercet.wire.requests.prepared_messages import PreparedMessages

Life: TypeAlias = Literal["5m", "1h"]
MOST_MARKS = 4
STRIDE = 15
"""Blocks between two marks in a long turn; the API looks back twenty."""
SECONDS = {"5m": 300, "1h": 3_600}
NEVER = frozenset(("thinking", "redacted_thinking", "fallback", "mcp_tool_listing"))
"""Blocks that cannot be marked."""
Json: TypeAlias = dict[str, Any]


def check_cache(value: Any) -> Literal["auto"] | None:
    """Return what a conversation is told of the cache. Raises ValueError for what is neither."""
    if value not in (None, "auto"):
        raise ValueError(f"cache must be 'auto' or None, not {value!r}")
    known: Literal["auto"] | None = value
    return known


def end_is_marked_by(client: Any) -> bool:
    """Return whether the API behind a client marks the end of a request by itself, when it is asked to."""
    lacking = LACKING.get(getattr(getattr(client, "_platform", None), "name", ""))
    return lacking is None or "cache_control" not in lacking.fields


def marked(
    arguments: Json, *, fixed: int = 0, life: Life = "5m", automatic: bool = True, own: int | None = None
) -> Json:
    """Return a request's arguments with marks. `fixed` messages at the beginning are always the same (examples).

    Without `automatic`, for platforms that do not mark the end by themselves, its mark stands on the last block. `own` is how
    many marks the user set in messages, where that is known.
    """
    mark: Json = {"type": "ephemeral"} if life == "5m" else {"type": "ephemeral", "ttl": life}
    messages: list[Json] = arguments["messages"]
    if own is None:
        own = sum(marks_in(message["content"]) for message in messages)
    own += marks_in(arguments.get("tools")) + marks_in(arguments.get("system"))
    made = dict(arguments)
    places: list[int] = []
    room = MOST_MARKS - own - 1
    if own == 0 and arguments.get("cache_control") is None:
        room -= _mark_head(made, mark)
        places = _places(messages, fixed, room)
    if arguments.get("cache_control") is not None or own >= MOST_MARKS or marks_in(messages[-1]["content"][-1:]):
        return made
    if own:
        mark = {"type": "ephemeral"}  # it comes last, so that it may last shorter than the user's
    if automatic:
        made["cache_control"] = mark
    else:
        places = [*places, len(messages) - 1]
    made["messages"] = _with_marks(messages, places, mark)
    return made


def limited(messages: list[Json], at: Sequence[int], room: int) -> tuple[list[Json], int]:
    """Return the messages with no more than `room` marks of the user's, the newest ones, and how many those are. `at` are the
    messages that hold any.

    Who marks what is said in every turn would be refused from the fifth on, and for ever.
    """
    counts = {index: marks_in(messages[index]["content"]) for index in at}
    total = sum(counts.values())
    if total <= room:
        return messages, total
    made, kept = list(messages), 0
    for index in reversed(at):
        if kept + counts[index] <= room:
            kept += counts[index]
        else:
            made[index] = {**made[index], "content": _unmarked(made[index]["content"])}
    return made, kept


def _unmarked(blocks: Any) -> Any:
    """Return a content without marks, those within results of tools included."""
    if not isinstance(blocks, list | tuple):
        return blocks
    return [
        {
            name: _unmarked(value) if name == "content" else value
            for name, value in block.items()
            if name != "cache_control"
        }
        for block in blocks
    ]


def marks_in(blocks: Any) -> int:
    """Return how many blocks bear a mark, those within results of tools too."""
    if not isinstance(blocks, list | tuple):
        return 0
    found = 0
    for block in blocks:
        if isinstance(block, Mapping):
            found += bool(block.get("cache_control"))
            found += marks_in(block.get("content")) if block.get("type") == "tool_result" else 0
    return found


def _mark_head(made: Json, mark: Json) -> int:
    """Mark the end of the system prompt, or of the tools if there is none; return how many marks that took."""
    system = made.get("system")
    if isinstance(system, str) and system.strip():
        made["system"] = [{"type": "text", "text": system, "cache_control": mark}]
        return 1
    if isinstance(system, list | tuple) and system:
        index = _last_markable(system)
        if index is not None:
            made["system"] = [*system[:index], {**system[index], "cache_control": mark}, *system[index + 1 :]]
            return 1
    tools = made.get("tools")
    if not isinstance(tools, list | tuple):
        return 0
    for index in range(len(tools) - 1, -1, -1):
        if isinstance(tools[index], Mapping) and not tools[index].get("defer_loading"):
            made["tools"] = [*tools[:index], {**tools[index], "cache_control": mark}, *tools[index + 1 :]]
            return 1
    return 0


def _places(messages: Sequence[Json], fixed: int, room: int) -> list[int]:
    """Return the messages to be marked at their ends, beside the last one."""
    places: list[int] = []
    last = len(messages) - 1
    if 0 < fixed <= last and room > 0 and _markable(messages[fixed - 1]) is not None:
        places.append(fixed - 1)
        room -= 1
    before = _end_of_last_request(messages, fixed)
    steps: list[int] = []
    passed = 0
    for index in range(before + 1, last + 1):
        passed += len(messages[index]["content"])
        if passed > STRIDE:
            steps.append(index - 1)
            passed = len(messages[index]["content"])
    steps = [index for index in dict.fromkeys(([before] if steps else []) + steps) if index >= fixed]
    found = [index for index in steps if _markable(messages[index]) is not None]
    return [*places, *found[: max(0, room)]]


def _end_of_last_request(messages: Sequence[Json], fixed: int) -> int:
    """Return the message with which the request before ended: the one before the last answer."""
    index = len(messages) - 1
    while index >= fixed and messages[index]["role"] != "assistant":
        index -= 1
    while index >= fixed and messages[index]["role"] == "assistant":
        index -= 1
    return index


def _with_marks(messages: list[Json], places: Iterable[int], mark: Json) -> list[Json]:
    """Return the messages, each of these marked on its last block that can be; what was encoded before stays so."""
    known = messages.known if isinstance(messages, PreparedMessages) else 0
    messages = messages if known else list(messages)
    for place in places:
        index = _markable(messages[place])
        if index is None:
            continue
        if place < known:  # a setter of its own, by which it forgets what was encoded
            messages[place] = _marked_at(messages[place], index, mark)
        else:
            list.__setitem__(messages, place, _marked_at(messages[place], index, mark))
    return messages


def _marked_at(message: Json, index: int, mark: Json) -> Json:
    content = list(message["content"])
    content[index] = {**content[index], "cache_control": mark}
    return {**message, "content": content}


def _markable(message: Json) -> int | None:
    content = message["content"]
    return None if message["role"] == "system" or isinstance(content, str) else _last_markable(content)


def _last_markable(blocks: Sequence[Any]) -> int | None:
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if block.get("type") not in NEVER and not (block.get("type") == "text" and not str(block.get("text")).strip()):
            return index
    return None


def life_of(path: Sequence[LogEntry], model: str, newest: int = 20) -> Life:
    """Return for how long marks are to last: an hour where that would have been cheaper for this conversation's gaps so far.

    What was sent before is read again within the time, and written again after it. Only the `newest` answers are looked at.
    """
    path = path[-4 * newest :]
    if not any(later.at - before.at > 1_000 * SECONDS["5m"] for before, later in pairwise(path)):
        return "5m"
    facts = find(model)
    table = None if facts is None else table_of(facts.id, datetime.now(UTC).date(), False, False, False)
    if table is None:
        return "5m"
    five = hour = 0
    for gap, before, new in _gaps(path):
        row = table.row(before + new)
        if row.cache_read is None or row.cache_5m is None or row.cache_1h is None:
            return "5m"
        five += _price(gap, before, new, row, "5m")
        hour += _price(gap, before, new, row, "1h")
    return "1h" if hour < five else "5m"


def _gaps(path: Sequence[LogEntry]) -> Iterable[tuple[float, int, int]]:
    """Yield the seconds since the request before, what that one held, and what is new, for each answer."""
    last: tuple[int, int] | None = None
    asked = 0
    for entry in path:
        used = usage_of(entry)
        if used is None:
            asked = entry.at
            continue
        if last is not None and used[0] >= last[1]:
            yield (asked - last[0]) / 1_000, last[1], used[0] - last[1]
        last = (asked, used[0])


def _price(gap: float, before: int, new: int, row: Row, life: Life) -> int:
    write = (row.cache_5m if life == "5m" else row.cache_1h) or 0
    kept = gap <= SECONDS[life]
    return before * ((row.cache_read or 0) if kept else write) + new * write
