"""The circuit breaker: when a model keeps failing, calls end at once and unsent until it may have recovered.

`Circuit` is a state machine over a clock that it is given. Which calls share one is for `Circuits` to say, what counts
as a failure for `verdict`.
"""

from __future__ import annotations

import random
import time
from _thread import allocate_lock
from collections import deque
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import msgspec

from tercet.flow.billing import NothingYielded
from tercet.flow.effects import Emit, Lost, Outcome, Plan, Reply, Rewind
from tercet.flow.events import BreakerDetails, BreakerState
from tercet.flow.retry import Step, status_of
from tercet.transport.sockets import reset_in_child
from tercet.wire.errors import CircuitOpenError
from tercet.wire.http import Request
from tercet.wire.rate_limits import retry_after

LONGEST_ASKED = 600.0

Happening: TypeAlias = Literal["tripped", "waited", "proved", "failed", "isolated", "reset"]

MOVES: dict[tuple[BreakerState, Happening], BreakerState] = {
    ("closed", "tripped"): "open",
    ("open", "waited"): "half_open",
    ("half_open", "proved"): "closed",
    ("half_open", "failed"): "open",
    ("closed", "isolated"): "isolated",
    ("open", "isolated"): "isolated",
    ("half_open", "isolated"): "isolated",
    ("open", "reset"): "closed",
    ("half_open", "reset"): "closed",
    ("isolated", "reset"): "closed",
}
"""Whatever is not in the table changes nothing."""


def chance() -> float:
    """Return a number from 0 to 1. A function of a module, so that breakers can be pickled."""
    return random.random()


class Breaker(msgspec.Struct, frozen=True):
    """A circuit breaker's rules: when to open, for how long, and what it takes to close again.

    It opens after `failures` in a row, or when within `window` seconds at least `calls` were made and more than a share of
    `ratio` failed: a server that fails every other time, and so answers every second attempt, is not cut off. It stays
    open for `seconds`, twice as long each time it opens again, up to `longest`; then one call at a time tries, and
    `successes` of them close it.
    """

    window: float = 30.0
    calls: int = 10
    ratio: float | None = 0.5
    """None: only failures in a row count."""
    failures: int | None = 5
    seconds: float = 5.0
    longest: float = 60.0
    jitter: float = 0.2
    """The share by which the time open varies, so that not every process tries at the same moment."""
    successes: int = 2
    lease: float = 60.0
    """Seconds after which a trial call that never ended makes room for another."""
    random: Callable[[], float] = chance
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        for name in ("window", "seconds", "longest", "lease", "calls", "successes"):
            if not getattr(self, name) > 0:
                raise ValueError(f"Breaker.{name} must be more than 0, not {getattr(self, name)!r}")
        if self.ratio is not None and not 0 < self.ratio <= 1:
            raise ValueError(f"Breaker.ratio must be a share of more than 0 and at most 1, not {self.ratio!r}")
        if self.failures is not None and self.failures < 1:
            raise ValueError(f"Breaker.failures must be at least 1, not {self.failures!r}")


class CircuitBreaker(msgspec.Struct, frozen=True):
    """Set the simple rules: `failures` in a row open it for `seconds`; the first success after that closes it."""

    failures: int = 5
    seconds: float = 30.0

    def breaker(self) -> Breaker:
        """Return the same in the terms of the whole one."""
        return Breaker(
            ratio=None, failures=self.failures, seconds=self.seconds, longest=self.seconds, jitter=0.0, successes=1
        )


class Permit(msgspec.Struct, frozen=True):
    """Allow one attempt to be sent. What comes of it counts only while the circuit is in the same generation."""

    generation: int
    trial: int | None = None


