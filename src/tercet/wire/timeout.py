"""Timeout: how long one attempt may take. Understands what callers pass for it; measures nothing itself."""

from __future__ import annotations

from typing import Any, Self

from tercet.wire.requests.arguments import wrong

LONGEST = 1e9
"""Seconds: what is longer, some thirty years, is no limit, and no clock holds it."""
LONGEST_SILENCE = 300.0
"""Seconds within a stream without an event other than pings."""


class Timeout:
    """Limits of one attempt, in seconds; None means no limit.

    `Timeout(60)` sets connect, read, write and pool at once; `Timeout(60, connect=5)` sets them apart. `read` is the
    longest silence between two reads. Tercet's own: `total` bounds one attempt from first byte sent to last received;
    `idle` is the longest silence within a stream, if that shall be shorter than `read`; `stream_idle` the longest time
    within a stream without an event, where pings do not count (300 s or `read`, whichever is longer).
    """

    __slots__ = ("connect", "idle", "pool", "read", "stream_idle", "total", "write")
    connect: float | None
    read: float | None
    write: float | None
    pool: float | None
    total: float | None
    idle: float | None
    stream_idle: float | None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from tercet.wire.pydantic_field import python_only_schema

        return python_only_schema("a Timeout", lambda value: isinstance(value, cls))

    def __init__(
        self,
        timeout: Any = ...,
        *,
        connect: float | object | None = ...,
        read: float | object | None = ...,
        write: float | object | None = ...,
        pool: float | object | None = ...,
        total: float | None = None,
        idle: float | object | None = ...,
        stream_idle: float | object | None = ...,
    ) -> None:
        given = {"connect": connect, "read": read, "write": write, "pool": pool}
        missing = [name for name, value in given.items() if value is ...]
        if timeout is ... and 0 < len(missing) < 4:
            raise ValueError(f"Timeout without a default must set all four limits; {', '.join(missing)} missing")
        defaults = _read_limits(timeout)
        for name, value in given.items():
            value = defaults[name] if value is ... else value
            object.__setattr__(self, name, seconds(value, f"timeout.{name}"))
        object.__setattr__(self, "total", seconds(defaults["total"] if total is None else total, "timeout.total"))
        if idle is ...:
            idle = getattr(timeout, "idle", None)
        if stream_idle is ...:
            stream_idle = getattr(timeout, "stream_idle", _stream_defaults(self.read)["stream_idle"])
        object.__setattr__(self, "idle", seconds(idle, "timeout.idle") or None)
        object.__setattr__(self, "stream_idle", seconds(stream_idle, "stream_idle_timeout") or None)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Timeout does not change; make another")

    @classmethod
    def of(cls, value: Any) -> Self:
        """Make one from what callers pass: seconds, None, a Timeout, or httpx's and httpx2's object of that name."""
        if isinstance(value, cls):
            return value
        return cls(value)

    def within(self, left: float) -> Timeout:
        """Return the same limits, none of them longer than `left` seconds."""
        parts = {name: left if value is None else min(value, left) for name, value in self.as_dict().items()}
        return Timeout(**parts, idle=self.idle, stream_idle=self.stream_idle)

    def as_dict(self) -> dict[str, float | None]:
        """Return connect, read, write, pool and total."""
        return {name: getattr(self, name) for name in ("connect", "read", "write", "pool", "total")}

    def __eq__(self, other: object) -> bool:
        """Return whether these are the same limits of an attempt. The two of a stream do not count: programs compare
        with `Timeout(600, connect=5)`. A number is a Timeout made of it, since programs compare with what they gave."""
        if isinstance(other, int | float):
            return self.as_dict() == {**dict.fromkeys(_PARTS, other), "total": None}
        return isinstance(other, Timeout) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash(tuple(self.as_dict().values()))

    def __repr__(self) -> str:
        return f"Timeout({', '.join(f'{name}={value}' for name, value in self._repr_fields().items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _timeout, (self._all(),)

    def _repr_fields(self) -> dict[str, float | None]:
        own = {name: value for name, value in self._all().items() if name in _OF_STREAMS}
        return {**self.as_dict(), **(own if own != _stream_defaults(self.read) else {})}

    def _all(self) -> dict[str, float | None]:
        return {**self.as_dict(), "idle": self.idle, "stream_idle": self.stream_idle}


_OF_STREAMS = ("idle", "stream_idle")


def _stream_defaults(read: float | None) -> dict[str, float | None]:
    """Return what applies within streams if nothing is said: never less patience than `read` has."""
    return {"idle": None, "stream_idle": None if read is None else max(LONGEST_SILENCE, read)}


def _timeout(parts: dict[str, float | None]) -> Timeout:
    return Timeout(**parts)


_PARTS = ("connect", "read", "write", "pool")


def _read_limits(timeout: Any) -> dict[str, Any]:
    if timeout is ... or timeout is None or isinstance(timeout, int | float):
        return {**dict.fromkeys(_PARTS, None if timeout is ... else seconds(timeout, "timeout")), "total": None}
    if isinstance(timeout, tuple) and len(timeout) == 4:
        return {**dict(zip(_PARTS, timeout)), "total": None}
    if all(hasattr(timeout, part) for part in _PARTS):
        return {part: getattr(timeout, part) for part in _PARTS} | {"total": getattr(timeout, "total", None)}
    what = f"a tuple of {len(timeout)}" if isinstance(timeout, tuple) else type(timeout).__name__
    raise TypeError(f"timeout must be seconds, None, a Timeout or (connect, read, write, pool), not {what}")


def seconds(value: Any, name: str) -> float | None:
    """Return `value` as a number of seconds ≥ 0, or None for no limit."""
    if value is None:
        return None
    if type(value) is not float and type(value) is not int:
        from numbers import Real

        if isinstance(value, bool) or not isinstance(value, Real):
            raise wrong(name, value, "a number of seconds or None")
        value = float(value)
    if not value >= 0:  # also refuses NaN
        raise ValueError(f"{name} must be at least 0 seconds, not {value!r}")
    return None if value > LONGEST else float(value)
