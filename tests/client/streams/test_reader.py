"""create(stream=True) and messages.stream() on golden bytes: in both worlds, in any chunking, and cut anywhere."""

from __future__ import annotations

import gc
import json
import weakref
from typing import Any

import pytest
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

import tercet
from tercet.transport.base import Lost

WHOLE = b"".join(EVENTS)
TYPES = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
]
HELPED = [*TYPES[:3], "text", *TYPES[3:4], "text", *TYPES[4:]]
CHUNKINGS = {"whole": [WHOLE], "events": EVENTS, "bytes": [WHOLE[i : i + 1] for i in range(len(WHOLE))]}


def streamed(chunks: Any) -> Script:
    return Script((200, SSE, chunks))


@pytest.mark.parametrize("chunks", CHUNKINGS.values(), ids=CHUNKINGS)
def test_raw_events_come_in_order(chunks: list[bytes]) -> None:
    script = streamed(chunks)

    stream = script.client().messages.create(**ASK, stream=True)
    events = list(stream)

    assert [event.type for event in events] == TYPES
    assert events[2].delta.text == "Hel"  # type: ignore[union-attr]
    assert script.streams[0].closed
    assert script.sent[0].stream
    assert b'"stream":true' in script.sent[0].content


@pytest.mark.anyio
@pytest.mark.parametrize("chunks", CHUNKINGS.values(), ids=CHUNKINGS)
async def test_raw_events_come_in_order_in_the_event_loop(chunks: list[bytes]) -> None:
    script = streamed(chunks)

    events = [event.type async for event in await script.async_client().messages.create(**ASK, stream=True)]

    assert events == TYPES
    assert script.streams[0].closed


@pytest.mark.parametrize("chunks", CHUNKINGS.values(), ids=CHUNKINGS)
def test_the_helper_adds_its_own_events(chunks: list[bytes]) -> None:
    with streamed(chunks).client().messages.stream(**ASK) as stream:
        events = [
            (
                event,
                stream.current_message_snapshot.content[0].text if stream.current_message_snapshot.content else None,
            )
            for event in stream
        ]
        message = stream.get_final_message()

    assert [event.type for event, _ in events] == HELPED
    assert [event.snapshot for event, _ in events if event.type == "text"] == ["Hel", "Hello"]
    assert [text for event, text in events if event.type == "text"] == ["Hel", "Hello"]
    assert events[-1][0].message == message  # type: ignore[union-attr]
    assert (message.content[0].text, message.stop_reason, message.usage.output_tokens) == ("Hello", "end_turn", 6)


@pytest.mark.anyio
async def test_the_helper_does_the_same_in_the_event_loop() -> None:
    async with streamed([WHOLE]).async_client().messages.stream(**ASK) as stream:
        events = [event.type async for event in stream]
        message = await stream.get_final_message()

    assert events == HELPED
    assert message.content[0].text == "Hello"


def test_the_text_alone() -> None:
    with streamed(EVENTS).client().messages.stream(**ASK) as stream:
        texts = list(stream.text_stream)
        assert stream.get_final_text() == "Hello"

    assert texts == ["Hel", "lo"]


@pytest.mark.anyio
async def test_the_text_alone_in_the_event_loop() -> None:
    async with streamed(EVENTS).async_client().messages.stream(**ASK) as stream:
        texts = [text async for text in stream.text_stream]
        assert await stream.get_final_text() == "Hello"

    assert texts == ["Hel", "lo"]


def test_nothing_is_sent_before_the_block_is_entered() -> None:
    script = streamed(EVENTS)

    manager = script.client().messages.stream(**ASK)
    assert not script.sent
    with manager:
        assert len(script.sent) == 1


def test_wrong_arguments_are_refused_before_the_block_is_entered() -> None:
    with pytest.raises(TypeError, match="max_tokens"):
        streamed(EVENTS).client().messages.stream(**{**ASK, "max_tokens": "x"})


def last_needed() -> int:
    """The length of the bytes with which the stop_reason has arrived; the blank line after its event is not needed."""
    return len(b"".join(EVENTS[:7])) - len(b"\n\n")


