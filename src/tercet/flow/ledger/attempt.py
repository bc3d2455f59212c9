"""One attempt under a ledger: the innermost layer around it, so that what comes here is sent, and the line that comes of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from tercet.catalog.cost import FREE, UNKNOWN, Cost
from tercet.flow.effects import Lost, Outcome, Plan, Reply, Rewind, Send
from tercet.flow.estimate import Behind, Estimate, same_model
from tercet.flow.kinds import Kind
from tercet.flow.ledger.call_record import CallRecord
from tercet.flow.ledger.entry import (
    account_of,
    cost_by_estimate,
    day_at,
    fill_cost,
    fill_outcome,
    fill_usage,
    is_free,
    short,
    stream_error_name,
)
from tercet.flow.ledger.plain_answer import fill_plain, plain_answer, plain_line, plain_stream
from tercet.flow.retry import Step, unmask_error
from tercet.flow.usage import Meter, ReportedUsage, usage_of
from tercet.wire.http import Request

if TYPE_CHECKING:
    from tercet.flow.ledger.batch_results import BatchResults
    from tercet.flow.ledger.bodies import KeptBodies


class AskedCall:
    """Describe what the attempts of a call ask of one model."""

    __slots__ = ("_content", "_estimates", "_step", "behind", "kind", "model", "params", "peeks", "record")

    def __init__(
        self,
        record: CallRecord,
        kind: Kind,
        model: str | None,
        content: bytes,
        params: Mapping[str, Any] | None = None,
        behind: Behind = same_model,
        step: Step | None = None,
        peeks: bool = False,
    ) -> None:
        self.record, self.model, self._content, self.behind = record, model, content, behind
        self.kind: Kind = kind
        self._step = step
        """What sends a request, if that is more than to send it."""
        self.params = params
        """The request's body, where that is known without reading it."""
        self.peeks = peeks
        """Whether a stream is read to its first content before it is handed on."""
        self._estimates: tuple[Estimate, ...] | None = None

    def send(self, request: Request) -> Plan[Outcome]:
        """Send one attempt, and see to its line. Innermost: what comes here is sent."""
        whole = (
            self._step is None and self.params is not None and not self.record.counted and self.record.body_days is None
        )
        return self._send_plainly(request) if whole else self._send(request)

    def _send_plainly(self, request: Request) -> Plan[Outcome]:
        """Send what is mostly answered whole, and plainly: then its line is made at once."""
        started, at, outcome = time.perf_counter_ns(), time.time_ns(), None
        try:
            outcome = unmask_error((yield Send(request)), request)
        except BaseException:
            SentRequest(self, request, started, at).give_up()
            raise
        record = self.record
        if type(outcome) is Reply and outcome.status < 300 and outcome.stream is None:
            ms = (time.perf_counter_ns() - started) // 1_000_000
            line = plain_line(record, self, account_of(request.headers), outcome, at, ms)
            if line is not None:
                record.hold(line)
                return outcome
        SentRequest(self, request, started, at).end(outcome)
        return outcome

    def _send(self, request: Request) -> Plan[Outcome]:
        sent, step = SentRequest(self, request, time.perf_counter_ns(), time.time_ns()), self._step
        try:
            outcome = unmask_error((yield Send(request)), request) if step is None else (yield from step(request))
        except BaseException:
            sent.give_up()
            raise
        if type(outcome) is Reply and outcome.stream is not None:
            stream = yield Rewind(outcome.stream, watch=sent.watch(outcome))
            return Reply(outcome.status, outcome.headers, outcome.content, stream, outcome.http_version)
        sent.end(outcome)
        return outcome

    def cost(
        self, outcome: Outcome | None, used: ReportedUsage | None, day: date, changed: Request | None
    ) -> tuple[Cost, ReportedUsage | None]:
        """Return what an attempt cost or may have cost, and its usage if that makes sense.

        `changed`: what a middleware made of the request.
        """
        if self.kind == "free" or is_free(outcome):
            return FREE, None
        answered = type(outcome) is Reply and outcome.status < 300
        if answered and self.kind == "batch":
            return FREE, None
        if used is None and answered and self.kind == "unknown":
            return UNKNOWN, None
        return cost_by_estimate(outcome, used, self._estimated(changed), day)

    def _estimated(self, changed: Request | None) -> tuple[Estimate, ...]:
        from tercet.flow.limits import LimitedCall

        if changed is not None:
            return LimitedCall(self.kind, self._content, self.behind).replace(self.kind, changed.content).estimates
        if self._estimates is None:
            self._estimates = LimitedCall(self.kind, self._content, self.behind).estimates
        return self._estimates


