"""Three rounds of what `python -m tests.faults.ledger_kills` plays two hundred times."""

from __future__ import annotations

import sys

import pytest
from tests.faults.ledger_kills import PROCESSES, play


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for who lives")
def test_a_ledger_holds_every_answer_but_those_in_flight_whoever_is_killed() -> None:
    tally = play(3)

    assert tally.given > 3 * PROCESSES
    assert tally.missing <= 3 * PROCESSES
    assert (tally.twice, tally.torn, tally.foreign) == (0, 0, 0)
