"""Messages with room for data: the data stands beside the JSON, and travels with it."""

from __future__ import annotations

import copy
import json
import pickle

import tercet
from tercet.wire.errors import OutputValidationError
from tercet.wire.responses.blocks import TextBlock, ToolUseBlock
from tercet.wire.responses.message import Message
from tercet.wire.responses.parsed import (
    ParsedContentBlockStopEvent,
    ParsedMessage,
    ParsedMessageBuilder,
    ParsedMessageStopEvent,
    ParsedTextBlock,
)
from tercet.wire.stream.events import ContentBlockStopEvent, MessageStopEvent, event_model

JSON = {
    "role": "assistant",
    "content": [{"type": "text", "text": "[1]"}, {"type": "tool_use", "id": "t", "name": "n", "input": {}}],
    "stop_reason": "end_turn",
}


def a_message() -> ParsedMessage[list[int]]:
    message = ParsedMessage[list[int]](copy.deepcopy(JSON))
    block = message.content[0]
    assert isinstance(block, ParsedTextBlock)
    block._parsed = [1]
    return message


def test_it_is_a_message_whose_text_blocks_have_room() -> None:
    message = ParsedMessage[list[int]](copy.deepcopy(JSON))

    assert isinstance(message, Message)
    assert [type(block) for block in message.content] == [ParsedTextBlock, ToolUseBlock]
    assert isinstance(message.content[0], TextBlock)
    assert message.parsed_output is None


def test_the_data_is_the_first_blocks_that_has_any() -> None:
    message = ParsedMessage[int]({"content": [{"type": "text", "text": text} for text in ("a", "b", "c")]})
    blocks = [block for block in message.content if isinstance(block, ParsedTextBlock)]
    blocks[2]._parsed = 2
    blocks[1]._parsed = 0

    assert message.parsed_output == 0


def test_the_data_is_no_part_of_the_json() -> None:
    message = a_message()

    assert message == JSON
    assert json.loads(json.dumps(message)) == message.to_dict() == JSON
    assert message.to_param() == {"role": "assistant", "content": JSON["content"]}


def test_copies_and_pickles_keep_it() -> None:
    message = a_message()

    for again in (pickle.loads(pickle.dumps(message)), copy.copy(message), copy.deepcopy(message)):
        assert (again, again.parsed_output) == (message, [1])


def test_a_stream_of_such_messages_has_events_of_their_own() -> None:
    assembler = ParsedMessageBuilder()
    events = [
        {"type": "message_start", "message": {"role": "assistant", "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "[1]"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        {"type": "message_stop"},
    ]
    helped = []
    for event in map(event_model, events):
        assert assembler.add(event) is None
        helped += assembler.helper_events(event)

    assert [type(event) for event in helped[3::2]] == [ParsedContentBlockStopEvent, ParsedMessageStopEvent]
    assert isinstance(helped[3], ContentBlockStopEvent)
    assert isinstance(helped[5], MessageStopEvent)
    assert type(assembler.message) is ParsedMessage
    assert helped[3].content_block is assembler.message.content[0]


def test_the_error_for_a_misfit_bears_the_name_by_which_it_is_imported() -> None:
    assert OutputValidationError.__module__ == "tercet"
    assert tercet.OutputValidationError is OutputValidationError
