"""A project says in `tercet.toml` where its ledger is, and what its models cost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.toolkit.ledger.journals import entry, journal

from tercet import catalog, price
from tercet.cli.options import BadValue
from tercet.cli.settings import project_file, use_project

TERCET = [sys.executable, "-c", "from tercet.cli import main; main()"]
FILE = '[defaults]\nmodel = "m"\n[ledger]\npath = "books/calls.db"\n[prices.mine]\ninput = 3\noutput = 4.5\n'


@pytest.fixture(autouse=True)
def shipped() -> Iterator[None]:
    yield
    catalog.reset()


def test_the_nearest_file_above_holds(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "tercet.toml").write_text(FILE)
    assert project_file(tmp_path / "a" / "b") == tmp_path / "tercet.toml"

    assert use_project(tmp_path / "a" / "b") == tmp_path / "books/calls.db"
    assert str(price("mine", {"input_tokens": 1_000_000, "output_tokens": 0})) == "3.00"


def test_a_file_may_say_nothing_of_ledgers_and_prices(tmp_path: Path) -> None:
    (tmp_path / "tercet.toml").write_text("[defaults]\n")
    assert use_project(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x = ", "cannot be read"),
        ("[ledger]\npath = 5\n", "path of .ledger. must be the path of a file"),
        (
            "[prices.m]\ninput = 1\noutput = -2\n",
            "output of 'm' must be US dollars per million tokens, 0 or more, not -2",
        ),
        ("[prices.m]\ninputs = 1\n", "the prices of 'm' have no 'inputs'; there are input, output"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "tercet.toml").write_text(content)
    with pytest.raises(BadValue, match=said) as told:
        use_project(tmp_path)
    assert "tercet.toml" in told.value.message


def test_the_commands_ask_the_ledger_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERCET_LEDGER", raising=False)
    (tmp_path / "books").mkdir()
    (tmp_path / "tercet.toml").write_text(FILE)
    journal(tmp_path / "books" / "calls.db", entry(0))
    run = subprocess.run(
        [*TERCET, "logs", "--json"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    assert [row["id"] for row in json.loads(run.stdout)] == ["call-0"]
