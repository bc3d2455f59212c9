"""`tercet bulk`, as a user runs it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tercet

TERCET = [sys.executable, "-c", "from tercet.cli import main; main()"]
ASK = ["--prompt", "Sentiment of: {text}", "--model", "claude-haiku-4-5"]


@pytest.fixture
def api():
    with tercet.local_api(journal=True, keys=["sk-ant-right"]) as api:
        yield api


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text("text,n\ngood,1\nbad,2\nodd,3\n")
    return tmp_path / "in.csv"


def run(api, *arguments: object, key: str = "sk-ant-right") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ANTHROPIC_BASE_URL": api.base_url, "ANTHROPIC_API_KEY": key}
    return subprocess.run(
        [*TERCET, "bulk", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )


def test_a_file_becomes_a_file_with_answers_and_a_second_run_sends_nothing(api, source, tmp_path):
    out = tmp_path / "out.csv"
    done = run(api, source, *ASK, "--schema", "label, score number", "--to", out)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    with open(out, newline="") as file:
        rows = [*csv.DictReader(file)]
    assert [(row["text"], row["n"], row["status"]) for row in rows] == [
        ("good", "1", "ok"),
        ("bad", "2", "ok"),
        ("odd", "3", "ok"),
    ]
    assert all(row["answer_label"] and float(row["answer_score"]) >= 0 for row in rows)
    assert "3 of 3 items have a result: 3 ok" in done.stderr

    again = run(api, source, *ASK, "--schema", "label, score number", "--to", out)
    assert again.returncode == 0
    assert len(api.journal.entries()) == 3


def test_items_that_failed_are_five_now_and_later_and_are_asked_again(api, source, tmp_path):
    api.script(
        [{"match": {"text": {"contains": "bad"}}, "answer": {"error": {"status": 400, "message": "no"}}, "times": 1}]
    )
    out = tmp_path / "out.jsonl"
    first = run(api, source, *ASK, "--to", out)
    assert first.returncode == 5
    assert f"1 items failed: tercet bulk retry {out}.job --failed" in first.stderr
    assert run(api, source, *ASK, "--to", out).returncode == 5
    assert len(api.journal.entries()) == 3

    shown = run(api, "status", f"{out}.job", "--json")
    told = json.loads(shown.stdout)
    assert (told["items"], told["ok"], told["failed"], told["done"], told["running"]) == (3, 2, 1, True, False)
    assert "1 failed" in run(api, "status", f"{out}.job").stdout

    assert run(api, "retry", f"{out}.job").returncode == 2
    retried = run(api, "retry", f"{out}.job", "--failed", "--model", "claude-sonnet-4-6")
    assert retried.returncode == 0, retried.stderr
    assert [entry.json["model"] for entry in api.journal.entries()][3:] == ["claude-sonnet-4-6"]
    assert [json.loads(line)["status"] for line in out.read_text().splitlines()] == ["ok", "ok", "ok"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["--prompt", "{texxt}"], "asks for {texxt}, and in.csv has no such field; there are text, n"),
        (["--prompt", "{"], "lone '{'"),
        (["--schema", "a double"], "has the type 'double'"),
        (["--to", "in.csv"], "is the source"),
        (["--to", "there.csv"], "is there already"),
        (["--to", "."], "none of them"),
        (["--deadline", "soon"], "deadline must be"),
        (["--budget", "much"], "budget must be"),
        (["--how", "fast"], "how must be"),
        (["--concurrency", "0"], "0 is not in the range"),
    ],
)
def test_what_is_wrong_is_two_and_nothing_is_sent(api, source, tmp_path, changes, said):
    (tmp_path / "there.csv").write_text("mine")
    given = dict(zip(["--prompt", "--model", "--to", *changes[::2]], ["{text}", "claude-haiku-4-5", "out.csv", *changes[1::2]], strict=True))  # fmt: skip
    given["--to"] = str(tmp_path / given["--to"])
    done = run(api, source, *(word for pair in given.items() for word in pair))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert api.journal.entries() == []


@pytest.mark.parametrize("content", ["a,a\n1,2\n", "a,\n1,2\n", ""])
def test_bad_headers_are_two(api, tmp_path, content):
    (tmp_path / "in.csv").write_text(content)
    assert run(api, tmp_path / "in.csv", *ASK, "--to", tmp_path / "out.csv").returncode == 2
    assert run(api, tmp_path / "none.csv", *ASK, "--to", tmp_path / "out.csv").returncode == 2


def test_a_changed_prompt_is_two_and_continue_goes_on(api, source, tmp_path):
    out = tmp_path / "out.jsonl"
    run(api, source, *ASK, "--to", out)
    with open(source, "a") as file:
        file.write("new,4\n")
    other = ["--prompt", "Tell: {text}", "--model", "claude-haiku-4-5", "--to", out]
    refused = run(api, source, *other)
    assert refused.returncode == 2
    assert 'messages[0].content was "Sentiment of: good", and is "Tell: good"' in refused.stderr
    assert run(api, source, *other, "--continue").returncode == 0
    assert [entry.json["messages"][0]["content"] for entry in api.journal.entries()][3:] == ["Tell: new"]


def test_a_wrong_key_is_one_and_marks_nothing(api, source, tmp_path):
    done = run(api, source, *ASK, "--to", tmp_path / "out.csv", key="sk-ant-wrong")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: the API answered 401")
    assert run(api, source, *ASK, "--to", tmp_path / "out.csv").returncode == 0


def test_a_budget_that_holds_is_six_and_more_goes_on(api, tmp_path):
    (tmp_path / "in.csv").write_text("text\n" + "".join(f"q{n}\n" for n in range(300)))
    words = [tmp_path / "in.csv", *ASK, "--max-tokens", 60, "--to", tmp_path / "out.csv"]
    held = run(api, *words, "--budget", "0.01")
    assert held.returncode == 6, held.stderr
    assert "Run the job again with more" in held.stderr
    assert run(api, *words, "--budget", "5").returncode == 0
    assert len(api.journal.entries()) == 300


def test_another_runner_is_seventy_five(api, source, tmp_path):
    from tercet.toolkit.bulk.folder import JobFolder

    with JobFolder(tmp_path / "out.csv.job").running():
        done = run(api, source, *ASK, "--to", tmp_path / "out.csv")
    assert done.returncode == 75
    assert f"pid {os.getpid()}" in done.stderr


def test_what_is_no_job_is_two(api, tmp_path):
    assert run(api, "status", tmp_path).returncode == 2
    assert run(api, "retry", tmp_path, "--failed").returncode == 2


def test_help_says_how_it_is_used(api):
    assert "tercet bulk SOURCE --prompt" in run(api, "--help").stdout
    assert "--continue" in run(api, "run", "--help").stdout
