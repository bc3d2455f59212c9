"""The logger: one line a request, never a key, a prompt only when asked."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys

import pytest
from tests.client.scripted import ASK, JSON, MESSAGE, Script

import tercet
from tercet.client.log import fold_text
from tercet.transport.base import Lost


def lines(caplog: pytest.LogCaptureFixture, script: Script, level: int) -> str:
    with caplog.at_level(level, "tercet"), contextlib.suppress(tercet.APIError):
        script.client().messages.create(**ASK)
    return "\n".join(record.getMessage() for record in caplog.records)


def test_one_line_a_request(caplog: pytest.LogCaptureFixture) -> None:
    said = lines(caplog, Script((200, JSON, MESSAGE)), logging.INFO)

    assert said.startswith("POST http://local/v1/messages: 200, request req_011CTest, 0.")
    assert "\n" not in said


def test_a_lost_exchange_is_a_line_too(caplog: pytest.LogCaptureFixture) -> None:
    assert "no answer (refused)" in lines(caplog, Script(Lost("connect", "not_sent", "refused")), logging.INFO)


def test_debug_shows_headers_without_the_key_and_no_prompt(caplog: pytest.LogCaptureFixture) -> None:
    said = lines(caplog, Script((200, JSON, MESSAGE)), logging.DEBUG)

    assert "x-api-key" in said
    assert "canary" not in said
    assert "Hello" not in said


def test_bodies_only_when_asked(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERCET_LOG_BODIES", "1")

    assert "Hello" in lines(caplog, Script((200, JSON, MESSAGE)), logging.DEBUG)


def test_text_from_outside_stays_on_one_line() -> None:
    assert fold_text("a\nb\x1b[31m") == "a�b�[31m"


@pytest.mark.parametrize("variable", ["TERCET_LOG", "ANTHROPIC_LOG"])
def test_the_environment_turns_it_on(variable: str) -> None:
    code = "import tercet, sys; tercet.Anthropic(api_key='k' * 20); print(sys.modules['logging'].getLogger('tercet').level)"

    ran = subprocess.run(
        [sys.executable, "-c", code], env={variable: "info"}, capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "20"
