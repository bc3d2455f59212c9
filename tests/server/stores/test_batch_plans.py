"""Requests of a batch that take their time, fail or expire: by the clock and the seed."""

from __future__ import annotations

from typing import Any

import tercet
from tercet.server.clock import Clock
from tercet.server.settings import ServerSettings
from tercet.server.stores.batch_plans import plan_of

DAY = 86_400


def requests(count: int) -> list[dict[str, Any]]:
    params = {"model": "claude-haiku-4-5", "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}
    return [{"custom_id": f"i{n}", "params": params} for n in range(count)]


def ended(client: tercet.Anthropic, batch_id: str) -> tercet.types.messages.MessageBatch:
    for _ in range(1000):
        batch = client.messages.batches.retrieve(batch_id)
        if batch.processing_status == "ended":
            return batch
    raise AssertionError("the batch did not end")


def kinds(client: tercet.Anthropic, batch_id: str) -> list[str]:
    return [each.result.type for each in client.messages.batches.results(batch_id)]


def test_without_settings_there_is_no_plan() -> None:
    assert plan_of(ServerSettings(), "msgbatch_1", 5) is None


def test_the_same_seed_and_batch_draw_the_same() -> None:
    drawn = ServerSettings(batch_delays="uniform:1,9", batch_errored=0.2, batch_expired=0.1)
    plan = plan_of(drawn, "msgbatch_1", 1000)
    assert plan is not None
    assert plan == plan_of(drawn, "msgbatch_1", 1000) != plan_of(drawn, "msgbatch_2", 1000)
    assert sorted(each.number for each in plan) == list(range(1000))
    assert 150 < sum(each.outcome == "errored" for each in plan) < 250
    assert 60 < sum(each.outcome == "expired" for each in plan) < 140


def test_a_batch_ends_when_its_slowest_request_is_due() -> None:
    clock = Clock()
    clock.freeze()
    with tercet.local_api(clock=clock, batch_delays="uniform:10,60") as api, api.client() as client:
        batch = client.messages.batches.create(requests=requests(50))
        clock.advance(30)
        assert client.messages.batches.retrieve(batch.id).processing_status == "in_progress"
        clock.advance(31)
        assert ended(client, batch.id).request_counts.succeeded == 50
        ids = [each.custom_id for each in client.messages.batches.results(batch.id)]
        assert sorted(ids) == sorted(f"i{n}" for n in range(50)) != ids


def test_a_canceled_batch_keeps_what_was_answered_until_then() -> None:
    clock = Clock()
    clock.freeze()
    with tercet.local_api(clock=clock, batch_delays="uniform:0,100") as api, api.client() as client:
        batch = client.messages.batches.create(requests=requests(100))
        clock.advance(50)
        client.messages.batches.cancel(batch.id)
        clock.advance(1000)
        counts = ended(client, batch.id).request_counts
    assert 30 < counts.succeeded < 70
    assert counts.succeeded + counts.canceled == 100


def test_a_batch_that_is_a_day_old_keeps_what_was_answered_until_then() -> None:
    clock = Clock()
    clock.freeze()
    with tercet.local_api(clock=clock, batch_delays=f"uniform:0,{2 * DAY}") as api, api.client() as client:
        batch = client.messages.batches.create(requests=requests(100))
        clock.advance(3 * DAY)
        counts = ended(client, batch.id).request_counts
    assert 30 < counts.succeeded < 70
    assert counts.succeeded + counts.expired == 100


def test_shares_of_requests_fail_and_expire() -> None:
    with tercet.local_api(batch_errored=0.5, batch_expired=0.5) as api, api.client() as client:
        batch = client.messages.batches.create(requests=requests(40))
        assert ended(client, batch.id).request_counts.succeeded == 0
        found = list(client.messages.batches.results(batch.id))
    assert {each.result.type for each in found} == {"errored", "expired"}
    error = next(each.result for each in found if each.result.type == "errored")
    assert error.error.error.type == "api_error"
