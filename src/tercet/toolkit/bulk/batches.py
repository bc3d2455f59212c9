"""The way of Message Batches: requests in shards at half the price, each submitted exactly once and read until all is answered.

Shards are files in the job's folder (`shards.py`), their fate stands in `job.db` (`batch_records.py`), and how one is submitted is a
plan (`batch_submission.py`). Several are under way at once, as many as the account's queue takes. A stop leaves them going on:
the next run finds them in `job.db`. What expired, was canceled or failed for what may pass goes into the next try of its shard.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from itertools import count as counted
from typing import Any

from tercet.schema.answers import OutputFormat
from tercet.toolkit.bulk.batch_api import BatchAPI
from tercet.toolkit.bulk.batch_reading import ShardReading
from tercet.toolkit.bulk.batch_records import BatchRecords, BatchRow
from tercet.toolkit.bulk.batch_submission import (
    BatchFound,
    Ending,
    ListBatches,
    PauseFor,
    ReadNonce,
    SendBody,
    SubmissionMade,
    SubmissionRefused,
    SubmissionUnclear,
    TellOf,
    submission,
)
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.folder import JobFolder
from tercet.toolkit.bulk.items import ItemResult, NumberedRequest
from tercet.toolkit.bulk.requests import failure
from tercet.toolkit.bulk.shards import MOST_BYTES, MOST_REQUESTS, ShardWriter, new_nonce, read_body, read_lines
from tercet.toolkit.bulk.ways import MOST_IN_GROUP, StopRequest, TasksUnderStop
from tercet.wire.errors.tree import APIError

MOST_OPEN = 16
"""Shards under way at once."""
MOST_TRIES = 5
"""Tries with results, after which an item that got no answer has failed."""
FIRST_POLL, LONGEST_POLL, POLL_GROWTH = 0.2, 60.0, 1.6


class BatchStopError(Exception):
    """Raised inside where a stop was asked for while something was waited for."""


class BatchWay:
    """Ask requests by Message Batches. `say` gets what people should know."""

    name = "batch"

    def __init__(
        self,
        client: Any,
        folder: JobFolder,
        output: OutputFormat | None = None,
        *,
        most_requests: int = MOST_REQUESTS,
        most_bytes: int = MOST_BYTES,
        say: Callable[[str], object] = lambda said: None,
    ) -> None:
        self._client, self._folder, self._output, self._say = client, folder, output, say
        self._most_requests, self._most_bytes = most_requests, most_bytes

    async def answer(self, requests: Iterator[NumberedRequest], stop: StopRequest) -> AsyncIterator[list[ItemResult]]:
        """Yield groups of results as batches end, until all requests are answered or a stop was asked for."""
        with self._folder.database() as connection:
            records = BatchRecords(connection)
            run = _BatchRun(self._client, self._folder, records, self._output, stop, self._say)
            work = asyncio.get_running_loop().create_task(run.work(requests, self._most_requests, self._most_bytes))
            try:
                while (group := await run.next_group(work)) is not None:
                    yield group
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
                await run.end()


class _BatchRun(TasksUnderStop):
    """The shards of one run, and what they have in common."""

    def __init__(
        self,
        client: Any,
        folder: JobFolder,
        records: BatchRecords,
        output: OutputFormat | None,
        stop: StopRequest,
        say: Callable[[str], object],
    ) -> None:
        super().__init__(stop)
        self._path, self._records, self._output, self._say = folder.path, records, output, say
        self._api = BatchAPI(client, self.pause)
        self._owned = records.owned()
        self._groups: asyncio.Queue[tuple[list[ItemResult], asyncio.Event]] = asyncio.Queue(1)
        self._written: asyncio.Event | None = None
        self._room = asyncio.Semaphore(MOST_OPEN)
        self._heed_stop()

    async def pause(self, seconds: float) -> None:
        """Wait; BatchStopError if a stop is asked for meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        if self._stopping.is_set():
            raise BatchStopError

    # --- groups: one is handed over when the one before stands in the log ----------------------------------------------

    async def next_group(self, work: asyncio.Task[None]) -> list[ItemResult] | None:
        """Return what came; None at the end. Raises what ended the run."""
        if self._written is not None:
            self._written.set()
            self._written = None
        coming = self._loop.create_task(self._groups.get())
        await asyncio.wait({coming, work}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            coming.cancel()
            await work
            return None
        group, self._written = await coming
        return group

    async def give(self, group: list[ItemResult]) -> None:
        """Hand results over, and return when they are written."""
        written = asyncio.Event()
        await self._groups.put((group, written))
        await written.wait()

    # --- shards ------------------------------------------------------------------------------------------------------

    async def work(self, requests: Iterator[NumberedRequest], most_requests: int, most_bytes: int) -> None:
        """Carry on the shards that are open, fill new ones from the requests, and return when all are read."""
        open_rows, held = self._records.unread(), set[int]()
        for row in open_rows:
            held.update(line.id.item for line in read_lines(row.path(self._path)))
        keep = {row.path(self._path) for row in open_rows}
        for stray in self._path.glob("shard-*.json"):
            if stray not in keep:  # its intent was never committed, or its results are read
                stray.unlink()
        if open_rows:
            self._say(f"{len(open_rows)} batches of the run before go on; {len(held):,} items are in them.")
        try:
            async with asyncio.TaskGroup() as group:
                for row in open_rows:
                    await self._begin(group, row, fresh=False)
                await self._fill(group, (each for each in requests if each.item not in held), most_requests, most_bytes)
        except BaseExceptionGroup as problems:
            raise _first_of(problems) from None
        except BatchStopError:
            return

    async def _begin(self, group: asyncio.TaskGroup, row: BatchRow, *, fresh: bool) -> None:
        shard = group.create_task(self._carry(row, fresh))
        self._tasks.add(shard)
        shard.add_done_callback(self._tasks.discard)

    async def _fill(
        self, group: asyncio.TaskGroup, requests: Iterator[NumberedRequest], most_requests: int, most_bytes: int
    ) -> None:
        """Write shards while there is something to ask and room for it."""
        waiting = next(requests, None)
        while waiting is not None and not self._stopping.is_set():
            await self._room.acquire()
            self._room.release()
            shard, nonce = self._records.next_shard(), new_nonce()
            path = self._path / f"shard-{shard:05}-1.json"
            writer = ShardWriter(path, nonce, most_requests=most_requests, most_bytes=most_bytes)
            try:
                for number in counted():
                    if waiting is None or not await self._took(writer, waiting):
                        break
                    waiting = next(requests, None)
                    if number % MOST_IN_GROUP == 0:
                        await asyncio.sleep(0)
                digest = writer.close()
            except BaseException:
                writer.discard()
                raise
            if not writer.count:
                writer.discard()
                continue
            row = self._records.intend(shard, 1, nonce, writer.count, writer.size, digest)
            await self._begin(group, row, fresh=True)

    async def _took(self, writer: ShardWriter, request: NumberedRequest) -> bool:
        """Write a request into a shard; False if it has no room. One that no batch could hold is given as a failure."""
        try:
            return writer.add(request.item, self._params(request))
        except BulkError as problem:
            await self.give([failure(request.item, "BulkError", str(problem), request.row)])
            return True

    def _params(self, request: NumberedRequest) -> dict[str, Any]:
        """Return what stands in the body: beta features stand in a header, for the whole batch."""
        if "betas" not in request.params:
            return request.params
        self._records.add_betas([str(name) for name in request.params["betas"]])
        return {name: value for name, value in request.params.items() if name != "betas"}

    async def _carry(self, row: BatchRow, fresh: bool) -> None:
        """Submit one shard, wait for it, read it, and do the same with what is left of it."""
        try:
            async with self._room:
                following: BatchRow | None = row
                while following is not None:
                    following = await self._try(following, fresh=fresh)
                    fresh = True
        except BatchStopError:
            return

    async def _try(self, row: BatchRow, *, fresh: bool) -> BatchRow | None:
        """Carry out one try of a shard. Returns the next, if there has to be one."""
        if row.id is None:
            ending = await self._submit(row, fresh)
            if not isinstance(ending, BatchFound):
                return self._again(row)
        assert row.id is not None
        if row.state != "ended":
            await self._wait(row.id)
            self._records.record(row, "ended")
        tries = self._records.answered_tries(row.shard)
        reading = ShardReading(row, self._output, last=tries + 1 >= MOST_TRIES)
        while not reading.is_complete:
            async for group in reading.groups(self._api):
                await self.give(group)
        if reading.given_up:
            await self.give(reading.given_up)
        return self._rest(row, reading)

    def _again(self, row: BatchRow) -> BatchRow:
        """Begin the next try of a shard of which there is no batch: the same requests under a new nonce."""
        self._say(f"Batch {row.shard + 1} was not made; it is sent again.")
        row.state = "lost"
        return self._rewritten(row, lambda writer, line: writer.add(line.id.item, line.params, line.id.paid))

    def _rest(self, row: BatchRow, reading: ShardReading) -> BatchRow | None:
        """Close a try whose results are in the log; what is left of it goes into the next."""
        row.state = "read"
        if not reading.left and not reading.misfits:
            self._records.record(row, "read")
            row.path(self._path).unlink(missing_ok=True)
            return None
        return self._rewritten(row, reading.write_again)

    def _rewritten(self, row: BatchRow, write: Callable[[ShardWriter, Any], object]) -> BatchRow:
        nonce, before = new_nonce(), row.path(self._path)
        writer = ShardWriter(
            self._path / f"shard-{row.shard:05}-{row.attempt + 1}.json", nonce, most_bytes=2 * MOST_BYTES
        )
        for line in read_lines(before):
            write(writer, line)
        digest = writer.close()
        made = self._records.intend(row.shard, row.attempt + 1, nonce, writer.count, writer.size, digest, instead=row)
        before.unlink(missing_ok=True)
        return made

    # --- effects -----------------------------------------------------------------------------------------------------

    async def _submit(self, row: BatchRow, fresh: bool) -> Ending:
        """Carry the plan of a submission out, and record how it ended."""
        plan = submission(row.nonce, row.count, row.intent_at / 1e9, fresh=fresh, owned=self._owned)
        answer, may_be_made = None, not fresh
        while True:
            try:
                effect = plan.send(answer)
            except StopIteration as ended:
                ending: Ending = ended.value
                break
            try:
                may_be_made = may_be_made or isinstance(effect, SendBody)
                answer = await self._act(row, effect)
                may_be_made = may_be_made and not isinstance(answer, SubmissionRefused)
            except (APIError, BatchStopError) as problem:
                # a body that was never sent, or that the API refused for good, need not be looked for by the next run
                if not may_be_made or (isinstance(effect, SendBody) and row.id is None):
                    self._records.record(row, "lost")
                    row.path(self._path).unlink(missing_ok=True)
                raise problem
        if isinstance(ending, BatchFound) and ending.adopted:
            self._found(row, ending)
            self._say(f"Batch {row.shard + 1} had been made ({ending.id}): it is taken over, and not sent again.")
        return ending

    def _found(self, row: BatchRow, ending: BatchFound) -> None:
        self._owned.add(ending.id)
        self._records.record(row, "adopted" if ending.adopted else "sent", ending.id)

    async def _act(self, row: BatchRow, effect: Any) -> Any:
        if isinstance(effect, SendBody):
            if self._stopping.is_set():
                raise BatchStopError
            outcome = await self._api.send(
                await asyncio.to_thread(read_body, row.path(self._path), row.digest), self._records.betas()
            )
            if isinstance(outcome, SubmissionMade):
                self._found(row, BatchFound(outcome.id, adopted=False))
            elif isinstance(outcome, SubmissionUnclear):
                self._say(f"Nobody knows whether batch {row.shard + 1} was made: it is looked for.")
            elif isinstance(outcome, SubmissionRefused):
                self._say(f"Batch {row.shard + 1} waits for {outcome.wait:.0f} s: {self._api.refusal}")
            return outcome
        if isinstance(effect, ListBatches):
            return await self._api.listed(effect.since)
        if isinstance(effect, ReadNonce):
            return await self._api.first_nonce(effect.id)
        if isinstance(effect, TellOf):
            return self._say(effect.said)
        assert isinstance(effect, PauseFor)
        return await self.pause(effect.seconds)

    async def _wait(self, batch_id: str) -> None:
        """Return when a batch has ended."""
        delay = FIRST_POLL
        while not await self._api.has_ended(batch_id):
            await self.pause(delay)
            delay = min(delay * POLL_GROWTH, LONGEST_POLL)

    async def end(self) -> None:
        """Let nobody wait for something of this run."""
        for shard in [*self._tasks]:
            shard.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _first_of(problems: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group, whatever groups it is in."""
    first: BaseException = problems
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
