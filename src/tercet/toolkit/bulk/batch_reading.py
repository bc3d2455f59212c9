"""The results of one batch, read to the end and once, whatever happens meanwhile: what is answered, and what is left.

What was given is remembered by its item, so that a batch which is read again from its beginning gives nothing twice. Items that
expired, were canceled, or failed for what may pass are left for the next try; an answer that is not of its type is asked for once
more, with the problem.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from tercet.schema.answers import OutputFormat
from tercet.toolkit.bulk.answers import again, judge, result_of
from tercet.toolkit.bulk.batch_api import BatchAPI
from tercet.toolkit.bulk.batch_records import BatchRow
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.items import ItemError, ItemResult
from tercet.toolkit.bulk.shards import CustomId, ShardLine, ShardWriter, parse_custom_id
from tercet.toolkit.bulk.ways import MOST_IN_GROUP
from tercet.wire.errors.tree import APIError
from tercet.wire.responses.message import Message

PERMANENT: Mapping[str, tuple[str, int]] = {
    "invalid_request_error": ("BadRequestError", 400),
    "authentication_error": ("AuthenticationError", 401),
    "billing_error": ("BillingError", 402),
    "permission_error": ("PermissionDeniedError", 403),
    "not_found_error": ("NotFoundError", 404),
    "request_too_large": ("RequestTooLargeError", 413),
}
"""Kinds of errors that the next try would meet as well -> the class and the status of the same error elsewhere."""
MOST_READINGS = 10
"""How often a batch is read again from its beginning before it is given up."""


class ShardReading:
    """The results of one try of a shard. `last`: what is left is not tried again, and has failed."""

    def __init__(self, row: BatchRow, output: OutputFormat | None, *, last: bool = False) -> None:
        self._row, self._output, self._last = row, output, last
        self._seen: set[int] = set()
        self._readings = 0
        self.is_complete = False
        """Whether everything was read."""
        self.left: set[int] = set()
        """Items that have to be tried again."""
        self.misfits: dict[int, tuple[Message, str, int]] = {}
        """Items whose answer is not of its type: the answer, the problem, and what it cost."""
        self.given_up: list[ItemResult] = []

    async def groups(self, api: BatchAPI) -> AsyncIterator[list[ItemResult]]:
        """Yield results in groups. Ends early where reading was broken off: then `is_complete` is False."""
        assert self._row.id is not None
        group: list[ItemResult] = []
        try:
            async for read in api.results(self._row.id):
                result = self.take(read)
                if result is not None:
                    group.append(result)
                    if len(group) >= MOST_IN_GROUP:
                        yield group
                        group = []
            self._check_whole()
            self.is_complete = True
        except APIError as problem:
            self._readings += 1
            if self._readings >= MOST_READINGS:
                raise
            await api.pause_after(problem, self._readings, reading=True)
        if group:
            yield group

    def take(self, read: Mapping[str, Any]) -> ItemResult | None:
        """Take in one result; None if there is nothing to give for it now, or it was taken in before."""
        custom_id = parse_custom_id(read.get("custom_id"))
        if custom_id is None or custom_id.nonce != self._row.nonce:
            raise BulkError(
                f"The batch {self._row.id} holds a result for {read.get('custom_id')!r:.80}, which this job never asked for."
            )
        if custom_id.item in self._seen:
            return None
        self._seen.add(custom_id.item)
        outcome: Any = getattr(read, "result", None) or {}
        kind = outcome.get("type")
        if kind == "succeeded":
            return self._answered(custom_id, outcome.message)
        if kind == "errored":
            error = outcome.get("error") or {}
            told = (error.get("error") if isinstance(error, Mapping) else None) or {}
            name, said = str(told.get("type")), str(told.get("message"))[:2000]
            if name in PERMANENT:
                cls, code = PERMANENT[name]
                return self._failed(custom_id, ItemError(cls, said, code))
            self._leave(custom_id, ItemError("InternalServerError", f"{name}: {said}", None, retryable=True))
        else:
            self._leave(custom_id, ItemError("BatchResultError", f"the request was {kind}", None, retryable=True))
        return None

    def _answered(self, custom_id: CustomId, message: Message) -> ItemResult | None:
        result = result_of(custom_id.item, message, self._output, paid=custom_id.paid or 0)
        if result.status != "schema" or custom_id.paid is not None or self._last:
            return result
        problem = judge(message, self._output)[2] or ""
        self.misfits[custom_id.item] = (message, problem, result.nano or 0)
        return None

    def _leave(self, custom_id: CustomId, error: ItemError) -> None:
        if self._last:
            self.given_up.append(self._failed(custom_id, error))
        else:
            self.left.add(custom_id.item)

    @staticmethod
    def _failed(custom_id: CustomId, error: ItemError) -> ItemResult:
        return ItemResult(item=custom_id.item, status="failed", error=error, nano=custom_id.paid or 0)

    def _check_whole(self) -> None:
        if len(self._seen) != self._row.count:
            raise BulkError(
                f"The batch {self._row.id} was made of {self._row.count:,} requests and has results for {len(self._seen):,}."
            )

    def write_again(self, writer: ShardWriter, line: ShardLine) -> None:
        """Write the request of a line into the next try, if it has to be asked again."""
        item = line.id.item
        if item in self.left:
            writer.add(item, line.params, line.id.paid)
        elif item in self.misfits:
            message, problem, paid = self.misfits[item]
            writer.add(item, again(msgspec.json.decode(line.params), message, problem), paid)
