"""Jobs: run, killed, gone on with, finished and run again; each row once, in order, and nothing is paid twice."""

import asyncio
import csv
import errno
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pytest

import tercet
from tercet.toolkit.bulk.changes import RowSums
from tercet.toolkit.bulk.folder import JobFolder
from tercet.toolkit.bulk.results import ResultLog
from tercet.toolkit.bulk.session import JobSession

MODEL = {"model": "claude-haiku-4-5", "max_tokens": 60}
ROWS = [{"text": f"Tell of {n}."} for n in range(40)]


@pytest.fixture
def api():
    with tercet.local_api(journal=True) as api:
        yield api


def asked(api):
    """Return how often each prompt was asked."""
    return Counter(entry.json["messages"][0]["content"] for entry in api.journal.entries())


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def job_of(api, tmp_path, rows=ROWS, to="out.jsonl", **more):
    arguments = {"ask": "{text}", **MODEL, **more}
    return tercet.bulk(rows, to=tmp_path / to, client=arguments.pop("client", None) or api.client(), **arguments)


@pytest.mark.parametrize("kind", ["client", "async_client"])
def test_each_row_has_its_answer_in_order_whichever_client_asks(api, tmp_path, kind):
    job = job_of(api, tmp_path, client=getattr(api, kind)())
    status = job.run(progress=False)

    out = lines(tmp_path / "out.jsonl")
    assert [row["text"] for row in out] == [row["text"] for row in ROWS]
    assert all(row["text"] in row["answer"] for row in out)
    assert {row["status"] for row in out} == {"ok"}
    assert sum(Decimal(row["cost"]) for row in out) == status.cost == job.cost
    assert (status.items, status.ok, status.done, status.running) == (40, 40, True, False)
    assert max(asked(api).values()) == 1


def test_a_finished_job_that_is_run_again_sends_nothing_and_writes_nothing(api, tmp_path):
    job_of(api, tmp_path).run(progress=False)
    before = os.stat(tmp_path / "out.jsonl")
    job_of(api, tmp_path).run(progress=False)
    assert len(asked(api)) == sum(asked(api).values()) == 40
    assert os.stat(tmp_path / "out.jsonl").st_mtime_ns == before.st_mtime_ns


def test_a_lost_output_is_written_again_without_asking(api, tmp_path):
    job_of(api, tmp_path).run(progress=False)
    before = (tmp_path / "out.jsonl").read_bytes()
    (tmp_path / "out.jsonl").unlink()
    job_of(api, tmp_path).run(progress=False)
    assert (tmp_path / "out.jsonl").read_bytes() == before
    assert sum(asked(api).values()) == 40


def test_rows_added_at_the_end_are_taken_up(api, tmp_path):
    job_of(api, tmp_path, ROWS[:30]).run(progress=False)
    job_of(api, tmp_path, ROWS).run(progress=False)
    assert [row["text"] for row in lines(tmp_path / "out.jsonl")] == [row["text"] for row in ROWS]
    assert max(asked(api).values()) == 1


def test_a_changed_row_prompt_or_model_is_refused_and_sends_nothing(api, tmp_path):
    job_of(api, tmp_path).run(progress=False)
    sent = sum(asked(api).values())
    with pytest.raises(tercet.JobChangedError, match="Row 4 of the list"):
        job_of(api, tmp_path, [*ROWS[:3], {"text": "other"}, *ROWS[4:], {"text": "new"}]).run(progress=False)
    for changed, said in (
        ({"ask": "Say {text}"}, r"messages\[0\].content was"),
        ({"model": "claude-sonnet-4-6"}, "model was"),
        ({"answer": {"type": "object", "properties": {"a": {"type": "string"}}}}, "output_config is new"),
    ):
        with pytest.raises(tercet.JobChangedError, match=said) as told:
            job_of(api, tmp_path, [*ROWS, {"text": "new"}], **changed).run(progress=False)
        assert told.value.exit_code == 2
        assert told.value.changes
    assert sum(asked(api).values()) == sent