class SentRequest:
    """Hold the line of a request that is sent, until it is known what came of it."""

    __slots__ = (
        "_asked",
        "_bodies",
        "_changed",
        "_entry",
        "_first",
        "_inner",
        "_meter",
        "_outcome",
        "_request",
        "_results",
        "_sends",
        "_started",
    )

    def __init__(self, asked: AskedCall, request: Request, started: int, at: int) -> None:
        self._asked, self._request, self._started = asked, request, started
        self._changed: Request | None = None
        self._sends = self._first = 0
        self._outcome: Outcome | None = None
        self._meter: Meter | None = None
        self._results: BatchResults | None = None
        self._bodies: KeptBodies | None = None
        if asked.record.body_days is not None and asked.model is not None:
            from tercet.flow.ledger.bodies import KeptBodies

            self._bodies = KeptBodies(asked.record.body_days)
        self._entry = asked.record.begin(at, asked.model)
        if asked.record.counted:
            self._inner = request.reservation
            request.reservation = self

    # --- told by middleware: what is really sent ---

    @property
    def blocking(self) -> bool:
        """Return whether `before_send` may wait for a disk or a network."""
        return self._inner is not None and bool(self._inner.blocking)

    def before_send(self, request: Request) -> None:
        """Note that a middleware sends this now. What it had sent before gets a line of its own."""
        if self._inner is not None:
            self._inner.before_send(request)
        if self._sends:
            self._finish(self._outcome)
            self._asked.record.hold(self._entry)
            self._started = time.perf_counter_ns()
            self._entry = self._asked.record.begin(time.time_ns(), self._asked.model)
        self._sends += 1
        self._outcome = None
        self._changed = None if request.content == self._request.content else request

    def record_outcome(self, outcome: Outcome) -> None:
        """Note the outcome of what was sent last."""
        self._outcome = outcome
        if self._inner is not None:
            self._inner.record_outcome(outcome)

    # --- the end ---

    def end(self, outcome: Outcome) -> None:
        """Keep the line of an attempt that is over."""
        sent = self._outcome
        if self._unsent():
            self._entry.kind = "cached"  # a middleware has answered by itself
        elif isinstance(sent, Lost) or (sent is not None and sent.stream is None):
            outcome = sent  # and not what a middleware made of it
        self._finish(outcome)
        if self._asked.kind == "free" and isinstance(outcome, Reply) and (results := self._batch_results()) is not None:
            results.see(outcome.content)
            results.close()
        self._keep_bodies(outcome)
        self._asked.record.hold(self._entry)

    def _keep_bodies(self, outcome: Outcome | None) -> None:
        """Keep what was sent and what came, if that is asked for."""
        if self._bodies is not None and not self._unsent():
            line = self._bodies.line(self._entry, self._changed or self._request, outcome)
            self._asked.record.keep(self._entry.attempt, line)

    def give_up(self) -> None:
        """Keep the line of an attempt that nobody waits for any more."""
        self._finish(self._outcome)
        self._keep_bodies(self._outcome)
        self._asked.record.hold(self._entry)

    def _unsent(self) -> bool:
        """Return whether a middleware has sent nothing, as far as it has come."""
        return self._asked.record.counted and not self._sends

    def _finish(self, outcome: Outcome | None) -> None:
        """Fill the line of an attempt whose outcome is whole, or that has none."""
        self._describe(outcome)
        self._price(outcome, None)

    def _describe(self, outcome: Outcome | None) -> None:
        """Say whose it was, and what came."""
        self._entry.account = account_of(self._request.headers)
        if outcome is not None:
            fill_outcome(self._entry, outcome, self._request)

    def _price(self, outcome: Outcome | None, used: ReportedUsage | None) -> None:
        """Say what it used and cost. `used`: what a stream has told."""
        entry, asked = self._entry, self._asked
        entry.ms = (time.perf_counter_ns() - self._started) // 1_000_000
        day, entry.price_day = day_at(entry.at)
        if self._unsent():
            return fill_cost(entry, FREE)
        answer = outcome if isinstance(outcome, Reply) and outcome.status < 300 else None
        if answer is not None and asked.params is not None and asked.model is not None and self._changed is None:
            plain = plain_answer(answer.content) if used is None else plain_stream(used)
            if plain is not None and fill_plain(entry, plain, asked.behind(asked.model), asked.params):
                return None
        if answer is not None and used is None and asked.kind != "free" and answer.content:
            used = usage_of(answer.content)
        cost, sane = asked.cost(outcome, used, day, self._changed)
        fill_cost(entry, cost)
        if used is not None:
            entry.model_served, entry.stop_reason = short(used.model), short(used.stop_reason)
        if sane is not None:
            fill_usage(entry, sane)
        return None

    # --- streams ---

    def watch(self, reply: Reply) -> LedgerWatch:
        """Return what sees a stream while it is read. From now on the line is its matter."""
        record, self._outcome = self._asked.record, reply
        record.leave()
        self._describe(reply)
        if self._asked.peeks:
            self._first = time.perf_counter_ns()
        if self._asked.kind == "free":
            self._results = self._batch_results()
        whole = "json" in reply.headers.get("content-type", "")
        self._meter = Meter(lambda used: self._price(reply, used), record.later, whole=whole)
        return LedgerWatch(self)

    def _batch_results(self) -> BatchResults | None:
        """Return what reads the results of a batch, if they are what came."""
        if self._request.method != "GET" or self._entry.kind != "other" or self._entry.error is not None:
            return None
        from tercet.flow.ledger.batch_results import BatchResults, batch_of

        batch = batch_of(self._request.url)
        return None if batch is None else BatchResults(self._asked.record, self._entry, batch)

    def see(self, chunk: bytes) -> None:
        """Note bytes of a stream."""
        if not self._first:
            self._first = time.perf_counter_ns()
        if self._bodies is not None:
            self._bodies.see(chunk)
        if self._results is not None:
            self._results.see(chunk)
        elif self._meter is not None and self._asked.kind != "free":
            self._meter.see(chunk)

    def over(self, lost: Lost | None) -> None:
        """Write the line of a stream that nobody reads on."""
        meter, self._meter = self._meter, None
        if meter is None or (work := meter.finish()) is None:
            return
        work()
        if self._results is not None:
            self._results.close()
        entry = self._entry
        if self._first:
            entry.first_ms = (self._first - self._started) // 1_000_000
        failure = lost if lost is not None or not entry.certainty else error_event(meter.last)
        if failure is not None:
            entry.error = stream_error_name(failure)
        entry.last, entry.error_of_call = True, entry.error
        self._keep_bodies(self._outcome)
        self._asked.record.write(entry)

    def drop(self) -> None:
        """Write the line of a stream that was thrown away, later: a collector may come while we write."""
        if self._meter is not None:
            self._asked.record.later(lambda: self.over(None))


class LedgerWatch:
    """See the chunks of a stream, and its end, or that nobody holds it any more."""

    __slots__ = ("_sent",)

    def __init__(self, sent: SentRequest) -> None:
        self._sent = sent

    def __call__(self, chunk: bytes | Lost | None) -> None:
        """See what is handed out."""
        if type(chunk) is bytes:
            self._sent.see(chunk)
        else:
            self._sent.over(chunk if isinstance(chunk, Lost) else None)

    def __del__(self) -> None:
        self._sent.drop()


def error_event(end: bytes) -> dict[str, Any] | None:
    """Return the `error` event that a stream ended in, if it did."""
    for line in reversed(end.splitlines()):
        if line.startswith(b"data:") and b'"error"' in line:
            try:
                event = msgspec.json.decode(line[5:])
            except (ValueError, RecursionError):
                continue
            if isinstance(event, dict) and event.get("type") == "error":
                return event
    return None
