"""The results of a batch, as they are read: a line for each, under the batch's id and the request's own, so that one that is read
again counts once. Knows lines of JSON; what passes is not changed."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import msgspec

from tercet.catalog.cost import FREE, cost_of
from tercet.flow.ledger.call_record import CallRecord
from tercet.flow.ledger.entry import LedgerLine, day_at, fill_cost, fill_usage, short, stream_error_name
from tercet.flow.usage import LARGEST, ReportedUsage, is_sane

_PATH = re.compile(r"/messages/batches/([\w.-]+)/results/?(?:[?#].*)?$")
MOST_TOKENS = 100_000_000
"""More no result reports; what was asked for is not known here."""


class _Answer(msgspec.Struct):
    usage: dict[str, Any] | None = None
    model: Any = None
    stop_reason: Any = None


class _Result(msgspec.Struct):
    type: str = ""
    message: _Answer | None = None
    error: Any = None


class _Line(msgspec.Struct):
    custom_id: str
    result: _Result


_decode = msgspec.json.Decoder(_Line).decode


def batch_of(url: str) -> str | None:
    """Return the batch whose results this address has, if it is one."""
    found = _PATH.search(url)
    return None if found is None else found[1]


class BatchResults:
    """Write a line for each result whose bytes pass. `about`: the line of the request that reads them."""

    __slots__ = ("_about", "_batch", "_record", "_rest", "_size")

    def __init__(self, record: CallRecord, about: LedgerLine, batch: str) -> None:
        self._record, self._about, self._batch = record, about, batch
        self._rest: list[bytes] = []
        self._size = 0

    def see(self, chunk: bytes) -> None:
        """Read the lines that are whole."""
        if b"\n" not in chunk:
            self._keep(chunk)
            return
        *lines, rest = b"".join([*self._rest, chunk]).split(b"\n")
        self._rest, self._size = [], 0
        self._keep(rest)
        for line in lines:
            self._read(line)

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= LARGEST:
            self._rest.append(part)
        else:
            self._rest = []  # no line of the API is so long

    def close(self) -> None:
        """Read a last line that has no newline."""
        rest, self._rest = b"".join(self._rest), []
        self._read(rest)

    def _read(self, line: bytes) -> None:
        try:
            read = _decode(line)
        except (ValueError, RecursionError):
            return
        about, record, result = self._about, self._record, read.result
        entry = LedgerLine(
            id=f"{self._batch}:{read.custom_id[:256]}", attempt=0, at=about.at, kind="batch", account=about.account,
            workspace=about.workspace, request_id=about.request_id, status=about.status, origin=about.origin,
            certainty=0, last=True,
        )  # fmt: skip
        record.tag(entry)
        day, entry.price_day = day_at(about.at)
        if result.type == "succeeded" and result.message is not None:
            _fill(entry, result.message, day)
        else:
            fill_cost(entry, FREE)
            failure = result.error.get("error", result.error) if isinstance(result.error, dict) else {}
            entry.error = entry.error_of_call = _ENDED.get(result.type) or stream_error_name({"error": failure})
        record.write(entry)


_ENDED = {"canceled": "canceled", "expired": "expired"}
"""Results without an answer and without an error of the API: their own word stands for a class."""


def _fill(entry: LedgerLine, answer: _Answer, day: date) -> None:
    entry.model_served, entry.stop_reason = short(answer.model), short(answer.stop_reason)
    usage = answer.usage
    used = None if usage is None else ReportedUsage(usage, final=True, model=answer.model)
    if used is None or entry.model_served is None or not is_sane(used, MOST_TOKENS, MOST_TOKENS, searches=True):
        entry.certainty, entry.low = 2, 0
        return
    fill_cost(entry, cost_of(entry.model_served, used.usage, day, batch=True))
    fill_usage(entry, used)
