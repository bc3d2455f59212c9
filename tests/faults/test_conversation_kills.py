"""Three rounds of what `python -m tests.faults.conversation_kills` plays two hundred times."""

from __future__ import annotations

import sys

import pytest
from tests.faults.conversation_kills import play


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for who lives")
def test_conversations_hold_every_answer_and_go_on_whoever_is_killed() -> None:
    tally = play(3)

    assert tally.given > 3
    assert (tally.lost, tally.broken, tally.damaged) == (0, 0, 0)
