"""`tercet cost` and `tercet logs`, as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from tests.toolkit.ledger.journals import entry, journal

import tercet

TERCET = [sys.executable, "-c", "from tercet.cli import main; main()"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TERCET, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger of three calls that a local API answered, and one that it refused."""
    ledger = str(tmp_path_factory.mktemp("ledger") / "calls.db")
    with tercet.local_api() as api:
        client = api.client(ledger=ledger, max_retries=0)
        for user in ("u1", "u1", "u2"):
            with tercet.tagged(user=user):
                client.messages.create(
                    model="claude-sonnet-4-6", max_tokens=50, messages=[{"role": "user", "content": "What is 1 + 1?"}]
                )
        with pytest.raises(tercet.BadRequestError):
            client.messages.create(model="claude-sonnet-4-6", max_tokens=50, messages=[{"role": "user", "content": []}])
    return ledger


def test_cost_prints_rows_whose_money_is_decimal_text(path: str) -> None:
    done = run("cost", "--ledger", path, "--origin", "local", "--by", "model,user", "--json")
    rows = json.loads(done.stdout)
    assert done.returncode == 0
    assert {(row["user"], row["calls"], row["errors"]) for row in rows} == {("u1", 2, 0), ("u2", 1, 0), (None, 1, 1)}
    assert sum(Decimal(row["usd"]) for row in rows) == Decimal(rows[0]["usd"]) / 2 * 3
    assert all(isinstance(row["usd"], str) for row in rows)


def test_cost_says_that_there_are_only_calls_of_a_local_api(path: str) -> None:
    done = run("cost", "--ledger", path, "--json")
    assert (done.returncode, done.stdout) == (0, "[]\n")
    assert "4 calls were answered by a local API; origin='local' or 'all' shows them" in done.stderr


def test_a_table_in_a_pipe_is_not_folded_and_leaves_empty_columns_out(path: str) -> None:
    lines = run("cost", "--ledger", path, "--origin", "all").stdout.splitlines()
    assert lines[0].split()[:3] == ["day", "model", "calls"]
    assert "cache_1h" not in lines[0]
    assert len(lines) == 2
    assert lines[1].split()[1:5] == ["claude-sonnet-4-6", "4", "4", "1"]


def test_csv_is_read_by_others(path: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run("logs", "--ledger", path, "--origin", "local", "--csv").stdout)))
    assert len(rows) == 4
    assert {row["model"] for row in rows} == {"claude-sonnet-4-6"}


def test_logs_shows_errors_alone_and_the_slowest_first(path: str) -> None:
    (failed,) = json.loads(run("logs", "--ledger", path, "--origin", "local", "--errors", "--json").stdout)
    assert (failed["status"], failed["error"]) == (400, "BadRequestError")
    slow = json.loads(run("logs", "--ledger", path, "--origin", "local", "--slow", "-n", "2", "--json").stdout)
    assert len(slow) == 2
    assert slow[0]["ms"] >= slow[1]["ms"]


def test_html_is_written_and_nothing_is_printed(path: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    page = tmp_path / "november.html"
    done = run("cost", "--ledger", path, "--origin", "local", "--html", str(page))
    assert (done.returncode, done.stdout) == (0, "")
    assert "<svg" in page.read_text("utf-8")


def test_a_ledger_that_is_not_there_has_no_rows(tmp_path) -> None:  # type: ignore[no-untyped-def]
    done = run("cost", "--ledger", str(tmp_path / "none.db"), "--json")
    assert (done.returncode, done.stdout) == (0, "[]\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cost", "--by", "nope"], "'nope' is no group of this ledger. There are"),
        (["cost", "--since", "tomorow"], "since is 'tomorow'; today, yesterday"),
        (["cost", "--tz", "Mars/Base"], "'Mars/Base', which is no zone"),
        (["cost", "--json", "--csv"], "give one of them"),
        (["cost", "--json", "--html", "x.html"], "give one of them"),
        (["logs", "--limit", "0"], "0 is not in the range"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_exit_2(path: str, arguments: list[str], said: str) -> None:
    done = run(*arguments, "--ledger", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_no_ledger_is_named_and_left_alone(tmp_path) -> None:  # type: ignore[no-untyped-def]
    other = tmp_path / "notes.txt"
    other.write_text("not a ledger\n" * 100)
    done = run("cost", "--ledger", str(other))
    assert done.returncode == 2
    assert f"{other} is no ledger" in done.stderr
    assert other.read_text() == "not a ledger\n" * 100


def test_a_pipe_that_closes_early_is_no_error(path: str) -> None:
    done = subprocess.run(
        f"{sys.executable} -c 'from tercet.cli import main; main()' logs --ledger {path} --origin local | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["--version", "cost", "logs"])
def test_a_verb_loads_nothing_that_it_does_not_use(path: str, verb: str) -> None:
    code = (
        "import sys; from tercet.cli.commands import run\n"
        f"sys.argv = ['tercet', {verb!r}, *({['--json', '--ledger', path]!r} if {verb!r}[0] != '-' else [])]; run()\n"
        "unused = {'rich', 'asyncio', 'httpx2', 'tercet.client', 'tercet.server', 'tercet.local', 'tercet.toolkit.ledger.page'}\n"
        "print(sorted(unused & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_serve_does_not_import_the_ledger() -> None:
    code = (
        "import sys; from tercet.cli.commands import run; sys.argv = ['tercet', 'serve', '--help']; run()\n"
        "print('tercet.toolkit' in sys.modules, 'rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "False False"


def test_lines_that_make_no_sense_are_told_in_one_line_beside_the_answer(tmp_path: Path) -> None:
    journal(tmp_path / "c.db", entry(0), b"?\n")
    done = run("cost", "--json", "--ledger", str(tmp_path / "c.db"))
    assert len(json.loads(done.stdout)) == 1
    assert done.stderr.startswith("Warning: Of the ledger")
    assert done.stderr.count("\n") == 1


def test_no_cell_of_csv_is_a_formula(tmp_path: Path) -> None:
    journal(tmp_path / "c.db", *(entry(n, tags={"user": text}) for n, text in enumerate(["=cmd()", "@x", "-2", "+a"])))
    done = run("cost", "--csv", "--by", "user", "--ledger", str(tmp_path / "c.db"))
    assert sorted(row["user"] for row in csv.DictReader(io.StringIO(done.stdout))) == ["'+a", "'=cmd()", "'@x", "-2"]


def test_bodies_are_printed_as_json(tmp_path: Path) -> None:
    body = {
        "tercet_body": "call-0",
        "attempt": 0,
        "at": 1,
        "until": 4_000_000_000_000_000_000,
        "request": '{"a":1}',
        "answer": None,
    }
    journal(tmp_path / "c.db", entry(0), body, entry(1))
    (newest, first) = json.loads(run("logs", "--bodies", "--ledger", str(tmp_path / "c.db")).stdout)
    assert (first["request"], first["answer"], newest["request"]) == ('{"a":1}', None, None)
