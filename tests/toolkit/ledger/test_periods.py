"""Words for moments mean the same in every zone, and zones change where they change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.toolkit.ledger.periods import DAY, SECOND, WEEKDAYS, day_text, moment_of, offsets, week_text, zone_of

ZONES = ["Europe/Oslo", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/New_York"]
YEAR_2000, YEAR_2040 = 946_684_800, 2_208_988_800


@settings(deadline=None, max_examples=200)
@given(st.integers(YEAR_2000, YEAR_2040), st.sampled_from(ZONES))
def test_an_offset_that_is_looked_up_is_the_one_of_the_zone(second: int, name: str) -> None:
    zone = ZoneInfo(name)
    near = offsets(zone, (second - 200 * 86_400) * SECOND, (second + 200 * 86_400) * SECOND)

    wanted = datetime.fromtimestamp(second, zone).utcoffset()
    assert timedelta(seconds=near.at(second)) == wanted


@settings(deadline=None, max_examples=100)
@given(st.integers(YEAR_2000, YEAR_2040), st.sampled_from(ZONES), st.sampled_from(WEEKDAYS))
def test_a_weekday_is_its_last_midnight_today_included(second: int, name: str, day: str) -> None:
    zone = ZoneInfo(name)
    now = datetime.fromtimestamp(second, UTC)
    found = moment_of(day, zone, now, "since")

    assert found is not None
    there = datetime.fromtimestamp(found // SECOND, zone)
    assert WEEKDAYS[there.weekday()] == day
    assert 0 <= (now.astimezone(zone).date() - there.date()).days < 7


def test_sql_of_an_offset_says_the_same_as_the_table() -> None:
    import sqlite3

    found = offsets(ZoneInfo("Europe/Oslo"), 1_760_000_000 * SECOND, 1_800_000_000 * SECOND)
    connection = sqlite3.connect(":memory:")
    for second in (1_760_000_000, found.starts[0] - 1, found.starts[0], found.starts[1], 1_800_000_000):
        local = connection.execute(f"select {found.sql()} from (select ? as at)", (second * SECOND,)).fetchone()[0]
        assert local == (second + found.at(second)) * SECOND
    connection.close()


def test_the_local_zone_is_this_machine_s() -> None:
    local = zone_of("local")
    second = 1_790_000_000

    assert datetime.fromtimestamp(second, local).utcoffset() == datetime.fromtimestamp(second).astimezone().utcoffset()
    assert local.tzname(None) == "local"
    assert local.dst(None) is None


@pytest.mark.parametrize("tz", [None, "UTC", "utc", UTC])
def test_utc_is_the_zone_unless_another_is_named(tz: str | tzinfo | None) -> None:
    assert zone_of(tz) is UTC


def test_days_and_weeks_are_named_by_their_first_day() -> None:
    day = 1_795_000_000 // 86_400

    assert (day_text(day), week_text(day)) == ("2026-11-18", "2026-11-16")
    assert DAY == 86_400 * SECOND
