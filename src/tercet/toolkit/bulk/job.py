"""`tercet.bulk`, and the job that it returns: run it, iterate over it, look at it, ask what failed again."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from tercet.client.defaults import with_defaults
from tercet.client.overrides import NO_OVERRIDES
from tercet.client.resources.messages import CREATE_NAMES
from tercet.flow.budget import Budget
from tercet.toolkit.bulk.asking import asked_client, check_client, run_in_loop
from tercet.toolkit.bulk.columns import Columns
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.estimates import JobEstimate, equal_share
from tercet.toolkit.bulk.folder import JobFolder
from tercet.toolkit.bulk.items import CODES, NumberedRequest
from tercet.toolkit.bulk.live import DEFAULT_CONCURRENCY
from tercet.toolkit.bulk.outputs import check_output, table_of
from tercet.toolkit.bulk.probing import estimate_from_answers, estimate_from_inputs, live_costs, spread
from tercet.toolkit.bulk.progress import Progress
from tercet.toolkit.bulk.requests import Ask, RequestMaker, unanswered
from tercet.toolkit.bulk.rows import JobRows
from tercet.toolkit.bulk.session import JobSession
from tercet.toolkit.bulk.settings import (
    How,
    JobSettings,
    check_concurrency,
    check_how,
    parse_budget,
    parse_deadline,
)
from tercet.toolkit.bulk.sources import BadRow, source_of
from tercet.toolkit.bulk.status import JobStatus, as_status, status_of
from tercet.toolkit.bulk.stopping import interruptible
from tercet.toolkit.bulk.stored import Item, StoredResults
from tercet.toolkit.bulk.tail import LogTail
from tercet.toolkit.bulk.ways import StopRequest

ENOUGH_ANSWERS = 30
"""Answers from which on an estimate rests on them."""
FAILURES = frozenset({CODES["failed"], CODES["schema"]})


def bulk(
    source: Any,
    *,
    client: Any,
    ask: Ask,
    to: str | os.PathLike[str] | None = None,
    answer: Any = None,
    deadline: float | str | None = None,
    budget: float | str | Decimal | Budget | None = None,
    how: How = None,
    max_concurrency: int = DEFAULT_CONCURRENCY,
    dedupe: bool = False,
    continue_changed: bool = False,
    **common: Any,
) -> Job:
    """Return the job of asking a model once for each row of `source`. Nothing is sent before it is run or iterated over.

    `source`: a path (.jsonl, .csv, .tsv, .parquet), an iterable of mappings, or an Arrow table. `ask` makes of a row the arguments
    of `messages.create`, or a prompt; a text is a prompt with `{fields}`. `common` are arguments of every request (`model`,
    `max_tokens`, `system` …). `answer`: the type of the answers, whatever `messages.parse` takes.

    `to`: the output, JSONL, CSV or Parquet; beside it stands the folder `<to>.job`, in which the job is gone on with after
    whatever ended it. Without it results are kept as long as the job lives. `deadline`: seconds or '6h' for a run. `budget`: US
    dollars for the folder, all runs together, or a Budget. `dedupe=True` asks equal requests once. `continue_changed=True`
    keeps what is answered when `ask` was changed, and asks the rest the new way.

    Raises BulkError for what cannot be a job.
    """
    check_client(client)
    found = source_of(source)
    output = None if to is None else Path(os.path.abspath(os.fspath(to)))
    settings = JobSettings(
        source=found,
        client=client,
        maker=RequestMaker(
            ask, answer, with_defaults(common, getattr(client, "_defaults", NO_OVERRIDES), CREATE_NAMES)
        ),
        to=output,
        folder=_folder_for(output, found.path),
        deadline=parse_deadline(deadline),
        budget=parse_budget(budget),
        how=check_how(how),
        concurrency=check_concurrency(max_concurrency),
        dedupe=dedupe,
        continue_changed=continue_changed,
    )
    return Job(settings)


def _folder_for(output: Path | None, source: Any) -> Path:
    """Return the folder of a job: beside its output, which must be ours to write; else one that goes with the job."""
    if output is None:
        return Path(tempfile.mkdtemp(prefix="tercet-bulk-"))
    folder = output.with_name(f"{output.name}.job")
    record = JobFolder(folder).record()
    check_output(output, source, [] if record is None else record.written)
    return folder


class Job:
    """A job over a source. `run()` it, or iterate over it; killed or stopped, run it again: it goes on."""

    def __init__(self, settings: JobSettings) -> None:
        self.settings = settings
        self.folder = settings.folder
        if settings.to is None:
            weakref.finalize(self, shutil.rmtree, str(settings.folder), ignore_errors=True)
        self._rows = JobRows(settings.folder, settings.source)

    # --- running -----------------------------------------------------------------------------------------------------

    def run(self, *, progress: bool = True) -> JobStatus:
        """Ask what is not answered yet, write the output, and say how it went. Works in notebooks, too.

        Ctrl-C finishes what is under way and then raises KeyboardInterrupt; twice, it stops at once. Raises BulkError for what
        must be changed first, JobStoppedError for what ended the job (JobBudgetError: a budget), AuthenticationError for a
        wrong key; the folder goes on in each case.
        """
        return self._run(progress, frozenset(), {})

    def retry(
        self,
        *,
        failed: bool = True,
        refused: bool = False,
        cut: bool = False,
        model: str | None = None,
        progress: bool = True,
    ) -> JobStatus:
        """Ask again what failed (errors, and answers that did not fit), and what was refused or cut if that is said.

        `model`: the one to ask instead. Results are replaced by answers, never by failures.
        """
        codes = (FAILURES if failed else frozenset[int]()) | {
            CODES[name] for name, asked in (("refused", refused), ("cut", cut)) if asked
        }
        return self._run(progress, frozenset(codes), {} if model is None else {"model": model})

    async def arun(self, *, progress: bool = True) -> JobStatus:
        """Do what `run` does, in the running event loop. Cancelled, it keeps what was answered."""
        stop = StopRequest()
        session = self._session(stop, progress)
        await self._go(session, stop)
        return as_status(session.found, session.record.rows, running=False)

    def _session(
        self,
        stop: StopRequest,
        progress: bool,
        *,
        tell: Callable[[], object] = lambda: None,
        retry: frozenset[int] = frozenset(),
    ) -> JobSession:
        shown = Progress(self.settings.name, shown=progress)
        return JobSession(self.settings, self._rows, stop, shown, tell=tell, retry=retry)

    @staticmethod
    async def _go(session: JobSession, stop: StopRequest) -> None:
        """Carry a session out; when it is cancelled, stop it and let it write."""
        work = asyncio.ensure_future(session.go())
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            stop.request(at_once=True)
            await asyncio.gather(work, return_exceptions=True)
            raise
        finally:
            session.progress.show(session.found, last=True)

    def _run(self, progress: bool, retry: frozenset[int], changed: dict[str, Any]) -> JobStatus:
        stop = StopRequest()
        session = self._session(stop, progress, retry=retry)
        self.settings.maker.changed = changed
        try:
            with interruptible(stop, session.progress.note) as heard:
                run_in_loop(lambda: self._go(session, stop))
        finally:
            self.settings.maker.changed = {}
        heard.end(session.how_far())
        return as_status(session.found, session.record.rows, running=False)

    # --- iterating ---------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Item]:
        """Yield each item once, as it comes: what is answered first, then what this runs to answer."""
        stop, ready = StopRequest(), threading.Event()
        session = self._session(stop, False, tell=ready.set)
        tail = LogTail(self.folder, self._rows, self.settings.maker.format)
        ended: list[BaseException] = []
        started = threading.Event()

        def begin() -> None:
            tail.begin(session.found)
            started.set()

        session.started = begin

        def work() -> None:
            try:
                asyncio.run(self._go(session, stop))
            except BaseException as problem:  # it is raised where the items are read
                ended.append(problem)
            finally:
                started.set()
                ready.set()

        thread = threading.Thread(target=work, name="tercet-bulk", daemon=True)
        thread.start()
        try:
            started.wait()
            yield from tail.stored()
            while thread.is_alive():
                ready.wait()
                ready.clear()
                yield from tail.fresh()
            thread.join()
            yield from tail.fresh()
        finally:
            stop.request()
            thread.join()
        if ended:
            raise ended[0]

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Yield each item once, as it comes, in the running event loop."""
        stop, ready = StopRequest(), asyncio.Event()
        session = self._session(stop, False, tell=ready.set)
        tail = LogTail(self.folder, self._rows, self.settings.maker.format)

        def begin() -> None:
            tail.begin(session.found)
            ready.set()

        session.started = begin
        work = asyncio.ensure_future(self._go(session, stop))
        work.add_done_callback(lambda _: ready.set())
        try:
            await ready.wait()
            for item in tail.stored():
                yield item
            while not work.done():
                await ready.wait()
                ready.clear()
                for item in tail.fresh():
                    yield item
            for item in tail.fresh():
                yield item
            await work
        finally:
            stop.request()
            await asyncio.gather(work, return_exceptions=True)

    def estimate(self, *, probe: int = 0, progress: bool = False) -> JobEstimate:
        """Return what the whole job may cost, live and as batches, as an interval.

        From the answers that are there, if they are thirty or more. Otherwise the inputs of fifty rows are counted by the API, and
        answers are taken to be between a tenth of `max_tokens` and all of it. `probe=200` asks so many rows of a random order first,
        more if they tell too little (2,000 at most); their results are kept, and paid once.
        """
        source = self.settings.source
        if source.once:
            raise BulkError(f"{source.name} can be read only once: run the job, and estimate meanwhile from what came.")
        items = source.count_hint()
        total = sum(1 for _ in source.rows()) if items is None else items
        if probe:
            stop = StopRequest()
            session = self._session(stop, progress)
            session.probe = probe
            with interruptible(stop, session.progress.note) as heard:
                run_in_loop(lambda: self._go(session, stop))
            heard.end(session.how_far())
        sample = self._sample(total)
        costs = live_costs(self.folder)
        if len(costs) >= ENOUGH_ANSWERS:
            return estimate_from_answers(costs, total, equal_share(request.encoded() for request in sample))

        async def count() -> JobEstimate:
            async with asked_client(self.settings.client, 1) as client:
                return await estimate_from_inputs(client, sample, total)

        return run_in_loop(count)

    def _sample(self, items: int) -> list[NumberedRequest]:
        wanted = spread(items)
        rows = ((number, row) for number, row in enumerate(self.settings.source.rows()) if number in wanted)
        return [*unanswered(self.settings.maker, rows, lambda failed: None)]

    def preview(self) -> str:
        """Return in a sentence what the job may cost at most, by its first row; sends nothing."""
        settings, maker = self.settings, self.settings.maker
        count = settings.source.count_hint()
        first = None if settings.source.once else next(settings.source.rows(), None)
        rows = "a number of items that only reading tells" if count is None else f"{count:,} items"
        if first is None or isinstance(first, BadRow):
            return f"{rows}; {self.status()}."
        price = settings.client.estimate(**maker.make(0, first).params).high
        most = None if price is None or count is None else price * count
        cost = (
            "at a price that is not known"
            if most is None
            else f"at most ${most:.2f} if every answer is as long as it may be"
        )
        return f"{rows} {settings.how or 'live'}, {cost}. {self.status()}."

    # --- looking -----------------------------------------------------------------------------------------------------

    def status(self) -> JobStatus:
        """Return how far the job has come, whoever runs it."""
        return status_of(self.folder)

    @property
    def cost(self) -> Decimal:
        """Return what the job has cost so far, in US dollars at list prices, all runs together."""
        return self.status().cost

    def failed(self) -> list[Item]:
        """Return the items that failed: errors, and answers that were not of their type."""
        return list(self._stored().items(FAILURES))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the output as far as there are results, in the order of the source; also while it runs."""
        return self._stored().output_rows()

    def table(self) -> Any:
        """Return the output as an Arrow table (`__arrow_c_stream__`); needs pyarrow, the extra `parquet`."""
        stored = self._stored(flat=True)
        return table_of(stored.columns, stored.output_rows, self.settings.source.schema)

    def _stored(self, *, flat: bool = False) -> StoredResults:
        record = JobFolder(self.folder).record()
        names = (record.columns if record is not None else None) or self._rows.columns
        return StoredResults(self.folder, self._rows, Columns(names, self.settings.maker.format, flat=flat))

    def __repr__(self) -> str:
        return f"<Job {self.settings.name}: {self.status()}>"
