"""Messages are read back from bytes, whole or cut anywhere, and never with an error."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tercet.server.journal.reading import message_of_body
from tercet.server.service.events import events_of

MESSAGE = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5-5",
    "content": [
        {"type": "thinking", "thinking": "Let me see.", "signature": "sig"},
        {"type": "text", "text": "Grüße, one two", "citations": None},
        {"type": "tool_use", "id": "toolu_01", "name": "f", "input": {"a": [1, {"b": "ü"}]}},
        {"type": "tool_use", "id": "toolu_02", "name": "g", "input": {}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "stop_details": None,
    "container": None,
    "usage": {"input_tokens": 3, "output_tokens": 9},
}
STREAM = b"".join(event.sse() for event in events_of(MESSAGE))
SSE = "text/event-stream; charset=utf-8"


def test_a_stream_gives_its_message_back() -> None:
    found = message_of_body(STREAM, SSE)
    assert found is not None
    content = [{key: value for key, value in block.items() if value is not None} for block in found["content"]]
    expected = [{key: value for key, value in block.items() if value is not None} for block in MESSAGE["content"]]  # type: ignore[attr-defined]
    assert content == expected
    assert (found["stop_reason"], found["usage"]["output_tokens"]) == ("tool_use", 9)


def test_a_stream_cut_at_any_byte_gives_what_had_come() -> None:
    for end in range(len(STREAM)):
        found = message_of_body(STREAM[:end], SSE)
        assert found is None or found["id"] == "msg_01"


@given(st.binary(max_size=200), st.sampled_from([SSE, "application/json"]))
def test_garbage_is_no_message_and_no_error(body: bytes, kind: str) -> None:
    for data in (body, b"data: " + body, STREAM[:400] + body):
        found = message_of_body(data, kind)
        assert found is None or isinstance(found, dict)


def test_plain_messages_are_read_and_other_json_is_not() -> None:
    assert message_of_body(msgspec.json.encode(MESSAGE), "application/json") == MESSAGE
    assert message_of_body(b'{"type":"error"}', "application/json") is None
    assert message_of_body(b"[1]", "application/json") is None
