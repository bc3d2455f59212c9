"""Values of every kind that programs hold -> plain JSON values. Walks with the place of each value in mind, so that
every error names it, and a file is read in one place alone: the base64 `data` of an image's or document's source.

Most requests never come here: the encoder does plain values by itself, and this takes those that it does not know.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import io
import math
import operator
import os
import uuid
from collections import UserString
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from tercet.wire.requests.arguments import is_record, shown
from tercet.wire.requests.regular_files import chunks
from tercet.wire.requests.sentinels import absent_kinds

DEEPEST = 400
"""Levels of nesting: more than any request has, few enough for every encoder and every reader."""
LARGEST_SOURCE = 32 << 20
"""The API takes no request of more than 32 MB."""
PLAIN = frozenset({str, int, bool, type(None)})
READERS = ("read", "readline")
"""Methods of open files."""
MOST_STEPS = 100
"""Objects that an object may give for itself in turn, before one is plain: one that gives another for ever has no JSON."""
BASES: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (
        datetime.datetime,
        lambda of: datetime.datetime(
            of.year, of.month, of.day, of.hour, of.minute, of.second, of.microsecond, of.tzinfo, fold=of.fold
        ),
    ),
    (datetime.date, lambda of: datetime.date(of.year, of.month, of.day)),
    (datetime.time, lambda of: datetime.time(of.hour, of.minute, of.second, of.microsecond, of.tzinfo, fold=of.fold)),
    (datetime.timedelta, lambda of: datetime.timedelta(of.days, of.seconds, of.microseconds)),
    (decimal.Decimal, decimal.Decimal),
    (uuid.UUID, lambda of: uuid.UUID(int=of.int)),
)
"""Classes that the encoder knows, but no class below them, such as pandas' and freezegun's dates."""
BASE_KINDS = frozenset(kind for kind, _ in BASES)
JSON_WORDS = {True: "true", False: "false", None: "null"}

FIELDS: Mapping[str, Mapping[str, str]] = {
    "body": {"messages": "messages", "system": "blocks", "requests": "requests"},
    "request": {"params": "body"},
    "message": {"content": "blocks"},
    "block": {"content": "blocks"},
    "block with a file": {"source": "source"},
    "base64 source": {"data": "data"},
    "content source": {"content": "blocks"},
}
"""Part of a request -> its fields that lead on to a file. `data` is the end of every such way."""
ITEMS = {"messages": "message", "blocks": "block", "requests": "request"}
BY_TYPE = {
    ("block", "image"): "block with a file",
    ("block", "document"): "block with a file",
    ("source", "base64"): "base64 source",
    ("source", "content"): "content source",
}
"""Parts that their `type` says more of."""


@dataclass(slots=True, eq=False)
class Place:
    """A value on its way into a request: what holds it, under which key, and which part of a request it is."""

    value: Any
    part: str
    above: Place | None = None
    key: object = ""
    depth: int = 0

    def __str__(self) -> str:
        steps: list[str] = []
        place: Place = self
        while place.above is not None:
            steps.append(_step(place.key))
            place = place.above
        text = f"{place.key}{''.join(reversed(steps))}".removeprefix(".")
        return (text if len(text) <= 300 else f"{text[:200]}…{text[-80:]}") or "a request"


def _step(key: object) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    text = str(key)
    return f".{text}" if text.replace("-", "_").isidentifier() and len(text) <= 80 else f"[{text[:80]!r}]"


class _Held:
    """A value that the encoder does not know, within one that it knows."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def plain_value(value: Any, part: str = "body", *, name: str = "", paths_as_text: bool = False) -> Any:
    """Return a copy of `value` of dicts, lists, str, int, float, bool and None alone. Iterators are read once, here.

    Raises TypeError for what has no JSON form, and for paths and open files outside of base64 data; ValueError for NaN,
    infinities, circles and what is nested too deeply. With `paths_as_text` a path stands for its text.
    """
    return _Copy(paths_as_text).run(value, Place(value, part, key=name))


