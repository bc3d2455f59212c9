"""The retry budget: a purse that every call of a client shares, so that an outage is not made worse by retries.

A retry takes from it, a success pays back; when it is empty, errors are raised at once. The numbers are those of the
AWS SDKs (standard mode, 2.1): 1,000 calls against nothing but 529 send at most 1,100 requests.
"""

from __future__ import annotations

from _thread import allocate_lock

import msgspec

from tercet.flow.billing import NothingYielded
from tercet.transport.base import Lost, Outcome
from tercet.transport.sockets import reset_in_child

THROTTLED = frozenset({429, 503, 529})


class QuotaPolicy(msgspec.Struct, frozen=True):
    """Set the size of a retry budget, and what a retry costs. A clean success earns `clean`."""

    capacity: int = 500
    throttled: int = 5
    """After 429, 503 and 529: answers that cost the server little."""
    otherwise: int = 14
    clean: int = 1

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ValueError(f"QuotaPolicy.{name} must be an int of at least 0, not {value!r}")

    def cost(self, outcome: Outcome) -> int:
        """Return what trying again costs after this outcome."""
        if isinstance(outcome, Lost | NothingYielded):
            return self.otherwise
        return self.throttled if outcome.status in THROTTLED else self.otherwise


class RetryBudget:
    """Keep one purse. May be used by many threads; a forked child starts with what its parent had."""

    __slots__ = ("__weakref__", "_lock", "left", "policy")

    def __init__(self, policy: QuotaPolicy | None = None) -> None:
        self.policy = policy or QuotaPolicy()
        self.left = self.policy.capacity
        """What is left. Read it to see how near to its end a client's patience is."""
        self._lock = allocate_lock()
        reset_in_child(self)

    def take(self, outcome: Outcome) -> int | None:
        """Pay for a retry after `outcome`. Returns what it cost, or None if too little is left."""
        cost = self.policy.cost(outcome)
        with self._lock:
            if cost > self.left:
                return None
            self.left -= cost
            return cost

    def reward(self, taken: int | None = None) -> None:
        """Note a call that ended well: give back what its last retry took, or add what a clean success earns."""
        if self.left < self.policy.capacity:
            with self._lock:
                self.left = min(self.policy.capacity, self.left + (self.policy.clean if taken is None else taken))

    def after_fork(self) -> None:
        """Make a new lock: one that another thread held at the fork would never be freed in the child."""
        self._lock = allocate_lock()

    def __repr__(self) -> str:
        return f"<RetryBudget: {self.left} of {self.policy.capacity} left>"
