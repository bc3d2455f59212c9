"""The live way: many requests at once, at the client's pace and within its budget.

A fixed number of workers pull requests, each when its last answer is written, so that memory holds what is under way and no more. A 429, an overload
or an open breaker delays all of them and drops nothing; other failures that may pass are tried a few times. An answer that
is not of its type is asked for once more, with the problem. Where requests share a prefix that is marked for the API's
cache, the first of them goes alone: the others find the prefix written.

An error of the job as a whole (a wrong key, a spent budget) ends it: nothing more is asked, what is under way is finished and
given, and then the error is raised.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from random import random
from typing import Any

import msgspec

from tercet.flow.ledger.tags import tagged
from tercet.schema.answers import OutputFormat
from tercet.toolkit.bulk.answers import again, failure_of, is_retryable, judge, result_of
from tercet.toolkit.bulk.items import ItemResult, NumberedRequest
from tercet.toolkit.bulk.ways import StopRequest, TasksUnderStop
from tercet.wire.errors.codes import ContractSpendLimitReachedError, EnforcedSpendLimitReachedError
from tercet.wire.errors.limits import BudgetExceededError, BudgetUnknownError, PaceWaitError, SharedStateError
from tercet.wire.errors.statuses import AuthenticationError, OverloadedError, RateLimitError
from tercet.wire.errors.tree import CircuitOpenError, CredentialsError
from tercet.wire.requests.json_body import encode_json

DEFAULT_CONCURRENCY = 50
MOST_TRIES = 4
"""How often a call is made that failed for what may pass; the client's own retries come on top of each."""
FIRST_DELAY, LONGEST_DELAY = 0.5, 60.0
MOST_PREFIXES = 1024

WHOLE_JOB = (AuthenticationError, CredentialsError, BudgetExceededError, BudgetUnknownError, SharedStateError)
"""Errors that the next request would meet as well, and that no item can help."""
SPENT = (ContractSpendLimitReachedError, EnforcedSpendLimitReachedError)
DELAYS = (RateLimitError, OverloadedError, CircuitOpenError, PaceWaitError)
"""Errors after which the same request is asked again, however often."""


class LiveWay:
    """Ask requests one by one, `concurrency` at once."""

    name = "live"

    def __init__(
        self,
        client: Any,
        output: OutputFormat | None = None,
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        job: str | None = None,
    ) -> None:
        self._client, self._output, self._concurrency, self._job = client, output, concurrency, job

    async def answer(self, requests: Iterator[NumberedRequest], stop: StopRequest) -> AsyncIterator[list[ItemResult]]:
        """Yield groups of results until all requests are answered or a stop was asked for."""
        crew = _Crew(self._client, self._output, self._job, requests, stop)
        crew.start(self._concurrency)
        try:
            while (group := await crew.next_group()) is not None:
                if group:
                    yield group
        finally:
            await crew.end()
        if crew.ended_by is not None:
            raise crew.ended_by