def test_a_stream_cut_at_any_byte_is_never_taken_for_whole() -> None:
    for cut in range(last_needed()):
        with streamed([WHOLE[:cut]]).client().messages.stream(**ASK) as stream:
            with pytest.raises(tercet.IncompleteStreamError) as caught:
                stream.get_final_message()
            partial = caught.value.partial_message
            assert "Hello".startswith(partial.content[0].text if partial and partial.content else "")


def test_a_cut_after_the_stop_reason_is_whole() -> None:
    for cut in range(last_needed(), len(WHOLE)):
        with streamed([WHOLE[:cut]]).client().messages.stream(**ASK) as stream:
            assert stream.get_final_message().content[0].text == "Hello"


def test_a_broken_connection_is_an_api_error_with_the_part() -> None:
    script = streamed([b"".join(EVENTS[:4]), Lost("read", "cut", "reset by peer", ConnectionResetError())])

    stream = script.client().messages.create(**ASK, stream=True)
    seen = []
    with pytest.raises(tercet.APIConnectionError, match="reset by peer") as caught:
        seen.extend(event.type for event in stream)

    assert caught.value.partial_message.content[0].text == "Hel"
    assert caught.value.events_seen == 3
    assert isinstance(caught.value.__cause__, ConnectionResetError)
    assert script.streams[0].closed


def test_a_silent_stream_is_a_timeout_with_the_part() -> None:
    script = streamed([b"".join(EVENTS[:4]), Lost("timeout", "cut", "no bytes for 5 s")])

    with script.client().messages.stream(**ASK) as stream, pytest.raises(tercet.APITimeoutError) as caught:
        stream.until_done()

    assert caught.value.partial_message.content[0].text == "Hel"


def test_an_error_event_has_the_class_of_its_type() -> None:
    error = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'

    stream = streamed([b"".join(EVENTS[:4]) + error]).client().messages.create(**ASK, stream=True)
    with pytest.raises(tercet.OverloadedError) as caught:
        for _ in stream:
            pass

    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")
    assert caught.value.partial_message.content[0].text == "Hel"


@pytest.mark.parametrize(
    "bad",
    [b"data: {nope}\n\n", b"data: [1]\n\n", b"data: null\n\n", b'data: {"type":"x"\xff}\n\n', b"data: [DONE]\n\n"],
)
def test_broken_events_are_protocol_errors(bad: bytes) -> None:
    stream = streamed([EVENTS[0], b"event: content_block_start\n" + bad]).client().messages.create(**ASK, stream=True)

    with pytest.raises(tercet.StreamProtocolError):
        list(stream)


def test_an_error_after_the_end_does_not_undo_the_answer() -> None:
    error = b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"late"}}\n\n'

    with streamed([WHOLE + error]).client().messages.stream(**ASK) as stream:
        assert stream.get_final_message().content[0].text == "Hello"


def test_asking_again_after_a_failure_fails_again() -> None:
    with streamed(EVENTS[:4]).client().messages.stream(**ASK) as stream:
        for _ in range(2):
            with pytest.raises(tercet.IncompleteStreamError):
                stream.get_final_message()


def test_a_status_error_is_raised_when_the_stream_opens() -> None:
    with pytest.raises(tercet.BadRequestError):
        Script((400, JSON, b"{}")).client().messages.create(**ASK, stream=True)


def test_a_json_error_where_a_stream_was_due_is_raised() -> None:
    body = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'

    with pytest.raises(tercet.OverloadedError):
        list(Script((200, JSON, [body])).client().messages.create(**ASK, stream=True))


def test_a_whole_message_where_a_stream_was_due_is_read_as_one() -> None:
    with Script((200, JSON, [MESSAGE])).client().messages.stream(**ASK) as stream:
        assert "".join(stream.text_stream) == "Hi!"
        assert stream.get_final_message().usage.output_tokens == 6


LABELS = [JSON, SSE, {"content-type": "text/plain"}, {}]


