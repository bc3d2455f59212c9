"""What came of a cell against what must come of it. Tercet is held to every word of a row; another client only to this:
an error of its own where one is due, the right answer where that is due, nothing left open, no hang."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.faults.bodies import PARTS, TEXT
from tests.faults.matrix import Cell
from tests.faults.row import Due

WORD = "Hello, wörld"
SLOWEST = 15.0
"""Seconds for one cell: more is a hang."""
ANSWER: dict[str, dict[str, Any]] = {
    "create": {"text": TEXT, "stop_reason": "end_turn"},
    "parse": {"text": TEXT, "stop_reason": "end_turn", "word": WORD},
    "raw": {"text": TEXT, "stop_reason": "end_turn"},
    "helper": {"text": TEXT, "stop_reason": "end_turn"},
    "results": {"ids": ["item-0", "item-1", "item-2"]},
}


@dataclass
class Outcome:
    """What one cell did."""

    value: dict[str, Any] | None = None
    error: BaseException | None = None
    is_api_error: bool = False
    shown: str = ""
    """Text that the program had seen when it ended."""
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
        _judge_retries(due, outcome, verdict)
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
    if len(getattr(error, "attempts", ())) not in (0, len(outcome.sleeps) + 1):
        say(f"{len(error.attempts)} attempts are recorded, {len(outcome.sleeps)} retries were made")  # type: ignore[union-attr]
    if cell.surface in ("raw", "helper"):
        _judge_part(cell, outcome, verdict)


def _judge_part(cell: Cell, outcome: Outcome, verdict: Verdict) -> None:
    """A stream that ends badly keeps what it had brought: a beginning of the answer, and all that the program saw."""
    say, shown = verdict.problems.append, outcome.shown
    if not TEXT.startswith(shown):
        say(f"the text shown is no beginning of the answer: {short(shown)}")
    part = getattr(outcome.error, "partial_message", None)
    if part is None:
        if shown:
            say("what had come is lost")
        return
    if part.text != shown:
        say(f"the part kept is {part.text!r}, shown was {shown!r}")
    if part.stop_reason is not None:
        say("the part has a stop reason")


def _judge_retries(due: Due, outcome: Outcome, verdict: Verdict) -> None:
    say = verdict.problems.append
    if due.requests is not None:
        low, high = due.requests if isinstance(due.requests, tuple) else (due.requests, due.requests)
        if not low <= outcome.requests <= high:
            say(f"{outcome.requests} requests, not {due.requests}")
    if due.retries is not None and len(outcome.sleeps) != due.retries:
        say(f"{len(outcome.sleeps)} retries, not {due.retries}")
    if due.waits is not None and not (outcome.sleeps and due.waits[0] <= outcome.sleeps[0] <= due.waits[1]):
        say(f"waits {outcome.sleeps}, not within {due.waits}")


assert "".join(PARTS) == TEXT
