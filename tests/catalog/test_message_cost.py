"""`message.cost`: what the message cost, when it is read, wherever it came from; None rather than a guess."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, Script

import tercet
from tercet.types import Message
from tercet.types.messages import MessageBatchIndividualResponse

USAGE = {"input_tokens": 3, "cache_creation_input_tokens": 12304, "output_tokens": 550}
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-3-7-sonnet-20250219",
    "content": [{"type": "text", "text": "Hi!"}],
    "stop_reason": "end_turn",
    "usage": USAGE,
}
BEFORE_OCTOBER_7 = 1_791_158_400  # 2026-10-05


def message(**fields: Any) -> Message:
    return Message({**MESSAGE, **fields})


def events(*more: dict[str, Any]) -> bytes:
    start = {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    text = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi!"}}
    stop = {"type": "content_block_stop", "index": 0}
    all_of_them = (start, block, text, stop, *more)
    return b"".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in all_of_them)


ENDS = (
    {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": USAGE},
    {"type": "message_stop"},
)
STREAMED = (200, {"content-type": "text/event-stream"}, events(*ENDS))


def test_an_answer_tells_its_cost() -> None:
    answer = Script((200, JSON, json.dumps(MESSAGE).encode())).client().messages.create(**ASK)

    assert answer.cost == Decimal("0.054399")
    assert "cost" not in answer
    assert "cost" not in answer.to_json()


@pytest.mark.parametrize(
    ("asked", "told", "factor"),
    [
        ({"speed": "fast"}, {}, 2),
        ({"inference_geo": "us"}, {}, Decimal("1.1")),
        ({"speed": "fast", "inference_geo": "us"}, {"speed": "standard", "inference_geo": "us"}, Decimal("1.1")),
        ({"speed": "standard"}, {"inference_geo": "us"}, Decimal("1.1")),
    ],
)
def test_what_the_usage_does_not_tell_is_what_was_asked_for(
    asked: dict[str, Any], told: dict[str, Any], factor: Any
) -> None:
    whole = {**MESSAGE, "model": "claude-opus-5", "usage": {"input_tokens": 1_000_000, "output_tokens": 0, **told}}
    client = Script((200, JSON, json.dumps(whole).encode())).client()

    assert client.beta.messages.create(**ASK, **asked).cost == 5 * factor


def test_a_stream_s_message_tells_it_when_it_is_whole() -> None:
    costs = []
    with Script(STREAMED).client().messages.stream(**ASK) as stream:
        for _ in stream:
            costs.append(stream.current_message_snapshot.cost)

    assert costs[0] is None
    assert stream.get_final_message().cost == Decimal("0.054399")


@pytest.mark.anyio
async def test_an_async_stream_s_message_tells_it_too() -> None:
    async with Script(STREAMED).async_client().messages.stream(**ASK) as stream:
        assert (await stream.get_final_message()).cost == Decimal("0.054399")


def test_a_stream_that_broke_has_no_cost_that_is_known() -> None:
    cut = (200, {"content-type": "text/event-stream"}, events())
    client = Script(cut).client(max_retries=0)
    with pytest.raises(tercet.IncompleteStreamError) as broken, client.messages.stream(**ASK) as stream:
        stream.get_final_message()

    assert broken.value.partial_message.cost is None


def test_a_message_of_a_batch_costs_half() -> None:
    line = MessageBatchIndividualResponse(
        {"custom_id": "a", "result": {"type": "succeeded", "message": copy.deepcopy(MESSAGE)}}
    )

    assert line.result.message.cost == Decimal("0.0271995")  # type: ignore[union-attr]
    assert isinstance(line.result.message, Message)  # type: ignore[union-attr]


def test_usage_and_model_of_its_own_are_enough() -> None:
    assert message().cost == Decimal("0.054399")
    assert message(usage={**USAGE, "service_tier": "batch"}).cost == Decimal("0.0271995")


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "claude-of-tomorrow"},
        {"model": 5},
        {"usage": None},
        {"usage": []},
        {"usage": {"input_tokens": "many"}},
        {"usage": {**USAGE, "service_tier": "priority"}},
        {"stop_reason": None},
    ],
)
def test_what_is_not_known_is_none(fields: dict[str, Any]) -> None:
    assert message(**fields).cost is None


def test_a_message_without_usage_has_no_cost() -> None:
    assert Message({"id": "msg_1", "stop_reason": "end_turn", "model": "claude-opus-5"}).cost is None


def test_a_field_of_the_api_with_this_name_stays_the_json_s() -> None:
    answer = message(cost={"amount": 5})

    assert answer["cost"] == {"amount": 5}
    assert answer.cost == Decimal("0.054399")
    assert json.loads(answer.to_json())["cost"] == {"amount": 5}
    assert answer.model_dump()["cost"] == {"amount": 5}


def test_the_day_on_which_it_came_decides_and_stays_with_copies_and_pickles() -> None:
    read = message(model="claude-sonnet-5-5", usage={"cache_read_input_tokens": 1_000_000, "output_tokens": 0})
    assert read.cost == Decimal("0.10")

    object.__setattr__(read, "_billing", (4_000_000_000, True, False, False))
    for each in (copy.copy(read), copy.deepcopy(read), pickle.loads(pickle.dumps(read)), read.model_copy()):
        assert each.cost == Decimal("0.05")


def test_a_clock_that_is_behind_the_catalog_is_not_believed() -> None:
    read = message(model="claude-sonnet-5-5", usage={"cache_read_input_tokens": 1_000_000, "output_tokens": 0})
    object.__setattr__(read, "_billing", (BEFORE_OCTOBER_7, False, False, False))

    assert read.cost == Decimal("0.10")
