"""The typing names that Python 3.11 and 3.12 lack, or that pydantic reads otherwise than type checkers do.

Type checkers see the names of the standard library. At run time they carry what pydantic needs to take and give back what
the API does: dicts keep the keys that are not declared, and an iterable is read once, into a list.
"""

from __future__ import annotations

import collections.abc
import sys
import typing
from typing import TYPE_CHECKING, Any, Literal, Protocol

if sys.version_info >= (3, 13):
    from typing import Required
else:
    from typing_extensions import Required  # noqa: UP035 - pydantic refuses typing.TypedDict there

from tercet.wire.marks import AS_LIST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import ReadOnly, TypedDict
    from typing_extensions import TypedDict as PlainTypedDict
else:
    if sys.version_info >= (3, 13):
        from typing import TypedDict as PlainTypedDict
    else:
        from typing_extensions import TypedDict as PlainTypedDict

    class TypedDict(PlainTypedDict):
        """The base of every dict of a request: pydantic looks for its settings among the bases."""

    # Fields that the API has learnt since, and whatever a JSON schema holds.
    TypedDict.__pydantic_config__ = {"extra": "allow"}

    class ReadOnly:
        """For type checkers alone: pydantic would warn of it in every program that uses a message as a field."""

        def __class_getitem__(cls, item: Any) -> Any:
            return item

    class Iterable:
        """`collections.abc.Iterable`, with the word to pydantic."""

        def __class_getitem__(cls, item: Any) -> Any:
            return typing.Annotated[collections.abc.Iterable[item], AS_LIST]


__all__ = ["Absent", "Iterable", "PlainTypedDict", "ReadOnly", "Required", "TypedDict"]


class Absent(Protocol):
    """A sentinel that stands for "not given": always false, as `NOT_GIVEN` and `omit` are."""

    def __bool__(self) -> Literal[False]: ...

    if not TYPE_CHECKING:  # a protocol is what type checkers compare, and sentinels need not know pydantic

        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
            from tercet.wire.pydantic_field import python_only_schema
            from tercet.wire.requests.sentinels import is_absent

            return python_only_schema("NOT_GIVEN or omit", is_absent)
