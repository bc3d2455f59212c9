"""Limit headers: how long to wait, whether to try again, what is left. Garbage says nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.wire.headers import Headers
from tercet.wire.rate_limits import RateLimit, RateLimits, http_date, parse_datetime, retry_after, should_retry

NOW = 1696004797.0  # Fri, 29 Sep 2023 16:26:37 GMT


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("20", 20),
        ("2", 2),
        ("1.5", 1.5),
        (" 7 ", 7),
        ("60", 60),
        ("61", 61),
        (".5", 0.5),
        ("5.", 5),
        ("+5", 5),
        ("1e3", 1000),
        ("99999", 99999),
        ("99999999999999999999999999999999999", 1e35),
        ("inf", float("inf")),
        ("Fri, 29 Sep 2023 16:26:57 GMT", 20),
        ("Fri, 29 Sep 2023 16:27:37 GMT", 60),
        ("Fri, 29 Sep 2023 16:27:38 GMT", 61),
        ("Fri, 29 Sep 2023 18:26:57 +0200", 20),
        ("Friday, 29-Sep-23 16:26:57 GMT", 20),
        ("Fri Sep 29 16:26:57 2023", 20),
        ("Fri, 29 Sep 2023 16:26:37 GMT", None),
        ("Fri, 29 Sep 2023 16:26:27 GMT", None),
        ("Fri, 99 Zzz 9999 16:26:27 GMT", None),
        ("Zun, 29 Sep", None),
        ("0", None),
        ("-10", None),
        ("-inf", None),
        ("nan", None),
        ("abc", None),
        ("2, 5", None),
        ("0x10", None),
        ("1_000", None),
        ("10s", None),
        ("", None),
        ("٣", None),
        ("9" * 100_000, float("inf")),
        ("Fri, " * 100_000, None),
    ],
)
def test_retry_after_is_seconds_or_an_http_date(value: str, wait: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == wait


@pytest.mark.parametrize(
    ("milliseconds", "seconds", "wait"),
    [
        ("250", "9", 0.25),
        ("1500.5", None, 1.5005),
        ("-250", "9", None),
        ("0", "9", None),
        ("soon", "9", 9),
        ("", "9", 9),
        (None, None, None),
    ],
)
def test_milliseconds_go_first_when_they_are_a_number(
    milliseconds: str | None, seconds: str | None, wait: float | None
) -> None:
    headers = {"retry-after-ms": milliseconds, "retry-after": seconds}

    assert retry_after(Headers({name: value for name, value in headers.items() if value is not None}), NOW) == wait


@pytest.mark.parametrize("clock", [NOW - 3600, NOW, NOW + 3600, None])
def test_a_date_is_measured_against_the_servers_own_clock(clock: float | None) -> None:
    headers = {"retry-after": "Fri, 29 Sep 2023 16:26:47 GMT", "date": "Fri, 29 Sep 2023 16:26:37 GMT"}

    assert retry_after(headers, clock) == 10


def test_without_a_readable_date_the_local_clock_counts() -> None:
    headers = {"retry-after": "Fri, 29 Sep 2023 16:26:47 GMT", "date": "today"}

    assert (retry_after(headers, NOW), retry_after(headers)) == (10, None)


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text(max_size=70)))
def test_retry_after_is_never_an_exception_and_never_a_wait_of_no_length(headers: dict[str, str]) -> None:
    wait = retry_after(headers, NOW)

    assert wait is None or wait > 0


@pytest.mark.parametrize(
    ("value", "said"), [("true", True), ("false", False), ("", None), ("True!", None), ("1", None), (None, None)]
)
def test_should_retry_is_what_the_server_says_or_nothing(value: str | None, said: bool | None) -> None:
    assert should_retry({} if value is None else {"x-should-retry": value}) is said


@pytest.mark.parametrize(
    "value", [None, 5, "", "x", "Mon, 01 Jan 99999 00:00:00 GMT", "Fri, 01 Zzz 2023 00:00:00 GMT", "1 2 3 4 5 6"]
)
def test_what_is_no_http_date_is_none(value: str | None) -> None:
    assert http_date(value) is None


def test_the_limits_of_a_captured_429_are_read_whole() -> None:
    start = "anthropic-ratelimit-"
    limits = RateLimits.from_headers(
        Headers(
            {
                f"{start}input-tokens-limit": "200000",
                f"{start}input-tokens-remaining": "0",
                f"{start}input-tokens-reset": "2025-06-02T15:15:48Z",
                f"{start}output-tokens-limit": "80000",
                f"{start}requests-limit": "4000",
                f"{start}requests-remaining": "4000",
                f"{start}tokens-reset": "2025-06-02T15:14:45Z",
                "anthropic-priority-input-tokens-limit": "10000",
                "anthropic-fast-output-tokens-remaining": "7",
            }
        )
    )

    assert limits == RateLimits(
        requests=RateLimit(4000, 4000),
        tokens=RateLimit(reset=datetime(2025, 6, 2, 15, 14, 45, tzinfo=UTC)),
        input_tokens=RateLimit(200000, 0, datetime(2025, 6, 2, 15, 15, 48, tzinfo=UTC)),
        output_tokens=RateLimit(80000),
        priority_input_tokens=RateLimit(10000),
        fast_output_tokens=RateLimit(remaining=7),
    )


def test_a_response_without_limit_headers_reports_none() -> None:
    assert RateLimits.from_headers({}) == RateLimits()


@pytest.mark.parametrize("value", ["", "-1", "1.5", "1e3", "many", "٣", "²", "9" * 5000, "1 2", "0x1", "+1"])
def test_a_count_that_is_none_says_nothing(value: str) -> None:
    assert RateLimits.from_headers({"anthropic-ratelimit-requests-limit": value}).requests is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2025-06-02T15:14:45Z", datetime(2025, 6, 2, 15, 14, 45, tzinfo=UTC)),
        ("2025-06-02t15:14:45z", datetime(2025, 6, 2, 15, 14, 45, tzinfo=UTC)),
        (" 2025-06-02 15:14:45.25Z ", datetime(2025, 6, 2, 15, 14, 45, 250000, tzinfo=UTC)),
        ("2025-06-02T15:14:45.123456789Z", datetime(2025, 6, 2, 15, 14, 45, 123456, tzinfo=UTC)),
        ("2025-06-02T15:14:45+02:00", datetime(2025, 6, 2, 15, 14, 45, tzinfo=timezone(timedelta(hours=2)))),
        ("2025-06-02T15:14:45", datetime(2025, 6, 2, 15, 14, 45, tzinfo=UTC)),
        ("2025-06-02", None),
        ("2025-13-02T15:14:45Z", None),
        ("2025-06-02T25:14:45Z", None),
        ("1748877285", None),
        ("6m30s", None),
        ("٢٠٢٥-06-02T15:14:45Z", None),
        ("2025-06-02T15:14:45." + "1" * 100 + "Z", None),
        (None, None),
    ],
)
def test_a_reset_is_a_time_with_a_timezone_or_nothing(text: str | None, read: datetime | None) -> None:
    assert parse_datetime(text) == read
    assert read is None or parse_datetime(text).tzinfo is not None  # type: ignore[union-attr]


@given(st.text(max_size=40))
def test_reading_a_reset_never_fails(text: str) -> None:
    found = parse_datetime(text)

    assert found is None or found.tzinfo is not None
