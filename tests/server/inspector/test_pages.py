"""The inspector's routes: off unless asked for, closed to other sites, and without credentials."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tercet.server.inspector.pages import FILES
from tercet.server.run import LocalServer


def get(server: LocalServer, path: str = "", **headers: str) -> httpx.Response:
    return httpx.get(f"{server.base_url}/_tercet/{path}", headers=headers, trust_env=False, timeout=20)


def test_there_is_no_inspector_unless_asked_for() -> None:
    with LocalServer(control="token") as server:
        assert [get(server, path).status_code for path in (*FILES, "inspector/events")] == [404] * 5


def test_there_is_no_control_without_its_token(server: LocalServer) -> None:
    assert httpx.post(f"{server.base_url}/_tercet/reset", trust_env=False).status_code == 404


@pytest.mark.parametrize("path", FILES)
def test_the_page_is_its_own_files_and_may_load_no_others(server: LocalServer, path: str) -> None:
    answer = get(server, path)

    assert answer.status_code == 200
    assert answer.headers["content-type"].encode() == FILES[path][1]
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "http://" not in answer.text
    assert "https://" not in answer.text


@pytest.mark.parametrize("path", ["inspector/events", "inspector/entries/req_1"])
def test_pages_of_other_sites_get_nothing(server: LocalServer, path: str) -> None:
    assert get(server, path, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert get(server, path, **{"sec-fetch-site": "same-site"}).status_code == 403
    assert get(server, path, origin="https://evil.example").status_code == 403
    assert get(server, path, host="evil.example").status_code == 403


def test_looking_is_no_entry_of_its_own(server: LocalServer) -> None:
    get(server)

    assert len(server.journal) == 0


def test_an_open_page_is_told_when_the_server_is_reset(server: LocalServer, post: Any) -> None:
    post()
    server.journal.settled()
    with httpx.stream("GET", f"{server.base_url}/_tercet/inspector/events", trust_env=False, timeout=30) as answer:
        data = (json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: "))
        assert len(next(data)) == 1
        server.reset()
        assert next(data) == []


def test_an_entry_is_shown_whole_and_without_its_key(server: LocalServer, post: Any) -> None:
    answer = post(system="Be brief.", metadata={"user_id": "sk-ant-CANARY-0123456789"})

    shown = get(server, f"inspector/entries/{answer.headers['request-id']}")

    assert "CANARY" not in shown.text
    found = shown.json()
    assert found["request"]["body"]["system"] == "Be brief."
    assert found["response"]["message"] == answer.json()
    assert found["line"]["preview"] == "Hello"
    assert "$ANTHROPIC_API_KEY" in found["curl"]


def test_an_entry_that_is_not_kept_is_not_found(server: LocalServer) -> None:
    assert get(server, "inspector/entries/req_none").status_code == 404


def test_events_come_as_they_happen(server: LocalServer, post: Any) -> None:
    first = post()
    url = f"{server.base_url}/_tercet/inspector/events"

    with httpx.stream("GET", url, trust_env=False, timeout=20) as events:
        lines = (line for line in events.iter_lines() if line)
        assert next(lines) == "event: all"
        (kept,) = json.loads(next(lines)[5:])
        second = post(model="claude-opus-5-5")
        told = next(lines), json.loads(next(lines)[5:])
        while told[1]["seconds"] is None:  # it had only begun
            told = next(lines), json.loads(next(lines)[5:])

    assert (events.headers["content-type"], kept["id"]) == (
        "text/event-stream; charset=utf-8",
        first.headers["request-id"],
    )
    assert told[0] == "event: entry"
    assert (told[1]["id"], told[1]["status"], told[1]["model"]) == (
        second.headers["request-id"],
        200,
        "claude-opus-5-5",
    )


def test_a_page_that_leaves_is_forgotten(server: LocalServer) -> None:
    with httpx.stream("GET", f"{server.base_url}/_tercet/inspector/events", trust_env=False, timeout=20) as events:
        lines = events.iter_lines()
        assert next(lines) == "event: all"
        assert len(server.journal._watchers) == 1

    for _ in range(1000):  # requests of others; the server sees the closed connection between them
        if not server.journal._watchers:
            break
        get(server)
    assert server.journal._watchers == []


def test_a_server_that_stops_does_not_wait_for_pages_that_look() -> None:
    with LocalServer(inspect=True) as server:
        events = httpx.Client(trust_env=False, timeout=20)
        request = events.build_request("GET", f"{server.base_url}/_tercet/inspector/events")
        looking = events.send(request, stream=True)
        assert looking.status_code == 200

    with pytest.raises(httpx.HTTPError):
        for _ in looking.iter_lines():
            pass
    events.close()