def test_continue_keeps_what_is_answered_and_asks_the_rest_the_new_way(api, tmp_path):
    job_of(api, tmp_path, ROWS[:30]).run(progress=False)
    job_of(api, tmp_path, ROWS, ask="Say {text}", continue_changed=True).run(progress=False)
    assert sum(asked(api).values()) == 40
    assert [question.startswith("Say") for question in asked(api)].count(True) == 10
    job_of(api, tmp_path, ROWS, ask="Say {text}").run(progress=False)


def test_a_generator_is_gone_on_with_by_another_one_like_it(api, tmp_path):
    job_of(api, tmp_path, iter(ROWS[:30])).run(progress=False)
    job_of(api, tmp_path, iter(ROWS)).run(progress=False)
    assert [row["text"] for row in lines(tmp_path / "out.jsonl")] == [row["text"] for row in ROWS]
    with pytest.raises(tercet.JobChangedError, match="Row 3 of the list_iterator"):
        job_of(api, tmp_path, iter([*ROWS[:2], {"text": "x"}, *ROWS[3:]])).run(progress=False)
    assert max(asked(api).values()) == 1


def test_an_item_that_fails_is_a_row_and_is_asked_again_when_that_is_said(api, tmp_path):
    api.script(
        [
            {
                "match": {"text": "Tell of 7."},
                "answer": {"error": {"status": 400, "message": "no sevens"}},
                "times": 1,
            }
        ]
    )
    job = job_of(api, tmp_path)
    status = job.run(progress=False)
    out = lines(tmp_path / "out.jsonl")
    assert status.failed == 1
    assert [row["text"] for row in out if row["status"] == "failed"] == ["Tell of 7."]
    assert out[7]["error"]["type"] == "BadRequestError"
    (item,) = job.failed()
    assert (item.number, item.row, item.message, item.error.code) == (7, ROWS[7], None, 400)

    assert job_of(api, tmp_path).run(progress=False).failed == 1, "a resume asks failures again"
    assert job.retry(model="claude-sonnet-4-6", progress=False).failed == 0
    out = lines(tmp_path / "out.jsonl")
    assert out[7]["status"] == "ok"
    assert asked(api)["Tell of 7."] == 2
    assert max(count for question, count in asked(api).items() if question != "Tell of 7.") == 1


def test_rows_that_are_none_fail_and_the_others_are_answered(api, tmp_path):
    (tmp_path / "in.csv").write_text("text,n\na,1\nb\nc,3,4\nd,4\n")
    job = job_of(api, tmp_path, tmp_path / "in.csv", to="out.csv")
    assert job.run(progress=False).failed == 2
    with open(tmp_path / "out.csv", newline="") as file:
        out = [*csv.DictReader(file)]
    assert [row["status"] for row in out] == ["ok", "failed", "failed", "ok"]
    assert "has 1 fields" in out[1]["error"]


def test_a_later_row_without_the_field_is_an_item_that_failed_and_a_first_one_ends_it(api, tmp_path):
    rows = [{"text": "a"}, {"other": "b"}, {"text": "c"}]
    assert job_of(api, tmp_path, rows).run(progress=False).failed == 1
    with pytest.raises(tercet.BulkError, match=r"asks for \{text\}, and the list has no such field; there are other"):
        job_of(api, tmp_path, rows[1:], to="other.jsonl").run(progress=False)
    with pytest.raises(tercet.BulkError, match="ask raised KeyError for row 1: 'text' Nothing was sent"):
        job_of(api, tmp_path, rows[1:], to="third.jsonl", ask=lambda row: row["text"]).run(progress=False)
    assert sum(asked(api).values()) == 2


def test_a_wrong_key_ends_it_at_once_with_nothing_marked_as_failed(tmp_path):
    with tercet.local_api(keys=["sk-ant-right"]) as api:
        wrong = job_of(api, tmp_path, client=api.client(api_key="sk-ant-wrong"))
        with pytest.raises(tercet.AuthenticationError):
            wrong.run(progress=False)
        assert wrong.status().answered == 0
        assert job_of(api, tmp_path, client=api.client(api_key="sk-ant-right")).run(progress=False).ok == 40