class Circuit:
    """Keep one breaker's state. May be used by many threads; each method is one short step without waiting."""

    __slots__ = (
        "__weakref__",
        "_failures",
        "_lease_ends",
        "_lock",
        "_reopened",
        "_slices",
        "_tell",
        "_trial",
        "_until",
        "_well",
        "breaker",
        "generation",
        "model",
        "origin",
        "state",
    )

    def __init__(
        self,
        breaker: Breaker,
        origin: str = "",
        model: str | None = None,
        tell: Callable[[object], None] = lambda details: None,
    ) -> None:
        self.breaker, self.origin, self.model = breaker, origin, model
        self._tell = tell
        self.state: BreakerState = "closed"
        self.generation = 0
        self._lock = allocate_lock()
        self._until = self._lease_ends = 0.0
        self._failures = self._reopened = self._well = self._trial = 0
        self._slices: deque[list[float]] = deque(maxlen=SLICES)

    @property
    def retry_after(self) -> float | None:
        """Return in how many seconds a call may be let through; None if one may be now, or if nobody knows."""
        return self._left(self.breaker.clock()) if self.state in ("open", "half_open") else None

    def _left(self, now: float) -> float | None:
        ends = self._until if self.state == "open" else self._lease_ends
        return ends - now if ends > now else None

    def admit(self) -> tuple[Permit | None, BreakerDetails | None]:
        """Return leave to send, or None; and the change that asking made, if any."""
        with self._lock:
            now, changed = self.breaker.clock(), None
            if self.state == "closed":
                return Permit(self.generation), None
            if self.state == "open" and now >= self._until:
                changed = self._move("waited", now)
            if self.state != "half_open" or now < self._lease_ends:
                return None, changed
            self._trial += 1
            self._lease_ends = now + self.breaker.lease
            return Permit(self.generation, self._trial), changed

    def judge(self, permit: Permit, well: bool, asked: float | None = None) -> BreakerDetails | None:
        """Count an attempt that ended. `asked`: the wait that the server asked for. Returns the change, if that made one."""
        with self._lock:
            if permit.generation != self.generation:
                return None
            now = self.breaker.clock()
            if self.state == "half_open":
                return self._try(permit, well, now, asked)
            return self._count(well, now, asked) if self.state == "closed" else None

    def give_back(self, permit: Permit) -> None:
        """Free the place of an attempt that was given up, and it says nothing about the server."""
        with self._lock:
            if permit.generation == self.generation and permit.trial == self._trial:
                self._lease_ends = 0.0

    def holds(self) -> float:
        """Return for how many seconds nothing will be let through, as far as is known."""
        if self.state == "isolated":
            return float("inf")
        return self._left(self.breaker.clock()) or 0.0 if self.state == "open" else 0.0

    def isolate(self) -> BreakerDetails | None:
        """Let nothing through until `reset()`."""
        return self._order("isolated")

    def reset(self) -> BreakerDetails | None:
        """Close it and forget what was counted."""
        return self._order("reset")

    def _order(self, happening: Happening) -> BreakerDetails | None:
        with self._lock:
            changed = self._move(happening, self.breaker.clock())
        if changed is not None:
            self._tell(changed)
        return changed

    def after_fork(self) -> None:
        """Make a new lock: one that another thread held at the fork would never be freed in the child."""
        self._lock = allocate_lock()

    def _try(self, permit: Permit, well: bool, now: float, asked: float | None) -> BreakerDetails | None:
        if permit.trial != self._trial:
            return None
        self._lease_ends = 0.0
        if not well:
            return self._move("failed", now, asked)
        self._well += 1
        return self._move("proved", now) if self._well >= self.breaker.successes else None

    def _count(self, well: bool, now: float, asked: float | None) -> BreakerDetails | None:
        breaker, slices = self.breaker, self._slices
        if not slices or now >= slices[-1][0] + breaker.window / SLICES:
            slices.append([now, 0, 0])
        slices[-1][1] += 1
        if well:
            self._failures = 0
            return None
        slices[-1][2] += 1
        self._failures += 1
        return self._move("tripped", now, asked) if self._too_many(now) else None

    def _too_many(self, now: float) -> bool:
        breaker = self.breaker
        if breaker.failures is not None and self._failures >= breaker.failures:
            return True
        recent = [each for each in self._slices if each[0] > now - breaker.window]
        calls = sum(each[1] for each in recent)
        failed = sum(each[2] for each in recent)
        return breaker.ratio is not None and calls >= breaker.calls and failed > breaker.ratio * (calls + 1)

    def _move(self, happening: Happening, now: float, asked: float | None = None) -> BreakerDetails | None:
        was, state = self.state, MOVES.get((self.state, happening))
        if state is None:
            return None
        self.state = state
        self.generation += 1
        self._failures = self._well = 0
        self._lease_ends = 0.0
        self._slices.clear()
        if state == "open":
            self._until = now + self._seconds_open(asked)
            self._reopened += 1
        elif state == "closed":
            self._reopened = 0
        return BreakerDetails(self.origin, self.model, was, state, self._until - now if state == "open" else None)

    def _seconds_open(self, asked: float | None) -> float:
        breaker = self.breaker
        seconds = min(breaker.seconds * 2.0 ** min(self._reopened, 30), breaker.longest)
        seconds *= 1 + breaker.jitter * (2 * breaker.random() - 1)
        return max(seconds, min(asked or 0.0, LONGEST_ASKED))

    def __repr__(self) -> str:
        return f"<Circuit {self.state}: {self.model or 'any model'} at {self.origin}>"


SLICES = 10
"""The window is counted in so many parts, so that a circuit's memory does not grow with its calls."""


Key = tuple[str, int, str | None]


class Circuits:
    """Keep all circuits of a client and its copies. `tell` hears what operators change."""

    def __init__(self, tell: Callable[[object], None] = lambda details: None) -> None:
        self._tell = tell
        self._made: dict[tuple[Breaker, Key], Circuit] = {}

    def of(self, breaker: Breaker, origin: str, credential: str | None, model: str | None) -> Circuit:
        """Return the circuit for calls of this kind."""
        key = (breaker, (origin, hash(credential), model))
        found = self._made.get(key)
        if found is None:
            found = self._made.setdefault(key, Circuit(breaker, origin, model, self._tell))
            reset_in_child(found)
        return found

    def __iter__(self) -> Iterator[Circuit]:
        return iter(list(self._made.values()))

    def __len__(self) -> int:
        return len(self._made)


