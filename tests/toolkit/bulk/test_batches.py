"""Jobs by Message Batches, end to end: each item once, whatever happens to submissions, results and the run."""

import asyncio
import json

import pytest

import tercet
from tercet.server.clock import Clock
from tercet.toolkit.bulk import batch_submission
from tercet.toolkit.bulk.batch_records import BatchRecords
from tercet.toolkit.bulk.batches import BatchWay
from tercet.toolkit.bulk.folder import JobFolder
from tercet.toolkit.bulk.items import NumberedRequest
from tercet.toolkit.bulk.shards import ShardWriter
from tercet.toolkit.bulk.ways import StopRequest

MODEL = "claude-haiku-4-5"


def requests(count):
    for item in range(count):
        asked = [{"role": "user", "content": f"What is {item} + 1?"}]
        yield NumberedRequest(item, {"model": MODEL, "max_tokens": 30, "messages": asked})


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch):
    monkeypatch.setattr(batch_submission, "PAUSES", (0.0, 0.01))
    monkeypatch.setattr(batch_submission, "WATCH_SECONDS", 0.01)


def answered(client, folder, count, stop=None, **limits):
    """The items that a run gives, in the order in which they come."""

    async def work():
        way = BatchWay(client, JobFolder(folder), **limits)
        return [result async for group in way.answer(requests(count), stop or StopRequest()) for result in group]

    return asyncio.run(work())


def batches_of(api):
    with api.client() as client:
        return list(client.messages.batches.list())


def items_of(api):
    """The items in all batches of the server."""
    found = []
    with api.client() as client:
        for batch in client.messages.batches.list():
            found += [int(each.custom_id.split("-")[1], 36) for each in client.messages.batches.results(batch.id)]
    return sorted(found)


def test_items_are_answered_once_in_shards(tmp_path):
    with tercet.local_api() as api:
        found = answered(api.async_client(), tmp_path, 25, most_requests=10)
        assert sorted(result.item for result in found) == list(range(25))
        assert {result.status for result in found} == {"ok"}
        assert sorted(batch.request_counts.succeeded for batch in batches_of(api)) == [5, 10, 10]
    assert not list(tmp_path.glob("shard-*"))


def test_a_job_by_batches_writes_its_output_and_costs_half(tmp_path):
    def job(how):
        source = [{"n": number} for number in range(3)]
        return tercet.bulk(
            source, to=tmp_path / f"{how}.jsonl", client=client, ask="What is {n} + 1?", model=MODEL, how=how
        )

    with tercet.local_api() as api, api.client() as client:
        live, batch = job("live").run(progress=False), job("batch").run(progress=False)
    rows = [json.loads(line) for line in (tmp_path / "batch.jsonl").read_text().splitlines()]
    assert [row["answer"] for row in rows] == ["0 + 1 = 1", "1 + 1 = 2", "2 + 1 = 3"]
    assert batch.cost * 2 == live.cost


def test_what_fails_or_expires_goes_into_the_next_try(tmp_path):
    with tercet.local_api(batch_errored=0.1, batch_expired=0.1, seed=5) as api:
        found = answered(api.async_client(), tmp_path, 60)
        assert sorted(result.item for result in found) == list(range(60))
        assert {result.status for result in found} == {"ok"}
        assert 2 <= len(batches_of(api)) <= 6


def test_what_never_gets_an_answer_fails_in_the_end_and_may_be_retried(tmp_path):
    with tercet.local_api(batch_expired=1.0) as api:
        found = answered(api.async_client(), tmp_path, 3)
        assert [(result.status, result.error.retryable) for result in found] == [("failed", True)] * 3
        assert len(batches_of(api)) == 5


@pytest.mark.parametrize("fault", ["rst@10", "rst@0", "end@10", "empty:200"])
def test_a_submission_whose_answer_is_lost_is_adopted_and_not_made_twice(tmp_path, fault):
    with tercet.local_api(faults=[f"x1 /v1/messages/batches {fault}"]) as api:
        found = answered(api.async_client(), tmp_path, 12, most_requests=4)
        assert sorted(result.item for result in found) == list(range(12))
        assert items_of(api) == list(range(12))


@pytest.mark.parametrize("fault", ["rst", "close", "html:502"])
def test_a_submission_that_was_lost_on_its_way_is_made_by_the_next_try(tmp_path, fault):
    with tercet.local_api(faults=[f"x1 /v1/messages/batches {fault}"]) as api:
        found = answered(api.async_client(max_retries=0), tmp_path, 4)
        assert sorted(result.item for result in found) == list(range(4))
        assert items_of(api) == list(range(4))


