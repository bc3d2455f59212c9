"""with_raw_response, with_streaming_response: the HTTP response, and the parsed thing when asked."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pydantic
import pytest
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

import tercet
from tercet.client.raw.responses import StreamAlreadyConsumed
from tercet.types import Message


def test_a_raw_response_shows_status_headers_and_body_and_parses() -> None:
    response = Script((200, JSON, MESSAGE)).client().messages.with_raw_response.create(**ASK)

    assert (response.status_code, response.request_id, response.retries_taken) == (200, "req_011CTest", 0)
    assert response.headers["Content-Type"] == "application/json"
    assert response.content == response.read() == MESSAGE
    assert response.json() == json.loads(MESSAGE)
    assert isinstance(response.parse(), Message)
    assert response.parse() is response.parse()


def test_the_text_is_an_attribute_and_a_method_as_both_generations_had_it() -> None:
    response = Script((200, JSON, MESSAGE)).client().messages.with_raw_response.create(**ASK)

    assert response.text == response.text() == MESSAGE.decode()


@pytest.mark.anyio
async def test_the_async_raw_response_is_awaited() -> None:
    response = await Script((200, JSON, MESSAGE)).async_client().messages.with_raw_response.create(**ASK)

    assert await response.read() == MESSAGE
    assert (await response.parse()).content[0].text == "Hi!"


def test_a_raw_stream_parses_into_its_events() -> None:
    response = Script((200, SSE, EVENTS)).client().messages.with_raw_response.create(**ASK, stream=True)

    assert [event.type for event in response.parse()][-1] == "message_stop"


def test_a_streaming_response_is_read_as_it_comes() -> None:
    script = Script((200, JSON, [MESSAGE[:50], MESSAGE[50:]]))

    with script.client().messages.with_streaming_response.create(**ASK) as response:
        assert not response.is_closed
        assert list(response.iter_bytes()) == [MESSAGE[:50], MESSAGE[50:]]
        with pytest.raises(StreamAlreadyConsumed):
            response.read()

    assert script.streams[0].closed
    assert b"stream" not in script.sent[0].content


def test_a_streaming_response_left_unread_gives_its_connection_up() -> None:
    script = Script((200, JSON, [MESSAGE]))

    with script.client().messages.with_streaming_response.create(**ASK):
        pass

    assert script.streams[0].closed


def test_a_streaming_response_can_be_parsed_and_cut_to_size() -> None:
    script = Script((200, JSON, [MESSAGE]))

    with script.client().messages.with_streaming_response.create(**ASK) as response:
        assert response.parse().content[0].text == "Hi!"
    with script.client().messages.with_streaming_response.create(**ASK) as response:
        assert {len(chunk) for chunk in list(response.iter_bytes(10))[:-1]} == {10}


@pytest.mark.anyio
async def test_the_async_streaming_response() -> None:
    script = Script((200, SSE, EVENTS))

    async with script.async_client().messages.with_streaming_response.create(**ASK, stream=True) as response:
        lines = [line async for line in response.iter_lines()]

    assert lines[0] == "event: message_start"
    assert script.streams[0].closed


def test_errors_are_raised_as_ever() -> None:
    with pytest.raises(tercet.BadRequestError):
        Script((400, JSON, b"{}")).client().messages.with_raw_response.create(**ASK)


def test_the_prefix_works_on_the_client_too() -> None:
    response = Script((200, JSON, MESSAGE)).client().with_raw_response.messages.create(**ASK)

    assert response.parse().content[0].text == "Hi!"


class Shape(pydantic.BaseModel):
    id: str
    role: str


@dataclasses.dataclass
class Plain:
    id: str


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Shape, Shape(id="msg_01A", role="assistant")),
        (Plain, Plain("msg_01A")),
        (dict, json.loads(MESSAGE)),
        (dict[str, Any], json.loads(MESSAGE)),
        (str, MESSAGE.decode()),
        (bytes, MESSAGE),
        (Message, json.loads(MESSAGE)),
        (object, json.loads(MESSAGE)),
    ],
)
def test_a_body_can_be_read_as_another_type(kind: Any, expected: Any) -> None:
    response = Script((200, JSON, MESSAGE)).client().messages.with_raw_response.create(**ASK)

    assert expected == response.parse(to=kind)


def test_a_body_that_does_not_fit_is_an_api_error() -> None:
    response = Script((200, JSON, MESSAGE)).client().messages.with_raw_response.create(**ASK)

    with pytest.raises(tercet.APIResponseValidationError, match="list"):
        response.parse(to=list[int])


def test_endpoints_that_no_noun_wraps_can_be_called() -> None:
    script = Script((200, JSON, b'{"ok": true}'))
    client = script.client()

    assert client.post("/v1/new", cast_to=dict[str, Any], body={"a": 1}) == {"ok": True}
    assert client.get("/v1/new", cast_to=object, options={"params": {"q": "x"}, "headers": {"X-A": "1"}}) == {
        "ok": True
    }

    first, second = script.sent
    assert (first.method, first.url, first.content) == ("POST", "http://local/v1/new", b'{"a":1}')
    assert (second.method, second.url, second.headers["x-a"]) == ("GET", "http://local/v1/new?q=x", "1")


@pytest.mark.anyio
async def test_so_can_they_in_the_event_loop() -> None:
    script = Script((200, JSON, b'{"ok": true}'))

    assert await script.async_client().post("/v1/new", cast_to=object, body={}) == {"ok": True}
    assert await script.async_client().delete("/v1/new", cast_to=object) == {"ok": True}


def test_a_long_answer_is_streamed_inside_and_returned_whole() -> None:
    script = Script((200, SSE, EVENTS))

    message = script.client().messages.create(**{**ASK, "max_tokens": 64_000})

    assert (message.content[0].text, message.stop_reason) == ("Hello", "end_turn")
    assert json.loads(script.sent[0].content)["stream"] is True
    assert script.streams[0].closed
