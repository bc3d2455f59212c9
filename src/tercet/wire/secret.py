"""A credential that shows itself only when asked by name: no repr, log, traceback or pickle holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Secret:
    """Holds one string. `reveal()` gives it; everything else shows at most its last four characters, or
    none (`shown=0`), as for passwords."""

    __slots__ = ("_held", "_shown")

    def __init__(self, value: str, name: str, *, shown: int = 4) -> None:
        fault = _fault_in(value, name)
        if fault is not None:
            value = ""  # the frame that raises must not show what was given
            raise fault

        self._shown = shown if len(value) >= 16 else 0

        def held() -> str:
            return value

        self._held: Callable[[], str] = held  # a closure: `vars`, `repr` and debuggers that print slots miss it

    def reveal(self) -> str:
        """Return the credential itself."""
        return self._held()

    def __repr__(self) -> str:
        return f"Secret(…{self._held()[-self._shown :]})" if self._shown else "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._held() == other._held()

    def __hash__(self) -> int:
        return hash(self._held())

    def __reduce__(self) -> Any:
        return type(None), ()


def _fault_in(value: object, name: str) -> Exception | None:
    if not isinstance(value, str):
        return TypeError(f"{name} must be a string, not {type(value).__name__}")
    if not value.strip():
        return ValueError(f"{name} is empty")
    if not (value.isascii() and value.isprintable()):
        return ValueError(f"{name} holds a character that no header may hold (a line break, a space out of place?)")
    return None
