"""Recordings: readable, without credentials, and read back as the bytes that came."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.server.answerers.recording import BadRecording, Taken, read, written
from tercet.server.stream import PING

SECRET = b"sk-ant-CANARY-0123456789"
REQUEST = [(b"x-api-key", SECRET), (b"anthropic-version", b"2023-06-01"), (b"content-type", b"application/json")]
JSON = [(b"content-type", b"application/json"), (b"request-id", b"req_1"), (b"set-cookie", b"session=planted")]
SSE = [(b"content-type", b"text/event-stream; charset=utf-8")]


def taken(content: bytes = b'{"a":1}', chunks: object = ((0.01, b'{"b":2}'),), headers: object = JSON) -> Taken:
    return Taken("POST", "/v1/messages", b"beta=true&x=1", REQUEST, content, 200, headers, chunks)  # type: ignore[arg-type]


def test_a_file_is_readable_private_and_says_what_was_asked(tmp_path: Path) -> None:
    path = written(taken(), tmp_path, 7)
    assert (path.name, os.stat(path).st_mode & 0o777) == ("00007-post-v1-messages.json", 0o600)
    found = json.loads(path.read_text())
    assert found["request"]["body"] == {"json": {"a": 1}}
    assert found["request"]["query"] == "x=1"
    assert found["response"]["body"] == {"json": {"b": 2}}
    assert os.listdir(tmp_path) == [path.name]


def test_no_credential_comes_to_the_disk(tmp_path: Path) -> None:
    content = b'{"text":"my key is ' + SECRET + b'","authorization_token":"planted"}'
    chunks = [(0.1, b'data: {"echo":"sk-ant-CAN'), (0.2, b'ARY-0123456789"}\n\n')]
    for each in (taken(content), taken(chunks=[(0.0, SECRET)]), taken(chunks=chunks, headers=SSE)):
        text = written(each, tmp_path, len(os.listdir(tmp_path))).read_text()
        assert "CANARY" not in text
        assert "planted" not in text


def test_a_stream_is_kept_event_by_event_with_its_times(tmp_path: Path) -> None:
    chunks = [(0.1, PING.sse() + PING.sse()[:10]), (0.4, PING.sse()[10:])]
    recording = read(written(taken(chunks=chunks, headers=SSE), tmp_path, 1))
    assert recording.chunks == ((0.1, PING.sse()), (0.4, PING.sse()))


@given(st.binary(max_size=300))
def test_any_body_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path = written(taken(chunks=[(0.0, body)], headers=[(b"content-type", b"x/y")]), tmp_path_factory.mktemp("r"), 1)
    found = b"".join(data for _, data in read(path).chunks)
    assert found == body or json.loads(found) == json.loads(body)  # JSON comes back as the same value


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":2}', '{"format":1,"request":{},"response":{}}', "\x00"])
def test_files_that_are_no_recordings_are_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(BadRecording, match=r"x\.json"):
        read(path)
