"""What programs, mocks and tracing libraries replace takes effect, and no real request is sent past it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any
from unittest import mock

import httpx2
import pytest
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

import tercet


class ReplacedError(Exception):
    """Raised by what a test puts in the place of a method."""


def client_of(script: Script) -> Any:
    return script.client()


PLACES: dict[str, Callable[[Any], tuple[Any, str]]] = {
    "client.post": lambda client: (client, "post"),
    "client.request": lambda client: (client, "request"),
    "messages._post": lambda client: (client.messages, "_post"),
    "messages.create": lambda client: (client.messages, "create"),
    "Messages.create": lambda client: (importlib.import_module("tercet.resources.messages").Messages, "create"),
    "SyncAPIClient.post": lambda client: (importlib.import_module("tercet._base_client").SyncAPIClient, "post"),
    "SyncAPIClient.request": lambda client: (importlib.import_module("tercet._base_client").SyncAPIClient, "request"),
    "client._client.send": lambda client: (client._client, "send"),
}
CALLS: dict[str, Callable[[Any], Any]] = {
    "create": lambda client: client.messages.create(**ASK),
    "stream": lambda client: client.messages.create(**ASK, stream=True),
    "raw": lambda client: client.messages.with_raw_response.create(**ASK),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_what_is_replaced_is_asked_and_nothing_is_sent(place: Any, call: Any) -> None:
    script = Script((200, JSON, MESSAGE))
    client = (
        client_of(script)
        if place is not PLACES["client._client.send"]
        else tercet.Anthropic(api_key="k", max_retries=0)
    )
    target, name = place(client)

    with mock.patch.object(target, name, side_effect=ReplacedError), pytest.raises(ReplacedError):
        call(client)

    assert script.sent == []


def test_a_method_of_raw_responses_that_is_replaced_stays_replaced() -> None:
    client = client_of(Script((200, JSON, MESSAGE)))

    with mock.patch.object(client.messages.with_raw_response, "create", return_value="mine"):
        assert client.messages.with_raw_response.create(**ASK) == "mine"
    assert client.messages.with_raw_response is client.messages.with_raw_response


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["post", "request"])
async def test_the_async_client_asks_what_is_replaced_too(name: str) -> None:
    script = Script((200, JSON, MESSAGE))
    client: Any = script.async_client()

    with mock.patch.object(client, name, side_effect=ReplacedError), pytest.raises(ReplacedError):
        await client.messages.create(**ASK)
    assert script.sent == []
    assert (await client.messages.create(**ASK)).role == "assistant"


@pytest.mark.parametrize("place", ["client.post", "messages._post", "SyncAPIClient.post", "SyncAPIClient.request"])
def test_a_replacement_that_hands_on_sends_exactly_what_was_asked(place: str) -> None:
    plain, script = Script((200, JSON, MESSAGE)), Script((200, JSON, MESSAGE))
    client_of(plain).messages.create(**ASK, extra_headers={"x-own": "1"}, timeout=7)
    client = client_of(script)
    target, name = PLACES[place](client)
    original, seen = getattr(target, name), []

    def handing_on(*arguments: Any, **named: Any) -> Any:
        seen.append((arguments, named))
        return original(*arguments, **named)

    with mock.patch.object(target, name, handing_on):
        answer = client.messages.create(**ASK, extra_headers={"x-own": "1"}, timeout=7)

    (one,), (other,) = plain.sent, script.sent
    assert (one.method, one.url, one.content, one.timeout) == (other.method, other.url, other.content, other.timeout)
    assert one.headers.multi_items() == other.headers.multi_items()
    assert type(answer) is tercet.types.Message
    assert len(seen) == 1
    options = seen[0][1]["options"]
    assert (options.json_data["model"], options.url, options.method) == (ASK["model"], "/v1/messages", "post")
    assert tercet.types.Message in (seen[0][1].get("cast_to"), *seen[0][0])


def test_a_replacement_may_change_the_body() -> None:
    script = Script((200, JSON, MESSAGE))
    client = client_of(script)
    original = client.post

    def changing(path: str, **named: Any) -> Any:
        return original(path, **{**named, "body": {**named["body"], "max_tokens": 77}})

    client.post = changing
    client.messages.create(**ASK)

    assert b'"max_tokens":77' in script.sent[0].content


def test_streams_go_through_a_replacement_too() -> None:
    script = Script((200, SSE, EVENTS))
    client = client_of(script)
    original, seen = client.post, []

    def handing_on(path: str, **named: Any) -> Any:
        seen.append(named["stream"])
        return original(path, **named)

    client.post = handing_on
    with client.messages.stream(**ASK) as stream:
        assert stream.get_final_text() == "Hello"
    assert seen == [True]


def test_the_http_client_is_made_when_asked_for_and_sends_from_then_on() -> None:
    seen: list[Any] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.path)
        return httpx2.Response(200, content=MESSAGE, headers={"content-type": "application/json"})

    client: Any = tercet.Anthropic(api_key="k", base_url="http://127.0.0.1:9/x")
    assert isinstance(client._client, httpx2.Client)
    assert client._client.base_url == "http://127.0.0.1:9/x/"
    client._client = httpx2.Client(transport=httpx2.MockTransport(answer))

    assert client.messages.create(**ASK).role == "assistant"
    assert seen == ["/x/v1/messages"]


def test_a_stream_is_read_through_what_was_put_over_its_iterator() -> None:
    for read in ("text_stream", "until_done", "get_final_message", "get_final_text", "__iter__"):
        for seam in ("_iterator", "_raw_stream"):
            seen: list[Any] = []
            with client_of(Script((200, SSE, EVENTS))).messages.stream(**ASK) as stream:
                over = getattr(stream, seam)

                def watched(over: Any = over, seen: Any = seen) -> Any:
                    for event in over:
                        seen.append(event.type)
                        yield event

                setattr(stream, seam, watched())
                found = getattr(stream, read)
                text = (
                    "".join(found) if read == "text_stream" else list(found() or ()) if read == "__iter__" else found()
                )
            assert "message_stop" in seen, (read, seam)
            assert text == "Hello" or read != "text_stream"


def test_a_raw_streams_iterator_is_made_when_first_touched_and_may_be_replaced_on_the_class() -> None:
    from functools import cached_property

    stream: Any = client_of(Script((200, SSE, EVENTS))).messages.create(**ASK, stream=True)
    assert isinstance(vars(type(stream))["_iterator"], cached_property)
    assert "_iterator" not in vars(stream)
    assert [event.type for event in stream][-1] == "message_stop"


@pytest.mark.parametrize("way", ["in place", "anew"])
@pytest.mark.parametrize("place", ["client.post", "client.request"])
def test_limits_count_the_body_that_a_replacement_made(place: str, way: str) -> None:
    script = Script((200, JSON, MESSAGE))
    client = script.client(budget=tercet.Budget(usd=0.001))
    target, name = PLACES[place](client)
    original = getattr(target, name)

    def changing(*arguments: Any, **named: Any) -> Any:
        options = named["options"]
        if way == "in place":
            options.json_data["max_tokens"] = 100_000
            return original(*arguments, **named)
        options.json_data = {**options.json_data, "max_tokens": 100_000}
        return original(*arguments, **{key: value for key, value in named.items() if key != "body"})

    setattr(target, name, changing)
    with pytest.raises(tercet.BudgetExceededError):
        client.messages.create(**ASK)
    assert script.sent == []
