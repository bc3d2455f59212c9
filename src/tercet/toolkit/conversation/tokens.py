"""How many tokens a conversation comes to, for nothing where possible: what the last answer's usage says is exact, and only
what was said after it is estimated.

The estimate is by bytes, as the tokenizers are not public; pictures and pages by what they usually take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, TypeAlias

from tercet.toolkit.conversation.entries import Block, LogEntry, ViewCut

TokenCount: TypeAlias = Callable[[Sequence[LogEntry]], int]
"""Tells the tokens of some entries by themselves: without system, tools and what stands before them."""

BYTES_A_TOKEN = 3.2
"""Between the older tokenizer (3.5) and the newer one (2.7): an estimate that holds until the first answer's usage."""
FRAME = 4
"""Tokens around a message."""
PICTURE = 1_600
PAGE, BYTES_A_PAGE = 2_000, 40_000
"""Of a PDF: its text and picture, and how large a page usually is."""
NOT_READ = frozenset(("signature", "data", "encrypted_content", "cache_control"))
"""Fields that the model does not read as they stand."""


def estimated(entries: Sequence[LogEntry]) -> int:
    """Return an estimate of what these entries come to."""
    return sum(FRAME + estimated_blocks(entry.content) for entry in entries)


def estimated_blocks(content: Sequence[Block]) -> int:
    """Return an estimate of what blocks come to."""
    return round(sum(_size(block) for block in content) / BYTES_A_TOKEN)


def _size(value: Any) -> float:
    """Return the bytes of text that take as many tokens."""
    if type(value) is str:
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, Mapping):
        kind = value.get("type")
        if kind == "image":
            return PICTURE * BYTES_A_TOKEN
        if kind == "base64":
            pages = 1 + len(str(value.get("data", ""))) // BYTES_A_PAGE
            return pages * PAGE * BYTES_A_TOKEN
        return sum(_size(part) for name, part in value.items() if name not in NOT_READ and name != "type")
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return 4


def usage_of(entry: LogEntry) -> tuple[int, int] | None:
    """Return what an answer's usage says of its request and of itself; None for what is no answer, or came in part."""
    usage = entry.answer.get("usage") if entry.answer is not None else None
    if not isinstance(usage, Mapping):
        return None
    parts = [
        usage.get(name) or 0 for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    ]
    output = usage.get("output_tokens")
    if not all(isinstance(part, int) for part in (*parts, output)) or not sum(parts):
        return None
    return sum(parts), int(output or 0)


def held(path: Sequence[LogEntry], first: int, cut: ViewCut | None, tokens: TokenCount) -> int:
    """Return what a request of `path[first:]` holds: exact up to the last answer that was made under this view."""
    since = cut.at if cut is not None else -1
    for index in range(len(path) - 1, first - 1, -1):
        used = usage_of(path[index]) if path[index].at > since else None
        if used is not None:
            return sum(used) + tokens(path[index + 1 :])
    return tokens(path[first:]) + _before(cut)


def running(path: Sequence[LogEntry], first: int, cut: ViewCut | None, tokens: TokenCount) -> list[int]:
    """Return what stood in the request before each entry from `first` on, and after the last: one more than entries.

    The first figure is what does not go away when the view moves: system, tools, a summary.
    """
    since = cut.at if cut is not None else -1
    exact = [
        (index, *used)
        for index in range(first, len(path))
        if path[index].at > since and (used := usage_of(path[index]))
    ]
    fixed = _before(cut)
    if exact:
        fixed = max(0, exact[0][1] - tokens(path[first : exact[0][0]]))
    found = [fixed, *_sums(path, first, fixed, {index: (before, output) for index, before, output in exact}, tokens)]
    return list(accumulate(found, max))


def _sums(
    path: Sequence[LogEntry], first: int, total: int, exact: Mapping[int, tuple[int, int]], tokens: TokenCount
) -> Iterator[int]:
    for index in range(first, len(path)):
        total = sum(exact[index]) if index in exact else total + tokens(path[index : index + 1])
        yield total


def _before(cut: ViewCut | None) -> int:
    return estimated_blocks(cut.summary) if cut is not None and cut.summary else 0
