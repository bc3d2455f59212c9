"""Questions and their answers: sums by group, the attempts themselves, queries; and what is said to those it cannot answer."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolkit.ledger.journals import DAY, entry, journal, ns, text

import tercet

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday


def ledger(folder: Path, *lines: Any) -> tercet.Ledger:
    journal(folder / "calls.db", *lines)
    return tercet.Ledger(folder / "calls.db", clock=lambda: NOW)


def test_sums_are_what_the_lines_say(tmp_path: Path) -> None:
    failed = {"status": 529, "error": "OverloadedError", "nano_usd": 0, "low": 0, "high": 0, "input": None, "output": None, "model_served": None}  # fmt: skip
    cut = {"status": 200, "nano_usd": None, "low": 4_000_000, "high": 9_000_000, "certainty": 1, "error": "IncompleteStreamError", "error_of_call": "IncompleteStreamError"}  # fmt: skip
    book = ledger(
        tmp_path,
        entry(0, **failed, last=False, ms=50),
        entry(0, attempt=1, cache_read=500, cache_5m=20, cache_1h=7, ms=100),
        entry(1, **cut, ms=300),
    )

    assert book.cost() == [
        {
            "day": "2026-11-20", "model": "claude-sonnet-4-6", "calls": 2, "attempts": 3, "errors": 1, "input": 2000,
            "cache_read": 500, "cache_5m": 20, "cache_1h": 7, "output": 3600, "usd": Decimal("0.03"),
            "low_usd": Decimal("0.034"), "high_usd": Decimal("0.039"), "p50_ms": 100, "p95_ms": 300,
        }
    ]  # fmt: skip


def test_money_is_none_where_no_price_is_known_and_the_sum_of_what_is(tmp_path: Path) -> None:
    unknown = {"nano_usd": None, "low": 0, "high": None, "certainty": 2}
    book = ledger(tmp_path, entry(0, model_served="secret-1", **unknown), entry(1, model_served="b", **unknown), entry(2, model_served="b"))  # fmt: skip
    rows = {row["model"]: row for row in book.cost(by="model")}

    assert rows["secret-1"]["usd"] is None
    assert (rows["b"]["usd"], rows["b"]["high_usd"]) == (Decimal("0.03"), None)


def test_a_call_that_was_never_sent_costs_nothing_and_is_an_error(tmp_path: Path) -> None:
    refused = {"status": None, "nano_usd": 0, "low": 0, "high": 0, "error": "BudgetExceededError", "error_of_call": "BudgetExceededError", "ms": None, "input": None, "output": None}  # fmt: skip
    row = ledger(tmp_path, entry(0, **refused)).cost(by=())[0]

    assert (row["calls"], row["attempts"], row["errors"], row["usd"], row["p50_ms"]) == (1, 1, 1, Decimal("0.00"), None)


def test_the_model_is_the_one_that_served_else_the_one_asked_for(tmp_path: Path) -> None:
    book = ledger(tmp_path, entry(0, model_asked="a", model_served="b"), entry(1, model_asked="a", model_served=None))

    assert sorted(row["model"] for row in book.cost(by="model")) == ["a", "b"]


def test_local_calls_are_left_out_unless_asked_for_and_said_to_be_there(tmp_path: Path) -> None:
    book = ledger(tmp_path, entry(0, origin="local"), entry(1, origin="local"))

    assert book.cost() == []
    assert "2 calls were answered by a local API; origin='local' or 'all' shows them" in repr(book.cost())
    assert "by a local API" in book.cost()._repr_html_()
    assert book.cost(origin="local", by=())[0]["calls"] == book.cost(origin="all", by=())[0]["calls"] == 2


@pytest.mark.parametrize(
    ("by", "values"),
    [
        ("hour", ["2026-11-20 12:00"]), ("day", ["2026-11-20"]), ("week", ["2026-11-16"]), ("month", ["2026-11"]),
        ("user", ["u1"]), ("app", ["re\"port"]), ("odd \" na.me", ["x"]), ("job", ["nightly"]), ("conversation", ["c1"]), ("item", [7]),
        ("kind", ["messages"]), ("account", ["abc"]), ("error", [None]), ("stop_reason", ["end_turn"]), ("status", [200]),
        ("tier", ["standard"]), ("certainty", ["exact"]), ("origin", ["api"]), ("workspace", [None]),
    ],
)  # fmt: skip
def test_groups_are_times_columns_and_tags(tmp_path: Path, by: str, values: list[Any]) -> None:
    tags = {"user": "u1", "app": 're"port', 'odd " na.me': "x"}
    book = ledger(tmp_path, entry(0, tags=tags, job="nightly", conversation="c1", item=7, account="abc"))

    assert [row[by] for row in book.cost(by=by)] == values


def test_rows_are_chosen_by_columns_and_tags(tmp_path: Path) -> None:
    book = ledger(tmp_path, entry(0, tags={"user": "u1"}), entry(1, tags={"user": "u2"}, job="j"), entry(2))

    assert [book.cost(by=(), user=user)[0]["calls"] for user in ("u1", "u2", None)] == [1, 1, 1]
    assert book.cost(by=(), job="j", user="u1") == []
    assert [row["id"] for row in book.calls(user="u1")] == ["call-0"]


def test_an_unknown_group_is_refused_with_all_there_are(tmp_path: Path) -> None:
    book = ledger(tmp_path, entry(0, tags={"team": "x"}))

    with pytest.raises(
        tercet.LedgerError, match=r"'modle' is no group of this ledger. There are .*model,.*its tags are 'team'"
    ):
        book.cost(by=("day", "modle"))
    with pytest.raises(tercet.LedgerError, match="names of groups are expected"):
        book.cost(by=7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("since", "until", "calls"),
    [
        ("2026-11-20", None, 1), ("today", None, 1), ("yesterday", None, 2), ("yesterday", "today", 1), ("friday", None, 1),
        ("monday", None, 5), ("saturday", None, 7), (date(2026, 11, 19), None, 2), (datetime(2026, 11, 20, 12, 1), None, 0),
        ("2026-11-20T11:00", None, 1), ("2026-11-20T13:00+02:00", None, 1), ("2026-11-20T15:00+02:00", None, 0), (None, "2026-11-01", 1),
        ("TODAY ", None, 1), (datetime(2026, 11, 20, 12, tzinfo=UTC), None, 1), (None, None, 21), ("0001-01-01", "9999-12-31", 21),
    ],
)  # fmt: skip
def test_since_and_until_are_words_days_and_times(tmp_path: Path, since: Any, until: Any, calls: int) -> None:
    book = ledger(tmp_path, *(entry(day, at=ns("2026-11-20T12:00:00") - day * DAY) for day in range(21)))

    assert sum(row["calls"] for row in book.cost(since=since, until=until)) == calls


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"since": "last year"}, "since is 'last year'; today, yesterday, a weekday"), ({"until": "2026-13-01"}, "until is '2026-13-01'"),
        ({"since": 5}, "since is 5"), ({"tz": "Mars/Olympus"}, "which is no zone; write 'Europe/Oslo'"), ({"tz": "../etc"}, "no zone"),
        ({"tz": 3}, "tz is 3"), ({"origin": "moon"}, "'api', 'local' or 'all'"), ({"since": "today", "until": "yesterday"}, "which is after until"),
        ({"user": ["a"]}, "one value is expected"), ({"item": 2**70}, "cannot be asked for that"), ({"user": "\ud800"}, "cannot be asked for that"), ({"by": "\ud800"}, "cannot be asked for that"), ({"day": "2026-11-01"}, "since and until do"),
    ],
)  # fmt: skip
def test_questions_that_make_no_sense_are_told_so(tmp_path: Path, bad: dict[str, Any], said: str) -> None:
    with pytest.raises(tercet.LedgerError, match=said):
        ledger(tmp_path, entry()).cost(**bad)


def test_days_are_those_of_the_zone_across_summer_time(tmp_path: Path) -> None:
    moments = ["2026-03-28T22:59:59", "2026-03-28T23:00:00", "2026-03-29T21:59:59", "2026-03-29T22:00:00", "2026-10-25T22:59:59", "2026-10-25T23:00:00"]  # fmt: skip
    book = ledger(tmp_path, *(entry(number, at=ns(moment)) for number, moment in enumerate(moments)))
    rows = book.cost(by="day", tz="Europe/Oslo")

    assert [(row["day"], row["calls"]) for row in rows] == [
        ("2026-03-28", 1), ("2026-03-29", 2), ("2026-03-30", 1), ("2026-10-25", 1), ("2026-10-26", 1),
    ]  # fmt: skip
    assert sum(row["calls"] for row in book.cost(since="2026-03-29", until="2026-03-30", tz="Europe/Oslo")) == 2


def test_sums_of_days_that_are_kept_are_the_sums_of_their_rows(tmp_path: Path) -> None:
    book = ledger(tmp_path, *(entry(number, at=ns("2026-11-01T00:00:00") + number * DAY // 7, ms=number * 37, nano_usd=number) for number in range(300)))  # fmt: skip
    kept = book.cost(by=("week", "model", "origin"), since="2026-11-03")
    assert book.cost(by=("week", "model", "origin"), since="2026-11-03", kind="messages") == kept

    journal(tmp_path / "calls.db", entry(999, at=ns("2026-11-10T00:00:00")), name="late")
    again = book.cost(by="day", since="2026-11-10", until="2026-11-11")
    assert again == book.cost(by="day", since="2026-11-10", until="2026-11-11", kind="messages")
    assert again[0]["calls"] == 8


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=60))
def test_percentiles_are_right_to_three_digits(times: list[int]) -> None:
    from tercet.toolkit.ledger.sums import nothing

    sums = nothing()
    sums.add([], [(ms, 1) for ms in times])
    for percent in (50, 95):
        exact = sorted(times)[max(0, -(-len(times) * percent // 100) - 1)]
        assert sums.percentile(percent) == exact


def test_attempts_are_shown_newest_slowest_or_failed(tmp_path: Path) -> None:
    book = ledger(
        tmp_path, entry(0, ms=5000), entry(1, error="RateLimitError", status=429), entry(2, ms=None, tags={"user": "u"})
    )

    assert [row["id"] for row in book.calls()] == ["call-2", "call-1", "call-0"]
    assert [row["id"] for row in book.calls(slow=True)] == ["call-0", "call-1", "call-2"]
    assert [row["error"] for row in book.calls(errors=True)] == ["RateLimitError"]
    assert [row["id"] for row in book.calls(limit=1)] == ["call-2"]
    assert book.calls(limit=1)[0]["time"] == "2026-11-20T12:00:02.000Z"
    assert book.calls(tz="Europe/Oslo", limit=1)[0]["time"] == "2026-11-20T13:00:02.000+01:00"
    with pytest.raises(tercet.LedgerError, match="limit is -1"):
        book.calls(limit=-1)


@pytest.mark.parametrize("view", ["daily", "by_model", "by_user", "errors", "slow"])
def test_views_can_be_asked(tmp_path: Path, view: str) -> None:
    book = ledger(tmp_path, entry(0, error="APITimeoutError", tags={"user": "u1"}))

    assert len(book.sql(f"select * from {view}")) == 1


def test_queries_take_parameters_and_print_themselves(tmp_path: Path) -> None:
    rows = ledger(tmp_path, entry(0)).sql("with recursive n(i) as (select 1 union select i + 1 from n where i < 3) select ? as a, id from calls, n", ["<b>"])  # fmt: skip

    assert rows == [{"a": "<b>", "id": "call-0"}] * 3
    assert "&lt;b&gt;" in rows._repr_html_()


@pytest.mark.parametrize(
    "query",
    [
        "delete from calls", "update calls set nano_usd = 0", "drop table calls", "insert into told values ('a', 'b', 'c')",
        "attach '/tmp/other.db' as o", "pragma query_only = off", "create table x(a)", "vacuum into '/tmp/copy.db'", "begin",
        "create temp table x(a)", "with a as (select 1) delete from calls", "select load_extension('x')",
    ],
)  # fmt: skip
def test_a_query_that_does_more_than_read_is_refused(tmp_path: Path, query: str) -> None:
    book = ledger(tmp_path, entry(0))

    with pytest.raises(tercet.LedgerError, match="There are the table calls and the views daily"):
        book.sql(query)
    assert len(book.calls()) == 1


@pytest.mark.parametrize("query", ["select nothing from calls", "selec", "", "select 1; select 2", 5, "select ?"])
def test_a_query_that_cannot_be_answered_is_told(tmp_path: Path, query: Any) -> None:
    book = ledger(tmp_path, entry(0))
    if query == "":
        assert book.sql(query) == []
        return
    with pytest.raises(tercet.LedgerError, match="There are the table calls"):
        book.sql(query)


def test_what_clients_wrote_is_read_by_the_ledger_that_they_were_given(tmp_path: Path) -> None:
    book = tercet.Ledger(tmp_path / "calls.db")
    with tercet.local_api() as api, api.client(ledger=book, tags={"app": "report"}) as client:
        with tercet.tagged(user="u1", job="nightly"):
            message = client.messages.create(
                model="claude-sonnet-4-6", max_tokens=30, messages=[{"role": "user", "content": "Hello"}]
            )
        rows = book.cost(by=("user", "job", "app", "model"), origin="all")

    assert [(row["user"], row["job"], row["app"], row["calls"], row["usd"]) for row in rows] == [
        ("u1", "nightly", "report", 1, message.cost)
    ]
    assert rows[0]["output"] == message.usage.output_tokens


def test_a_ledger_without_a_path_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERCET_LEDGER", str(tmp_path / "here.db"))
    assert tercet.Ledger().path == str(tmp_path / "here.db")

    monkeypatch.delenv("TERCET_LEDGER")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Path(tercet.Ledger().path).name == "calls.db"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.integers(0, 4), max_size=12), min_size=1, max_size=6))
def test_sums_of_days_are_those_of_their_rows_however_they_came(groups: list[list[int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, number = Path(folder, "calls.db"), 0
        file = journal(path)
        for days in groups:
            for day in days:
                with file.open("ab") as more:
                    more.write(
                        text(
                            entry(
                                number, at=ns("2026-11-20T12:00:00") + day * DAY, ms=number * 7, tags={"user": str(day)}
                            )
                        )
                    )
                number += 1
            ledger = tercet.Ledger(path)
            by_rows = ledger.cost(by=("day", "model", "kind"))
            assert [{**row, "kind": "messages"} for row in ledger.cost(by=("day", "model"))] == list(by_rows)
        if number:
            ledger.forget(user="2")
            assert [{**row, "kind": "messages"} for row in ledger.cost(by=("day", "model"))] == list(
                ledger.cost(by=("day", "model", "kind"))
            )
