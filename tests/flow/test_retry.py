"""Retries, as tables of steps: no server, no clock, no waiting."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pytest
from tests.flow.steps import (
    ASK,
    CONTENT,
    OVERLOADED,
    START,
    Clock,
    lost,
    refused,
    reply,
    steps,
    streaming,
    without_events,
)

from tercet.flow.billing import NothingYielded
from tercet.flow.effects import Lost, Reply, Send
from tercet.flow.errors import error_of
from tercet.flow.events import WaitDetails
from tercet.flow.first_content import open_stream
from tercet.flow.retry import RetryPolicy, delay, no_retries, with_retries, worth_retrying
from tercet.wire.http import Request, Timeout

CALM = RetryPolicy(random=lambda: 0.0, clock=lambda: 100.0, wall_clock=lambda: 1_000_000.0)


@pytest.mark.parametrize(
    ("outcomes", "asked", "status"),
    [
        ([reply(200)], ["send"], 200),
        ([reply(503), reply(200)], ["send", 0.5, "send"], 200),
        ([reply(529), reply(500), reply(200)], ["send", 0.5, "send", 1.0, "send"], 200),
        ([reply(429), reply(429), reply(429)], ["send", 0.5, "send", 1.0, "send"], 429),
        ([lost(), reply(200)], ["send", 0.5, "send"], 200),
        ([reply(400)], ["send"], 400),
        ([reply(429, retry_after="7"), reply(200)], ["send", 7.0, "send"], 200),
        ([reply(429, retry_after_ms="250"), reply(200)], ["send", 0.25, "send"], 200),
        ([reply(429, retry_after="86400")], ["send"], 429),
        ([reply(429, x_should_retry="false")], ["send"], 429),
        ([reply(400, x_should_retry="true"), reply(200)], ["send", 0.5, "send"], 200),
    ],
)
def test_what_is_sent_again_and_after_how_long(outcomes: list[Any], asked: list[Any], status: int) -> None:
    taken, ending = steps(with_retries(lambda attempt: ASK, CALM), outcomes)

    assert asked == without_events(taken)
    assert isinstance(ending.outcome, Reply)
    assert status == ending.outcome.status


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 520, 529, 599])
def test_these_statuses_are_retried(status: int) -> None:
    assert worth_retrying(reply(status))


@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 413, 422, 431])
def test_these_statuses_are_not_retried(status: int) -> None:
    assert not worth_retrying(reply(status))


@pytest.mark.parametrize(
    ("kind", "again"),
    [
        ("connect", True),
        ("timeout", True),
        ("read", True),
        ("pool", True),
        ("tls", False),
        ("closed", False),
        ("too_large", False),
    ],
)
def test_a_lost_exchange_is_retried_unless_it_cannot_help(kind: Any, again: bool) -> None:
    assert again is worth_retrying(lost(kind))


def test_the_backoff_doubles_and_stops_at_eight_seconds() -> None:
    policy = RetryPolicy(max_retries=99, random=lambda: 0.0)

    assert [delay(reply(503), number, policy) for number in range(6)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert delay(reply(503), 90, policy) == 8.0


def test_the_jitter_takes_away_a_quarter_at_most() -> None:
    policy = RetryPolicy(random=lambda: 1.0)

    assert delay(reply(503), 0, policy) == 0.375


def test_a_wait_that_would_pass_the_deadline_is_not_begun() -> None:
    asked, ending = steps(with_retries(lambda attempt: ASK, CALM, deadline=100.4), [reply(503)])

    assert asked == ["send"]
    assert ending.attempts[0].wait is None


def test_an_attempt_gets_no_longer_than_what_is_left_of_the_deadline() -> None:
    plan = with_retries(lambda attempt: ASK, CALM, deadline=103.0)
    effect = next(plan)

    assert isinstance(effect, Send)
    assert effect.request.timeout == Timeout(3.0, total=3.0)


def test_each_attempt_is_built_anew_with_its_number() -> None:
    built: list[int] = []

    def build(attempt: int) -> Request:
        built.append(attempt)
        return ASK

    steps(with_retries(build, CALM), [reply(500), reply(500), reply(200)])

    assert built == [0, 1, 2]


def test_failed_attempts_are_on_record() -> None:
    _, ending = steps(with_retries(lambda attempt: ASK, CALM), [reply(529), lost(), reply(200)])

    assert [(attempt.number, attempt.status, attempt.reason, attempt.wait) for attempt in ending.attempts] == [
        (0, 529, "HTTP 529", 0.5),
        (1, None, "it broke", 1.0),
    ]


def test_a_call_that_somebody_else_retries_is_sent_once() -> None:
    asked, _ = steps(with_retries(lambda attempt: ASK, no_retries(CALM)), [reply(500)])

    assert asked == ["send"]


# --- what is never sent again ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "enforced_spend_limit_reached"),
        (429, "contract_spend_limit_reached"),
        (402, "linked_organization_spend_limit_reached"),
    ],
)
def test_a_spend_limit_is_not_retried_even_if_a_header_says_so(status: int, code: str) -> None:
    outcome = refused(status, code)
    outcome.headers = reply(status, x_should_retry="true").headers

    asked, _ = steps(with_retries(lambda attempt: ASK, CALM), [outcome])

    assert asked == ["send"]


@pytest.mark.parametrize(
    "body", [b"spend_limit_reached", b'{"error": "spend_limit_reached"}', b"[" * 100_000 + b"spend_limit_reached"]
)
def test_words_about_a_spend_limit_elsewhere_in_a_body_change_nothing(body: bytes) -> None:
    assert worth_retrying(reply(429, body))


@pytest.mark.parametrize("asked", ["99999", "inf", "1e3", "601"])
def test_a_wait_of_more_than_ten_minutes_is_not_begun(asked: str) -> None:
    taken, ending = steps(with_retries(lambda attempt: ASK, CALM), [reply(429, retry_after=asked)])

    assert taken == ["send"]
    assert error_of(ending.outcome, ASK).retry_after == float(asked)


@pytest.mark.parametrize("asked", ["0", "-5", "nan", "abc", "2, 5", "Thu, 01 Jan 1970 00:00:01 GMT"])
def test_a_wait_that_says_nothing_is_the_usual_one(asked: str) -> None:
    assert delay(reply(429, retry_after=asked), 0, CALM) == 0.5


NOON = 1_696_003_200.0  # Fri, 29 Sep 2023 16:00:00 GMT


@pytest.mark.parametrize(
    ("asked", "number", "expected"),
    [
        ("20", 0, 20.0),
        ("60", 0, 60.0),
        ("61", 0, 61.0),
        (" 7 ", 0, 7.0),
        ("1.5", 0, 1.5),
        ("0", 0, 0.5),
        ("-10", 0, 0.5),
        ("", 0, 0.5),
        ("", 1, 1.0),
        ("", 2, 2.0),
        ("", 11, 8.0),
        ("Fri, 29 Sep 2023 16:00:20 GMT", 0, 20.0),
        ("Fri, 29 Sep 2023 16:01:00 GMT", 0, 60.0),
        ("Fri, 29 Sep 2023 16:00:00 GMT", 0, 0.5),
        ("Fri, 29 Sep 2023 15:59:00 GMT", 0, 0.5),
        ("Zun, 29 Sep 2023", 0, 0.5),
        ("99999999999999999999999999999999999", 0, None),
        ("Fri, 29 Sep 2023 18:00:00 GMT", 0, None),
    ],
)
def test_what_a_server_asks_for_and_what_is_waited(asked: str, number: int, expected: float | None) -> None:
    policy = RetryPolicy(max_retries=99, random=lambda: 0.0, wall_clock=lambda: NOON)

    assert delay(reply(429, retry_after=asked), number, policy) == expected


@pytest.mark.parametrize(("milliseconds", "expected"), [("250", 0.25), ("-250", 0.5), ("x", 0.5)])
def test_milliseconds_go_before_seconds(milliseconds: str, expected: float) -> None:
    assert delay(reply(429, retry_after_ms=milliseconds), 0, CALM) == expected


@pytest.mark.parametrize("wall_clock", [1_000_000.0 - 3600, 1_000_000.0, 1_000_000.0 + 3600])
def test_a_date_is_measured_against_the_servers_own_clock(wall_clock: float) -> None:
    policy = RetryPolicy(random=lambda: 0.0, wall_clock=lambda: wall_clock)
    outcome = reply(429, date="Wed, 21 Oct 2026 07:28:00 GMT", retry_after="Wed, 21 Oct 2026 07:28:10 GMT")

    assert delay(outcome, 0, policy) == 10.0


@pytest.mark.parametrize(("asked", "longest"), [("2", 2.2), ("5", 5.5), ("60", 61.0)])
def test_a_wait_that_was_asked_for_is_never_shortened_and_hardly_lengthened(asked: str, longest: float) -> None:
    waits = [delay(reply(429, retry_after=asked), 0, RetryPolicy(random=lambda: chance)) for chance in (0.0, 0.5, 1.0)]  # noqa: B023

    assert waits == sorted(waits)
    assert waits[0] == float(asked)
    assert waits[-1] == pytest.approx(longest)


# --- what may have been billed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "phase", "billed", "again"),
    [
        (lost("connect", "not_sent"), "not_sent", "no", True),
        (lost("pool", "not_sent"), "not_sent", "no", True),
        (reply(429), "refused", "no", True),
        (reply(503), "refused", "no", True),
        (reply(529), "refused", "no", True),
        (reply(408), "refused", "no", True),
        (lost("read", "unanswered"), "unanswered", "maybe", False),
        (lost("timeout", "unanswered"), "unanswered", "maybe", False),
        (reply(500), "failed", "maybe", False),
        (reply(502), "failed", "maybe", False),
        (reply(504), "failed", "maybe", False),
        (lost("read", "cut"), "body_lost", "yes", False),
        (NothingYielded(streaming(), lost("read", "cut")), "nothing_yielded", "yes", False),
    ],
)
def test_retry_ambiguous_false_repeats_only_what_cannot_have_been_billed(
    outcome: Any, phase: str, billed: str, again: bool
) -> None:
    strict = RetryPolicy(retry_ambiguous=False, random=lambda: 0.0)
    asked, ending = steps(with_retries(lambda attempt: ASK, strict), [outcome, reply(200)])
    default, _ = steps(with_retries(lambda attempt: ASK, CALM), [outcome, reply(200)])

    assert (without_events(asked) == ["send", 0.5, "send"]) is again
    assert without_events(default) == ["send", 0.5, "send"]
    assert (ending.attempts[0].phase, ending.attempts[0].billed) == (phase, billed)
    assert ending.attempts[0].stopped_by == (None if again else "retry_ambiguous=False")


def test_an_error_says_what_forbade_a_retry() -> None:
    _, ending = steps(with_retries(lambda attempt: ASK, CALM, deadline=100.4), [reply(503)])

    error = error_of(ending.outcome, ending.request, ending.attempts)

    assert error.__notes__ == ["not retried: the deadline is nearer than the wait of 0.5 s"]


# --- the deadline ----------------------------------------------------------------------------------------------------


def test_nothing_is_sent_after_the_deadline() -> None:
    asked, ending = steps(with_retries(lambda attempt: ASK, CALM, deadline=100.0), [])

    assert asked == []
    assert isinstance(ending.outcome, Lost)
    assert (ending.outcome.kind, ending.outcome.phase) == ("timeout", "not_sent")


def test_a_wait_that_the_server_asks_for_and_that_passes_the_deadline_ends_the_call_at_once() -> None:
    asked, ending = steps(with_retries(lambda attempt: ASK, CALM, deadline=130.0), [reply(429, retry_after="60")])

    assert asked == ["send"]
    assert error_of(ending.outcome, ASK).retry_after == 60.0


def test_the_time_of_an_attempt_is_on_record() -> None:
    clock = Clock()

    def build(attempt: int) -> Request:
        return ASK

    plan = with_retries(build, RetryPolicy(clock=clock, max_retries=0))
    next(plan)
    clock.now += 2.5
    with pytest.raises(StopIteration) as done:
        plan.send(reply(500))

    assert done.value.value.attempts[0].seconds == 2.5


# --- streams that fail before their first content -----------------------------------------------------------------------


def stream_plan(policy: RetryPolicy = CALM) -> Any:
    return with_retries(lambda attempt: ASK, policy, step=partial(open_stream, clock=policy.clock))


@pytest.mark.parametrize(
    "first",
    [
        [OVERLOADED],
        [START, OVERLOADED],
        [],
        [START],
        [START, lost("read", "cut")],
        [lost("timeout", "cut")],
    ],
)
def test_a_stream_that_fails_before_its_first_content_is_sent_again(first: list[Any]) -> None:
    good = streaming(START, CONTENT)
    bad = streaming(*first)

    asked, ending = steps(stream_plan(), [bad, good])

    assert without_events(asked) == ["send", 0.5, "send"]
    assert ending.outcome.stream.read() == START
    assert bad.stream is not None
    assert bad.stream.closed  # type: ignore[union-attr]


def test_an_error_event_that_trying_again_cannot_help_is_handed_to_the_caller() -> None:
    wrong = OVERLOADED.replace(b"overloaded_error", b"invalid_request_error")

    asked, ending = steps(stream_plan(), [streaming(START, wrong)])

    assert asked == ["send"]
    assert ending.outcome.stream.read() == START
    assert ending.outcome.stream.read() == wrong


def test_the_wait_is_an_event_that_says_why() -> None:
    asked, _ = steps(with_retries(lambda attempt: ASK, CALM), [reply(529), reply(200)])

    assert asked[1] == WaitDetails(seconds=0.5, number=0, status=529, problem="HTTP 529")


def test_a_call_does_not_sleep_into_a_breaker_that_lets_nothing_through() -> None:
    plan = with_retries(lambda attempt: ASK, CALM, hold=lambda: math.inf)

    asked, ending = steps(plan, [reply(503)])

    assert asked == ["send"]
    assert isinstance(ending.outcome, Reply)
    assert ending.attempts[0].stopped_by == "the circuit breaker has opened"
