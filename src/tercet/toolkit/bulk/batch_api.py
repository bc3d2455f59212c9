"""What a job asks of the Message Batches API: bodies sent once, everything else repeated until it is known.

The calls go through the client's public nouns. A POST that makes a batch is never repeated here nor by the client; a GET is, for as
long as the error may pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from tercet.toolkit.bulk.answers import is_retryable
from tercet.toolkit.bulk.batch_submission import (
    ListedBatch,
    SubmissionMade,
    SubmissionRefused,
    SubmissionUnclear,
)
from tercet.toolkit.bulk.shards import parse_custom_id
from tercet.wire.errors.limits import PaceWaitError
from tercet.wire.errors.tree import APIConnectionError, APIError, APIStatusError, CircuitOpenError
from tercet.wire.responses.batches import MessageBatch

T = TypeVar("T")
PATH = "/v1/messages/batches"
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
QUEUE_WAIT = 30.0
"""Seconds before a batch is offered again that the account's queue had no room for."""
REFUSALS = frozenset({408, 409, 429, 529})
PAGE = 100


class BatchAPI:
    """The calls of one run. `pause` waits, or raises if the run is to stop."""

    def __init__(self, client: Any, pause: Callable[[float], Awaitable[None]]) -> None:
        self._client, self._pause = client, pause
        self.refusal = ""
        """Why the latest body was not taken, for people."""

    async def send(self, body: bytes, betas: list[str]) -> SubmissionMade | SubmissionRefused | SubmissionUnclear:
        """Send a body once, and return what is known then. Raises what concerns every batch: a wrong key, a spent budget."""
        options: dict[str, Any] = {"max_retries": 0}
        if betas:
            options["headers"] = {"anthropic-beta": ",".join(betas)}
        try:
            made = await self._client.post(PATH, body=body, cast_to=MessageBatch, options=options)
        except APIError as problem:
            if _was_refused(problem):
                self.refusal = " ".join(str(problem).split())[:300]
                said = problem.retry_after
                return SubmissionRefused(QUEUE_WAIT if said is None else min(float(said), 3600.0))
            if _is_unclear(problem):
                return SubmissionUnclear()
            raise
        return SubmissionMade(made.id)

    async def has_ended(self, batch_id: str) -> bool:
        """Return whether a batch has ended."""
        batch = await self._surely(lambda: self._client.messages.batches.retrieve(batch_id))
        return bool(batch.processing_status == "ended")

    async def listed(self, since: float) -> list[ListedBatch]:
        """Return the account's batches since a moment, newest first."""
        found: list[ListedBatch] = []
        after: dict[str, Any] = {}
        while True:
            page = await self._surely(lambda: self._client.messages.batches.list(limit=PAGE, **after))  # noqa: B023 - awaited here
            for batch in page.data:
                created = _moment(batch.get("created_at"))
                if created < since:
                    return found
                counts = batch.get("request_counts") or {}
                number = sum(value for value in counts.values() if isinstance(value, int))
                found.append(ListedBatch(batch.id, number, created, batch.processing_status == "ended"))
            if not page.get("has_more") or not page.data:
                return found
            after = {"after_id": page.data[-1].id}

    async def first_nonce(self, batch_id: str) -> str | None:
        """Return the nonce of the first result of a batch; None if it is not one of ours."""

        async def first() -> str | None:
            decoder = await self._client.messages.batches.results(batch_id)
            try:
                async for result in each_of(decoder):
                    custom_id = parse_custom_id(result.get("custom_id"))
                    return None if custom_id is None else custom_id.nonce
                return None
            finally:
                await _closed(decoder)

        return await self._surely(first)

    async def results(self, batch_id: str) -> AsyncIterator[Any]:
        """Yield the results of a batch as they come. Raises whatever happens while reading; read it again then."""
        decoder = await self._surely(lambda: self._client.messages.batches.results(batch_id))
        try:
            async for result in each_of(decoder):
                yield result
        finally:
            await _closed(decoder)

    async def pause_after(self, problem: Exception, tries: int, *, reading: bool = False) -> None:
        """Wait before something is asked again that failed. Raises the problem if waiting does not help.

        `reading`: it came while results were read; what cut or changed them may not be there the next time.
        """
        if not (_may_pass(problem) or (reading and not isinstance(problem, APIStatusError))):
            raise problem
        said = getattr(problem, "retry_after", None)
        await self._pause(min(FIRST_WAIT * 2**tries, LONGEST_WAIT) if said is None else min(float(said), 3600.0))

    async def _surely(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what a GET returns, asked for as long as its errors may pass."""
        tries = 0
        while True:
            try:
                return await ask()
            except APIError as problem:
                await self.pause_after(problem, tries)
                tries += 1


def _may_pass(problem: Exception) -> bool:
    return is_retryable(problem) or isinstance(problem, CircuitOpenError | PaceWaitError)


def _was_refused(problem: APIError) -> bool:
    """Return whether a body was certainly not taken, and may be taken later."""
    if isinstance(problem, APIStatusError):
        return problem.status_code in REFUSALS
    if isinstance(problem, CircuitOpenError | PaceWaitError):
        return True
    attempts = getattr(problem, "attempts", ())
    return isinstance(problem, APIConnectionError) and bool(attempts) and all(each.billed == "no" for each in attempts)


def _is_unclear(problem: APIError) -> bool:
    """Return whether a batch may have been made though no answer tells of it. What is not known to be refused is unclear."""
    return not isinstance(problem, APIStatusError) or problem.status_code >= 500 or problem.status_code < 400


def _moment(text: object) -> float:
    """Return seconds since 1970; the end of time for what is no moment, so that nothing is overlooked."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return float("inf")
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()


async def each_of(decoder: Any) -> AsyncIterator[Any]:
    """Yield what a decoder reads, in this loop or, where it is a blocking client's, in threads."""
    if hasattr(decoder, "__aiter__"):
        async for result in decoder:
            yield result
        return
    held, coming = iter(decoder), True
    while coming:
        part = await asyncio.to_thread(_some_of, held)
        coming = len(part) == PAGE
        for result in part:
            yield result


def _some_of(held: Any) -> list[Any]:
    part: list[Any] = []
    for result in held:
        part.append(result)
        if len(part) == PAGE:
            break
    return part


async def _closed(decoder: Any) -> None:
    closing = decoder.close()
    if hasattr(closing, "__await__"):
        await closing