class _Copy:
    """One walk. Children wait in `_pending`, so that depth costs no stack."""

    def __init__(self, paths_as_text: bool) -> None:
        self._paths_as_text = paths_as_text
        self._absent = absent_kinds()
        self._pending: list[tuple[Any, Any, Place]] = []

    def run(self, value: Any, place: Place) -> Any:
        root = [value]
        self._pending.append((root, 0, place))
        while self._pending:
            container, key, place = self._pending.pop()
            before = len(self._pending)
            container[key] = self._copy_level(place.value, place)
            self._pending[before:] = reversed(self._pending[before:])  # the first child is the next
        return root[0]

    def _copy_level(self, value: Any, place: Place) -> Any:
        """Return one level: a plain value, or a container whose children are still to be copied."""
        for _ in range(MOST_STEPS):
            if type(value) in PLAIN:
                return value
            known, made = self._scalar(value, place)
            if known:
                return made
            if isinstance(value, Mapping):
                return self._object(value, place)
            if isinstance(value, list | tuple | set | frozenset | Iterator):
                return self._array(value, place)
            value, was = self._other(value, place), value
            if value is was:
                break
        raise TypeError(f"{place} cannot hold {type(value).__name__} {shown(value)}: it has no JSON form")

    def _scalar(self, value: Any, place: Place) -> tuple[bool, Any]:
        """Return whether this is no container, and its plain value."""
        if isinstance(value, Enum):
            return (True, value.value) if type(value.value) in PLAIN else (False, None)
        if isinstance(value, str):
            return True, str.__str__(value)
        if isinstance(value, UserString):
            return True, str.__str__(value.data)
        if isinstance(value, float):
            return True, _finite(float.__float__(value), place)
        if isinstance(value, int):
            return True, int.__int__(value)
        if isinstance(value, bytes | bytearray | memoryview):
            return True, base64.b64encode(bytes(value)).decode()  # a view may have steps
        if isinstance(value, self._absent):
            raise TypeError(f"{place} is {value!r}: a field of an object can be left out so, an item of a list cannot")
        if not isinstance(value, Mapping) and _is_file(value):
            return True, self._file(value, place)
        return False, None

    def _file(self, value: Any, place: Place) -> str:
        """Return the base64 of a path or an open file: read where base64 data is due, and nowhere else."""
        if place.part == "data":
            pieces = chunks(value, str(place), LARGEST_SOURCE)
            content = b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
            return base64.b64encode(content).decode()
        is_path = isinstance(value, os.PathLike)
        if is_path and self._paths_as_text:
            return os.fsdecode(value)
        instead = "pass str(path) for its name, path.read_text() for its text" if is_path else "pass its text"
        raise TypeError(
            f"{place} holds a {type(value).__name__}, and files are read only where the base64 data of an image or "
            f"document is due; {instead}"
        )

    def _object(self, value: Mapping[Any, Any], place: Place) -> dict[str, Any]:
        kind = value.get("type") if place.part in ("block", "source") else None
        part = BY_TYPE.get((place.part, kind), place.part) if isinstance(kind, str) else place.part
        ways = FIELDS.get(part, {})
        made: dict[str, Any] = {}
        for key, item in dict.items(value) if isinstance(value, dict) else value.items():
            if type(item) is _Held:
                item = item.value
            if isinstance(item, self._absent):
                continue
            name = key if type(key) is str else self._key(key.value if type(key) is _Held else key, place)
            made[name] = item
            if type(item) not in PLAIN:
                self._wait(made, name, Place(item, ways.get(name, ""), place, name, place.depth + 1))
        return made

    def _array(self, value: Iterable[Any], place: Place) -> list[Any]:
        made = list(value)
        part = ITEMS.get(place.part, "")
        for index, item in enumerate(made):
            if type(item) not in PLAIN:
                item = item.value if type(item) is _Held else item
                self._wait(made, index, Place(item, part, place, index, place.depth + 1))
        return made

    def _wait(self, container: Any, key: Any, place: Place) -> None:
        if place.depth > DEEPEST:
            raise ValueError(f"{place} is nested more than {DEEPEST} levels deep")
        above = place.above
        while above is not None:
            if above.value is place.value:
                raise ValueError(f"{place} holds itself, through {above}")
            above = above.above
        self._pending.append((container, key, place))

    def _key(self, key: Any, place: Place) -> str:
        """Return a key as the text that JSON has for it."""
        if isinstance(key, bool) or key is None:
            return JSON_WORDS[key]
        known, made = self._scalar(key, Place(key, "", place, key, place.depth))
        if not known:
            try:
                (made,) = msgspec.to_builtins({key: None}, str_keys=True)
            except TypeError:
                made = self._other(key, place)  # numpy's numbers
        if not isinstance(made, str | int | float):
            raise TypeError(f"{place} has a key of the type {type(key).__name__}, {shown(key)}: keys are strings")
        return made if isinstance(made, str) else repr(made)

    def _other(self, value: Any, place: Place) -> Any:
        """Return what an object gives for itself, one step nearer to JSON; the object itself if it gives nothing."""
        if getattr(value, "model_dump", None) is not None and not isinstance(value, type):
            return _dumped(value, place)
        base = next((base for kind, base in BASES if isinstance(value, kind)), None)
        if base is not None and type(value) not in BASE_KINDS:
            return base(value) if value == value else value  # pandas has a date that is none
        try:
            made = msgspec.to_builtins(value, enc_hook=_Held, builtin_types=(_Held,))
        except RecursionError:
            raise ValueError(f"{place} is nested too deeply, or holds itself") from None
        if type(made) is not _Held or made.value is not value:
            return made.value if type(made) is _Held else made
        for step in (lambda: _listed(value, place), lambda: operator.index(made.value)):
            try:
                if type(found := step()) is not type(value):
                    return found
            except (AttributeError, TypeError):
                continue
        if is_record(value):
            record: Any = made.value
            return {key: record[key] for key in record.keys()}  # noqa: SIM118 - iterating it gives something else
        return list(value) if isinstance(value, Iterable) else value


