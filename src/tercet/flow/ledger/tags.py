"""Tags of calls: whose they are, and what for. Those of a client, and over them those of the block that a call is made in.

They are context variables: tasks, `asyncio.to_thread` and threads that this package starts inherit them; threads and pools of
others do not (`contextvars.copy_context().run` does, and so do tags of the client).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Self

COLUMNS = ("conversation", "job", "item")
"""Tags that are columns of their own."""
MOST = 32
LONGEST = 256


def check_tags(value: object) -> dict[str, str | int]:
    """Return tags as names and texts. Raises TypeError or ValueError for what is none."""
    if not isinstance(value, Mapping):
        raise TypeError(f"tags must be a dict of names and texts, not {type(value).__name__} {value!r}")
    tags = {_check_name(name): _check_value(name, each) for name, each in value.items() if each is not None}
    if len(tags) > MOST:
        raise ValueError(f"a call may have {MOST} tags, not {len(tags)}")
    return tags


def _check_name(name: object) -> str:
    if not isinstance(name, str) or not name or len(name) > LONGEST or not name.isprintable():
        raise ValueError(f"a tag's name must be a text of at most {LONGEST} characters, not {name!r:.80}")
    return str(name)


def _check_value(name: object, value: Any) -> str | int:
    if name == "item":
        if type(value) is not int or not 0 <= value < 2**63:
            raise TypeError(f"the tag item must be a whole number, not {type(value).__name__} {value!r:.80}")
        return value
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise TypeError(f"the tag {name!r} must be a text or a number, not {type(value).__name__} {value!r:.80}")
    text = str(value)
    if len(text) > LONGEST or "\0" in text or (not text.isascii() and text != text.encode("utf-8", "replace").decode()):
        raise ValueError(f"the tag {name!r} must be a text of at most {LONGEST} characters")
    return text


class SplitTags:
    """Hold tags as a line has them: in columns of their own, and the others."""

    __slots__ = ("all", "conversation", "item", "job", "others")

    def __init__(self, tags: Mapping[str, str | int]) -> None:
        self.all = tags
        self.conversation, self.job, self.item = tags.get("conversation"), tags.get("job"), tags.get("item")
        self.others = {name: value for name, value in tags.items() if name not in COLUMNS} or None


NO_TAGS = SplitTags({})

_tags: ContextVar[SplitTags | None] = ContextVar("tercet_tags", default=None)


def current_tags(own: SplitTags | None) -> SplitTags | None:
    """Return the tags of a call that is made here, by a client with `own`."""
    here = _tags.get()
    if here is None or own is None:
        return own if here is None else here
    return SplitTags({**own.all, **here.all})


class tagged:  # noqa: N801 - used like a function
    """Tag the calls that are made in a `with` block: `with tercet.tagged(user="u1", job="nightly"): ...`

    Values are texts or numbers; None takes a tag of an outer block away. `conversation`, `job` and `item` (a whole number) are
    columns of the ledger. Inner blocks add to outer ones. Tasks, `asyncio.to_thread` and threads of this package inherit the
    tags; other threads and pools do not: give them `Anthropic(tags=...)`, or `contextvars.copy_context().run`.
    """

    def __init__(self, **tags: str | float | None) -> None:
        self._without = {name for name, value in tags.items() if value is None}
        self._tags = check_tags(tags)
        self._before: list[SplitTags | None] = []

    def __enter__(self) -> Self:
        before = _tags.get()
        self._before.append(before)
        outer = {} if before is None else before.all
        kept = {name: value for name, value in outer.items() if name not in self._without}
        _tags.set(SplitTags({**kept, **self._tags}))
        return self

    def __exit__(self, *ended: object) -> None:
        _tags.set(self._before.pop())
