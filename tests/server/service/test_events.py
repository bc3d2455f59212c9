"""A message as events: what is written at once has the same bytes as what is written event by event."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from tercet.server.service.events import events_of, sse_of

SAID = [
    '"',
    '",',
    '","',
    ',"',
    "\\",
    '\\"',
    "\\\\",
    ",",
    "\n",
    "\x00",
    "é",
    "🦜",
    " ",
    "word",
    "[",
    "]",
    "{}",
    "event: ",
    "\n\n",
]
CITED = {"type": "char_location", "cited_text": 'a ","', "document_index": 0}


def message(*content: dict[str, Any]) -> dict[str, Any]:
    usage = {"input_tokens": 3, "output_tokens": 9}
    kept = {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": None, "container": None, "usage": usage}
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": list(content), **kept}


def whole(*content: dict[str, Any]) -> bytes:
    """The stream, checked to be the same both ways."""
    made = sse_of(message(*content))
    assert made == b"".join(event.sse() for event in events_of(message(*content)))
    return made


def joined(stream: bytes) -> str:
    """The text of a stream's deltas."""
    data = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith(b"data: ")]
    return "".join(each["delta"].get("text", "") for each in data if each["type"] == "content_block_delta")


@pytest.mark.parametrize("text", ["", "plain words in a row", "ends in \\", *SAID, *(f'{part} "x",' for part in SAID)])
def test_a_text_comes_back_from_its_deltas(text: str) -> None:
    assert joined(whole({"type": "text", "text": text})) == text


def test_texts_of_awkward_pieces_come_back_from_their_deltas() -> None:
    chance = Random(3)
    for _ in range(2000):
        text = "".join(chance.choices(SAID, k=chance.randrange(1, 12)))
        assert joined(whole({"type": "text", "text": text})) == text


def test_other_blocks_are_written_at_once_as_event_by_event() -> None:
    whole()
    whole({"type": "text", "text": "cited words", "citations": [CITED, CITED]}, {"type": "text", "text": "more"})
    whole({"type": "thinking", "thinking": 'so "this", then', "signature": "abc=="}, {"type": "text", "text": "x"})
    whole({"type": "redacted_thinking", "data": "abc"}, {"type": "compaction"}, {"type": "compaction", "content": "c"})
    whole({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [1, "b", '","']}})
    whole({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}})
    whole({"type": "web_search_tool_result", "tool_use_id": "s", "content": []})
