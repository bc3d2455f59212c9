"""Every fault of the matrix once, on a surface, in a world and in a chunking of its own; `make faults` runs all cells."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.faults import matrix
from tests.faults.judge import ANSWER, Outcome, judged
from tests.faults.limits import HangError
from tests.faults.matrix import Cell
from tests.faults.row import ONCE, Row, fails, fine, same

import tercet
from tercet.flow.retry import Attempt

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_fault_ends_as_it_must(certificate_folder: Path) -> None:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "tests.faults.subject",
        "--slice",
        "--certificates",
        str(certificate_folder),
    ]
    halves = [
        subprocess.Popen(
            [*command, "--shard", shard], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for shard in ("0/2", "1/2")
    ]
    ended = [half.communicate(timeout=100) for half in halves]
    told = [json.loads(line) for out, _ in ended for line in out.splitlines()]

    assert [(each["name"], each["problems"]) for each in told if each["problems"]] == []
    assert len(told) == len(matrix.ROWS), [error[-500:] for _, error in ended]


def test_the_matrix_is_as_large_as_it_says() -> None:
    assert len(list(matrix.cells())) >= 1800
    assert {row.number for row in matrix.ROWS} >= {
        *range(1, 11),
        *range(12, 62),
        *range(63, 72),
        *range(73, 95),
        *range(96, 103),
    } - {61}


LOST = fails("APIConnectionError", phase="unanswered")
CELL = Cell(Row(1, "a fault", same(), LOST, answered=False), "create", "blocking", "whole")
STREAM = Cell(Row(1, "a cut", same(), fails("APIError", sends=ONCE), answered=False), "raw", "blocking", "whole")
FINE = Cell(Row(1, "no fault", same(), fine(), answered=False), "create", "blocking", "whole")
THEN = Cell(Row(1, "no fault", same(), fine()), "create", "blocking", "whole")
RIGHT = Outcome(value=ANSWER["create"], requests=1)
OTHERS = Outcome(value={**ANSWER["create"], "text": "another's"}, requests=1)
WAITS = [0.5, 1.0]


def failed(*phases: str, error: type[tercet.APIError] = tercet.APIConnectionError, **more: Any) -> Outcome:
    """An outcome whose error has attempts of these phases."""
    made = error(message="lost", request=None)
    made.attempts = tuple(Attempt(number, 0.1, None, "lost", None, phase) for number, phase in enumerate(phases))  # type: ignore[arg-type]
    return Outcome(**{"error": made, "is_api_error": True, "requests": 3, "sleeps": WAITS, **more})


@pytest.mark.parametrize(
    ("cell", "outcome", "word"),
    [
        (CELL, Outcome(value=ANSWER["create"], requests=3), "success"),
        (CELL, Outcome(error=KeyError("x"), requests=3), "escapes"),
        (CELL, failed(error=tercet.APIError), "APIConnectionError is due"),
        (CELL, failed(*["unanswered"] * 3, requests=2), "2 requests, not 3"),
        (CELL, failed(*["unanswered"] * 3, sleeps=[]), "0 retries, not 2"),
        (CELL, failed(), "0 attempts are recorded, not 3"),
        (CELL, failed("unanswered", "unanswered"), "2 attempts are recorded, not 3"),
        (CELL, failed("unanswered", "not_sent", "unanswered"), "attempt 1 is 'not_sent'"),
        (CELL, failed(*["unanswered"] * 3, held=1), "1 connections are kept"),
        (STREAM, failed(requests=1, sleeps=[], events=3), "0 events are counted, 3 were seen"),
        (STREAM, failed(requests=1, sleeps=[], usage={"input_tokens": 1}), "the usage kept is None"),
        (STREAM, failed(requests=1, sleeps=[], usage={"input_tokens": 1}), "what had come is lost"),
        (FINE, Outcome(value={"text": "half"}, requests=1), "the answer has"),
        (FINE, Outcome(value=ANSWER["create"], requests=2), "2 requests"),
        (FINE, Outcome(value=ANSWER["create"], requests=1, sockets=1), "1 sockets left open"),
        (FINE, Outcome(value=ANSWER["create"], requests=1, seconds=60), "took 60.0 s"),
        (FINE, Outcome(error=HangError("hangs"), requests=1), "hangs"),
        (THEN, RIGHT, "no next call"),
        (THEN, Outcome(value=ANSWER["create"], requests=1, next=OTHERS), "the next call is answered"),
        (THEN, Outcome(value=ANSWER["create"], requests=1, next=failed()), "the next call ends with"),
        (
            THEN,
            Outcome(value=ANSWER["create"], requests=1, next=Outcome(value=ANSWER["create"], requests=2, sleeps=[0.5])),
            "the next call needed 2 requests and 1 retries",
        ),
    ],
)
def test_the_judge_is_not_blind(cell: Cell, outcome: Outcome, word: str) -> None:
    assert word in " ".join(judged(cell, outcome, strictly=True).problems)


def test_a_right_outcome_has_no_problems() -> None:
    assert judged(FINE, RIGHT, strictly=True).problems == []
    assert judged(THEN, Outcome(value=ANSWER["create"], requests=1, next=RIGHT), strictly=True).problems == []
    assert judged(CELL, failed(*["unanswered"] * 3), strictly=True).problems == []
