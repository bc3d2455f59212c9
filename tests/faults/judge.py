"""What came of a cell against what must come of it. Tercet is held to every word of a row; another client only to this:
an error of its own where one is due, the right answer where that is due, nothing left open, no hang."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.bodies import PARTS, TEXT
from tests.faults.limits import HangError
from tests.faults.matrix import Cell
from tests.faults.row import Due

WORD = "Hello, wörld"
SLOWEST = 15.0
"""Seconds for one cell: more is a hang."""
Say = Callable[[str], None]
ANSWER: dict[str, dict[str, Any]] = {
    "create": {"text": TEXT, "stop_reason": "end_turn"},
    "parse": {"text": TEXT, "stop_reason": "end_turn", "word": WORD},
    "raw": {"text": TEXT, "stop_reason": "end_turn"},
    "helper": {"text": TEXT, "stop_reason": "end_turn"},
    "batch": {"id": "msgbatch_1"},
    "results": {"ids": ["item-0", "item-1", "item-2"]},
}


BREAKING = ("unanswered", "body_lost")
"""Phases after which a connection is not used again."""


@dataclass
class Outcome:
    """What one cell did."""

    value: dict[str, Any] | None = None
    error: BaseException | None = None
    is_api_error: bool = False
    shown: str = ""
    """Text that the program had seen when it ended."""
    events: int = 0
    """How many events, or results, it had seen."""
    usage: dict[str, Any] | None = None
    """The usage that they had told."""
    next: Outcome | None = None
    """What the same client's next call did, when the fault was over; None if there was none."""
    held: int = 0
    """How many connections were open between the two."""
    requests: int = 0
    sleeps: list[float] = field(default_factory=list)
    seconds: float = 0.0
    sockets: int = 0
    tasks: int = 0
    descriptors: int = 0


@dataclass
class Verdict:
    """What was wrong with a cell: nothing, if `problems` is empty."""

    problems: list[str] = field(default_factory=list)
    foreign: bool = False
    silent: bool = False
    hang: bool = False

    @property
    def wrong(self) -> bool:
        return bool(self.problems)


def judged(cell: Cell, outcome: Outcome, *, strictly: bool) -> Verdict:
    """The verdict on one cell."""
    verdict, due = Verdict(), cell.row.due_on(cell.surface)
    say = verdict.problems.append
    error = outcome.error
    if isinstance(error, HangError):
        verdict.hang = True
        say(str(error))
        return verdict
    if error is not None and not outcome.is_api_error:
        verdict.foreign = True
        say(f"{type(error).__module__}.{type(error).__name__} escapes: {str(error)[:120]}")
    elif error is None and due.error and not strictly and _is_right(cell, outcome):
        return verdict  # who makes the right answer of it is not blamed
    elif error is None and due.error:
        verdict.silent = True
        say(f"success {short(outcome.value)} where {' '.join(due.error)} is due")
    elif error is not None and not due.error:
        say(f"{type(error).__name__} where an answer is due: {str(error)[:160]}")
    elif error is None:
        _judge_value(cell, due, outcome, verdict)
    elif strictly:
        _judge_error(cell, due, outcome, verdict)
    if strictly:
        _judge_sends(cell, due, outcome, verdict)
        _judge_next(cell, due, outcome, verdict)
    if outcome.seconds > SLOWEST:
        verdict.hang = True
        say(f"took {outcome.seconds:.1f} s")
    for name in ("sockets", "tasks", "descriptors"):
        if (left := getattr(outcome, name)) > 0:
            say(f"{left} {name} left open")
    return verdict


def _is_right(cell: Cell, outcome: Outcome) -> bool:
    value = outcome.value or {}
    return all(value.get(key) == item for key, item in ANSWER[cell.surface].items())


def short(value: Any) -> str:
    return repr(value)[:120]


def _judge_value(cell: Cell, due: Due, outcome: Outcome, verdict: Verdict) -> None:
    value = outcome.value or {}
    if "any" in due.value:
        return
    expected = {**ANSWER[cell.surface], **{key: item for key, item in due.value.items() if key != "helper text"}}
    if "inputs" not in value:
        expected.pop("inputs", None)
        expected.pop("complete", None)
    if cell.surface == "raw" and "helper text" in due.value:
        expected["text"] = value["text"] if value.get("text", "").startswith(due.value["helper text"]) else TEXT
    if cell.surface != "parse":
        expected.pop("word", None)
    wrong = {key: value.get(key) for key, item in expected.items() if value.get(key) != item}
    if wrong:
        verdict.silent = True
        verdict.problems.append(f"the answer has {short(wrong)}")


