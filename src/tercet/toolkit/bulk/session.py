"""One run of a job: the folder held, source and requests compared, what is unanswered asked, the output written."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AsyncExitStack, closing, suppress
from itertools import chain
from typing import Any

from tercet.flow.budget import Budget
from tercet.toolkit.bulk.asking import asked_client
from tercet.toolkit.bulk.changes import check_requests, is_sample, sample_of
from tercet.toolkit.bulk.choosing import choose_way
from tercet.toolkit.bulk.columns import Columns
from tercet.toolkit.bulk.dedupe import EqualRequests
from tercet.toolkit.bulk.engine import JobRun
from tercet.toolkit.bulk.errors import BulkError, JobBudgetError, JobStoppedError
from tercet.toolkit.bulk.estimates import MOST_PROBED, next_probe
from tercet.toolkit.bulk.folder import JobFolder, JobRecord
from tercet.toolkit.bulk.items import ItemResult, NumberedRequest
from tercet.toolkit.bulk.live import LiveWay
from tercet.toolkit.bulk.outputs import check_output, write_output
from tercet.toolkit.bulk.probing import live_costs, probe_order
from tercet.toolkit.bulk.progress import Progress
from tercet.toolkit.bulk.requests import UnusableRowError, check_first, failure
from tercet.toolkit.bulk.results import ItemMap, ResultLog, log_files, scan
from tercet.toolkit.bulk.rows import JobRows
from tercet.toolkit.bulk.settings import JobSettings
from tercet.toolkit.bulk.sources import BadRow, Row
from tercet.toolkit.bulk.stored import StoredResults
from tercet.toolkit.bulk.ways import StopRequest, Way
from tercet.wire.errors.limits import BudgetExceededError

PROBED_FROM = 1000
"""Items of a job by batches from which on some are asked live before: they tell its cost, and end it if all of them fail."""


class JobSession:
    """One run. `again`: items to ask again; `tell` is called after each group that was written, in whatever thread this runs."""

    def __init__(
        self,
        settings: JobSettings,
        rows: JobRows,
        stop: StopRequest,
        progress: Progress,
        *,
        tell: Callable[[], object],
        retry: frozenset[int] = frozenset(),
    ) -> None:
        self.settings, self.rows, self.stop, self.progress = settings, rows, stop, progress
        self._tell, self._retry = tell, retry
        """`retry`: codes of results that are to be asked again."""
        self.started: Callable[[], object] = lambda: None
        """Called when everything was compared, and nothing was sent yet."""
        self.folder = JobFolder(settings.folder)
        self.found = ItemMap()
        self.record = JobRecord()
        self.probe = 0
        """Ask so many items of a random order, and more if they tell too little; then end."""
        self._how = "live"
        self._late = False

    async def go(self) -> None:
        """Ask what is unanswered, and write the output when nothing is left. Raises what ended it before that."""
        try:
            await self._held()
        except (OSError, sqlite3.Error) as problem:
            raise JobStoppedError(
                f"{self.settings.folder} could not be written or read: {problem}. All that was written is kept; make room, and run the "
                "job again: it goes on."
            ) from problem

    async def _held(self) -> None:
        with self.folder.running() as self.record:
            rows, settings = self.rows, self.settings
            rows.check(self.record)
            if settings.to is not None:
                check_output(settings.to, settings.source.path, self.record.written)
            self.found = scan(settings.folder, most=rows.sums.known)
            self.progress.begin(self.found)
            self.progress.total = settings.source.count_hint()
            self.started()
            again = set(self.found.items(self._retry)) if self._retry else set()
            log = ResultLog(settings.folder)
            run = JobRun(log, rows, self.found, again=again, tell=self._on_group)
            try:
                if again or not self._is_complete():
                    self._check_start()
                    self._choose()
                    await self._ask(run, again)
            finally:
                rows.close()
                log.close()
                self._remember()
            self._finish()

    def _is_complete(self) -> bool:
        """Return whether nothing can be left to ask, without reading the source."""
        record, now = self.record, self.settings.source.fingerprint()
        return bool(now) and now == record.source and record.rows is not None and self.found.count() == record.rows

    def _check_start(self) -> None:
        """Raise BulkError for what is wrong with all rows, before anything is sent: columns, prompt, changed requests."""
        source, maker = self.settings.source, self.settings.maker
        first = next(source.rows(), None) if not source.once else None
        names = source.columns or ([*first] if isinstance(first, Mapping) else None)
        if names is not None:
            if maker.template is not None:
                maker.template.check(names, source.name)
            if (note := self.columns(names).note()) is not None and self.settings.to is not None:
                self.progress.note(note)
        if self.settings.continue_changed:
            self.record.requests = []
            return
        changed, maker.changed = maker.changed, {}
        try:
            check_requests(self.record, maker.make, first if isinstance(first, Mapping) else None)
        except UnusableRowError as problem:
            raise BulkError(f"{problem} When the job was begun, there was a request.") from problem
        finally:
            maker.changed = changed

    async def _ask(self, run: JobRun, again: set[int]) -> None:
        if self.probe or (self._how == "batch" and not again and (self.progress.total or 0) >= PROBED_FROM):
            await self._probe(run, again)
        if not self.probe and not self.stop.requested:
            requests = self._requests(run, again)
            with closing(requests):
                await self._ask_all(run, requests, self._how)

    async def _probe(self, run: JobRun, again: set[int]) -> None:
        """Ask the first items of a random order live, until they tell what the rest will cost."""
        items, asked = self.progress.total or 0, 0
        if self.settings.source.once or not items:
            return
        order = probe_order(self.record.nonce, items, MOST_PROBED)
        while not self.stop.requested:
            costs = [*live_costs(self.folder.path, set(order)).values()]
            number = max(next_probe(costs, items), min(self.probe, len(order)) if not asked else 0)
            if number <= asked:
                return
            asked = number
            requests = self._requests(run, again, set(order[:number]))
            with closing(requests):
                await self._ask_all(run, requests, "live")

    async def _ask_all(self, run: JobRun, requests: Iterator[NumberedRequest], how: str) -> None:
        first = next(requests, None)
        if first is None:
            self._answer_equal(run)
            run.finish()
            return
        check_first(first)
        async with AsyncExitStack() as held:
            if self.settings.deadline is not None:
                timer = asyncio.get_running_loop().call_later(self.settings.deadline, self._pass_deadline)
                held.callback(timer.cancel)
            client = await held.enter_async_context(asked_client(self._budgeted(), self.settings.concurrency))
            way = self._way(client, how)
            try:
                await run.drive(way, chain([first], requests), self.stop)
                self._answer_equal(run)
            except BudgetExceededError as problem:
                raise self._budget_error(problem) from problem
        if self._late:
            raise JobStoppedError(f"The deadline passed; {self.how_far()}. Run the job again: it goes on.")

    def _choose(self) -> None:
        """Decide how to ask, and say so where nobody did and it is not the usual way."""
        chosen = choose_way(self.progress.total, self.settings.deadline)
        self._how = self.settings.how or chosen.how
        if self.settings.how is None and self.settings.deadline is not None:
            self.progress.note(chosen.said)

    def _way(self, client: Any, how: str) -> Way:
        settings = self.settings
        if how == "batch":
            from tercet.toolkit.bulk.batches import BatchWay

            return BatchWay(client, self.folder, settings.maker.format, say=self.progress.note)
        return LiveWay(client, settings.maker.format, concurrency=settings.concurrency, job=settings.name)

    def _pass_deadline(self) -> None:
        self._late = True
        self.stop.request()

    # --- requests ----------------------------------------------------------------------------------------------------

    def _requests(self, run: JobRun, again: set[int], wanted: set[int] | None = None) -> Generator[NumberedRequest]:
        """Yield what is to be asked, of these items or of all. Rows of which there is no request, and equal ones, are put aside."""
        equal = EqualRequests(self.settings.folder) if self.settings.dedupe else None
        try:
            for item, row in self.rows.due(self.found, again, self._note_rows):
                made = self._made(item, row, run) if wanted is None or item in wanted else None
                if made is None or (equal is not None and item not in again and equal.is_equal(made)):
                    continue
                if is_sample(item) and isinstance(row, Mapping) and not self.settings.maker.changed:
                    self._keep_sample(made, row)
                yield made
        finally:
            if equal is not None:
                equal.close()

    def _made(self, item: int, row: Row | BadRow, run: JobRun) -> NumberedRequest | None:
        made = self.settings.maker.result_of(item, row)
        if isinstance(made, ItemResult):
            if item == 0 and not self.found.count() and not isinstance(row, BadRow) and made.error is not None:
                raise BulkError(f"{made.error.message} Nothing was sent.")
            run.put_aside(made)
            return None
        made.row = row if isinstance(row, Mapping) else None
        return made

    def _keep_sample(self, request: NumberedRequest, row: Row) -> None:
        if not any(sample.get("item") == request.item for sample in self.record.requests):
            self.record.requests.append(sample_of(request, row))
            self.folder.write(self.record)

    def _note_rows(self, count: int) -> None:
        self.record.rows = count
        self.record.source = self.settings.source.fingerprint()
        self.progress.total = count

    def _answer_equal(self, run: JobRun) -> None:
        """Give items whose request equals another's the answer of that one."""
        if not self.settings.dedupe or self.stop.requested:
            return
        equal = EqualRequests(self.settings.folder)
        try:
            for item, first in equal.pairs():
                if self.found.of(item) or item >= len(self.rows.sums):
                    continue
                status = self.found.status(first)
                if status == "failed":
                    run.put_aside(failure(item, "EqualRequestError", f"The equal request of row {first + 1} failed."))
                elif status is not None:
                    run.put_aside(ItemResult(item=item, status=status, same=first))
            run.finish()
        finally:
            equal.close()

    # --- money -------------------------------------------------------------------------------------------------------

    def _budgeted(self) -> Any:
        """Return the client, under the budget of this job as well."""
        client, asked = self.settings.client, self.settings.budget
        if asked is None:
            return client
        if isinstance(asked, int):
            asked = Budget(usd=_dollars(max(0, asked - self.found.nano)))
        policies = getattr(client, "_policies", None)
        if policies is None:
            raise BulkError(f"budget= needs a client of Tercet, not {type(client).__name__}.")
        held = policies.given.get("budget")
        others = [] if held is None else [*held] if isinstance(held, list | tuple) else [held]
        return client.copy(budget=[*others, asked])

    def _budget_error(self, problem: BudgetExceededError) -> JobBudgetError:
        count, total = self.found.count(), self.progress.total
        more = ""
        if count and total is not None and total > count:
            more = f" At this rate the rest takes about ${self.found.nano / count * (total - count) / 1e9:.2f} more."
        error = JobBudgetError(
            f"The budget is spent ({problem}); {self.how_far()}.{more} Run the job again with more: it goes on."
        )
        error.cause = problem
        return error

    # --- the end -----------------------------------------------------------------------------------------------------

    def how_far(self) -> str:
        """Return how far it came, for people."""
        total = "" if self.record.rows is None else f" of {self.record.rows:,}"
        return f"{self.found.count():,}{total} items have a result, for ${_dollars(self.found.nano):f}"

    def _on_group(self) -> None:
        self.progress.show(self.found)
        self._tell()

    def _remember(self) -> None:
        self.record.columns = self.rows.columns or None
        if self.settings.command is not None:
            self.record.command = dict(self.settings.command)
        with suppress(OSError):  # a full disk: what matters stands in the logs
            self.folder.write(self.record)

    def columns(self, names: list[str] | None = None) -> Columns:
        """Return the columns of the output."""
        to = self.settings.to
        flat = to is not None and to.suffix.lower() not in (".jsonl", ".ndjson")
        return Columns(self.rows.columns if names is None else names, self.settings.maker.format, flat=flat)

    def _finish(self) -> None:
        """Write the output, if everything has a result and it was not written yet."""
        to = self.settings.to
        if to is None or self.record.rows is None or self.found.count() < self.record.rows:
            return
        size = sum(file.stat().st_size for file in log_files(self.settings.folder))
        if to.exists() and any(each[3:] == [size] for each in self.record.written[-1:]):
            return
        columns = self.columns()

        def before(identity: list[int]) -> None:
            self.record.written = [*self.record.written[-1:], [*identity, size]]
            self.folder.write(self.record)

        stored = StoredResults(self.settings.folder, self.rows, columns)
        write_output(to, columns, stored.output_rows, self.settings.source.schema, before)


def _dollars(nano: int) -> Any:
    from tercet.catalog.cost import in_dollars

    return in_dollars(nano)