@pytest.mark.parametrize("headers", LABELS)
@pytest.mark.parametrize("size", [1, 9, 10_000])
@pytest.mark.parametrize("before", [b"", b" \r\n\n"])
def test_an_answer_is_read_by_what_it_is_whatever_its_label(headers: dict[str, str], size: int, before: bytes) -> None:
    def read(body: bytes) -> tercet.types.Message:
        data = before + body
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        with Script((200, headers, chunks)).client(max_retries=0).messages.stream(**ASK) as stream:
            return stream.get_final_message()

    assert read(WHOLE).content[0].text == "Hello"
    assert read(MESSAGE).content[0].text == "Hi!"
    with pytest.raises(tercet.AuthenticationError):
        read(b'{"type":"error","error":{"type":"authentication_error","message":"no"}}')
    with pytest.raises(tercet.IncompleteStreamError):
        read(EVENTS[0])


@pytest.mark.parametrize("headers", LABELS)
def test_an_empty_answer_fails_whatever_its_label(headers: dict[str, str]) -> None:
    with pytest.raises(tercet.APIError):
        list(Script((200, headers, [])).client(max_retries=0).messages.create(**ASK, stream=True))


def test_leaving_early_closes_the_connection() -> None:
    script = streamed(EVENTS)

    with script.client().messages.stream(**ASK) as stream:
        next(stream)

    assert script.streams[0].closed


def test_a_dropped_stream_is_freed_without_the_garbage_collector() -> None:
    gc.disable()
    try:
        for open_stream in (
            lambda c: c.messages.create(**ASK, stream=True),
            lambda c: c.messages.stream(**ASK).__enter__(),
        ):
            script = streamed(EVENTS)
            stream = open_stream(script.client())
            next(iter(stream))
            gone = weakref.ref(stream)
            del stream
            assert gone() is None
            assert script.streams[0].closed
    finally:
        gc.enable()


def test_an_unreadable_final_text_says_what_came_instead() -> None:
    tool = (
        WHOLE.replace(b'{"type":"text","text":""}', b'{"type":"tool_use","id":"toolu_1","name":"f","input":{}}')
        .replace(b'{"type":"text_delta","text":"Hel"}', b'{"type":"input_json_delta","partial_json":"{}"}')
        .replace(b'{"type":"text_delta","text":"lo"}', b'{"type":"input_json_delta","partial_json":""}')
    )

    with streamed([tool]).client().messages.stream(**ASK) as stream, pytest.raises(RuntimeError, match="tool_use"):
        stream.get_final_text()


BAD_INPUT = [
    EVENTS[0],
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
    b'"content_block":{"type":"tool_use","id":"toolu_1","name":"look","input":{}}}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"input_json_delta","partial_json":"{\\"at\\": moon}"}}\n\n',
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
    *EVENTS[-2:],
]


def test_the_helper_refuses_tool_input_that_is_not_json() -> None:
    with streamed(BAD_INPUT).client().messages.stream(**ASK) as stream, pytest.raises(ValueError) as raised:
        stream.until_done()

    assert isinstance(raised.value, tercet.ToolInputError)
    assert raised.value.raw_input == '{"at": moon}'


def test_who_reads_raw_events_puts_tool_inputs_together_himself() -> None:
    events = list(streamed(BAD_INPUT).client().messages.create(**ASK, stream=True))

    assert [event.type for event in events] == [TYPES[0], *TYPES[1:3], *TYPES[4:]]


@pytest.mark.anyio
async def test_who_reads_raw_events_puts_tool_inputs_together_himself_in_the_event_loop() -> None:
    stream = await streamed(BAD_INPUT).async_client().messages.create(**ASK, stream=True)

    assert [event.type async for event in stream] == [TYPES[0], *TYPES[1:3], *TYPES[4:]]


TOOL_EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "content": []}},
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {}},
    },
    {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"a": "Hel'}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": 'lo"}'}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 3}},
    {"type": "message_stop"},
]


@pytest.mark.parametrize(
    "beta", ["", "fine-grained-tool-streaming-2025-05-14", "x-1, fine-grained-tool-streaming-2025-05-14"]
)
def test_open_strings_are_in_snapshots_under_fine_grained_streaming_of_tools(beta: str) -> None:
    chunks = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in TOOL_EVENTS]
    headers = {"anthropic-beta": beta} if beta else {}

    with streamed(chunks).client().messages.stream(**ASK, extra_headers=headers) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "input_json"]

    assert snapshots == [{"a": "Hel"} if beta else {}, {"a": "Hello"}]
