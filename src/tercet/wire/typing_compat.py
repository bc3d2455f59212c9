"""The typing names that Python 3.11 and 3.12 lack or that other libraries refuse there in the standard library's form."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal, Protocol

if sys.version_info >= (3, 13):
    from typing import Required, TypedDict
else:
    from typing_extensions import Required, TypedDict  # noqa: UP035 - pydantic refuses typing.TypedDict there

if TYPE_CHECKING:
    from typing_extensions import ReadOnly
else:

    class ReadOnly:
        """For type checkers alone: pydantic would warn of it in every program that uses a message as a field."""

        def __class_getitem__(cls, item: Any) -> Any:
            return item


__all__ = ["Absent", "ReadOnly", "Required", "TypedDict"]


class Absent(Protocol):
    """A sentinel that stands for "not given": always false, as `NOT_GIVEN` and `omit` are."""

    def __bool__(self) -> Literal[False]: ...
