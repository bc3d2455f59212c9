"""The base of all answers, under the module path of the official SDK, and how one is made of JSON by its declared type."""

from __future__ import annotations

from typing import Any, TypeVar

from tercet.wire.fields import wrap_for
from tercet.wire.objects import Model as BaseModel

T = TypeVar("T")

__all__ = ["BaseModel", "construct_type", "construct_type_unchecked"]


def construct_type(*, value: object, type_: Any) -> Any:
    """`value` as `type_`, a class of `tercet.types` or a list, dict or union of these. Checks nothing."""
    return wrap_for(type_)(value)


def construct_type_unchecked(*, value: object, type_: type[T]) -> T:
    """The same, as type checkers like it."""
    made: T = construct_type(value=value, type_=type_)
    return made
