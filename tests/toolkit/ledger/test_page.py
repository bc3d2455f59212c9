"""The page is one file that loads nothing, escapes everything, and stays small."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.toolkit.ledger.journals import DAY, entry, journal, ns

import tercet

VOID = {"meta", "br"}
EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></svg><iframe src=//x>",
    "\u202e\x1b[2J",
    "x" * 900,
]


class Structure(HTMLParser):
    """Collect elements, and see that each that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def made(folder: Path, *lines: Any, **about: Any) -> tuple[str, Structure]:
    journal(folder / "calls.db", *lines)
    tercet.Ledger(folder / "calls.db").page(folder / "page.html", **about)
    text = (folder / "page.html").read_text("utf-8")
    structure = Structure()
    structure.feed(text)
    assert structure.open == []
    return text, structure


def test_everything_stands_in_one_file_that_loads_nothing(tmp_path: Path) -> None:
    lines = [
        entry(n, tags={"user": f"u{n % 3}"}, cache_read=n * 10, at=ns("2026-11-01T00:00:00") + n * DAY // 3)
        for n in range(60)
    ]
    failed = entry(
        70, status=529, error="OverloadedError", error_of_call="OverloadedError", at=ns("2026-11-02T00:00:00")
    )
    text, structure = made(tmp_path, *lines, failed)

    for part in ("US dollars by day and model", "Calls by day", "Tokens of prompts by day", "By model", "By user", "Saved by caching", "Slowest attempts", "Latest failed attempts", "529 OverloadedError", "prefers-color-scheme: dark", "@media print"):  # fmt: skip
        assert part in text
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(structure.tags)
    assert not {"src", "href", "onerror", "onload", "xlink:href"} & {name for name, _ in structure.attributes}
    assert not re.search(r"url\(|@import|https?:", text)
    assert "default-src 'none'" in text


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_what_others_wrote_is_text(tmp_path: Path, evil: str) -> None:
    wrong = {"error": evil, "error_code": evil, "error_of_call": evil}
    text, structure = made(
        tmp_path,
        entry(0, model_served=evil, tags={"user": evil}, **wrong),
        entry(1, job=evil, model_served=None, model_asked=evil),
    )

    assert not {"script", "img", "iframe"} & set(structure.tags)
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "x" * 60 not in text


def test_a_year_of_many_models_and_users_stays_below_300_kb(tmp_path: Path) -> None:
    start = ns("2025-12-01T00:00:00")
    lines = [
        entry(n, at=start + n * DAY // 8, model_served=f"claude-model-{n % 9}-{'x' * 900}", tags={"user": f"user-{n % 50}-{'y' * 900}"}, cache_read=9_999, cache_5m=n, error="E" * 900 if n % 9 else None, nano_usd=n * 1_234_567)
        for n in range(365 * 8)
    ]  # fmt: skip
    text, _ = made(tmp_path, *lines)

    assert len(text.encode()) <= 300_000


def test_years_are_shown_by_week_or_month(tmp_path: Path) -> None:
    weeks, _ = made(tmp_path, entry(0, at=ns("2023-01-01T00:00:00")), entry(1))
    (tmp_path / "more").mkdir()
    months, _ = made(tmp_path / "more", entry(0, at=ns("2010-01-01T00:00:00")), entry(1))

    assert "US dollars by week and model" in weeks
    assert "US dollars by month and model" in months
    assert "2010-01 – 2026-11" in months


def test_a_page_of_nothing_says_so(tmp_path: Path) -> None:
    text, _ = made(tmp_path, entry(0, origin="local"))
    assert "No calls in this time." in text
    assert "1 call was answered by a local API" in text

    local, _ = made(tmp_path, origin="local")
    assert "answered by a local API" in local
    tercet.Ledger(tmp_path / "none.db").page(tmp_path / "none.html")
    assert "no calls" in (tmp_path / "none.html").read_text()


def test_prices_that_are_not_known_are_not_zero(tmp_path: Path) -> None:
    text, _ = made(tmp_path, entry(0, nano_usd=None, low=0, high=None, certainty=2))

    assert "not known" in text
    assert "Nothing with a known price." in text


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(tercet.LedgerError, match="cannot be written: No such file or directory"):
        tercet.Ledger(tmp_path / "c.db").page(tmp_path / "no" / "page.html")


@pytest.mark.parametrize("path", [1, None, "a\0b"])
def test_what_is_no_path_is_told_and_nothing_is_written(tmp_path: Path, path: Any) -> None:
    with pytest.raises(tercet.LedgerError, match=r"its path is expected|cannot be written"):
        tercet.Ledger(tmp_path / "c.db").page(path)
