"""Pages as people write them: `"1-20"`, `"1-3, 7, 10-"`, 5, [1, 2]. Counted from 1, as on paper. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from tercet.toolkit.media.errors import MediaError

Pages: TypeAlias = str | int | Iterable[int]
_RANGE = re.compile(r"\s*([0-9]{1,9})\s*(?:([-–])\s*([0-9]{1,9})?)?\s*\Z")


def page_numbers(pages: Pages | None, count: int, name: str) -> tuple[int, ...]:
    """Return the pages that were asked for, in that order; all if None. Raises MediaError for what is not in the file."""
    if pages is None:
        return tuple(range(1, count + 1))
    found: list[int] = []
    for first, last in _ranges(pages, count, name):
        if not 1 <= first <= last <= count:
            raise MediaError(
                f"{name} has {count:,} page{'' if count == 1 else 's'}, and pages={_short(pages)} asks for others"
            )
        found += range(first, last + 1)
        if len(found) > 100_000:
            raise MediaError(f"{name}: pages={_short(pages)} asks for more pages than any file has")
    if not found:
        raise MediaError(f"{name}: pages={_short(pages)} names no page")
    return tuple(found)


def _short(pages: object) -> str:
    text = repr(pages)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _ranges(pages: Pages, count: int, name: str) -> Iterator[tuple[int, int]]:
    if isinstance(pages, str):
        for part in pages.split(","):
            match = _RANGE.match(part)
            if match is None:
                raise MediaError(f"{name}: pages={_short(pages)} is not like '1-20', '7' or '1-3, 10-'")
            first, dash, last = match.groups()
            yield int(first), int(last) if last else count if dash else int(first)
        return
    for number in [pages] if isinstance(pages, int) else pages:
        if type(number) is not int:
            raise MediaError(f"{name}: pages are whole numbers or text like '1-20', not {_short(number)}")
        yield number, number


def spelled_out(numbers: Sequence[int]) -> str:
    """Return page numbers as a title says them: `page 3`, `pages 1-20`, `pages 1-3, 7`."""
    runs = []
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        runs.append(str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}")
    return f"page{'' if len(numbers) == 1 else 's'} {', '.join(runs)}"
