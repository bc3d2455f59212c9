"""A long text in parts: cut at paragraphs, at lines, sentences or words where those are too long, anywhere if it must be. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

Weigh = Callable[[str], float]
_ENDS = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])"),
    re.compile(r"\s+"),
)
"""Where a part may end, the better places first."""


def split_text(text: str, most: float, weigh: Weigh, level: int = 0) -> Iterator[str]:
    """Yield parts of at most `most`, as `weigh` says, which join back to the text. Weights of parts must add up."""
    if weigh(text) <= most:
        yield text
        return
    if level == len(_ENDS):
        yield from _cut_anywhere(text, most, weigh)
        return
    held: list[str] = []
    room = most
    for piece in _pieces(text, level):
        weight = weigh(piece)
        if weight > room and held:
            yield "".join(held)
            held, room = [], most
        if weight > most:
            yield from split_text(piece, most, weigh, level + 1)
        else:
            held.append(piece)
            room -= weight
    if held:
        yield "".join(held)


def _pieces(text: str, level: int) -> Iterator[str]:
    start = 0
    for end in (match.end() for match in _ENDS[level].finditer(text)):
        if end > start:
            yield text[start:end]
            start = end
    if start < len(text):
        yield text[start:]


def _cut_anywhere(text: str, most: float, weigh: Weigh) -> Iterator[str]:
    start = 0
    while start < len(text):
        ahead = range(start + 1, min(len(text), start + 1 + int(most * 8)) + 1)
        end = start + max(1, bisect_right(ahead, most, key=lambda place: weigh(text[start:place])))
        yield text[start:end]
        start = end
