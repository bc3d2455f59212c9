"""Record from a server, play back without it: the same bytes, the same order, the same speed; and clear misses."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tercet.server.responders.recording import BadRecording
from tercet.server.run import LocalServer

SECRET = "sk-ant-CANARY-0123456789"
HEADERS = {"x-api-key": SECRET, "anthropic-version": "2023-06-01"}


def ask(server: LocalServer, text: str = "Hello", **more: Any) -> httpx.Response:
    body = {"model": "claude-opus-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": text}], **more}
    return httpx.post(f"{server.base_url}/v1/messages", json=body, headers=HEADERS, trust_env=False, timeout=20)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[httpx.Response]]:
    folder = tmp_path_factory.mktemp("recordings")
    with LocalServer(pace=100) as upstream, LocalServer(upstream=upstream.base_url, record=folder) as server:
        upstream.queue("first", "second")
        answers = [ask(server), ask(server), ask(server, "Count to 10", stream=True), ask(server, max_tokens=-5)]
    return folder, answers


def test_the_same_requests_get_the_same_answers_in_order(recorded: tuple[Path, list[httpx.Response]]) -> None:
    folder, answers = recorded
    with LocalServer(replay=folder) as server:
        played = [ask(server), ask(server), ask(server, "Count to 10", stream=True), ask(server, max_tokens=-5)]
        assert [answer.content for answer in played] == [answer.content for answer in answers]
        assert [answer.status_code for answer in played] == [200, 200, 200, 400]
        assert ask(server).content == answers[1].content
    assert [answer.json()["content"][0]["text"] for answer in answers[:2]] == ["first", "second"]
    assert played[0].headers["tercet-recording"] == "00001-post-v1-messages.json"


def test_files_hold_no_key(recorded: tuple[Path, list[httpx.Response]]) -> None:
    for path in recorded[0].iterdir():
        assert "CANARY" not in path.read_text()


def took(server: LocalServer) -> float:
    """Seconds for the recorded stream."""
    begun = time.monotonic()
    ask(server, "Count to 10", stream=True)
    return time.monotonic() - begun


def test_they_are_played_at_their_own_speed_where_that_is_wanted(recorded: tuple[Path, list[httpx.Response]]) -> None:
    with LocalServer(replay=recorded[0], replay_timing=True) as server:
        assert took(server) > 0.1


def test_they_are_played_at_once_however_long_they_took(
    recorded: tuple[Path, list[httpx.Response]], tmp_path: Path
) -> None:
    for path in recorded[0].iterdir():
        minutes = re.sub(r'"milliseconds": *[0-9.]+', '"milliseconds": 600000', path.read_text())
        (tmp_path / path.name).write_text(minutes)

    with LocalServer(replay=tmp_path) as server:
        assert took(server) < 60


def test_a_request_that_was_not_recorded_hears_what_comes_nearest(recorded: tuple[Path, list[httpx.Response]]) -> None:
    with LocalServer(replay=recorded[0]) as server:
        missed = ask(server, max_tokens=299)
        assert missed.status_code == 400
        assert missed.json()["error"]["type"] == "invalid_request_error"
        said = missed.json()["error"]["message"]
        assert "00001-post-v1-messages.json" in said
        assert "max_tokens was 300, and is 299" in said
        assert 'messages.0.content was "Hello", and is "Hullo"' in ask(server, "Hullo").json()["error"]["message"]
        elsewhere = httpx.get(f"{server.base_url}/v1/models", headers=HEADERS, trust_env=False)
        assert "First difference: the path. Recorded are: POST /v1/messages" in elsewhere.json()["error"]["message"]


def test_a_compressed_request_is_recorded_without_secrets_and_played_to_a_plain_one(tmp_path: Path) -> None:
    body = {"model": "claude-opus-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": f"It is {SECRET}"}]}
    headers = {**HEADERS, "content-type": "application/json", "content-encoding": "gzip"}
    data = gzip.compress(json.dumps(body, indent=2).encode())
    with LocalServer() as upstream, LocalServer(upstream=upstream.base_url, record=tmp_path) as server:
        url = f"{server.base_url}/v1/messages"
        recorded = httpx.post(url, content=data, headers=headers, trust_env=False)
    assert recorded.status_code == 200
    assert "CANARY" not in "".join(path.read_text() for path in tmp_path.iterdir())
    with LocalServer(replay=tmp_path) as server:
        assert ask(server, f"It is {SECRET}").json()["id"] == recorded.json()["id"]


def test_an_answer_that_could_not_be_read_is_said_to_be_missing_by_file_and_place(tmp_path: Path) -> None:
    with (
        LocalServer(faults=["gzip:cut"]) as upstream,
        LocalServer(upstream=upstream.base_url, record=tmp_path) as server,
        contextlib.suppress(httpx.HTTPError),
    ):
        ask(server)
    with LocalServer(replay=tmp_path) as server:
        answer = ask(server)
    assert answer.status_code == 400
    said = answer.json()["error"]["message"]
    assert said.startswith("00001-post-v1-messages.json cannot be played: response.body is not in it")


def test_a_reset_begins_the_recordings_anew(recorded: tuple[Path, list[httpx.Response]]) -> None:
    with LocalServer(replay=recorded[0]) as server:
        first = ask(server).content
        ask(server)
        server.reset()
        assert ask(server).content == first


@pytest.mark.parametrize(
    "body", [b"[" * 5000 + b"]" * 5000, b'{"a":' * 900 + b"1" + b"}" * 900, b"{", b"\xff\xfe", b""]
)
def test_hostile_bodies_are_misses_like_any_other(recorded: tuple[Path, list[httpx.Response]], body: bytes) -> None:
    with LocalServer(
        replay=recorded[0], script=[{"match": {"body": {"a": {"contains": "x"}}}, "answer": "y"}]
    ) as server:
        headers = {**HEADERS, "content-type": "application/json"}
        answer = httpx.post(f"{server.base_url}/v1/messages", content=body, headers=headers, trust_env=False)
    assert answer.status_code == 400
    assert "first difference" in answer.json()["error"]["message"]


def test_a_script_comes_before_recordings(recorded: tuple[Path, list[httpx.Response]]) -> None:
    with LocalServer(replay=recorded[0], script=[{"match": {"text": "scripted"}, "answer": "yes"}]) as server:
        assert ask(server, "scripted").json()["content"][0]["text"] == "yes"
        assert ask(server).status_code == 200


def test_folders_without_recordings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="holds no recordings"):
        LocalServer(replay=tmp_path).start()
    with pytest.raises(NotADirectoryError):
        LocalServer(replay=tmp_path / "none").start()


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="record needs an upstream"):
        LocalServer(record=tmp_path).start()
    with pytest.raises(ValueError, match="either played or made"):
        LocalServer(replay=tmp_path, upstream="http://127.0.0.1:1").start()
