"""Bulk jobs that are killed: `make faults-bulk` plays 200 rounds, the suite a few."""

from tests.faults.bulk_kills import play


def test_each_row_stands_once_in_the_output_however_often_the_job_was_killed() -> None:
    tally = play(3, seed=7)
    assert (tally.wrong, tally.lost) == ([], 0)
    assert tally.kills == 3
