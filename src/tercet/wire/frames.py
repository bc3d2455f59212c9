"""Frames forget: what an exception passed on its way out of this package shows no local variables.

Tools that print tracebacks with local variables (Sentry, rich, cgitb, `pytest -l`) would show what was being sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from inspect import CO_ASYNC_GENERATOR, CO_GENERATOR, iscoroutinefunction
from types import FunctionType, TracebackType
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

HANDED = frozenset(
    [
        "tercet",
        "asyncio",
        "concurrent",
        "contextlib",
        "functools",
        "http",
        "re",
        "socket",
        "ssl",
        "threading",
        "urllib",
        "anyio",
        "botocore",
        "google",
        "h11",
        "h2",
        "httpcore",
        "httpcore2",
        "httpx",
        "httpx2",
        "urllib3",
    ]
)
"""Packages whose frames are cleared: ours, and those that we hand a request, a URL or a key."""
OWN_METHODS = frozenset(f"__{name}__" for name in ["init", "enter", "exit", "aenter", "aexit", "next", "anext"])
"""Methods that are doors although they are not public."""


def forget(error: BaseException) -> None:
    """Clear our frames of an exception and of all that it came from; frames of users' code stay as they are.

    Frames that are still running cannot be cleared: each door does it for those that it let in.
    """
    for each in _chain(error):
        ours = _clear(each.__traceback__)
        if ours and each.__suppress_context__:
            each.__context__ = None  # `raise … from None`: what was replaced held what must not be shown


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [other for other in (each.__cause__, each.__context__) if other is not None]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions


def _clear(trace: TracebackType | None) -> bool:
    """Clear the frames of a traceback; return whether the last one, which raised, was ours."""
    ours = False
    while trace is not None:
        package = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        ours = package == "tercet"
        if package in HANDED:
            with suppress(RuntimeError):  # still running
                trace.tb_frame.clear()
        trace = trace.tb_next
    return ours


def door(function: Callable[P, T]) -> Callable[P, T]:
    """Wrap a function so that what is raised in it leaves without local variables."""
    if iscoroutinefunction(function):

        @wraps(function)
        async def later(*given: Any, **named: Any) -> Any:
            try:
                return await function(*given, **named)
            except BaseException as error:
                given, named = (), {}
                forget(error)
                raise

        return cast("Callable[P, T]", later)

    @wraps(function)
    def at_once(*given: Any, **named: Any) -> Any:
        try:
            return function(*given, **named)
        except BaseException as error:
            given, named = (), {}
            forget(error)
            raise

    return cast("Callable[P, T]", at_once)


class Guarded:
    """Makes doors of the public methods, the constructor and the setters of this package's classes below it."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not cls.__module__.startswith("tercet."):
            return
        for name, value in list(vars(cls).items()):
            if isinstance(value, property) and value.fset is not None:
                setattr(cls, name, value.setter(door(value.fset)))
            elif isinstance(value, FunctionType) and _is_door(name, value):
                setattr(cls, name, door(value))


def _is_door(name: str, function: FunctionType) -> bool:
    steps = function.__code__.co_flags & (CO_GENERATOR | CO_ASYNC_GENERATOR)  # its frame outlives the call
    return not steps and (not name.startswith("_") or name in OWN_METHODS)
