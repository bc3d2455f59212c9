"""The shipped catalog is read once; users lay their own facts over it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tercet import catalog
from tercet.catalog import loading


@pytest.fixture(autouse=True)
def _shipped_again() -> Iterator[None]:
    yield
    catalog.reset()


def test_look_ups_read_the_file_once() -> None:
    assert loading.current() is loading.current()


def test_a_price_of_your_own_is_used_and_the_rest_stays() -> None:
    catalog.load({"models": [{"id": "claude-opus-5", "prices": [{"from": "2026-01-01", "input": "1", "output": "2"}]}]})
    assert Decimal("3.00") == catalog.price("claude-opus-5", {"input_tokens": 10**6, "output_tokens": 10**6})
    facts = catalog.find("claude-opus-5")
    assert facts is not None
    assert facts.limits.context == 1_000_000


def test_a_model_of_your_own_is_found() -> None:
    catalog.load({"models": [{"id": "claude-house-1", "aliases": ["house"], "limits": {"context": 8000}}]})
    facts = catalog.find("house")
    assert facts is not None
    assert (facts.limits.context, facts.limits.output) == (8000, None)
    assert catalog.find("claude-opus-5") is not None


def test_a_nested_fact_is_laid_over_alone() -> None:
    catalog.load({"models": [{"id": "claude-opus-5", "features": {"prefill": True}}], "multipliers": {"us": "1.2"}})
    facts = catalog.find("claude-opus-5")
    assert facts is not None
    assert (facts.features.prefill, facts.features.compaction) == (True, True)
    assert Decimal("6.00") == catalog.price("claude-opus-5", {"input_tokens": 10**6}, us=True)


def test_a_file_is_read_like_a_mapping(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"as_of": "2027-01-01", "models": [{"id": "claude-house-1"}]}')
    catalog.load(file)
    assert catalog.as_of().isoformat() == "2027-01-01"
    assert catalog.find("claude-house-1") is not None


def test_loading_again_starts_from_the_shipped_catalog() -> None:
    catalog.load({"models": [{"id": "claude-house-1"}]})
    catalog.load({"models": [{"id": "claude-house-2"}]})
    assert catalog.find("claude-house-1") is None


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"models": [{"id": "x", "limits": {"contxt": 1}}]}, "contxt"),
        ({"models": [{"id": "x", "limits": {"context": "big"}}]}, "Expected `int"),
        ({"models": [{"name": "x"}]}, "needs an `id`"),
        ({"models": ["x"]}, "needs an `id`"),
        ({"prices": []}, "prices"),
    ],
)
def test_data_that_does_not_fit_is_refused_with_the_reason(broken: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        catalog.load(broken)
    assert catalog.find("claude-opus-5") is not None


def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("{")
    with pytest.raises(ValueError, match=r"mine\.json is not a catalog"):
        catalog.load(file)
    file.write_text("[]")
    with pytest.raises(ValueError, match="must be a JSON object"):
        catalog.load(file)


def test_the_package_offers_its_names_and_no_others() -> None:
    assert all(hasattr(catalog, name) for name in catalog.__all__)
    with pytest.raises(AttributeError, match="no attribute 'prize'"):
        catalog.prize  # noqa: B018
