"""Recordings: readable, without credentials, and read back as the bytes that came."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.server.responders.recording import BadRecording, Taken, asked_of, read, written
from tercet.server.service.events import PING

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
@settings(deadline=None)
def test_any_body_comes_back_as_it_was_or_is_said_to_be_missing(
    tmp_path_factory: pytest.TempPathFactory, body: bytes
) -> None:
    path = written(taken(chunks=[(0.0, body)], headers=[(b"content-type", b"x/y")]), tmp_path_factory.mktemp("r"), 1)
    recording = read(path)
    found = b"".join(data for _, data in recording.chunks)
    if recording.missing:
        about = {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        assert json.loads(path.read_text())["response"]["body"] == {"unread": about}
        assert found == b""
    else:
        text = body.removeprefix(b"\xef\xbb\xbf")
        assert found == text or json.loads(found) == json.loads(text)  # JSON comes back as the same value


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ([], b' {"a" : 1}'),
        ([(b"content-encoding", b"gzip")], gzip.compress(b'\n{"a":\t1}', mtime=0)),
        ([], gzip.compress(b'{"\\u0061":1}', mtime=0)),
        ([(b"content-encoding", b"deflate")], zlib.compress(b'\xef\xbb\xbf{"a":1}')),
    ],
)
def test_equal_json_is_the_same_request_however_it_was_compressed_or_spaced(headers: Any, content: bytes) -> None:
    asked = asked_of("/v1/messages", b"", [*headers, (b"content-type", b"application/json")], content)
    assert asked.body == {"json": {"a": 1}}


def test_an_event_that_cannot_be_read_is_named_and_not_made_up(tmp_path: Path) -> None:
    chunks = [(0.1, PING.sse() + b'data: {"type":"content_bl')]
    path = written(taken(chunks=chunks, headers=SSE), tmp_path, 1)
    assert read(path).missing == "response.chunks.1"
    assert "content_bl" not in path.read_text()


def test_recordings_of_older_versions_are_read_and_compared_as_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    old = base64.b64encode(gzip.compress(b'{"a": "sk-ant-api03-abcdefgh"}', mtime=0)).decode()
    path.write_text(broken("request.body", {"base64": old}))
    assert read(path).body == {"json": {"a": "<redacted>"}}
    path.write_text(broken("response.body", {"base64": old}))
    assert gzip.decompress(read(path).chunks[0][1]).startswith(b'{"a"')


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":2}', '{"format":1,"request":{},"response":{}}', "\x00"])
def test_files_that_are_no_recordings_are_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(BadRecording, match=r"x\.json"):
        read(path)


def broken(place: str, value: object) -> str:
    """A good recording in which one thing is another."""
    good: dict[str, Any] = {
        "format": 1,
        "request": {"method": "POST", "path": "/v1/messages", "query": "", "headers": {}, "body": {"json": {}}},
        "response": {"status": 200, "headers": {"x": "1"}, "milliseconds": 1, "body": {"json": {}}},
    }
    *steps, last = place.split(".")
    at = good
    for step in steps:
        at = at[step]
    at[last] = value
    return json.dumps(good)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(("response.status", status) for status in (0, 100, 600, 99999, -1, "200", None, True)),
        *(
            ("response.headers", each)
            for each in ([], {"x": 1}, {"x": "a\r\nb"}, {"x\r\ny": "1"}, {"": "1"}, {"x": "\u65e5"})
        ),
        *(("response.milliseconds", each) for each in (-1, 1e300, "1")),
        *(("response.chunks", each) for each in ("abc", [1], [{"text": "a"}], [{"milliseconds": -1, "text": "a"}])),
        *(("response.body", each) for each in (5, {}, {"foo": 1}, {"base64": "***"}, {"text": 5}, {"unread": 5})),
        ("request.method", 5),
        ("request.path", None),
        ("request.body", {"json": json.loads("[" * 300 + "]" * 300)}),
        ("format", 2),
        ("format", "1"),
        ("response", None),
    ],
)
def test_what_cannot_be_played_is_said_when_the_folder_is_read(tmp_path: Path, place: str, value: object) -> None:
    path = tmp_path / "00001-x.json"
    path.write_text(broken(place, value))
    with pytest.raises(BadRecording, match=r"^00001-x\.json "):
        read(path)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, "\ud83d", "NaN", '{"format":1,"request":{"meth'])
def test_a_hostile_or_half_written_file_is_said_too(tmp_path: Path, text: str) -> None:
    path = tmp_path / "00001-x.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(BadRecording, match=r"^00001-x\.json "):
        read(path)


def test_headers_of_the_connection_are_not_played(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(broken("response.headers", {"Content-Length": "5", "transfer-encoding": "chunked", "x": "1"}))
    assert read(path).headers == {"x": "1"}


def test_what_a_killed_server_left_half_written_is_in_nobodys_way(tmp_path: Path) -> None:
    left = tmp_path / f"00001-post-v1-messages.json.{os.getpid()}.part"
    left.write_text("half of it, and longer than what comes now" * 100)
    assert read(written(taken(), tmp_path, 1)).status == 200
    assert not left.exists()
