"""Every fault of the matrix once, on a surface, in a world and in a chunking of its own; `make faults` runs all cells."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults import matrix
from tests.faults.judge import ANSWER, Outcome, judged
from tests.faults.matrix import Cell
from tests.faults.row import Row, fails, fine, same

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


ROW = Row(1, "a fault", same(), fails("APIError"))
CELL = Cell(ROW, "create", "blocking", "whole")
FINE = Cell(Row(1, "no fault", same(), fine()), "create", "blocking", "whole")


@pytest.mark.parametrize(
    ("cell", "outcome", "word"),
    [
        (CELL, Outcome(value=ANSWER["create"], requests=3), "success"),
        (CELL, Outcome(error=KeyError("x"), requests=3), "escapes"),
        (CELL, Outcome(error=ValueError("x"), is_api_error=True, requests=3), "APIError is due"),
        (FINE, Outcome(value={"text": "half"}, requests=1), "the answer has"),
        (FINE, Outcome(value=ANSWER["create"], requests=2), "2 requests"),
        (FINE, Outcome(value=ANSWER["create"], requests=1, sockets=1), "1 sockets left open"),
        (FINE, Outcome(value=ANSWER["create"], requests=1, seconds=60), "took 60.0 s"),
    ],
)
def test_the_judge_is_not_blind(cell: Cell, outcome: Outcome, word: str) -> None:
    assert word in " ".join(judged(cell, outcome, strictly=True).problems)


def test_a_right_outcome_has_no_problems() -> None:
    assert judged(FINE, Outcome(value=ANSWER["create"], requests=1), strictly=True).problems == []
