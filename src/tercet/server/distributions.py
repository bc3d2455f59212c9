"""Numbers by chance, as settings write them: `30`, `uniform:10,60`, `lognormal:300,0.8`. The same seed draws the same."""

from __future__ import annotations

import math
import re
from random import Random

_WRITTEN = re.compile(r"(?:(uniform|lognormal):)?([0-9]+(?:\.[0-9]+)?)(?:,([0-9]+(?:\.[0-9]+)?))?")
MOST_SIGMA = 5.0


class Distribution:
    """One distribution: a fixed number, `uniform:LOW,HIGH`, or `lognormal:MEDIAN,SIGMA`. Raises ValueError for any other."""

    def __init__(self, written: str | float) -> None:
        found = None if isinstance(written, bool) else _WRITTEN.fullmatch(str(written).strip())
        kind, first, second = found.groups() if found is not None else (None, None, None)
        if first is None or (kind is None) != (second is None):
            raise ValueError(f"{written!r} is no distribution; write 30, uniform:10,60 or lognormal:300,0.8")
        self._kind, self._first, self._second = kind, float(first), float(second or 0)
        if kind == "uniform" and self._second < self._first:
            raise ValueError(f"{written!r} ends before it begins")
        if kind == "lognormal" and (self._first <= 0 or self._second > MOST_SIGMA):
            raise ValueError(f"{written!r} needs a median above 0, and a sigma of {MOST_SIGMA:g} at most")

    def draw(self, chance: Random) -> float:
        """Return the next number."""
        if self._kind == "lognormal":
            return self._first * math.exp(self._second * chance.gauss(0.0, 1.0))
        return chance.uniform(self._first, self._second) if self._kind == "uniform" else self._first
