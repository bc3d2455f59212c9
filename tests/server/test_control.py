"""`/_tercet/`: closed unless asked for, closed without the token, and what each route does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tercet.server.control import ROUTES
from tercet.server.run import LocalServer

PAGE = Path(__file__).parents[2] / "docs" / "local-api.md"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
TOKEN = {"tercet-token": "the-token"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with (
        LocalServer(control="the-token") as server,
        httpx.Client(base_url=server.base_url, headers={**HEADERS, **TOKEN}, trust_env=False) as made,
    ):
        yield made


def ask(client: httpx.Client, **more: Any) -> httpx.Response:
    return client.post("/v1/messages", json={**ASK, **more})


def test_there_is_nothing_where_it_was_not_asked_for() -> None:
    with LocalServer() as server:
        for path in ("reset", "clock", "journal", ""):
            answer = httpx.post(f"{server.base_url}/_tercet/{path}", headers={**HEADERS, **TOKEN}, trust_env=False)
            assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "reset"), ("GET", "clock"), ("GET", "journal"), ("PUT", "faults"), ("POST", "queue")]
)
@pytest.mark.parametrize(
    "headers", [{}, {"tercet-token": "wrong"}, {"authorization": "Bearer the-tokem"}, {"tercet-token": "ü"}]
)
def test_nothing_opens_without_the_token(client: httpx.Client, method: str, path: str, headers: dict[str, str]) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}
    answer = httpx.request(method, f"{client.base_url}/_tercet/{path}", headers=encoded, trust_env=False)
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "authentication_error")


def test_a_bearer_token_opens_too(client: httpx.Client) -> None:
    headers = {"authorization": "Bearer the-token"}
    assert httpx.get(f"{client.base_url}/_tercet/clock", headers=headers, trust_env=False).status_code == 200


def test_web_pages_of_others_cannot_use_it(client: httpx.Client) -> None:
    assert client.post("/_tercet/reset", headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post("/_tercet/reset", headers={"host": "evil.example"}).status_code == 403


def test_time_passes_for_files_and_batches_at_once(client: httpx.Client) -> None:
    form = {"file": ("a.txt", b"hello"), "expires_in_seconds": (None, "3600")}
    made = client.post("/v1/files", files=form).json()
    assert client.get(f"/v1/files/{made['id']}").status_code == 200
    client.post("/_tercet/clock", json={"advance": 3601})
    assert client.get(f"/v1/files/{made['id']}").status_code == 404


def test_the_clock_is_set_frozen_and_read(client: httpx.Client) -> None:
    answer = client.post("/_tercet/clock", json={"now": "2026-12-24T18:00:00Z", "frozen": True}).json()
    assert (answer["frozen"], answer["now"]) == (True, "2026-12-24T18:00:00.000000Z")
    assert client.get("/_tercet/clock").json()["now"] == "2026-12-24T18:00:00.000000Z"
    client.post("/_tercet/reset")
    assert client.get("/_tercet/clock").json()["frozen"] is False


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "clock", {"now": "tomorrow"}),
        ("POST", "clock", {"now": "2026-12-24T18:00:00"}),
        ("POST", "clock", {"advance": "x"}),
        ("POST", "clock", {"advance": 1e300}),
        ("POST", "clock", {"tomorrow": 1}),
        ("POST", "clock", {"frozen": "no"}),
        ("POST", "clock", [1]),
        ("PUT", "script", {}),
        ("PUT", "script", {"rules": None}),
        ("PUT", "script", {"rules": {}}),
        ("POST", "queue", {"answers": 5}),
        ("POST", "queue", {"answers": [{"nonsense": 1}]}),
        ("PUT", "faults", {"rules": "rst"}),
        ("PUT", "faults", {"rules": ["boom"]}),
        ("PUT", "script", {"rules": [{"answer": {"fault": "boom"}}]}),
        ("GET", "journal?since=x", None),
    ],
)
def test_what_makes_no_sense_is_a_400(client: httpx.Client, method: str, path: str, body: Any) -> None:
    answer = client.request(method, f"/_tercet/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


def test_mutated_requests_are_never_the_servers_failure(client: httpx.Client) -> None:
    values: list[Any] = [
        None,
        True,
        -1,
        1e308,
        "",
        "x" * 2000,
        [],
        [[]],
        {},
        {"": ""},
        {"answer": {}},
        [{"answer": {"content": [{}]}}],
        "9" * 400,
    ]
    names = ["now", "advance", "frozen", "rules", "answers", "match", ""]
    random = Random(5)
    for number in range(400):
        method, path = random.choice(
            [("POST", "clock"), ("PUT", "script"), ("POST", "queue"), ("PUT", "faults"), ("POST", "reset")]
        )
        body = {random.choice(names): random.choice(values) for _ in range(random.randrange(3))}
        answer = client.request(method, f"/_tercet/{path}", json=random.choice([body, body, random.choice(values)]))
        assert answer.status_code in (200, 400, 415), (number, method, path, body)


def test_a_body_is_json_whatever_a_program_calls_it(client: httpx.Client) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", ""):  # the first is what curl -d says
        headers = {"content-type": kind} if kind else {}
        answer = client.post("/_tercet/queue", content=b'{"answers": ["Hi"]}', headers=headers)
        assert answer.status_code == 200
    assert client.post("/_tercet/queue", content=b"answers=Hi").status_code == 400


def test_rules_are_shown_with_what_they_match_and_how_often_they_were_taken(client: httpx.Client) -> None:
    match = {"text": {"contains": "Hello"}}
    client.put("/_tercet/script", json={"rules": [{"match": match, "answer": "Hi", "times": 2}, {"answer": "Else"}]})
    ask(client)
    assert client.get("/_tercet/script").json() == {
        "rules": [
            {"rule": 1, "match": match, "taken": 1, "times": 2},
            {"rule": 2, "match": None, "taken": 0, "times": None},
        ],
        "queued": 0,
    }


def test_answers_are_queued_and_scripted(client: httpx.Client) -> None:
    rules = [{"match": {"text": "Hello"}, "answer": "by rule"}]
    assert client.put("/_tercet/script", json={"rules": rules}).json()["rules"] == [
        {"rule": 1, "match": {"text": "Hello"}, "taken": 0, "times": None}
    ]
    assert client.post("/_tercet/queue", json={"answers": ["queued"]}).json()["queued"] == 1
    assert [ask(client).json()["content"][0]["text"] for _ in range(2)] == ["queued", "by rule"]
    client.delete("/_tercet/script")
    assert ask(client).json()["content"][0]["text"] != "by rule"


def test_faults_are_set_shown_and_cleared(client: httpx.Client) -> None:
    client.put("/_tercet/faults", json={"rules": ["x2 status:529"]})
    assert ask(client).status_code == 529
    assert client.get("/_tercet/faults").json() == {"rules": [{"rule": "x2 status:529", "left": 1}]}
    client.delete("/_tercet/faults")
    assert ask(client).status_code == 200


def test_the_journal_is_read_in_pages_and_cleared(client: httpx.Client) -> None:
    first = ask(client)
    for _ in range(3):
        client.get("/v1/models")
    page = client.get("/_tercet/journal", params={"path": "/v1/models", "limit": 2}).json()
    assert ([entry["status"] for entry in page["data"]], page["has_more"]) == ([200, 200], True)
    assert "content" not in page["data"][0]
    rest = client.get("/_tercet/journal", params={"since": page["data"][-1]["number"], "bodies": "true"}).json()
    assert len(rest["data"]) == 1
    one = client.get(f"/_tercet/journal/{first.headers['request-id']}").json()
    assert '"Hello"' in one["content"]
    assert one["usage"]["output_tokens"] > 0
    client.delete("/_tercet/journal")
    assert client.get("/_tercet/journal").json()["data"] == []
    assert client.get("/_tercet/journal/req_none").status_code == 404


def test_a_reset_forgets_everything(client: httpx.Client) -> None:
    made = client.post("/v1/files", files={"file": ("a.txt", b"hello")}).json()
    client.post("/_tercet/queue", json={"answers": ["queued"]})
    client.put("/_tercet/faults", json={"rules": ["status:529"]})
    assert client.post("/_tercet/reset").json() == {"done": True}
    assert ask(client).json()["content"][0]["text"] != "queued"
    assert client.get(f"/v1/files/{made['id']}").status_code == 404
    assert client.get("/v1/files").json()["data"] == []


def test_a_reset_brings_the_settings_script_back() -> None:
    with (
        LocalServer(script=[{"answers": ["one", "two"]}], control="the-token") as server,
        httpx.Client(base_url=server.base_url, headers={**HEADERS, **TOKEN}, trust_env=False) as client,
    ):
        said = [ask(client).json()["content"][0]["text"] for _ in range(2)]
        client.post("/_tercet/reset")
        said.append(ask(client).json()["content"][0]["text"])
    assert said == ["one", "two", "one"]


def test_every_route_is_documented() -> None:
    page = PAGE.read_text()
    assert [route.path for route in ROUTES if f"`{route.path.replace('*', '{request id}')}`" not in page] == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_examples_of_the_page_work(client: httpx.Client) -> None:
    examples = re.findall(r"^curl -H .*$", PAGE.read_text(), re.MULTILINE)
    assert len(examples) == 4
    url = str(client.base_url).rstrip("/")
    for example in examples:
        command = ["sh", "-c", f"{example} -sS -f --noproxy '*'"]
        done = subprocess.run(
            command, env={**os.environ, "URL": url, "TOKEN": "the-token"}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (example, done.stdout, done.stderr)
