"""A kind of block that was added is typed in answers, goes back in requests, and is checked by the local API."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

import tercet
from tercet import types

WAVE = {"type": "waveform", "samples": ["C4", "E4"], "caller": {"type": "direct"}}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-4-6",
    "content": [WAVE],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


def test_the_block_round_trips_through_a_message() -> None:
    message = types.Message(json.loads(json.dumps(MESSAGE)))
    (block,) = message.content

    assert type(block) is types.WaveformBlock is types.beta.BetaWaveformBlock
    assert block.samples == ["C4", "E4"]
    assert block.caller.type == "direct"
    assert json.loads(message.to_json()) == MESSAGE
    assert message.to_param()["content"] == [WAVE]


def test_the_names_of_its_types_are_there_under_every_path() -> None:
    from tercet.types.waveform_block import WaveformBlock
    from tercet.types.waveform_block_param import WaveformBlockParam

    assert WaveformBlock in get_args(get_args(types.ContentBlock)[0])
    assert WaveformBlockParam in get_args(types.ContentBlockParam)
    assert TypeAdapter(WaveformBlockParam).validate_python(WAVE)["type"] == "waveform"
    with pytest.raises(ValidationError, match="samples"):
        TypeAdapter(WaveformBlockParam).validate_python({"type": "waveform"})
    assert types.beta.BetaWaveformBlockParam is WaveformBlockParam
    assert {"WaveformBlock", "WaveformBlockParam"} <= set(dir(types))


def test_the_local_api_takes_it_and_refuses_a_wrong_one() -> None:
    def send(block: dict[str, object]) -> types.Message:
        messages = [
            {"role": "user", "content": "Sing"},
            {"role": "assistant", "content": [block]},
            {"role": "user", "content": "Again"},
        ]
        return client.messages.create(model="claude-opus-4-6", max_tokens=10, messages=messages)

    with tercet.local_api() as api, api.client(max_retries=0) as client:
        assert send(WAVE).role == "assistant"
        with pytest.raises(tercet.BadRequestError, match="samples"):
            send({"type": "waveform", "samples": "loud"})
