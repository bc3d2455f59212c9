"""The sentinels for "not given" that code written for the official SDK passes around."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Literal


class NotGiven:
    """An argument that the caller did not give. Falsy, as users' code expects."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __reduce__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """A default header or argument that this call is to leave out."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"

    def __reduce__(self) -> str:
        return "omit"


NOT_GIVEN = not_given = NotGiven()
omit = Omit()


_OURS = (NotGiven, Omit)


def absent_kinds() -> tuple[type[Any], ...]:
    """Return the classes of sentinels: ours, and the official SDK's in a program that has both. Libraries made for
    that one pass its own to whatever client they are given."""
    theirs = sys.modules.get("anthropic._types")
    if theirs is None:
        return _OURS
    return *_OURS, getattr(theirs, "NotGiven", NotGiven), getattr(theirs, "Omit", Omit)


def is_absent(value: object) -> bool:
    """Return whether this stands for an argument that was not given."""
    return isinstance(value, absent_kinds())


def drop_not_given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that really were given."""
    kinds = absent_kinds()
    return {name: value for name, value in arguments.items() if not isinstance(value, kinds)}


def extra_fields(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `extra_body`. NOT_GIVEN changes nothing there; `omit` takes a field away, so it stays."""
    if not isinstance(extra, Mapping):
        raise TypeError(f"extra_body must be a dict, not {type(extra).__name__}")
    kinds = tuple(kind for kind in absent_kinds() if kind.__name__ == "NotGiven")
    return {name: value for name, value in extra.items() if not isinstance(value, kinds)}