@pytest.mark.parametrize("fault", ["rst@900", "end@900", "corrupt@700", "529", "rst"])
def test_results_that_break_off_are_read_again_and_given_once(tmp_path, fault):
    with tercet.local_api(faults=[]) as api:
        client = api.async_client(max_retries=0)

        async def work():
            way, broken, found = BatchWay(client, JobFolder(tmp_path)), [], []
            results = client.messages.batches.results

            async def breaking(batch_id, **more):
                if not broken:
                    broken.append(batch_id)
                    api.fault(f"x1 /v1/messages/batches/{batch_id}/results {fault}")
                return await results(batch_id, **more)

            client.messages.batches.results = breaking
            async for group in way.answer(requests(40), StopRequest()):
                found += group
            return found

        found = asyncio.run(work())
        assert sorted(result.item for result in found) == list(range(40))


def test_a_stop_leaves_batches_going_on_and_the_next_run_finds_them(tmp_path):
    clock = Clock()
    with tercet.local_api(clock=clock, batch_seconds=3600) as api:
        stop = StopRequest()

        async def stopped():
            way = BatchWay(api.async_client(), JobFolder(tmp_path), most_requests=5)
            groups = way.answer(requests(10), stop)
            coming = asyncio.ensure_future(anext(groups, None))
            while len(await asyncio.to_thread(batches_of, api)) < 2:
                pass
            stop.request()
            return await coming

        assert asyncio.run(stopped()) is None
        clock.advance(3600)
        found = answered(api.async_client(), tmp_path, 10)
        assert sorted(result.item for result in found) == list(range(10))
        assert len(batches_of(api)) == 2


def test_an_intent_without_a_batch_is_sent_by_the_next_run(tmp_path):
    with tercet.local_api() as api:
        with JobFolder(tmp_path).database() as connection:
            writer = ShardWriter(tmp_path / "shard-00000-1.json", "3f2a9c10")
            for request in requests(5):
                writer.add(request.item, request.params)
            digest = writer.close()
            BatchRecords(connection).intend(0, 1, "3f2a9c10", 5, writer.size, digest)
        (tmp_path / "shard-00001-1.json").write_text("begun by a process that died before its intent")
        found = answered(api.async_client(), tmp_path, 8)
        assert sorted(result.item for result in found) == list(range(8))
        assert items_of(api) == list(range(8))


def test_a_wrong_key_ends_the_job_and_leaves_nothing_to_look_for(tmp_path):
    with tercet.local_api(keys=["sk-right"]) as api:
        with pytest.raises(tercet.AuthenticationError):
            answered(api.async_client(api_key="sk-wrong"), tmp_path, 3)
        found = answered(api.async_client(api_key="sk-right"), tmp_path, 3)
        assert sorted(result.item for result in found) == [0, 1, 2]
        assert len(batches_of(api)) == 1


def test_a_request_that_no_batch_can_hold_is_an_item_that_failed(tmp_path):
    with tercet.local_api() as api:
        found = answered(api.async_client(), tmp_path, 3, most_bytes=120)
        assert [(result.status, result.error.type) for result in found] == [("failed", "BulkError")] * 3
        assert batches_of(api) == []


def test_a_blocking_client_without_a_twin_is_asked_in_threads(tmp_path):
    class Own(tercet.Anthropic):
        """A class of the caller's."""

    with tercet.local_api() as api, Own(base_url=api.base_url, api_key="k") as client:
        job = tercet.bulk([{"n": 1}, {"n": 2}], client=client, ask="What is {n} + 1?", model=MODEL, how="batch")
        assert [item.text for item in job] == ["1 + 1 = 2", "2 + 1 = 3"]


def test_beta_features_stand_in_the_header_of_the_batch(tmp_path):
    def asked(row):
        messages = [{"role": "user", "content": "Hello"}]
        return {"model": MODEL, "max_tokens": 99, "messages": messages, "betas": ["context-1m-2025-08-07"]}

    with tercet.local_api(journal=True) as api, api.client() as client:
        status = tercet.bulk([{}], client=client, ask=asked, how="batch").run(progress=False)
        assert status.ok == 1
        sent = api.journal.entries(method="POST", path="/v1/messages/batches")[0]
    assert "context-1m-2025-08-07" in sent.headers["anthropic-beta"]
