"""`tercet.models()`: a table for people, mappings for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import pytest

import tercet
from tercet import catalog


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    yield
    catalog.reset()


def test_a_model_is_a_mapping_of_limits_prices_and_dates_with_their_source() -> None:
    haiku = tercet.models()["claude-haiku-5-5"]

    assert isinstance(haiku, Mapping)
    assert (haiku["input"], haiku["output"], haiku["cache_read"]) == (Decimal("0.10"), Decimal("0.50"), Decimal("0.01"))
    assert (haiku["context"], haiku["max_output"], haiku["long_prompts"]) == (1_000_000, 128_000, (100_000,))
    assert (haiku["status"], haiku["released"], haiku["not_before"]) == ("active", date(2026, 10, 7), date(2027, 10, 7))
    assert "classification" in haiku["best_for"]
    assert haiku["source"].startswith("https://platform.claude.com/")
    assert haiku["as_of"] == catalog.as_of()
    assert set(dict(haiku)) == set(haiku)
    assert haiku.facts is catalog.find("claude-haiku-5-5")


def test_models_are_filtered_by_equal_fields_and_by_a_function() -> None:
    haikus = tercet.models(status="active", line="haiku")
    cheap = haikus.where(lambda model: model["input"] < 1)

    assert [each["id"] for each in haikus] == ["claude-haiku-5-5", "claude-haiku-4-5-20251001"]
    assert [each["id"] for each in cheap] == ["claude-haiku-5-5"]
    with pytest.raises(TypeError, match="models have no field 'colour'; they have id, name"):
        tercet.models(colour="red")


def test_a_model_is_found_by_place_id_and_alias() -> None:
    table = tercet.models()

    assert len(table) == len(catalog.all_models())
    assert table["claude-haiku-4-5"] is table["claude-haiku-4-5-20251001"]
    assert table[0]["id"] == catalog.all_models()[0].id
    assert [each["id"] for each in table[:2]] == [each["id"] for each in list(table)[:2]]
    with pytest.raises(KeyError):
        table["claude-of-tomorrow"]


def test_prices_and_status_are_those_of_the_day() -> None:
    assert tercet.models(date(2026, 10, 6))["claude-sonnet-5-5"]["cache_read"] == Decimal("0.20")
    assert tercet.models(date(2026, 10, 7))["claude-sonnet-5-5"]["cache_read"] == Decimal("0.10")
    assert tercet.models(date(2026, 9, 27))["claude-sonnet-5-5"]["cache_read"] is None
    assert tercet.models(date(2026, 11, 30))["claude-sonnet-4-5"]["status"] == "retired"


def test_prices_of_the_user_s_own_are_shown_as_such() -> None:
    catalog.load_prices({"claude-opus-5": {"input": 4, "output": 20}})
    mine = tercet.models()["claude-opus-5"]

    assert (mine["input"], mine["cache_read"], mine["source"]) == (Decimal(4), None, "prices of your own")


def test_printed_it_is_a_table() -> None:
    shown = repr(tercet.models(id="claude-opus-5-5")).splitlines()

    assert shown[0].split() == [
        "id",
        "status",
        "context",
        "output",
        "$",
        "input",
        "$",
        "output",
        "$",
        "read",
        "best",
        "for",
    ]
    assert shown[1].startswith("claude-opus-5-5  active  1,000,000  128,000  4        20        0.2     most work")
    assert shown[2].startswith("US dollars per million tokens; as of 2026-11-20: https://")
    assert "None" not in repr(tercet.models())
    assert repr(tercet.models()["claude-opus-5"]).startswith(
        "ModelEntry(id=claude-opus-5, status=active, context=1,000,000"
    )