def test_twenty_alike_failures_end_a_wrong_job(api, tmp_path):
    api.script([{"answer": {"error": {"status": 400, "message": "no"}}}])
    job = job_of(api, tmp_path, [{"text": str(n)} for n in range(500)])
    with pytest.raises(tercet.JobStoppedError, match="20 items of this run failed alike"):
        job.run(progress=False)
    assert job.status().answered == 0
    assert sum(asked(api).values()) < 150


def test_the_budget_is_the_folders(api, tmp_path):
    rows = [{"text": str(n)} for n in range(400)]
    first = job_of(api, tmp_path, rows, budget="0.02", max_concurrency=4)
    with pytest.raises(tercet.JobBudgetError, match=r"items have a result, for \$0.0.*the rest takes about") as told:
        first.run(progress=False)
    assert told.value.exit_code == 6
    spent = first.cost
    assert Decimal("0.01") < spent <= Decimal("0.02")
    with pytest.raises(tercet.JobBudgetError):
        job_of(api, tmp_path, rows, budget="0.02").run(progress=False)
    second = job_of(api, tmp_path, rows, budget=1)
    assert second.run(progress=False).ok == 400
    assert second.cost > spent
    assert max(asked(api).values()) == 1


def test_a_budget_of_the_callers_is_shared_with_others(api, tmp_path):
    budget = tercet.Budget(usd=1)
    job = job_of(api, tmp_path, budget=budget)
    job.run(progress=False)
    assert budget.state().spent_usd == job.cost


def test_a_deadline_that_passes_stops_it_and_it_goes_on(api, tmp_path):
    api.script([{"answer": {"delay": "50ms", "text": "late"}}])
    job = job_of(api, tmp_path, [{"text": str(n)} for n in range(300)], deadline=0.2, max_concurrency=2)
    with pytest.raises(tercet.JobStoppedError, match="The deadline passed"):
        job.run(progress=False)
    assert 0 < job.status().answered < 300


def test_equal_requests_are_asked_once_when_that_is_said(api, tmp_path):
    rows = [{"text": f"q{n % 3}", "n": n} for n in range(30)]
    job = job_of(api, tmp_path, rows, dedupe=True)
    assert job.run(progress=False).ok == 30
    out = lines(tmp_path / "out.jsonl")
    assert set(asked(api).values()) == {1}
    assert [row["answer"] for row in out] == [out[n % 3]["answer"] for n in range(30)]
    assert sum(Decimal(row["cost"]) > 0 for row in out) == 3
    assert len({item.value for item in job}) == 3


@dataclass
class Label:
    label: str
    score: float


def test_typed_answers_are_values_and_columns(api, tmp_path):
    job = job_of(api, tmp_path, to="out.csv", answer=Label)
    assert all(isinstance(item.value, Label) for item in job)
    with open(tmp_path / "out.csv", newline="") as file:
        out = [*csv.DictReader(file)]
    assert {"answer_label", "answer_score"} <= out[0].keys()
    assert "answer" not in out[0]


def test_refusals_cuts_and_misfits_are_rows_that_a_resume_does_not_pay_again(api, tmp_path):
    api.script(
        [
            {"match": {"text": "q0"}, "answer": {"text": "I will not", "stop_reason": "refusal"}},
            {"match": {"text": "q1"}, "answer": {"text": '{"label": ', "stop_reason": "max_tokens"}},
            {"match": {"body": {"messages.0.content": "q2"}}, "answer": "no JSON"},
        ]
    )
    rows = [{"text": f"q{n}"} for n in range(5)]
    job = job_of(api, tmp_path, rows, answer=Label)
    status = job.run(progress=False)
    assert (status.ok, status.refused, status.cut, status.schema, status.failed) == (2, 1, 1, 1, 0)
    out = lines(tmp_path / "out.jsonl")
    assert [row["status"] for row in out] == ["refused", "cut", "schema", "ok", "ok"]
    assert out[2]["error"]["text"] == "no JSON"
    sent = sum(asked(api).values())
    assert sent == 6
    job_of(api, tmp_path, rows, answer=Label).run(progress=False)
    assert sum(asked(api).values()) == sent
    assert [item.number for item in job.failed()] == [2]