def _judge_error(cell: Cell, due: Due, outcome: Outcome, verdict: Verdict) -> None:
    error, say = outcome.error, verdict.problems.append
    names = [cls.__name__ for cls in type(error).__mro__]
    for name in due.error:
        if name not in names:
            say(f"{names[0]} where {name} is due: {str(error)[:160]}")
    if due.status is not None and getattr(error, "status_code", None) != due.status:
        say(f"status {getattr(error, 'status_code', None)}, not {due.status}")
    if due.says and due.says not in str(error):
        say(f"the message does not say {due.says!r}: {str(error)[:160]}")
    if due.retry_after and not getattr(error, "retry_after", None):
        say("the error does not say how long to wait")
    _judge_attempts(due, outcome, say)
    _judge_part(cell, outcome, say)


BILLED = {
    "not_sent": "no",
    "unanswered": "maybe",
    "refused": "no",
    "failed": "maybe",
    "body_lost": "yes",
    "nothing_yielded": "yes",
}
"""Phase -> whether the attempt may have been billed; said here again, so that the judge does not believe the accused."""


def _judge_attempts(due: Due, outcome: Outcome, say: Say) -> None:
    """An attempt is recorded for each that failed, with how far it got and whether it may have been billed."""
    attempts = getattr(outcome.error, "attempts", ())
    tries = len(outcome.sleeps) + 1 if due.phase else len(outcome.sleeps)
    if len(attempts) != tries:
        say(f"{len(attempts)} attempts are recorded, not {tries}")
    for attempt in attempts:
        if attempt.phase not in due.phase.split("|"):
            say(f"attempt {attempt.number} is {attempt.phase!r}, not {due.phase!r}")
        if attempt.billed != BILLED.get(attempt.phase):
            say(f"attempt {attempt.number} is billed {attempt.billed!r} as {attempt.phase!r}")


def _judge_part(cell: Cell, outcome: Outcome, say: Say) -> None:
    """What ends badly keeps what it had brought: a beginning of the answer, all that the program saw and no more."""
    shown, error = outcome.shown, outcome.error
    if not TEXT.startswith(shown):
        say(f"the text shown is no beginning of the answer: {short(shown)}")
    if (events := getattr(error, "events_seen", None)) != outcome.events:
        say(f"{events} events are counted, {outcome.events} were seen")
    usage = getattr(error, "usage", None)
    if (None if usage is None else dict(usage)) != outcome.usage:
        say(f"the usage kept is {short(usage)}, told was {short(outcome.usage)}")
    part = getattr(error, "partial_message", None)
    if part is None:
        if outcome.usage is not None:
            say("what had come is lost")
        return
    if cell.surface not in ("raw", "helper"):
        say(f"there is a part of what was asked for whole: {short(part)}")
    if part.text != shown:
        say(f"the part kept is {part.text!r}, shown was {shown!r}")
    if part.stop_reason is not None:
        say("the part has a stop reason")


def _judge_sends(cell: Cell, due: Due, outcome: Outcome, verdict: Verdict) -> None:
    say, allowed = verdict.problems.append, cell.row.max_retries
    sends = due.sends(allowed)
    retries = max(0, sends - cell.row.hops - 1) if due.retries is None else due.retries(allowed)
    if outcome.requests != sends:
        say(f"{outcome.requests} requests, not {sends}")
    if len(outcome.sleeps) != retries:
        say(f"{len(outcome.sleeps)} retries, not {retries}")
    if due.waits is not None and not (outcome.sleeps and due.waits[0] <= outcome.sleeps[0] <= due.waits[1]):
        say(f"waits {outcome.sleeps}, not within {due.waits}")


def _judge_next(cell: Cell, due: Due, outcome: Outcome, verdict: Verdict) -> None:
    """When the fault is over, the same client's next call gets its own answer, at the first try."""
    say, then = verdict.problems.append, outcome.next
    if outcome.held:
        say(f"{outcome.held} connections are kept that broke")
    if then is None:
        if cell.row.answered:
            say("there was no next call")
        return
    if then.error is not None:
        say(f"the next call ends with {type(then.error).__name__}: {str(then.error)[:160]}")
    elif not _is_right(cell, then):
        verdict.silent = True
        say(f"the next call is answered {short(then.value)}")
    if (then.requests, len(then.sleeps)) != (1, 0):
        say(f"the next call needed {then.requests} requests and {len(then.sleeps)} retries")


assert "".join(PARTS) == TEXT
