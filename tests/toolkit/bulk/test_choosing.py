"""Live or by batches, where nobody said."""

import pytest

from tercet.toolkit.bulk.choosing import choose_way

HOUR = 3600.0


@pytest.mark.parametrize(
    ("items", "deadline", "how"),
    [
        (10_000, None, "live"),
        (99, 48 * HOUR, "live"),
        (100, 24 * HOUR, "batch"),
        (100, 24 * HOUR - 1, "live"),
        (None, 48 * HOUR, "batch"),
        (1_000_000, 600.0, "live"),
    ],
)
def test_the_number_of_items_and_the_deadline_decide_and_a_sentence_says_why(items, deadline, how):
    chosen = choose_way(items, deadline)
    assert chosen.how == how
    assert chosen.said.endswith(".")
    assert ("batches" if how == "batch" else "live") in chosen.said
