"""Looks through the frames of an exception as tools do that print local variables, and deeper."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any
from urllib.parse import quote

DEPTH = 5
MOST_SEEN = 20_000
NOT_ENTERED = (ModuleType, type, str, bytes, int, float, bool, type(None))


def forms_of(secret: str) -> list[str]:
    """A credential as it is, in URLs and in headers."""
    return [secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")]


def chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and all that it came from."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [other for other in (each.__cause__, each.__context__) if other is not None]


def our_frames(error: BaseException) -> Iterator[FrameType]:
    """Every frame of this package in its tracebacks."""
    for each in chain(error):
        trace = each.__traceback__
        while trace is not None:
            frame = trace.tb_frame
            of_a_module = frame.f_code.co_name == "<module>"
            if not of_a_module and str(frame.f_globals.get("__name__", "")).startswith("tercet"):
                yield frame
            trace = trace.tb_next


def frames_that_show(error: BaseException, secrets: list[str]) -> list[str]:
    """Which local variables of ours, and which of the exceptions, show one of these."""
    forms = [form for secret in secrets for form in forms_of(secret)]
    found = [
        f"{type(each).__name__}: {form}"
        for each in chain(error)
        for form in forms
        if form in f"{each!r} {each} {each.args} {vars(each)} {getattr(each, 'object', '')}"
    ]
    for frame in our_frames(error):
        for name, value in frame.f_locals.items():
            if shows(value, forms):
                found.append(f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}: {name}")
    return found


def shows(value: Any, forms: list[str], depth: int = DEPTH, seen: set[int] | None = None) -> bool:
    """Whether its text, its bytes, its attributes or its items hold one of the forms."""
    seen = set() if seen is None else seen
    if id(value) in seen or len(seen) > MOST_SEEN:
        return False
    seen.add(id(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return any(form.encode() in bytes(value) for form in forms)
    texts = [value] if type(value) is str else [text(repr, value), text(str, value)]
    if any(form in each for each in texts for form in forms):
        return True
    if depth == 0 or isinstance(value, NOT_ENTERED):
        return False
    return any(shows(each, forms, depth - 1, seen) for each in parts(value))


def text(how: Any, value: Any) -> str:
    try:
        return str(how(value))
    except Exception:
        return ""


def parts(value: Any) -> list[Any]:
    found: list[Any] = []
    if isinstance(value, Mapping):
        found += [*value.keys(), *value.values()] if type(value) is dict else []
    elif isinstance(value, list | tuple | set | frozenset):
        found += value
    found += list(getattr(value, "__dict__", {}).values()) if not callable(value) else []
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            hidden = f"_{cls.__name__.lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name
            found.append(getattr(value, hidden, None))
    return found
