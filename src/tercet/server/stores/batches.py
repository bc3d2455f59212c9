"""Message batches: their life from creation to results, in memory, on the server's clock. Knows no HTTP.

A batch is answered in the background; its items are checked one by one then, so that a bad item is a result, not a refusal.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from tercet.server.access import Caller
from tercet.server.errors import HTTPError, invalid, not_found
from tercet.server.ids import Ids
from tercet.server.service.request import MessageRequest, content_size
from tercet.server.settings import ServerSettings
from tercet.server.stores.batch_plans import plan_of, result_without_answer
from tercet.server.stores.records import LIFETIME, RESULTS_KEPT, Batch

if TYPE_CHECKING:
    from tercet.server.stores.sqlite import Storage

STORED_AT_ONCE = 100
"""Results that are written together. What was not written when a server dies is answered again, and the same."""
ANSWERED_AT_ONCE = 8
"""Requests of a batch that are answered before others have their turn."""
NOT_IN_BATCHES = frozenset({"speed", "store", "previous_thread_event_id", "cache_hint", "context_hint", "fallbacks"})
LOG = logging.getLogger("tercet.server")
Json = dict[str, Any]


class BatchStore:
    """All batches of one server. Its methods run in the server's event loop, which never waits for the disk.

    `answer` makes the message that answers a request; `is_blocking` tells whether it may wait for others.
    """

    def __init__(
        self,
        settings: ServerSettings,
        ids: Ids,
        answer: Callable[[MessageRequest], Json],
        is_blocking: Callable[[], bool] = bool,
    ) -> None:
        self._settings, self._ids, self._answered_by, self._is_blocking = settings, ids, answer, is_blocking
        self._batches: dict[str, Batch] = {}
        self._storage: Storage | None = None
        self._writing: set[asyncio.Task[None]] = set()

    def keep_in(self, storage: Storage) -> None:
        """Take over what is stored there, and store there what comes. Batches that were cut short go on when looked at."""
        self._storage = storage
        self._batches = {batch.id: self._planned(batch) for batch in storage.batches()}

    async def create(self, caller: Caller, requests: list[Json]) -> Batch:
        """Take a batch whose envelope was checked, and start on it when its time has come."""
        batch = self._planned(Batch(self._ids.make("msgbatch_01"), caller, requests, self._settings.now()))
        if self._storage is not None:
            await self._storage.beside(self._storage.add_batch, batch)
        self._batches[batch.id] = batch
        self._advance(batch)
        return batch

    def _planned(self, batch: Batch) -> Batch:
        batch.plan = plan_of(self._settings, batch.id, len(batch.requests))
        return batch

    def get(self, batch_id: str, key: str) -> Batch:
        """Return the batch as it stands now. Raises 404 if this key has none of this id."""
        batch = self._batches.get(batch_id)
        if batch is None or batch.caller.key != key:
            raise not_found(f"Batch not found: {batch_id[:200]}")
        self._advance(batch)
        return batch

    def all(self, key: str) -> list[Batch]:
        """Return every batch of this key, newest first."""
        found = [batch for batch in reversed(self._batches.values()) if batch.caller.key == key]
        for batch in found:
            self._advance(batch)
        return found

    def waiting(self, key: str) -> int:
        """Return how many requests of this key are not answered yet."""
        unfinished = (batch for batch in self._batches.values() if batch.caller.key == key and batch.ended_at is None)
        return sum(len(batch.requests) - len(batch.results) for batch in unfinished)

    async def cancel(self, batch_id: str, key: str) -> Batch:
        """Answer no more of its requests. Raises 400 once it has ended."""
        batch = self.get(batch_id, key)
        if batch.status == "ended":
            raise invalid(f"Batch {batch_id} has ended and can no longer be canceled.")
        if batch.cancel_initiated_at is None:
            batch.cancel_initiated_at = self._settings.now()
            await self._store(batch)
        return batch

    async def delete(self, batch_id: str, key: str) -> None:
        """Forget a batch that has ended. Raises 400 for one that has not."""
        if self.get(batch_id, key).status != "ended":
            raise invalid(f"Batch {batch_id} is still being processed. Cancel it and wait until it has ended.")
        if self._storage is not None:
            await self._storage.beside(self._storage.delete_batch, batch_id)
        self._batches.pop(batch_id, None)

    def results(self, batch_id: str, key: str) -> bytes:
        """Return the results as JSON lines. Raises 404 while there are none, and when they are no longer kept."""
        batch = self.get(batch_id, key)
        if batch.ended_at is None or self._settings.now() >= batch.created_at + RESULTS_KEPT:
            raise not_found(f"Batch {batch_id} has no available results.")
        return b"\n".join((*batch.results, b""))

    def close(self) -> None:
        """Stop working on batches."""
        for batch in self._batches.values():
            if batch.task is not None:
                batch.task.cancel()
            if batch.changed or batch.stored < len(batch.results):
                self._write(batch)

    def _advance(self, batch: Batch) -> None:
        """Do what is due by the clock: expire, end what was canceled, or start answering."""
        if batch.ended_at is not None or batch.task is not None:
            return
        now = self._settings.now()
        is_over = now >= batch.created_at + LIFETIME or batch.cancel_initiated_at is not None
        if now >= self._begins(batch) and (batch.plan is not None or not is_over):
            batch.task = asyncio.get_running_loop().create_task(self._answer(batch))
        elif is_over:
            self._end(batch)

    async def _answer(self, batch: Batch) -> None:
        """Answer what is due. A batch of which something is due later goes on when it is looked at then."""
        blocking, since_others = self._is_blocking(), 0
        while (place := len(batch.results)) < len(batch.requests):
            since_others += 1
            if since_others >= ANSWERED_AT_ONCE or place == 0:
                since_others = 0
                await asyncio.sleep(0)
            now = self._settings.now()
            is_over = batch.cancel_initiated_at is not None or now >= batch.created_at + LIFETIME
            if (is_over or batch.plan is not None) and not self._was_due(batch, place, now):
                if is_over:
                    break
                batch.task = None
                return
            request = batch.requests[batch.number(place)]
            if batch.plan is not None and (outcome := batch.plan[place].outcome) is not None:
                result = result_without_answer(outcome)
            elif blocking:
                result = await asyncio.to_thread(self._result, batch, request)
            else:
                result = self._result(batch, request)
            batch.add(request["custom_id"], result)
            if self._storage is not None and len(batch.results) - batch.stored >= STORED_AT_ONCE:
                await self._store(batch)
        self._end(batch)

    def _was_due(self, batch: Batch, place: int, now: datetime) -> bool:
        """Return whether a request was due by its own time before the batch was over. Without a plan, none has one."""
        until = min(now, batch.cancel_initiated_at or now, batch.created_at + LIFETIME)
        return batch.plan is not None and self._begins(batch) + timedelta(seconds=batch.plan[place].due) <= until

    def _begins(self, batch: Batch) -> datetime:
        return batch.created_at + timedelta(seconds=self._settings.batch_seconds)

    def _end(self, batch: Batch) -> None:
        left = "canceled" if batch.cancel_initiated_at is not None else "expired"
        for place in range(len(batch.results), len(batch.requests)):
            batch.add(batch.requests[batch.number(place)]["custom_id"], {"type": left})
        batch.ended_at, batch.changed = self._settings.now(), True
        if self._storage is not None:
            task = asyncio.get_running_loop().create_task(self._store(batch))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _store(self, batch: Batch) -> None:
        batch.changed = True
        if self._storage is not None:
            with contextlib.suppress(HTTPError):  # the server stops: `close` writes what is left
                await self._storage.beside(self._write, batch)

    def _write(self, batch: Batch) -> None:
        """Bring to the disk what is new of a batch. Results may be written twice, and are the same then."""
        if self._storage is None:
            return
        batch.changed, results = False, len(batch.results)
        try:
            self._storage.change_batch(batch, batch.stored)
            batch.stored = results
        except HTTPError as problem:
            LOG.warning("batch %s goes on in memory alone: %s", batch.id, problem.message)

    def _result(self, batch: Batch, request: Json) -> Json:
        try:
            return {"type": "succeeded", "message": self._message(batch, request["params"])}
        except HTTPError as error:
            return {"type": "errored", "error": error.envelope(None)}
        except Exception:
            LOG.exception("a request of batch %s could not be answered", batch.id)
            return {"type": "errored", "error": HTTPError(500, "Internal server error").envelope(None)}

    def _message(self, batch: Batch, params: Json) -> Json:
        if params.get("stream"):
            raise invalid("stream: streaming is not supported in message batches")
        if not NOT_IN_BATCHES.isdisjoint(params):
            for name in sorted(NOT_IN_BATCHES & params.keys()):
                if params[name] is not None:
                    raise invalid(f"{name}: not supported in message batches")
        betas = ",".join(sorted(batch.caller.betas)) if batch.caller.betas else ""
        headers = {"anthropic-version": batch.caller.version, "anthropic-beta": betas}
        size = content_size(msgspec.json.encode(params))
        return self._answered_by(MessageRequest(params, batch.caller, headers, size=size, batch=True))
