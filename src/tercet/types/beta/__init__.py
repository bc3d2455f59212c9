"""The types of the beta, under the names of the official SDK. Nearly all are the types without `Beta` before them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tercet.types.beta import messages as messages
    from tercet.types.beta.answers import *  # noqa: F403
    from tercet.types.beta.events import *  # noqa: F403
    from tercet.types.beta.params import *  # noqa: F403
    from tercet.wire.errors.codes import *  # noqa: F403

_ROOMS = (
    "tercet.types.beta.answers",
    "tercet.types.beta.events",
    "tercet.types.beta.params",
    "tercet.wire.errors.codes",
)


def _names() -> list[str]:
    from tercet.types.names import public_names

    return [*public_names(*_ROOMS), "messages"]


if not TYPE_CHECKING:  # type checkers read the imports above, and shall find misspelt names

    def __getattr__(name: str) -> Any:
        from tercet.types.names import look_up

        if name == "messages":
            return import_module("tercet.types.beta.messages")
        value = _names() if name == "__all__" else look_up(name, __name__, _ROOMS)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_names()})
