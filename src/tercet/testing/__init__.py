"""Tests of programs that call Claude: a pytest plugin with a local API, assertions on what was sent, and a guard.

The plugin loads itself wherever tercet is installed; `docs/testing.md` tells how to use it. Loading it loads neither the
client nor the server: both wait for the first test that asks for them.

    plugin.py    fixtures, options and hooks            expectation.py   requests, and which an assertion means
    observed.py  the local API as tests see it          guard.py         keeps tests off the network
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tercet.testing.expectation import Sent as Sent
    from tercet.testing.observed import ObservedAPI as ObservedAPI

__all__ = ["ObservedAPI", "Sent"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tercet.testing import observed

    return getattr(observed, name)
