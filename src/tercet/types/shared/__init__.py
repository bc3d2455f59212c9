"""The bodies and exceptions of errors, under the module name that the official SDK has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tercet.types.answers import *  # noqa: F403
    from tercet.wire.errors.codes import *  # noqa: F403


if not TYPE_CHECKING:  # type checkers read the imports above, and shall find misspelt names

    def __getattr__(name: str) -> Any:
        from tercet import types

        if "Error" in name:
            return getattr(types, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    from tercet import types

    return [*globals(), *(name for name in dir(types) if "Error" in name)]