class Breakers:
    """Show the circuits of a client, to look at and to operate: `client.breakers`.

    `client.breakers["claude-sonnet-4-6"]` is this client's circuit of that model; iterating gives all that exist.
    """

    def __init__(self, circuits: Circuits, find: Callable[[str | None], Circuit]) -> None:
        self._circuits, self._find = circuits, find

    def __getitem__(self, model: str | None) -> Circuit:
        return self._find(model)

    def __iter__(self) -> Iterator[Circuit]:
        return iter(self._circuits)

    def __len__(self) -> int:
        return len(self._circuits)

    def reset(self) -> None:
        """Close every circuit and forget what was counted."""
        for circuit in self._circuits:
            circuit.reset()

    def __repr__(self) -> str:
        return f"<Breakers: {', '.join(f'{each.model}: {each.state}' for each in self) or 'none yet'}>"


def breaker_from(value: object) -> Breaker | None:
    """Return the Breaker that callers pass as `breaker=`: True, a CircuitBreaker, a Breaker; None or False for none."""
    if value is None or value is False:
        return None
    if value is True:
        return Breaker()
    if isinstance(value, CircuitBreaker):
        return value.breaker()
    if isinstance(value, Breaker):
        return value
    raise TypeError(f"breaker must be True, a CircuitBreaker or a Breaker, not {type(value).__name__} {value!r}")


FAILED_STATUSES = frozenset({500, 502, 503, 504, 520, 522, 524, 529})
"""A 429 is none: it says that we are too fast, not that the server is down."""
FAILED_KINDS = frozenset({"connect", "timeout", "read", "write", "protocol", "proxy"})
"""A wrong certificate, a body too large, a closed client or a full pool say nothing about the server."""
ERROR_EVENT = b"event: error"


def verdict(outcome: Outcome) -> bool | None:
    """Return whether an attempt speaks for the server (True), against it (False), or about something else (None)."""
    if isinstance(outcome, NothingYielded):
        failure = outcome.failure
        return verdict(failure) if isinstance(failure, Lost) else status_of(failure) not in FAILED_STATUSES
    if isinstance(outcome, Lost):
        return False if outcome.kind in FAILED_KINDS else None
    return outcome.status not in FAILED_STATUSES


def guard_attempt(circuit: Circuit, tell: Callable[[object], None], request: Request, step: Step) -> Plan[Outcome]:
    """Carry out one attempt under a breaker: not sent while it is open, and counted when it has ended.

    `tell` hears of a change that comes after the plan's end, when a stream breaks in its midst.
    """
    permit, changed = circuit.admit()
    judged = permit is None
    try:
        if changed is not None:
            yield Emit(changed)
        if permit is None:
            return refuse(circuit, request)
        outcome = yield from step(request)
        well = verdict(outcome)
        if well and isinstance(outcome, Reply) and outcome.stream is not None and permit.trial is None:
            judged = True  # by how the stream ends
            stream = yield Rewind(outcome.stream, watch=StreamJudge(circuit, permit, tell))
            return Reply(outcome.status, outcome.headers, outcome.content, stream, outcome.http_version)
        if well is not None:
            judged = True
            asked = retry_after(outcome.headers) if isinstance(outcome, Reply) else None
            changed = circuit.judge(permit, well, asked)
            if changed is not None:
                yield Emit(changed)
        return outcome
    finally:
        if permit is not None and not judged:
            circuit.give_back(permit)


class StreamJudge:
    """Watch a stream that an attempt got, and count it when it has ended: badly, if it broke or reported an error."""

    __slots__ = ("_circuit", "_permit", "_tail", "_tell")

    def __init__(self, circuit: Circuit, permit: Permit, tell: Callable[[object], None]) -> None:
        self._circuit, self._permit, self._tell = circuit, permit, tell
        self._tail: bytes | None = b""

    def __call__(self, chunk: bytes | Lost | None) -> None:
        """Note what is handed out."""
        if self._tail is None:
            return
        if not isinstance(chunk, bytes):
            self._judge(chunk is None or verdict(chunk) is not False)
        elif ERROR_EVENT in self._tail + chunk:
            self._judge(False)
        else:
            self._tail = chunk[-len(ERROR_EVENT) :]

    def _judge(self, well: bool) -> None:
        self._tail = None
        changed = self._circuit.judge(self._permit, well)
        if changed is not None:
            self._tell(changed)


def refuse(circuit: Circuit, request: Request) -> Lost:
    """Return the outcome of an attempt that an open breaker did not let through."""
    seconds = circuit.retry_after
    when = "until reset() is called" if circuit.state == "isolated" else f"for {seconds or 0.0:.1f} s more"
    reason = f"the circuit breaker for {circuit.model or 'this call'} at {circuit.origin} lets nothing through {when}"
    error = CircuitOpenError(f"Nothing was sent: {reason}.", request, retry_after=seconds)
    return Lost("closed", "not_sent", reason, raise_as=error)
