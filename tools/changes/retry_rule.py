"""A new rule of what is retried."""

from __future__ import annotations

from house_changes import Scratch

TESTS = ["tests/flow/test_retry.py"]
RULE = """    if outcome.status == 404 and outcome.headers.get("x-served-by") == "warming-up":
        return True  # a gateway that knows the model a moment later
"""


def edit(house: Scratch) -> None:
    """Retry the 404 of a gateway that is still warming up."""
    house.before("flow", "    said = should_retry(outcome.headers)\n", RULE)
