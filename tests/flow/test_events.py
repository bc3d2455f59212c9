"""What is told of an attempt: how it ended, and whether it may have cost."""

from __future__ import annotations

import pytest

from tercet.flow.effects import Reply
from tercet.flow.events import attempt_details
from tercet.wire.http import Headers, Request


@pytest.mark.parametrize(
    ("status", "phase"),
    [(200, None), (204, None), (302, "refused"), (304, "refused"), (404, "refused"), (529, "refused")],
)
def test_an_attempt_went_well_with_a_2xx_alone(status: int, phase: str | None) -> None:
    request = Request("POST", "https://a.example/v1/messages", Headers(), b"")
    told = attempt_details(Reply(status, Headers(), b"{}"), request, None, 0.1)
    assert (told.status, told.phase) == (status, phase)
