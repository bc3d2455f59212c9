"""Requests as curl and as Python send the same again, also when their texts are full of quotes and commands."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tercet import BadRequestError
from tercet.server.inspector.replay import as_curl, as_python, literal
from tercet.server.journal.journal import Entry
from tercet.server.run import LocalServer

HOSTILE = (
    '\'; touch owned; echo "$(touch owned)`touch owned`" \\ \'\'\'""" {x} %s \x00\x7f \u2028 é 🦊 $ANTHROPIC_API_KEY\n'
)
REQUESTS: list[dict[str, Any]] = [
    {},
    {"stream": True},
    {"system": HOSTILE, "messages": [{"role": "user", "content": [{"type": "text", "text": HOSTILE}]}]},
    {"temperature": None, "stop_sequences": [HOSTILE], "metadata": {"user_id": None}},
    {"tools": [{"name": "a", "input_schema": {"type": "object", "properties": {"it's": {"type": "string"}}}}]},
]


def sent(server: LocalServer) -> Entry:
    server.journal.settled()
    entry = server.journal.last()
    assert entry is not None
    return entry


@pytest.mark.skipif(shutil.which("curl") is None or os.name != "posix", reason="needs curl and a POSIX shell")
@pytest.mark.parametrize("asked", REQUESTS, ids=range(len(REQUESTS)))
def test_the_curl_command_sends_the_same_again(
    server: LocalServer, post: Any, asked: dict[str, Any], tmp_path: Path
) -> None:
    post(**asked, headers={"anthropic-beta": "it's-2025-01-01"})
    first = sent(server)
    command = as_curl(first, server.base_url)
    assert command is not None

    environment = {"PATH": os.environ["PATH"], "ANTHROPIC_API_KEY": "sk-ant-of-a-variable", "NO_PROXY": "*"}
    subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=30)

    second = sent(server)
    assert (second.number, second.path, second.content) == (first.number + 1, first.path, first.content)
    assert second.headers["anthropic-beta"] == "it's-2025-01-01"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", REQUESTS, ids=range(len(REQUESTS)))
def test_the_python_program_sends_the_same_again(
    server: LocalServer,
    post: Any,
    asked: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    post(**asked, field_of_tomorrow={"a": HOSTILE})
    first = sent(server)
    program = as_python(first, server.base_url)
    assert program is not None
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-of-a-variable")

    with pytest.raises(BadRequestError, match="field_of_tomorrow"):  # which the server does not know, either
        exec(compile(program, "replay", "exec"), {})

    second = sent(server)
    assert second.number == first.number + 1
    assert second.json == first.json


@pytest.mark.parametrize("query", ["", "limit=1&beta=it's"])
def test_other_routes_are_sent_again_too(server: LocalServer, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry("req_1", "GET", "/v1/models", {"content-length": "0"}, query=query)
    program = as_python(entry, server.base_url)
    assert program is not None
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")

    exec(compile(program, "replay", "exec"), {"print": lambda answer: None})

    assert (sent(server).path, sent(server).query.replace("%27", "'")) == ("/v1/models", query)


def test_paths_and_queries_are_written_as_urls() -> None:
    entry = Entry("req_1", "GET", "/v1/files/a b[1-9]{x,y}?é", {"content-length": "0"}, query="after=%20[1]&q=a+b")

    assert (as_curl(entry, "http://127.0.0.1") or "").splitlines()[0] == (
        "curl -X GET 'http://127.0.0.1/v1/files/a%20b%5B1-9%5D%7Bx,y%7D%3F%C3%A9?after=%20%5B1%5D&q=a+b' \\"
    )


def test_a_bearer_token_stays_one() -> None:
    command = as_curl(Entry("req_1", "GET", "/v1/models", {"authorization": "[redacted]"}), "http://127.0.0.1")

    assert command is not None
    assert '-H "Authorization: Bearer $ANTHROPIC_AUTH_TOKEN"' in command
    assert "redacted" not in command


@pytest.mark.parametrize(
    "entry",
    [
        Entry("req_1", "POST", "/v1/files", {"content-type": "multipart/form-data"}, content=b"x"),
        Entry("req_1", "POST", "/v1/files", {"content-type": "multipart/form-data", "content-length": "9"}),
        Entry("req_1", "POST", "/v1/messages", {"content-type": "application/json"}, content=b"\xff"),
        Entry("req_1", "POST", "/v1/messages", {"content-type": "application/json"}, content=b"{", truncated=True),
    ],
)
def test_a_body_that_is_not_kept_as_text_cannot_be_sent_again(entry: Entry) -> None:
    assert as_curl(entry, "http://127.0.0.1") is None
    assert as_python(entry, "http://127.0.0.1") is None


@pytest.mark.parametrize(
    "value", [{}, [], [[]], None, True, 1.5, "é'\"", {"a": [1, {"b": None}] * 30}, [{"x" * 200: {"y": "z"}}]]
)
def test_literals_are_what_they_say(value: Any) -> None:
    import ast

    assert ast.literal_eval(literal(value)) == value
