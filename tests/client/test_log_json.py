"""Log lines as JSON, and events in words."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, KEY, MESSAGE, Script

from tercet.client.log_json import JSONFormatter, as_fields, describe_event
from tercet.flow.events import (
    Adaptation,
    AttemptDetails,
    BreakerDetails,
    FallbackDetails,
    PaceDetails,
    WaitDetails,
)

EVENTS: list[tuple[Any, str]] = [
    (
        AttemptDetails(1, "POST", "http://x/v1", "m", 0.5, 529, "req_1", "HTTP 529", "refused", "no"),
        "attempt 1 of POST http://x/v1: HTTP 529, 0.500 s",
    ),
    (
        AttemptDetails(0, "POST", "http://x/v1", "m", 0.5, 200, "req_1", None, None, "yes"),
        "attempt 0 of POST http://x/v1: 200, 0.500 s",
    ),
    (WaitDetails(0.5, 0, 529, "HTTP 529"), "waiting 0.500 s after attempt 0: HTTP 529"),
    (BreakerDetails("http://x", "m", "closed", "open", 5.0), "breaker for m at http://x: closed -> open for 5.0 s"),
    (BreakerDetails("http://x", "m", "half_open", "closed", None), "breaker for m at http://x: half_open -> closed"),
    (FallbackDetails("m", "HTTP 529", "n"), "asking n in place of m: HTTP 529"),
    (FallbackDetails("m", "HTTP 529", "n", (), "no schema"), "passing over n: no schema"),
    (PaceDetails(2.0, "requests"), "waiting 2.000 s for a turn: requests"),
]


@pytest.mark.parametrize(("event", "words"), EVENTS)
def test_every_event_has_its_words_and_its_fields(event: Any, words: str) -> None:
    fields = as_fields(event)

    assert describe_event(event) == words
    assert fields.pop("event") in ("attempt", "wait", "breaker", "fallback", "pace")
    assert fields.keys() == set(event.__struct_fields__)
    assert json.dumps(fields)


def test_an_event_of_somebody_elses_is_shown_as_it_is() -> None:
    assert describe_event("hello") == "'hello'"
    assert as_fields("hello") == {"event": "str", "value": "hello"}


def test_values_without_a_json_form_are_shown() -> None:
    event = FallbackDetails("m", "p", "n", (Adaptation("x", "r", {1 + 2j}, None),))

    assert json.loads(json.dumps(as_fields(event)))["adapted"][0]["was"]


def test_a_record_becomes_one_line_of_json() -> None:
    record = logging.makeLogRecord(
        {"msg": "a %s", "args": ("b\nc",), "name": "tercet", "levelname": "INFO", "created": 0.0}
    )
    record.tercet = {"event": "call", "status": 200}

    line = JSONFormatter().format(record)

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.000+00:00",
        "level": "info",
        "logger": "tercet",
        "message": "a b\nc",
        "event": "call",
        "status": 200,
    }


def test_an_exception_is_a_field() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        record = logging.makeLogRecord({"msg": "m", "exc_info": sys.exc_info()})

    assert "ValueError: no" in json.loads(JSONFormatter().format(record))["exception"]


def test_waits_and_calls_are_lines_with_fields(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script((529, {**JSON, "retry-after-ms": "1"}, b"{}"), (200, JSON, MESSAGE))
    with caplog.at_level(logging.INFO, "tercet"):
        script.client(max_retries=1).messages.create(**ASK)

    wait, call = (record.tercet for record in caplog.records)  # type: ignore[attr-defined]
    assert (wait["event"], wait["status"], wait["problem"]) == ("wait", 529, "HTTP 529")
    assert (call["event"], call["status"], call["retries"], call["request_id"]) == ("call", 200, 1, "req_011CTest")
    assert KEY not in caplog.text


def test_the_environment_chooses_json() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from scripted import *\n"
        "Script((200, JSON, MESSAGE)).client().messages.create(**ASK)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, __file__.rpartition("/")[0]],
        env={"TERCET_LOG": "info", "TERCET_LOG_FORMAT": "json"},
        capture_output=True,
        text=True,
        check=True,
    )

    line = json.loads(ran.stderr)
    assert (line["level"], line["event"], line["status"], line["retries"]) == ("info", "call", 200, 0)
