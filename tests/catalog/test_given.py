"""Prices of a user's own stand over the catalog's: from a mapping, a file, or the file that TERCET_PRICES names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tercet import catalog

USED = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}


@pytest.fixture(autouse=True)
def _as_shipped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()
    catalog.reset()


def test_a_price_of_the_users_own_stands_for_the_catalog_s_and_nothing_else_of_the_model_changes() -> None:
    before = catalog.find("claude-opus-5")
    catalog.load_prices({"claude-opus-5": {"input": 4.5, "output": "22.5"}})

    after = catalog.find("claude-opus-5")
    assert before is not None
    assert after is not None
    assert catalog.price("claude-opus-5", USED) == Decimal("27.00")
    assert (after.limits, after.features) == (before.limits, before.features)
    assert catalog.price("claude-haiku-4-5", USED) == Decimal("6.00")


def test_an_alias_names_its_model() -> None:
    catalog.load_prices({"claude-haiku-4-5": {"input": 2, "output": 0}})

    assert catalog.price("claude-haiku-4-5-20251001", USED) == Decimal("2.00")


def test_an_id_of_another_platform_has_prices_of_its_own_and_the_limits_of_its_model() -> None:
    regional = "eu.anthropic.claude-sonnet-5-5"
    catalog.load_prices({regional: {"input": "2.2", "output": "11"}})

    facts = catalog.find(regional)
    assert facts is not None
    assert facts.limits.context == 1_000_000
    assert catalog.price(regional, USED) == Decimal("13.20")
    assert catalog.price("us.anthropic.claude-sonnet-5-5", USED) == Decimal("12.00")


def test_rows_say_from_when_and_for_which_prompts_they_hold() -> None:
    rows = [
        {"from": "2026-01-01", "input": 1, "output": 1},
        {"from": "2026-02-01", "input": 2, "output": 2},
        {"from": "2026-02-01", "above": 999_999, "input": 3, "output": 3},
    ]
    catalog.load_prices({"mine": rows})

    assert catalog.price("mine", USED, date(2026, 1, 31)) == Decimal("2.00")
    assert catalog.price("mine", USED, date(2026, 2, 1)) == Decimal("6.00")
    assert catalog.price("mine", {"input_tokens": 999_999}, date(2026, 2, 1)) == Decimal("1.999998")
    assert catalog.price("mine", USED, date(2025, 1, 1)) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("prices.toml", '[prices."claude-opus-5"]\ninput = 1.5\noutput = 2\nfrom = 2020-01-01\n'),
        ("prices.json", '{"claude-opus-5": {"input": 1.5, "output": 2}}'),
        ("wrapped.json", '{"prices": {"claude-opus-5": [{"input": "1.5", "output": "2"}]}}'),
    ],
)
def test_a_file_says_the_same(tmp_path: Path, name: str, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_text(content)
    catalog.load_prices(tmp_path / name)
    assert catalog.price("claude-opus-5", USED) == Decimal("3.50")

    catalog.reset()
    assert catalog.price("claude-opus-5", USED) == Decimal("30.00")

    monkeypatch.setenv("TERCET_PRICES", str(tmp_path / name))
    catalog.reset()
    assert catalog.price("claude-opus-5", USED) == Decimal("3.50")


def test_what_was_laid_over_before_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.json").write_text('{"a": {"input": 1, "output": 0}, "b": {"input": 1, "output": 0}}')
    monkeypatch.setenv("TERCET_PRICES", str(tmp_path / "p.json"))
    catalog.reset()
    catalog.load_prices({"b": {"input": 2, "output": 0}})
    catalog.load({"models": [{"id": "claude-house-1"}]})
    catalog.load_prices({"c": {"input": 3, "output": 0}})

    assert [catalog.price(model, USED) for model in "abc"] == [Decimal(1), Decimal(2), Decimal(3)]
    assert catalog.find("claude-house-1") is not None


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"x": 5}, "the prices of 'x' must be a table"),
        ({"x": []}, "the prices of 'x' must be a table"),
        ({"prices": [1]}, "must be a table of models"),
        ({"x": {"input": 1}}, "the prices of 'x' must be a table with .input. and .output."),
        ({"x": {"input": -1, "output": 1}}, "input of 'x' must be US dollars"),
        ({"x": {"input": "a lot", "output": 1}}, "not 'a lot'"),
        ({"x": {"input": float("nan"), "output": 1}}, "input of 'x' must be US dollars"),
        ({"x": {"input": True, "output": 1}}, "not True"),
        ({"x": {"input": 1, "output": 1, "cashe_read": 1}}, "cashe_read"),
        ({"x": {"input": 1, "output": 1, "from": "soon"}}, "date"),
    ],
)
def test_what_is_no_price_is_refused_with_the_reason_and_changes_nothing(broken: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        catalog.load_prices(broken)

    assert catalog.price("claude-opus-5", USED) == Decimal("30.00")
    assert catalog.find("x") is None


def test_a_model_without_a_price_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    catalog.load({})  # a catalog that has told nothing yet
    with caplog.at_level(logging.WARNING, "tercet"):
        for _ in range(3):
            assert catalog.price("claude-of-tomorrow", USED) is None
            assert catalog.price("claude-opus-4-7", USED, fast=True) is None

    assert [record.args for record in caplog.records] == [("claude-of-tomorrow",), ("claude-opus-4-7",)]
    assert "tercet.catalog.load_prices" in caplog.text
