"""What a fork does to connections: the child must not touch its parent's. Costs nothing until a fork happens."""

from __future__ import annotations

import contextlib
import os
import weakref
from typing import Protocol


class Forkable(Protocol):
    """Holds sockets that a child must let go."""

    def after_fork(self) -> None: ...


_held: weakref.WeakSet[Forkable] = weakref.WeakSet()
_generation = 0


def generation() -> int:
    """How many forks lie between this process and the first one. A connection of another generation is not ours."""
    return _generation


def reset_in_child(holder: Forkable) -> None:
    """Have `holder.after_fork()` called in every child."""
    _held.add(holder)


def _after_fork() -> None:
    global _generation
    _generation += 1
    for holder in list(_held):
        with contextlib.suppress(OSError):
            holder.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
