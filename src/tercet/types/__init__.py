"""The types of the Claude API, under the names of the official SDK: `from tercet.types import Message, MessageParam`.

A name is looked up when it is first touched: `answers` and `events` hold what comes back, `params` what is sent, and
the error codes have an exception each. Old module paths such as `tercet.types.text_block` work as well.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tercet.types import beta as beta
    from tercet.types import messages as messages
    from tercet.types import shared as shared
    from tercet.types.answers import *  # noqa: F403
    from tercet.types.events import *  # noqa: F403
    from tercet.types.params import *  # noqa: F403
    from tercet.wire.errors.codes import *  # noqa: F403

_ROOMS = ("tercet.types.answers", "tercet.types.events", "tercet.types.params", "tercet.wire.errors.codes")
_PACKAGES = ("beta", "messages", "shared")


def _names() -> list[str]:
    from tercet.types.names import public_names

    return [*public_names(*_ROOMS), *_PACKAGES]


if not TYPE_CHECKING:  # type checkers read the imports above, and shall find misspelt names

    def __getattr__(name: str) -> Any:
        from tercet.types.names import look_up

        if name in _PACKAGES:
            return import_module(f"tercet.types.{name}")
        value = _names() if name == "__all__" else look_up(name, __name__, _ROOMS)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_names()})


def _serve_old_paths() -> None:
    from tercet.types.names import serve_old_paths

    serve_old_paths()


_serve_old_paths()
