"""Batches under kills and lost answers: `make faults-bulk` plays 200 rounds and 50 submissions, the suite a few."""

from tests.faults.batch_kills import play_kills, play_unclear


def test_no_item_is_in_two_batches_however_often_the_job_was_killed() -> None:
    tally = play_kills(3, seed=7)
    assert (tally.wrong, tally.twice) == ([], 0)
    assert tally.kills == 3


def test_no_item_is_in_two_batches_though_answers_to_submissions_were_lost() -> None:
    tally = play_unclear(5, seed=7)
    assert (tally.wrong, tally.twice) == ([], 0)
    assert 5 <= tally.unclear == tally.adopted
