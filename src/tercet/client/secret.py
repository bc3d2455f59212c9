"""A credential that shows itself only when asked by name: no repr, log, traceback or pickle holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Secret:
    """Holds one string. `reveal()` gives it; everything else shows at most its last four characters."""

    __slots__ = ("_held",)

    def __init__(self, value: str, name: str) -> None:
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a string, not {type(value).__name__}")
        if not value.strip():
            raise ValueError(f"{name} is empty")
        if any(ord(sign) < 32 or ord(sign) > 126 for sign in value):
            raise ValueError(f"{name} holds a character that no header may hold (a line break, a space out of place?)")

        def held() -> str:
            return value

        self._held: Callable[[], str] = held  # a closure: `vars`, `repr` and debuggers that print slots miss it

    def reveal(self) -> str:
        """The credential itself."""
        return self._held()

    def __repr__(self) -> str:
        value = self._held()
        return f"Secret(…{value[-4:]})" if len(value) >= 16 else "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._held() == other._held()

    def __hash__(self) -> int:
        return hash(self._held())

    def __reduce__(self) -> Any:
        return type(None), ()
