"""Marks of the cache in a history: at most four, those of an hour before those of five minutes."""

from __future__ import annotations

from collections.abc import Iterator

from tercet.toolkit.conversation.validity.history import Json, PlacedMessage
from tercet.toolkit.conversation.validity.problems import Problems

MOST_MARKS = 4
Marked = tuple[Json, tuple[int, int | None]]


def check_marks(history: list[PlacedMessage], problems: Problems) -> None:
    """Leave out the earliest marks above four, and let the ones before an hour's last an hour, too."""
    marked = [(block, place) for block, place in _blocks(history) if block.get("cache_control")]
    count = len(marked)
    for block, place in marked[: max(0, count - MOST_MARKS)]:
        what = f"there are {count} marks of the cache, and {MOST_MARKS} may be"
        problems.tell(place, "many_marks", what, "this one is left out")
        del block["cache_control"]
    kept = marked[max(0, count - MOST_MARKS) :]
    last = max((n for n, (block, _) in enumerate(kept) if _lasts(block) == "1h"), default=-1)
    for block, place in kept[: max(0, last)]:
        if _lasts(block) != "1h":
            what = "a mark of five minutes stands before one of an hour"
            problems.tell(place, "mark_order", what, "it lasts an hour, too")
            block["cache_control"] = {**block["cache_control"], "ttl": "1h"}


def _lasts(block: Json) -> str:
    return str(block["cache_control"].get("ttl") or "5m")


def _blocks(history: list[PlacedMessage]) -> Iterator[Marked]:
    """Yield every block that may bear a mark, in the API's order: those within a result before the result."""
    for said in history:
        for piece in said.pieces:
            content = piece.block.get("content")
            if piece.kind in ("tool_result", "search_result") and type(content) is list:
                yield from ((inner, piece.place) for inner in content)
            yield piece.block, piece.place
