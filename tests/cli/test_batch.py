"""`tercet batch`: what it prints, and what it ends with."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

import tercet
from tercet.cli.commands import tercet as command
from tercet.local import LocalAPI


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalAPI]:
    with tercet.local_api() as running:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.base_url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-local")
        yield running


def made(api: LocalAPI, *more: dict[str, object]) -> str:
    params = {
        "model": "claude-haiku-4-5",
        "max_tokens": 30,
        "messages": [{"role": "user", "content": "What is 2 + 3?"}],
    }
    with api.client() as client:
        asked = [{"custom_id": "a", "params": params}, *more]
        return client.messages.batches.create(requests=asked).id  # type: ignore[arg-type]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["batch", *arguments])


BAD = {
    "custom_id": "b",
    "params": {"model": "other-9", "max_tokens": 5, "messages": [{"role": "assistant", "content": ""}]},
}


def test_batches_are_listed_the_newest_first(api: LocalAPI) -> None:
    first, second = made(api), made(api)
    lines = run("list").output.splitlines()
    assert [line.split()[0] for line in lines] == [second, first]
    assert len(run("list", "-n", "1").output.splitlines()) == 1
    assert [each["id"] for each in json.loads(run("list", "--json").output)] == [second, first]


def test_an_account_without_batches_says_so(api: LocalAPI) -> None:
    found = run("list")
    assert (found.exit_code, found.stdout, found.stderr) == (0, "", "no batches\n")


def test_a_batch_is_watched_to_its_end_and_shown(api: LocalAPI) -> None:
    name = made(api)
    watched = run("watch", name)
    assert (watched.exit_code, "1 succeeded" in watched.output) == (0, True)
    assert json.loads(run("show", name, "--json").stdout)["processing_status"] == "ended"


def test_a_batch_with_failures_ends_with_5(api: LocalAPI) -> None:
    name = made(api, BAD)
    assert run("watch", name).exit_code == 5
    read = run("results", name)
    assert read.exit_code == 5
    assert {json.loads(line)["custom_id"] for line in read.stdout.splitlines()} == {"a", "b"}


def test_results_are_json_lines_or_texts(api: LocalAPI) -> None:
    name = made(api)
    run("watch", name)
    read = run("results", name)
    assert (read.exit_code, json.loads(read.stdout)["result"]["type"]) == (0, "succeeded")
    assert run("results", name, "--text").stdout == "a\t2 + 3 = 5\n"


def test_a_batch_is_canceled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with tercet.local_api(batch_seconds=1e9) as api:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.base_url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-local")
        name = made(api)
        assert "canceling" in run("cancel", name).output
        assert run("watch", name).exit_code == 5
        again = run("cancel", name)
        assert (again.exit_code, "has ended" in again.output) == (1, True)


@pytest.mark.parametrize("verb", ["show", "watch", "cancel", "results"])
def test_what_is_no_batch_is_said_in_one_line(api: LocalAPI, verb: str) -> None:
    missing = run(verb, "msgbatch_01none")
    assert (missing.exit_code, "not found" in missing.output) == (1, True)
    odd = run(verb, "../files")
    assert (odd.exit_code, "no batch's id" in odd.output) == (2, True)


def test_without_a_key_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    found = run("list")
    assert (found.exit_code, "Error" in found.output, "Traceback" in found.output) == (2, True, False)
