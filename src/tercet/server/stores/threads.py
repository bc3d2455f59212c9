"""Conversations that the server keeps (beta): a request may go on after a message by naming its id. Bounded, in memory.

Each answer can be continued once, within five minutes of the thread's last use, by the key that asked. `system` and
`tools` stay those of the request that created the thread.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from tercet.server.errors import HTTPError

MOST_THREADS = 1000
LIFETIME = 300.0
"""Seconds after its last request until a thread expires."""
FIXED = ("system", "tools")
"""Fields that the server keeps from the creation on; a continuation leaves them out or repeats them."""
UNSUPPORTED = ("context_management",)
"""Fields that do not go with a thread."""
Json = dict[str, Any]


@dataclass(slots=True)
class _Kept:
    owner: str
    messages: list[Json]
    fixed: Json
    expires: float
    state: str = "open"
    """`open`, `in flight` while a continuation is answered, `continued` once it was."""


class Threads:
    """The conversations up to each message that was answered in a thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = Lock()

    def expanded(self, request: Json, owner: str) -> Json:
        """Return the whole request that a turn of a thread stands for. Raises the API's own codes.

        A continuation is in flight from then on: `keep` or `release` it.
        """
        unsupported = [name for name in UNSUPPORTED if request.get(name) is not None]
        if unsupported:
            said = f"thread: cannot be combined with {', '.join(unsupported)}"
            raise _refused("thread_unsupported_request", said, unsupported=unsupported)
        if request["thread"]["type"] == "create":
            return request
        with self._lock:
            before = self._continued(request, owner)
        whole = {**request, **before.fixed, "messages": [*before.messages, *request["messages"]]}
        return {name: value for name, value in whole.items() if value is not None}

    def keep(self, request: Json, message: Json, owner: str) -> None:
        """Remember the conversation up to this message. `request` is the whole one. Refusals are not remembered."""
        if message["stop_reason"] == "refusal":
            self.release(request)
            return
        turn = {"role": "assistant", "content": message["content"]}
        fixed = {name: request.get(name) for name in FIXED}
        kept = _Kept(owner, [*request["messages"], turn], fixed, self._clock() + LIFETIME)
        with self._lock:
            self._close(request, "continued")
            self._kept[message["id"]] = kept
            while len(self._kept) > MOST_THREADS:
                self._kept.popitem(last=False)

    def release(self, request: Json) -> None:
        """Let a message be continued again whose continuation came to nothing."""
        with self._lock:
            self._close(request, "open")

    def _close(self, request: Json, state: str) -> None:
        before = self._kept.get(request["thread"].get("previous_message_id", ""))
        if before is not None:
            before.state = state

    def _continued(self, request: Json, owner: str) -> _Kept:
        before = self._kept.get(request["thread"]["previous_message_id"])
        if before is None or before.owner != owner or before.expires <= self._clock():
            said = "thread.previous_message_id: no thread was found for this message"
            raise _refused("thread_not_found", said, status=404)
        if before.state == "in flight":
            said = "thread.previous_message_id: another request is still continuing from this message"
            raise _refused("thread_continue_in_flight", said)
        if before.state == "continued":
            said = "thread.previous_message_id: this message has already been continued"
            raise _refused("thread_already_continued", said)
        changed = [name for name in FIXED if request.get(name) is not None and request[name] != before.fixed[name]]
        if changed:
            said = f"thread: {', '.join(changed)} differ from the values stored with the thread"
            raise _refused("thread_fingerprint_mismatch", said)
        before.state = "in flight"
        return before


def _refused(code: str, said: str, *, status: int = 400, **details: Any) -> HTTPError:
    return HTTPError(status, said, details={"error_code": code, **details})
