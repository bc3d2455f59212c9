"""Message threads: kept on the server, continued by id, and every way in which they cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx
import pytest
from tests.official import run_official

from tercet.server.run import LocalServer
from tercet.server.service.responder import Answer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01", "anthropic-beta": "message-threads-2026-08-12"}
MODEL = "claude-opus-5-5"
TOOLS = [{"name": "get_weather", "description": "The weather.", "input_schema": {"type": "object"}}]


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def http(clock: Clock) -> Iterator[httpx.Client]:
    with LocalServer(clock=clock) as server, client_of(server) as client:
        yield client


def client_of(server: LocalServer) -> httpx.Client:
    return httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False, timeout=20)


def ask(client: httpx.Client, text: str, thread: dict[str, Any], **more: Any) -> httpx.Response:
    messages = [{"role": "user", "content": text}] if text else []
    body = {"model": MODEL, "max_tokens": 200, "messages": messages, "thread": thread, **more}
    return client.post("/v1/messages", json=body)


def begun(client: httpx.Client, text: str = "My name is Alice.", **more: Any) -> str:
    return str(ask(client, text, {"type": "create"}, **more).json()["id"])


def following(message_id: str) -> dict[str, Any]:
    return {"type": "continue", "previous_message_id": message_id}


def refused(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    assert answer.headers["request-id"] == answer.json()["request_id"]
    return answer.status_code, answer.json()["error"]["details"]


def test_a_thread_goes_on_turn_by_turn(http: httpx.Client) -> None:
    first = begun(http)
    second = ask(http, "I live in Oslo.", following(first)).json()["id"]
    answer = ask(http, "What is my name?", following(second)).json()
    assert "Alice" in answer["content"][-1]["text"]


def test_system_and_tools_are_those_of_the_creation(http: httpx.Client) -> None:
    first = begun(http, "Hello", system="You are Captain Nemo.", tools=TOOLS)
    answer = ask(http, "What is the weather in Oslo?", following(first)).json()
    assert (answer["stop_reason"], answer["content"][-1]["name"]) == ("tool_use", "get_weather")
    whole = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Hello"}],
        "system": "You are Captain Nemo.",
        "tools": TOOLS,
    }
    counted = http.post("/v1/messages/count_tokens", json=whole).json()["input_tokens"]
    assert answer["usage"]["input_tokens"] > counted


def test_the_same_fields_may_be_repeated_and_others_are_a_mismatch(http: httpx.Client) -> None:
    first = begun(http, system="Be kind.")
    assert refused(ask(http, "Hi", following(first), system="Be rude.")) == (
        400,
        {"error_code": "thread_fingerprint_mismatch"},
    )
    assert refused(ask(http, "Hi", following(first), tools=TOOLS)) == (
        400,
        {"error_code": "thread_fingerprint_mismatch"},
    )
    assert ask(http, "Hi", following(first), system="Be kind.").status_code == 200


def test_a_message_can_be_continued_once(http: httpx.Client) -> None:
    first = begun(http)
    assert ask(http, "Hi", following(first)).status_code == 200
    assert refused(ask(http, "Hi", following(first))) == (400, {"error_code": "thread_already_continued"})


def test_a_refused_continuation_leaves_the_thread_as_it_was(http: httpx.Client) -> None:
    first = begun(http)
    assert ask(http, "Hi", following(first), max_tokens=10**9).status_code == 400
    assert ask(http, "Hi", following(first)).status_code == 200


def test_a_thread_lives_five_minutes_after_its_last_request(http: httpx.Client, clock: Clock) -> None:
    first = begun(http)
    clock.now += 299
    second = ask(http, "Hi", following(first)).json()["id"]
    clock.now += 299
    third = ask(http, "Hi", following(second)).json()["id"]
    clock.now += 300
    assert refused(ask(http, "Hi", following(third))) == (404, {"error_code": "thread_not_found"})


def test_foreign_and_unknown_threads_are_not_found(http: httpx.Client) -> None:
    first = begun(http)
    body = {
        "model": MODEL,
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "Hi"}],
        "thread": following(first),
    }
    assert refused(http.post("/v1/messages", json=body, headers={"x-api-key": "another"}))[0] == 404
    assert refused(ask(http, "Hi", following("msg_none"))) == (404, {"error_code": "thread_not_found"})


def test_context_management_does_not_go_with_a_thread(http: httpx.Client) -> None:
    edits = {"edits": [{"type": "clear_tool_uses_20250919"}]}
    expected = {"error_code": "thread_unsupported_request", "unsupported": ["context_management"]}
    assert refused(ask(http, "Hi", {"type": "create"}, context_management=edits)) == (400, expected)


def test_a_paused_turn_goes_on_with_no_message_at_all(http: httpx.Client) -> None:
    search = [{"type": "web_search_20250305", "name": "web_search"}]
    first = ask(http, "TERCET_PAUSE_TURN Search the web for tercets", {"type": "create"}, tools=search).json()
    assert first["stop_reason"] == "pause_turn"
    assert ask(http, "", following(first["id"])).json()["stop_reason"] == "end_turn"


def test_counting_does_not_use_a_thread_up(http: httpx.Client) -> None:
    first = begun(http)
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "thread": following(first)}
    assert http.post("/v1/messages/count_tokens", json=body).status_code == 200
    assert ask(http, "Hi", following(first)).status_code == 200


class Waiting:
    """Answers its second request only when told to."""

    blocking = True

    def __init__(self) -> None:
        self.asked, self.go_on, self._count = Event(), Event(), 0

    def answer(self, request: Any, headers: Any) -> Answer:
        self._count += 1
        if self._count == 2:
            self.asked.set()
            assert self.go_on.wait(30)
        return Answer([{"type": "text", "text": "Yes."}], "end_turn", 1)


def test_a_continuation_in_flight_keeps_others_out() -> None:
    waiting = Waiting()
    with LocalServer(answerer=waiting) as server, ThreadPoolExecutor(1) as pool, client_of(server) as client:
        first = begun(client)
        slow = pool.submit(ask, client, "Hi", following(first))
        assert waiting.asked.wait(30)
        second = refused(ask(client, "Hi", following(first)))
        waiting.go_on.set()
        assert slow.result(10).status_code == 200
    assert second == (400, {"error_code": "thread_continue_in_flight"})


TOOL_RUNNER = """
from anthropic import beta_tool

@beta_tool
def get_weather(city: str) -> str:
    '''The weather in a city.

    Args:
        city: The city.
    '''
    return 'minus 3 degrees and snow'

sent = []
import httpx2
send = httpx2.Client.send
def noted(self, request, **more):
    sent.append(json.loads(request.content)['thread'])
    return send(self, request, **more)
httpx2.Client.send = noted
runner = client.beta.messages.tool_runner(
    model='claude-opus-5-5', max_tokens=500, tools=[get_weather],
    messages=[{'role': 'user', 'content': 'What is the weather in Oslo?'}],
)
final = runner.until_done()
result = {'text': final.content[-1].text, 'threads': [thread['type'] for thread in sent]}
"""


def test_the_official_tool_runner_goes_on_in_a_thread() -> None:
    with LocalServer() as server:
        found = run_official(TOOL_RUNNER, server.base_url)
    assert "minus 3" in found["text"]
    assert found["threads"] == ["create", "continue"]
