"""A list of messages of which the first were checked and encoded before: a long conversation is not walked again for each turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class PreparedMessages(list[Any]):
    """Messages as `create` takes them. The first `known` are known to be right, and `encoded` is their JSON, in pieces that begin
    with a comma each. Whoever changes the list in place, other than at its end, has everything read anew."""

    __slots__ = ("encoded", "known")
    encoded: Sequence[bytes]
    known: int

    def __init__(self, messages: Sequence[Any], known: int, encoded: Sequence[bytes]) -> None:
        super().__init__(messages)
        self.known, self.encoded = known, encoded

    def _forget(self) -> None:
        self.known, self.encoded = 0, ()


def _changing(name: str) -> Any:
    method = getattr(list, name)

    def change(self: PreparedMessages, *arguments: Any, **named: Any) -> Any:
        self._forget()
        return method(self, *arguments, **named)

    change.__name__ = name
    change.__doc__ = f"Do as `list.{name}`, and forget what was known."
    return change


for _name in (
    "__setitem__",
    "__delitem__",
    "__iadd__",
    "__imul__",
    "insert",
    "pop",
    "remove",
    "clear",
    "sort",
    "reverse",
):
    setattr(PreparedMessages, _name, _changing(_name))
