"""A success whose body is an error of the API is that error: its class, its retries, and what was billed."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from tests.flow.steps import ASK, lost, reply, steps, whole, without_events

from tercet.flow.billing import ErrorAnswer, phase_of
from tercet.flow.breaker import verdict
from tercet.flow.effects import Lost, Reply
from tercet.flow.errors import error_of
from tercet.flow.first_content import LONGEST_ERROR, bound_stream, open_stream
from tercet.flow.retry import RetryPolicy, unmask_error, with_retries
from tercet.flow.retry_budget import QuotaPolicy
from tercet.transport.memory import Chunks
from tercet.wire.errors.mapping import STATUS_OF_TYPE, class_for
from tercet.wire.http import Headers, Request

CALM = RetryPolicy(random=lambda: 0.0, clock=lambda: 100.0)


def error_body(error_type: str = "overloaded_error", **more: Any) -> bytes:
    return json.dumps({"type": "error", "error": {"type": error_type, "message": "m"}, **more}).encode()


def as_json(*chunks: bytes | Lost, label: str = "application/json") -> Reply:
    return Reply(200, Headers({"content-type": label} if label else {}), stream=Chunks(chunks))


@pytest.mark.parametrize("error_type", sorted(STATUS_OF_TYPE))
def test_it_is_treated_as_the_status_that_the_type_has(error_type: str) -> None:
    status = STATUS_OF_TYPE[error_type]
    body = error_body(error_type)
    asked, ending = steps(with_retries(lambda attempt: ASK, CALM), [reply(200, body)] * 3)
    elsewhere, _ = steps(with_retries(lambda attempt: ASK, CALM), [reply(status, body)] * 3)
    error = error_of(ending.outcome, ASK, ending.attempts)

    assert without_events(asked) == without_events(elsewhere)
    assert type(error) is class_for(status)
    assert (error.status_code, error.body) == (200, json.loads(body))
    assert phase_of(ending.outcome) == phase_of(reply(status))
    assert verdict(ending.outcome) == verdict(reply(status))
    assert QuotaPolicy().cost(ending.outcome) == QuotaPolicy().cost(reply(status))
    assert [attempt.status for attempt in ending.attempts] == [200] * len(ending.attempts)
    assert error_type in ending.attempts[0].reason


def test_the_next_attempt_may_go_well_and_nothing_was_billed_before() -> None:
    outcomes = [reply(200, error_body(), retry_after="7"), reply(200, b'{"type":"message"}')]
    asked, ending = steps(with_retries(lambda attempt: ASK, CALM), outcomes)

    assert without_events(asked) == ["send", 7.0, "send"]
    assert ending.outcome.content == b'{"type":"message"}'
    assert [(attempt.phase, attempt.billed) for attempt in ending.attempts] == [("refused", "no")]


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"message","content":[{"type":"text","text":"\\"error\\""}]}',
        b'{"type":"error","error":{"type":"something_new"}}',
        b'{"type":"error","error":"overloaded_error"}',
        b'{"type":"error"',
        b'["error", {"type":"error"}]',
        b'"error"',
        b"",
    ],
)
def test_everything_else_is_what_it_was(body: bytes) -> None:
    outcome = reply(200, body)

    assert unmask_error(outcome, ASK) is outcome


@pytest.mark.parametrize("more", [{}, {"request_id": "req_1"}])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("before", ["", "\n\n   "])
def test_it_does_not_matter_how_it_is_written(more: dict[str, str], indent: int | None, before: str) -> None:
    error = {"type": "overloaded_error", "message": "m" * 5_000}
    for body in ({**more, "type": "error", "error": error}, {"error": error, **more, "type": "error"}):
        assert isinstance(
            unmask_error(reply(200, (before + json.dumps(body, indent=indent)).encode()), ASK), ErrorAnswer
        )


def test_the_content_of_a_file_is_nobodys_error() -> None:
    download = Request("GET", ASK.url, Headers({"accept": "application/binary"}), b"", timeout=ASK.timeout)
    outcome = reply(200, error_body())

    assert unmask_error(outcome, download) is outcome


# --- where a stream was asked for ---------------------------------------------------------------------------------------


OPEN = partial(open_stream, clock=lambda: 0.0)
LABELS = ["application/json", "application/problem+json", "text/plain; charset=utf-8", ""]


@pytest.mark.parametrize(
    ("step", "label"),
    [*((step, label) for step in (OPEN, bound_stream) for label in LABELS), (OPEN, "text/event-stream")],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_json_error_in_place_of_a_stream_is_sent_again_whatever_its_label(step: Any, label: str, size: int) -> None:
    body = error_body()
    bad = as_json(*(body[at : at + size] for at in range(0, len(body), size)), label=label)
    asked, ending = steps(with_retries(lambda attempt: ASK, CALM, step=step), [bad, reply(400)])

    assert without_events(asked) == ["send", 0.5, "send"]
    assert (ending.attempts[0].phase, ending.attempts[0].billed) == ("refused", "no")
    assert bad.stream is not None
    assert bad.stream.closed  # type: ignore[union-attr]


@pytest.mark.parametrize("label", [*LABELS, "text/event-stream"])
def test_an_error_that_no_repetition_helps_is_sent_once_whatever_its_label(label: str) -> None:
    bad = as_json(error_body("authentication_error"), label=label)
    asked, ending = steps(with_retries(lambda attempt: ASK, CALM, step=OPEN), [bad])

    assert without_events(asked) == ["send"]
    assert type(error_of(ending.outcome, ASK, ending.attempts)) is class_for(401)


@pytest.mark.parametrize(
    "chunks",
    [
        [b'{"type":"message","content":[]}'],
        [b'{"type":', b'"message"}'],
        [b"event: ping\ndata: {}\n\n", b"more"],
        [b'{"type":"error"', lost("read", "cut")],
        [b"x"],
        [],
        [b'{"error":"' + b"x" * LONGEST_ERROR, b"and more"],
    ],
)
def test_every_other_body_gives_every_byte(chunks: list[Any]) -> None:
    _, outcome = steps(bound_stream(ASK), [as_json(*chunks)])

    assert type(outcome) is Reply
    given = whole(outcome.stream)
    assert b"".join(each for each in given if isinstance(each, bytes)) == b"".join(
        each for each in chunks if isinstance(each, bytes)
    )
    assert given[-1] == (chunks[-1] if chunks and isinstance(chunks[-1], Lost) else None)


def test_a_large_body_is_handed_out_with_its_first_bytes() -> None:
    source = as_json(b'{"type":"message","content":"' + b"x" * 2_000, b"unread")
    _, outcome = steps(bound_stream(ASK), [source])

    assert source.stream is not None
    assert source.stream.read() == b"unread"
    assert type(outcome) is Reply
