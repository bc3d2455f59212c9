"""`tercet.Limits`: how much one turn, or one run of an agent, may use; and what it has used so far.

Limits are looked at before a request leaves or a tool starts, so that whatever they end can be gone on with.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import msgspec

from tercet.flow.budget import dollars, nano_dollars

LimitName: TypeAlias = Literal["requests", "calls", "usd", "seconds"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bound what a run of an agent, or a turn of a conversation, may use in all; None: as much as it takes.

    `requests` to the model, `calls` of tools, `usd` at list prices, `seconds` at work, not counting the time that calls wait
    for an approval. A request leaves only if the most that it may cost is left of `usd`. One that is under way is not broken
    off by `seconds`, as it is paid for; a tool that is running is.
    """

    requests: int | None = None
    calls: int | None = None
    usd: float | str | Decimal | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name, most in (("requests", self.requests), ("calls", self.calls)):
            if most is not None and (type(most) is not int or most < 0):
                raise ValueError(f"Limits({name}=…) must be a whole number, 0 or more, or None, not {most!r:.60}")
        seconds = self.seconds
        wrong = isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf
        if seconds is not None and wrong:
            raise ValueError(f"Limits(seconds=…) must be a number of seconds, 0 or more, or None, not {seconds!r:.60}")
        if self.usd is not None:
            nano_dollars(self.usd)

    @property
    def nano_usd(self) -> int | None:
        """Return `usd` in nano-dollars."""
        return None if self.usd is None else nano_dollars(self.usd)


def check_limits(limits: object) -> Limits | None:
    """Return limits as they were given. TypeError for what is none."""
    if limits is not None and not isinstance(limits, Limits):
        raise TypeError(f"limits must be tercet.Limits(requests=…, calls=…, usd=…, seconds=…), not {limits!r:.80}")
    return limits


class TurnAllowance:
    """The account of what a turn or a run has used of its limits. `most_cost` gives the most that a request may cost, in nano-dollars."""

    def __init__(
        self,
        limits: Limits,
        most_cost: Callable[[Mapping[str, Any]], int | None],
        *,
        requests: int = 0,
        calls: int = 0,
        nano_usd: int = 0,
        seconds: float = 0.0,
        took: Mapping[str, float] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits, self.nano_limit = limits, limits.nano_usd
        self.requests, self.calls, self.nano_usd = requests, calls, nano_usd
        self.reason: str | None = None
        """Why the last request or call was refused, as a sentence."""
        self._most_cost, self._clock = most_cost, clock
        self._began = clock() - seconds
        self._held = 0
        self._asked = 0.0
        self.took = dict(took or {})
        """Seconds that each request took, by the id of its answer's entry."""

    @property
    def seconds(self) -> float:
        """Return the seconds that have passed."""
        return self._clock() - self._began

    @property
    def seconds_left(self) -> float | None:
        """Return the seconds that are left; None if there is no limit."""
        return None if self.limits.seconds is None else self.limits.seconds - self.seconds

    def refuse_request(self, arguments: Mapping[str, Any]) -> LimitName | None:
        """Return the limit that keeps this request from leaving; None if it may, and is counted then."""
        limits = self.limits
        if limits.requests is not None and self.requests >= limits.requests:
            return self._refused("requests", f"as many requests were made as requests={limits.requests} allows")
        if self._out_of_time():
            return "seconds"
        if self.nano_limit is not None:
            most, left = self._most_cost(arguments), max(0, self.nano_limit - self.nano_usd)
            if most is None:
                return self._refused("usd", f"what a request to {arguments.get('model')} may cost at most is not known")
            if most > left:
                sentence = f"the next request may cost up to ${dollars(most):f}, and ${dollars(left):f} is left"
                return self._refused("usd", f"{sentence} of ${dollars(self.nano_limit):f}")
            self._held = most
        self.requests += 1
        self._asked = self._clock()
        return None

    def settle(self, entry: int, cost: tuple[int, int, int] | None) -> None:
        """Count what the request cost that was let through last, whose answer is this entry: at most so much, if that is not
        known."""
        self.nano_usd += self._held if cost is None else cost[2]
        self._held = 0
        self.took[str(entry)] = round(self._clock() - self._asked, 6)

    def refuse_call(self) -> LimitName | None:
        """Return the limit that keeps a call of a tool from starting; None if it may, and is counted then."""
        if self.limits.calls is not None and self.calls >= self.limits.calls:
            return self._refused("calls", f"as many calls of tools were made as calls={self.limits.calls} allows")
        if self._out_of_time():
            return "seconds"
        self.calls += 1
        return None

    def _out_of_time(self) -> bool:
        left = self.seconds_left
        if left is None or left > 0:
            return False
        self._refused("seconds", f"the {self.limits.seconds:g} seconds that are allowed have passed")
        return True

    def _refused(self, limit: LimitName, reason: str) -> LimitName:
        self.reason = reason
        return limit
