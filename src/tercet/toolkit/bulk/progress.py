"""How far a job has come, while it runs: a bar on a terminal, a line every while elsewhere, both on stderr."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from time import monotonic
from typing import TextIO

from tercet.catalog.cost import in_dollars
from tercet.toolkit.bulk.items import STATUSES
from tercet.toolkit.bulk.results import ItemMap

BAR_SECONDS, LINE_SECONDS = 0.2, 10.0
_FULL, _EMPTY = "━", "─"


class Progress:
    """Show how far a run has come. `total` may become known on the way."""

    def __init__(
        self, name: str, *, shown: bool = True, file: TextIO | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self.name = name
        self.total: int | None = None
        self._shown, self._file, self._clock = shown, file if file is not None else sys.stderr, clock
        self._bar = self._shown and bool(getattr(self._file, "isatty", lambda: False)())
        self._began = self._last = clock()
        self._before: int | None = None
        self._drawn = False

    def note(self, said: str) -> None:
        """Say something that stays."""
        if self._shown:
            self._clear()
            print(said, file=self._file, flush=True)

    def begin(self, found: ItemMap) -> None:
        """Note where the run begins."""
        self._before, self._began = found.count(), self._clock()

    def show(self, found: ItemMap, *, last: bool = False) -> None:
        """Show where it is, if it is time to."""
        if not self._shown:
            return
        if self._before is None:
            self.begin(found)
        if last and found.count() == self._before and not self._drawn:
            return  # nothing was asked
        now = self._clock()
        if not last and now - self._last < (BAR_SECONDS if self._bar else LINE_SECONDS):
            return
        self._last = now
        said = self.sentence(found, now)
        if not self._bar:
            print(f"{self.name}: {said}", file=self._file, flush=True)
            return
        width = shutil.get_terminal_size().columns
        self._clear()
        print(self._line(said, found.count(), width), end="\n" if last else "", file=self._file, flush=True)
        self._drawn = not last

    def sentence(self, found: ItemMap, now: float) -> str:
        """Return where it is, in words: items, speed, cost, what did not go well, time left."""
        done = found.count()
        speed = (done - (self._before or 0)) / max(now - self._began, 1e-9)
        parts = [f"{done:,} of {self.total:,}" if self.total is not None else f"{done:,}"]
        if self.total:
            parts[0] += f" ({100 * done / self.total:.0f} %)"
        parts.append(f"{speed:,.0f}/s" if speed >= 10 else f"{speed:.1f}/s")
        parts.append(f"${in_dollars(found.nano):.2f}" if found.nano >= 10**9 else f"${in_dollars(found.nano):.4f}")
        parts += [f"{found.count(status):,} {status}" for status in STATUSES[1:] if found.count(status)]
        if self.total is not None and speed > 0 and done < self.total:
            parts.append(f"{_duration((self.total - done) / speed)} left")
        return "  ".join(parts)

    def _line(self, said: str, done: int, width: int) -> str:
        room = min(30, width - len(said) - 2)
        if not self.total or room < 5:
            return said[: width - 1]
        full = min(room, room * done // self.total)
        return f"{_FULL * full}{_EMPTY * (room - full)} {said}"

    def _clear(self) -> None:
        if self._drawn:
            print("\r\x1b[K", end="", file=self._file)
            self._drawn = False


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
