"""How far an attempt got decides whether it may have been billed."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from tests.flow.steps import lost, reply, streaming

from tercet.flow.billing import BILLED, NothingYielded, Phase, phase_of


@pytest.mark.parametrize(
    ("outcome", "phase"),
    [
        (lost("connect", "not_sent"), "not_sent"),
        (lost("read", "unanswered"), "unanswered"),
        (lost("read", "cut"), "body_lost"),
        (lost("decode", "cut"), "body_lost"),
        (reply(400), "refused"),
        (reply(429), "refused"),
        (reply(503), "refused"),
        (reply(529), "refused"),
        (reply(500), "failed"),
        (reply(504), "failed"),
        (NothingYielded(streaming(), lost("read", "cut")), "nothing_yielded"),
    ],
)
def test_each_failure_has_its_phase(outcome: Any, phase: str) -> None:
    assert phase_of(outcome) == phase


def test_every_phase_says_whether_it_is_billed() -> None:
    assert BILLED.keys() == set(get_args(Phase))