def test_iterating_a_job_that_was_not_run_runs_it_and_gives_each_item_once(api, tmp_path):
    seen = list(job_of(api, tmp_path))
    assert sorted(item.number for item in seen) == list(range(40))
    assert all(item.row == ROWS[item.number] and item.row["text"] in item.value for item in seen)
    again = list(job_of(api, tmp_path))
    assert [item.number for item in again] == list(range(40))
    assert sum(asked(api).values()) == 40
    more = list(job_of(api, tmp_path, [*ROWS, {"text": "new"}]))
    assert [item.number for item in more] == list(range(41))


def test_items_come_in_an_event_loop_as_well(api, tmp_path):
    async def go():
        job = job_of(api, tmp_path, client=api.async_client())
        first = [item.number async for item in job]
        await job.arun(progress=False)
        return first, job.run(progress=False)

    numbers, status = asyncio.run(go())
    assert sorted(numbers) == list(range(40))
    assert status.ok == 40


def test_who_leaves_the_loop_stops_the_job_and_goes_on_later(api, tmp_path):
    rows = [{"text": str(n)} for n in range(3000)]
    for item in job_of(api, tmp_path, rows, max_concurrency=2):
        assert item.text
        break
    status = job_of(api, tmp_path, rows).status()
    assert 0 < status.answered < 3000


def test_without_an_output_results_live_as_long_as_the_job(api):
    job = tercet.bulk((dict(row) for row in ROWS), client=api.client(), ask=lambda row: row["text"], **MODEL)
    assert [item.row["text"] for item in sorted(job, key=lambda item: item.number)] == [row["text"] for row in ROWS]
    folder = job.folder
    assert folder.is_dir()
    del job
    assert not folder.exists()


def test_a_job_that_is_run_twice_with_one_generator_is_done(api):
    job = tercet.bulk((dict(row) for row in ROWS), client=api.client(), ask="{text}", **MODEL)
    job.run(progress=False)
    assert job.run(progress=False).ok == 40
    assert len(list(job)) == 40
    assert [row["text"] for row in job.rows()] == [row["text"] for row in ROWS]


def test_an_async_job_that_is_cancelled_keeps_what_was_answered(api, tmp_path):
    async def go():
        job = job_of(
            api, tmp_path, [{"text": str(n)} for n in range(3000)], client=api.async_client(), max_concurrency=2
        )
        running = asyncio.ensure_future(job.arun(progress=False))
        while job.status().answered < 5:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return job.status()

    status = asyncio.run(go())
    assert 5 <= status.answered < 3000
    assert not status.running


PROGRAM = """
import sys, tercet
job = tercet.bulk([{"text": str(n)} for n in range(3000)], to=sys.argv[2], ask="{text}", model="claude-haiku-4-5",
                  client=tercet.Anthropic(base_url=sys.argv[1], api_key="sk-ant-x"), max_concurrency=4)
job.run()
"""


def test_a_job_that_was_killed_goes_on_and_ctrl_c_says_how(api, tmp_path):
    arguments = [sys.executable, "-c", PROGRAM, api.base_url, str(tmp_path / "out.jsonl")]
    log = tmp_path / "out.jsonl.job" / "results-00000.log"
    for signal_name, code in (("SIGKILL", -9), ("SIGINT", -2), ("SIGTERM", 143)):
        before = log.stat().st_size if log.exists() else 0
        with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as program:
            while program.poll() is None and (not log.exists() or log.stat().st_size <= before):
                pass
            program.send_signal(getattr(__import__("signal"), signal_name))
            said = program.communicate()[1]
        assert program.returncode == code, said
        if code != -9:
            assert "Run the same again: it goes on." in said
    count = 3000
    subprocess.run(arguments, check=True, capture_output=True)
    assert [row["text"] for row in lines(tmp_path / "out.jsonl")] == [str(n) for n in range(count)]
    assert sum(times - 1 for times in asked(api).values()) <= 4, "more was asked twice than was under way at the kill"


