"""A log that outlives its conversation, in this process: what a file would hold, and where a test can interrupt it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tercet.toolkit.conversation.entries import LogStep, SavedConversation
from tercet.toolkit.conversation.errors import ConversationConflictError


class KeptLog:
    """Keep steps as bytes; `before` and `after` are called around each write. Several may stand over one list of steps."""

    def __init__(self, steps: list[bytes] | None = None, *, waits: bool = False) -> None:
        self.steps: list[bytes] = [] if steps is None else steps
        self.waits = waits
        self.before: Callable[[LogStep], Any] = lambda step: None
        self.after: Callable[[LogStep], Any] = lambda step: None

    def load(self) -> SavedConversation:
        saved: dict[str, Any] = {"entries": {}, "calls": {}, "cuts": {}, "facts": {}, "tip": None}
        for data in self.steps:
            step = msgspec.msgpack.decode(data, type=LogStep)
            saved["entries"] |= {entry.id: entry for entry in step.entries}
            for id_, state in step.states.items():
                error = step.errors.get(id_) or saved["entries"][id_].error
                saved["entries"][id_] = msgspec.structs.replace(saved["entries"][id_], state=state, error=error)
            saved["calls"] |= {(call.entry, call.id): call for call in step.calls}
            saved["cuts"] |= {cut.first: cut for cut in step.cuts}
            saved["facts"] |= step.facts
            if step.tip is not None or step.cleared:
                saved["tip"] = step.tip
        return SavedConversation(
            revision=len(self.steps),
            tip=saved["tip"],
            entries=list(saved["entries"].values()),
            calls=list(saved["calls"].values()),
            cuts=list(saved["cuts"].values()),
            facts={name: fact for name, fact in saved["facts"].items() if fact is not None},
        )

    def commit(self, step: LogStep, revision: int) -> int:
        self.before(step)
        if revision != len(self.steps):
            raise ConversationConflictError("somebody else wrote", ours=step.tip, theirs=self.load().tip)
        self.steps.append(msgspec.msgpack.encode(step))
        self.after(step)
        return len(self.steps)
