"""The probe of a job: real items of a random order, kept; and estimates before there are answers."""

import pytest

import tercet
from tercet.toolkit.bulk.errors import BulkError, JobStoppedError
from tercet.toolkit.bulk.probing import probe_order, spread

MODEL = "claude-haiku-4-5"


def job(client, count=3000, **more):
    return tercet.bulk(
        [{"n": number} for number in range(count)], client=client, ask="Say {n}", model=MODEL, max_tokens=400, **more
    )


def test_the_order_is_the_jobs_own_and_the_same_again():
    assert probe_order("a", 100, 30) == probe_order("a", 100, 30) != probe_order("b", 100, 30)
    assert len({*probe_order("a", 20, 30)}) == 20


def test_a_sample_is_spread_over_the_whole_source():
    assert spread(3) == {0, 1, 2}
    assert spread(0) == set()
    assert (len(spread(1000)), max(spread(1000))) == (50, 980)


def test_without_answers_inputs_are_counted_and_nothing_is_asked():
    with tercet.local_api(journal=True) as api, api.client() as client:
        found = job(client).estimate()
        asked = {entry.path for entry in api.journal.entries()}
    assert asked == {"/v1/messages/count_tokens"}
    assert (found.items, found.answers) == (3000, 0)
    assert found.live.low < found.live.likely < found.live.high
    assert found.batch.high * 2 == pytest.approx(found.live.high, abs=2)


def test_a_probe_is_kept_and_its_interval_is_about_what_the_job_costs():
    with tercet.local_api(output_tokens="lognormal:60,0.5") as api, api.client() as client:
        asked = job(client, 600)
        found = asked.estimate(probe=200)
        assert 200 <= asked.status().answered < 600
        assert found.answers == asked.status().answered
        before = asked.status().answered
        status = asked.run(progress=False)
    assert (before, status.ok) == (found.answers, 600)
    spread = (
        found.high - found.low
    )  # the interval holds nine times of ten; twice as wide it holds whatever is drawn here
    assert found.low - spread / 2 <= status.cost <= found.high + spread / 2


def test_a_job_by_batches_is_probed_first_and_ended_if_everything_fails():
    with tercet.local_api() as api, api.client() as client:
        wrong = job(client, 1200, how="batch", tools=[{"name": "no name", "input_schema": {}}])
        with pytest.raises(JobStoppedError, match="failed alike"):
            wrong.run(progress=False)
        assert list(client.messages.batches.list()) == []


def test_a_source_that_can_be_read_once_is_not_estimated():
    with tercet.local_api() as api, api.client() as client:
        once = tercet.bulk(iter([{"n": 1}]), client=client, ask="Say {n}", model=MODEL)
        with pytest.raises(BulkError, match="only once"):
            once.estimate()
