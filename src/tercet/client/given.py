"""The sentinels for "not given" that code written for the official SDK passes around."""

from __future__ import annotations

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


def given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that really were given."""
    return {name: value for name, value in arguments.items() if not isinstance(value, NotGiven | Omit)}