class _Crew(TasksUnderStop):
    """The workers of one run, and what they have in common."""

    def __init__(
        self,
        client: Any,
        output: OutputFormat | None,
        job: str | None,
        requests: Iterator[NumberedRequest],
        stop: StopRequest,
    ) -> None:
        super().__init__(stop)
        self._client, self._output, self._job, self._requests = client, output, job, requests
        self._done: list[ItemResult] = []
        self._ready, self._written = asyncio.Event(), asyncio.Event()
        self._prefixes: dict[bytes, asyncio.Event] = {}
        self._not_before = 0.0
        self._delay = FIRST_DELAY
        self.ended_by: BaseException | None = None

    def start(self, concurrency: int) -> None:
        """Start the workers."""
        self._heed_stop()
        for _ in range(concurrency):
            worker = self._loop.create_task(self._work())
            self._tasks.add(worker)
            worker.add_done_callback(self._leave)

    def _leave(self, worker: asyncio.Task[None]) -> None:
        self._tasks.discard(worker)
        if not worker.cancelled() and (problem := worker.exception()) is not None:
            self._end_by(problem)
        if not self._tasks:
            self._ready.set()

    def _end_by(self, problem: BaseException) -> None:
        self.ended_by = self.ended_by or problem
        self._stopping.set()

    async def next_group(self) -> list[ItemResult] | None:
        """Return what was answered since; None when everybody has left.

        Who asks for it has written the one before. Only then do its workers go on: a kill meets no more than they had under way.
        """
        self._written.set()
        self._written.clear()
        await self._ready.wait()
        if not self._tasks and not self._done:
            return None
        group, self._done = self._done, []
        if self._tasks:
            self._ready.clear()
        return group

    async def end(self) -> None:
        """Stop everybody now. What they asked is answered to nobody."""
        workers = [*self._tasks]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    # --- a worker ----------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while not (self._stop.requested or self._stopping.is_set()):
            try:
                request = next(self._requests)
            except StopIteration:
                return
            with tagged(job=self._job, item=request.item):
                result = await self._answered(request)
            if result is None:
                return
            self._done.append(result)
            self._ready.set()
            await self._written.wait()

    async def _answered(self, request: NumberedRequest) -> ItemResult | None:
        """Return the result of a request; None if it was not asked, or has to be asked again by a later run."""
        key = cached_prefix(request.params)
        if key is None:
            return await self._asked(request)
        written = self._prefixes.get(key)
        if written is not None:
            await written.wait()
            return await self._asked(request)
        if len(self._prefixes) >= MOST_PREFIXES:
            self._prefixes = {key: event for key, event in self._prefixes.items() if not event.is_set()}
        written = self._prefixes[key] = asyncio.Event()
        try:
            return await self._asked(request)
        finally:
            written.set()

    async def _asked(self, request: NumberedRequest) -> ItemResult | None:
        params, row, misfit, tries = request.params, request.row, None, 0
        paid: int | None = 0
        while await self._may_ask():
            tries += 1
            try:
                message = await self._create(params)
            except WHOLE_JOB + SPENT as problem:
                self._end_by(problem)
                break
            except Exception as problem:
                if self._will_pass(problem, tries):
                    continue
                return misfit or failure_of(request.item, problem, row=row)
            self._delay = FIRST_DELAY
            result = result_of(request.item, message, self._output, paid=paid, row=row)
            if result.status != "schema" or misfit is not None:
                return result
            misfit, paid, tries = result, result.nano, 0
            params = again(request.params, message, judge(message, self._output)[2] or "")
        return misfit

    async def _create(self, params: Mapping[str, Any]) -> Any:
        if "betas" in params:
            return await self._client.beta.messages.create(**params)
        return await self._client.messages.create(**params)

    def _will_pass(self, problem: Exception, tries: int) -> bool:
        """Return whether to ask again after this, and have everybody wait for as long as it takes."""
        delays = isinstance(problem, DELAYS)
        if not delays and (tries >= MOST_TRIES or not is_retryable(problem)):
            return False
        said = getattr(problem, "retry_after", None)
        if said is None:
            said = self._delay * (1 - random() / 4)
            self._delay = min(self._delay * 2, LONGEST_DELAY)
        self._not_before = max(self._not_before, self._loop.time() + min(said, 3600.0))
        return True

    async def _may_ask(self) -> bool:
        """Wait until requests may go out again. Returns False if a stop was asked for meanwhile."""
        while not (self._stop.requested or self._stopping.is_set()):
            wait = self._not_before - self._loop.time()
            if wait <= 0:
                return True
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stopping.wait()
        return False


def cached_prefix(params: Mapping[str, Any]) -> bytes | None:
    """Return what tells the prefix that a request marks for the API's cache; None if it marks none that others may share."""
    marked: list[Any] = [params.get("model"), None, None, None]
    for place, name in enumerate(("tools", "system"), 1):
        value = params.get(name)
        marked[place] = value
        if isinstance(value, list) and any(
            isinstance(block, Mapping) and block.get("cache_control") for block in value
        ):
            marked[3] = True
    first = params["messages"][0] if params.get("messages") else None
    content = first.get("content") if isinstance(first, Mapping) else None
    if isinstance(content, list):
        ends = [
            place for place, block in enumerate(content) if isinstance(block, Mapping) and block.get("cache_control")
        ]
        if ends:
            marked[3] = content[: ends[0] + 1]
    if marked[3] is None:
        return None
    try:
        return blake2b(encode_json(marked), digest_size=16).digest()
    except (TypeError, ValueError, msgspec.MsgspecError):
        return None
