"""One run of a job: a way is driven over what is unanswered, and what it gives is written.

The order is what makes a kill harmless: rows' hashes, then the group's lines, then the next group is asked for; `fdatasync`
follows within a second, in a thread. What a way gives twice is dropped. Failures that are all alike are held back until
something else comes: twenty of them end a job that goes wrong, and leave nothing marked as failed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing, suppress
from time import monotonic
from typing import Any, Protocol, cast

from tercet.toolkit.bulk.errors import JobStoppedError
from tercet.toolkit.bulk.items import CODES, ItemError, ItemResult, NumberedRequest
from tercet.toolkit.bulk.results import ItemMap, ResultLog
from tercet.toolkit.bulk.ways import MOST_IN_GROUP, StopRequest, Way

ALIKE = 20
SYNC_SECONDS = 1.0
_DIGITS = re.compile(r"\d+|req_\w+|msg_\w+")
ACCOUNT_WIDE = frozenset({402, 403, 404})
"""Statuses that are hardly one item's matter, whatever was answered before."""


class SeenRows(Protocol):
    """What remembers the rows that were read."""

    def write(self) -> None:
        """Write them. Before results of these rows are written."""
        ...


class AlikeFailures:
    """Hold back failures while all are alike. Twenty end the job: at its start whatever they are, later if they are the
    account's or the network's matter and not an item's."""

    def __init__(self) -> None:
        self.held: list[ItemResult] = []
        self._sign: tuple[Any, ...] | None = None
        self._answered = False

    def pass_on(self, group: list[ItemResult]) -> list[ItemResult]:
        """Return what may be written now; `ended` is set when twenty alike are held back."""
        passed: list[ItemResult] = []
        for result in group:
            if result.status != "failed" or result.error is None:
                self._answered = True
                passed += self.release()
                passed.append(result)
                continue
            sign = (result.error.type, result.error.code, _DIGITS.sub("#", result.error.message))
            if self._answered and not _is_account_wide(result.error):
                passed.append(result)
                continue
            if sign != self._sign:
                passed += self.release()
                self._sign = sign
            self.held.append(result)
        return passed

    @property
    def ended(self) -> JobStoppedError | None:
        """Return what ends the job, if twenty alike are held back."""
        return self._stopped(self.held[ALIKE - 1]) if len(self.held) >= ALIKE else None

    def release(self) -> list[ItemResult]:
        """Return what was held back: they are failures like others."""
        held, self.held, self._sign = self.held, [], None
        return held

    def _stopped(self, last: ItemResult) -> JobStoppedError:
        assert last.error is not None
        where = "in a row" if self._answered else "of this run"
        error = JobStoppedError(
            f"{ALIKE} items {where} failed alike, so the job was ended: {last.error.type}: {last.error.message} "
            "None of them is marked as failed; mend it, and run the job again."
        )
        error.cause = error.__cause__ = last.raised
        return error


def _is_account_wide(error: ItemError) -> bool:
    if error.code in ACCOUNT_WIDE or (error.code is None and error.retryable):
        return True
    return "credit balance" in error.message


class JobRun:
    """Drive one way over numbered requests, and write what comes. `tell` is called after each group that was written."""

    def __init__(
        self,
        log: ResultLog,
        rows: SeenRows,
        found: ItemMap,
        *,
        again: Iterable[int] = (),
        tell: Callable[[], object] | None = None,
    ) -> None:
        self.log, self.rows, self.found, self._again, self._tell = log, rows, found, set(again), tell
        self._alike = AlikeFailures()
        self._aside: list[ItemResult] = []
        self._synced = monotonic()
        self._syncing: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    def put_aside(self, result: ItemResult) -> None:
        """Take in an item of which no request could be made."""
        self._aside.append(result)
        if len(self._aside) >= MOST_IN_GROUP:
            self._take([])

    async def drive(self, way: Way, requests: Iterator[NumberedRequest], stop: StopRequest) -> None:
        """Have all requests answered, or as many as a stop allows. Raises what ends the job; what came stands in the log."""
        self._over.clear()
        try:
            async with aclosing(cast(Any, way.answer(requests, stop))) as groups:
                async for group in groups:
                    self._take(group)
                    self._sync_soon()
            self.finish()
        finally:
            self._over.set()
            if self._syncing is not None:
                await asyncio.gather(self._syncing, return_exceptions=True)
            self.log.sync()

    def finish(self) -> None:
        """Write what is still held back."""
        self._take([])
        self._write(self._alike.release())

    def _take(self, group: list[ItemResult]) -> None:
        aside, self._aside = self._aside, []
        self._write(self._alike.pass_on([*aside, *group]))
        if self._alike.ended is not None:
            raise self._alike.ended

    def _write(self, group: list[ItemResult]) -> None:
        fresh = {result.item: result for result in group if self._is_due(result)}
        if not fresh:
            return
        self.rows.write()
        self.log.write([result.line() for result in fresh.values()])
        for item, result in fresh.items():
            self.found.add(item, CODES[result.status], result.nano)
            self._again.discard(item)
        if self._tell is not None:
            self._tell()

    def _is_due(self, result: ItemResult) -> bool:
        return not self.found.of(result.item) or result.item in self._again

    def _sync_soon(self) -> None:
        """Have what was written put onto the disk within a second, beside the event loop."""
        if not self.log.unsynced:
            return
        if self._syncing is not None and self._syncing.done():
            self._syncing.result()  # a disk that failed ends the job
            self._syncing = None
        if self._syncing is None:
            self._syncing = asyncio.get_running_loop().create_task(self._sync())

    async def _sync(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._synced + SYNC_SECONDS - monotonic())):
                await self._over.wait()
        await asyncio.to_thread(self.log.sync)
        self._synced = monotonic()
