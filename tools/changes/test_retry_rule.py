"""A rule that was added decides: as a table, and in a plan step by step."""

from __future__ import annotations

import pytest

from tercet.flow.effects import Reply, Send, Sleep
from tercet.flow.retry import RetryPolicy, with_retries, worth_retrying
from tercet.wire.http import Headers, Request


def reply(status: int, **headers: str) -> Reply:
    return Reply(status, Headers({name.replace("_", "-"): value for name, value in headers.items()}), b"{}")


@pytest.mark.parametrize(
    ("outcome", "again"),
    [
        (reply(404), False),
        (reply(404, x_served_by="warming-up"), True),
        (reply(404, x_served_by="something else"), False),
        (reply(400, x_served_by="warming-up"), False),
        (reply(503), True),
    ],
)
def test_the_rule_is_a_row(outcome: Reply, again: bool) -> None:
    assert worth_retrying(outcome) is again


def test_a_plan_sends_again_by_the_rule() -> None:
    request = Request("POST", "http://127.0.0.1/v1/messages", Headers({}), b"{}")
    plan = with_retries(lambda attempt: request, RetryPolicy(max_retries=1))

    assert type(next(plan)) is Send
    step = plan.send(reply(404, x_served_by="warming-up"))
    while not isinstance(step, Sleep):
        step = plan.send(None)
    assert type(plan.send(None)) is Send
    with pytest.raises(StopIteration) as ended:
        plan.send(reply(200))
    assert ended.value.value.outcome.status == 200
