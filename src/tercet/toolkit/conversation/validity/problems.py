"""What is wrong with a history: where, what, and what repairing does about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import msgspec

ProblemKind: TypeAlias = Literal[
    "blank_text",
    "call_in_user",
    "call_without_result",
    "citations",
    "duplicate_call",
    "duplicate_result",
    "empty_message",
    "extra_field",
    "first_role",
    "foreign",
    "mark",
    "many_marks",
    "mark_order",
    "media",
    "missing_field",
    "misplaced_result",
    "not_json",
    "result_order",
    "result_without_call",
    "role",
    "server_call",
    "system",
    "thinking",
    "tool_id",
    "tool_input",
    "unknown_type",
    "wrong_type",
]


class MessageProblem(msgspec.Struct, frozen=True):
    """One thing for which the API would refuse a history."""

    message: int
    """Index of the message."""
    block: int | None
    """Index of the block in its content; None where it is about the message, or its content is a plain string."""
    kind: ProblemKind
    what: str
    """The fault, in a sentence."""
    repair: str
    """The change that `repair_messages` makes for it."""

    def __str__(self) -> str:
        place = f"messages[{self.message}]" + ("" if self.block is None else f".content[{self.block}]")
        return f"{place}: {self.what}; {self.repair}"


class Problems:
    """Collects problems, in the order of the history; each once."""

    def __init__(self) -> None:
        self._found: dict[MessageProblem, None] = {}

    def tell(self, place: tuple[int, int | None], kind: ProblemKind, what: str, repair: str) -> None:
        """Note one."""
        self._found[MessageProblem(*place, kind, what, repair)] = None

    def sorted(self) -> list[MessageProblem]:
        """Return them by their place."""
        return sorted(self._found, key=lambda each: (each.message, -1 if each.block is None else each.block))

    def __bool__(self) -> bool:
        return bool(self._found)


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them, at most eight, each at most forty letters long."""
    shown = [repr(name[:40]) for name in names]
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")