def _dumped(value: Any, place: Place) -> Any:
    """Return what a pydantic object gives for itself; where pydantic does not know a value within, or has no number for
    it, the walk goes on with the object's own values."""
    try:
        made = value.model_dump(mode="json", exclude_unset=True, by_alias=True)
        if not _holds_none(made):
            return made
        return _with_numbers(made, value.model_dump(exclude_unset=True, by_alias=True))
    except Exception as problem:
        raise TypeError(f"{place} holds a {type(value).__name__} that cannot be dumped: {problem}") from problem


def _holds_none(made: Any) -> bool:
    return made is None or (
        any(map(_holds_none, made.values() if isinstance(made, dict) else made))
        if isinstance(made, dict | list)
        else False
    )


def _with_numbers(made: Any, own: Any) -> Any:
    """Return dumped values, with the floats for which pydantic writes null, as they are: they are refused by their place."""
    if made is None:
        return own if isinstance(own, float) else None
    if isinstance(made, dict) and isinstance(own, dict):
        return {key: _with_numbers(item, own.get(key)) for key, item in made.items()}
    if isinstance(made, list) and isinstance(own, list | tuple) and len(made) == len(own):
        return [_with_numbers(item, mine) for item, mine in zip(made, own, strict=True)]
    return made


def _listed(value: Any, place: Place) -> Any:
    """Return numpy's values as Python's: dates and durations too, which it counts in nanoseconds otherwise."""
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if type(value).__module__ == "numpy" and kind in ("M", "m"):
        if (value != value).any():
            raise ValueError(f"{place} holds a NaT, which JSON cannot hold; leave it out, or send a date or None")
        value = value.astype("datetime64[us]" if kind == "M" else "timedelta64[us]")
    return value.tolist()


def _is_file(value: Any) -> bool:
    if isinstance(value, os.PathLike | io.IOBase):
        return True
    return not isinstance(value, type) and any(callable(getattr(value, name, None)) for name in READERS)


def _finite(value: float, place: Place) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{place} is {value}, which JSON cannot hold; leave it out, or send a number or None")
    return value