def test_two_runners_do_not_meet(api, tmp_path, monkeypatch):
    job = job_of(api, tmp_path)
    met = []
    held = JobSession._check_start

    def check(self):
        with pytest.raises(tercet.JobBusyError) as told:
            job_of(api, tmp_path).run(progress=False)
        met.append(told.value.exit_code)
        assert job.status().running
        return held(self)

    monkeypatch.setattr(JobSession, "_check_start", check)
    job.run(progress=False)
    assert met == [75]


def test_a_client_whose_create_was_replaced_is_asked_by_it_in_threads(api, tmp_path):
    client, seen = api.client(), []
    real = client.messages.create

    def create(**params):
        seen.append(params)
        return real(**params)

    client.messages.create = create
    assert job_of(api, tmp_path, client=client).run(progress=False).ok == 40
    assert len(seen) == 40


def test_calls_in_the_ledger_carry_job_and_item(api, tmp_path):
    client = api.client(ledger=str(tmp_path / "calls.db"))
    job_of(api, tmp_path, client=client).run(progress=False)
    calls = tercet.Ledger(tmp_path / "calls.db").calls(origin="all", limit=100)
    assert {(call["job"], call["item"]) for call in calls} == {("out.jsonl", n) for n in range(40)}


def test_parquet_in_and_out_and_a_table(api, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pyarrow.table({"text": [row["text"] for row in ROWS], "n": pyarrow.array(range(40), pyarrow.int16())})
    parquet.write_table(table, tmp_path / "in.parquet")
    job = job_of(api, tmp_path, tmp_path / "in.parquet", to="out.parquet", answer=Label)
    job.run(progress=False)
    out = parquet.read_table(tmp_path / "out.parquet")
    assert out.column("n").type == pyarrow.int16()
    assert out.column("text").to_pylist() == [row["text"] for row in ROWS]
    assert out.column("answer_score").type == pyarrow.float64()
    assert job.table().equals(out)
    assert hasattr(job.table(), "__arrow_c_stream__")
    assert job_of(api, tmp_path, table, to="again.parquet").run(progress=False).ok == 40


def test_what_is_wrong_is_told_before_anything_is_made(api, tmp_path):
    (tmp_path / "there.jsonl").write_text("mine")
    for arguments, said in (
        ({"to": "there.jsonl"}, "is there already"),
        ({"to": "out.txt"}, "none of them"),
        ({"how": "fast"}, "how must be"),
        ({"deadline": "soon"}, "deadline must be"),
        ({"budget": -1}, "budget must be"),
        ({"max_concurrency": 0}, "max_concurrency must be"),
        ({"client": 5}, "client= is an Anthropic or AsyncAnthropic, not int"),
        ({"ask": "{"}, "lone"),
    ):
        with pytest.raises(tercet.BulkError, match=said):
            job_of(api, tmp_path, **arguments)
    assert [each.name for each in tmp_path.iterdir()] == ["there.jsonl"]


def test_columns_of_our_names_stay_the_sources_and_that_is_said(api, tmp_path, capsys):
    job_of(api, tmp_path, [{"text": "a", "status": "new", "cost": 5}]).run()
    (row,) = lines(tmp_path / "out.jsonl")
    assert (row["status"], row["cost"], row["tercet_status"]) == ("new", 5, "ok")
    assert "'status' is 'tercet_status', 'cost' is 'tercet_cost'" in capsys.readouterr().err


def test_defaults_of_the_client_are_part_of_each_request(api, tmp_path):
    client = api.client(defaults=MODEL)
    assert tercet.bulk(ROWS, to=tmp_path / "out.jsonl", client=client, ask="{text}").run(progress=False).ok == 40
    assert {entry.json["max_tokens"] for entry in api.journal.entries()} == {60}


@pytest.mark.parametrize("method", [(RowSums, "write"), (JobFolder, "write"), (ResultLog, "write")])
def test_a_full_disk_ends_the_job_in_a_sentence_and_it_goes_on(api, tmp_path, monkeypatch, method):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    cls, name = method
    with monkeypatch.context() as patch:
        patch.setattr(cls, name, full)
        with pytest.raises(tercet.JobStoppedError, match=r"No space left on device.*it goes on") as told:
            job_of(api, tmp_path).run(progress=False)
    assert told.value.exit_code == 1
    assert job_of(api, tmp_path).run(progress=False).ok == 40
