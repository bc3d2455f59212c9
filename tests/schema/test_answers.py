"""messages.parse() and messages.stream(output_format=): what goes out, what the text becomes, and that nothing is lost."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass
from typing import Any

import pydantic
import pytest
from tests.client.scripted import ASK, EVENTS, JSON, SSE, Script

import tercet
from tercet.types import Message, ParsedMessage, ParsedTextBlock


class City(pydantic.BaseModel):
    name: str
    people: int = pydantic.Field(ge=0)


@dataclass
class Person:
    name: str
    age: int


OSLO = '{"name":"Oslo","people":7}'
CITY_SCHEMA = {
    "type": "object",
    "title": "City",
    "properties": {
        "name": {"type": "string", "title": "Name"},
        "people": {"type": "integer", "title": "People", "description": "{minimum: 0}"},
    },
    "additionalProperties": False,
    "required": ["name", "people"],
}
CITY_FORMAT = {"type": "json_schema", "schema": CITY_SCHEMA}


def answer(*texts: str, stop_reason: str | None = "end_turn") -> tuple[int, dict[str, str], bytes]:
    """A whole answer with these text blocks."""
    message = {
        "id": "msg_01A",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "content": [{"type": "text", "text": text} for text in texts],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 6},
    }
    return 200, JSON, json.dumps(message).encode()


def streamed(
    text: str, stop_reason: str = "end_turn", *, stopped: bool = True
) -> tuple[int, dict[str, str], list[bytes]]:
    """The same as a stream, three characters a delta; `stopped=False` leaves the block open."""

    def event(kind: str, **fields: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

    pieces = [text[start : start + 3] for start in range(0, len(text), 3)]
    deltas = [event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece}) for piece in pieces]
    ends = [event("content_block_stop", index=0)] if stopped else []
    done = event("message_delta", delta={"stop_reason": stop_reason, "stop_sequence": None}, usage={"output_tokens": 6})
    return 200, SSE, [*EVENTS[:2], *deltas, *ends, done, event("message_stop")]


# --- what goes out ---------------------------------------------------------------------------------------------------


def test_the_type_goes_out_as_the_format_and_comes_back_as_a_value() -> None:
    script = Script(answer(OSLO))

    message = script.client().messages.parse(**ASK, output_format=City)

    assert json.loads(script.sent[0].content) == {**ASK, "output_config": {"format": CITY_FORMAT}}
    assert message.parsed_output == City(name="Oslo", people=7)
    assert message.content[0].parsed_output is message.parsed_output  # type: ignore[union-attr]
    assert (type(message), type(message.content[0]), message._request_id) == (
        ParsedMessage,
        ParsedTextBlock,
        "req_011CTest",
    )


@pytest.mark.anyio
async def test_the_async_client_asks_and_reads_the_same() -> None:
    script = Script(answer(OSLO))

    message = await script.async_client().messages.parse(**ASK, output_format=City)

    assert json.loads(script.sent[0].content) == {**ASK, "output_config": {"format": CITY_FORMAT}}
    assert message.parsed_output == City(name="Oslo", people=7)


def test_the_callers_effort_is_kept() -> None:
    script = Script(answer(OSLO))
    config = {"effort": "low"}

    script.client().messages.parse(**ASK, output_format=City, output_config=config)

    assert json.loads(script.sent[0].content)["output_config"] == {"effort": "low", "format": CITY_FORMAT}
    assert config == {"effort": "low"}


def test_a_plain_schema_is_made_fit_and_its_bounds_are_enforced_here() -> None:
    script = Script(answer('{"n":2}'), answer('{"n":1}'))
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 2}}, "required": ["n"]}

    assert script.client().messages.parse(**ASK, output_format=schema).parsed_output == {"n": 2}
    with pytest.raises(tercet.OutputValidationError, match=r"\$\.n must be at least 2, not 1"):
        script.client().messages.parse(**ASK, output_format=schema)

    assert json.loads(script.sent[0].content)["output_config"]["format"]["schema"] == {
        "type": "object",
        "properties": {"n": {"type": "integer", "description": "{minimum: 2}"}},
        "required": ["n"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("spelling", ["output_format", "output_config"])
def test_the_apis_own_words_go_out_as_written(spelling: str) -> None:
    script = Script(answer('"Oslo"'))
    asked = {"type": "json_schema", "schema": {"type": "string", "pattern": "^O"}}
    arguments: dict[str, Any] = {spelling: asked if spelling == "output_format" else {"format": asked}}

    message = script.client().messages.parse(**ASK, **arguments)

    assert json.loads(script.sent[0].content)["output_config"] == {"format": asked}
    assert message.parsed_output == "Oslo"


@pytest.mark.parametrize("absent", [None, tercet.NOT_GIVEN, tercet.omit])
def test_without_a_format_nothing_is_parsed(absent: Any) -> None:
    script = Script(answer(OSLO))

    message = script.client().messages.parse(**ASK, output_format=absent)

    assert json.loads(script.sent[0].content) == ASK
    assert (type(message), message.parsed_output, message.text) == (ParsedMessage, None, OSLO)


def test_counting_takes_the_format_too() -> None:
    script = Script((200, JSON, b'{"input_tokens":3}'))
    asked = {name: ASK[name] for name in ("model", "messages")}

    script.client().messages.count_tokens(**asked, output_format=City)

    assert json.loads(script.sent[0].content)["output_config"] == {"format": CITY_FORMAT}


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"output_format": City, "output_config": {"format": CITY_FORMAT}}, TypeError, "not both"),
    ({"output_format": City, "output_config": "high"}, TypeError, "output_config must be a dict"),
    ({"output_format": {"type": "json_schema"}}, TypeError, r"output_format\['schema'\] must be a JSON schema"),
    ({"output_format": {"type": "object", "properties": {"a": {}}}}, ValueError, r"\$\.a says nothing"),
    ({"output_format": 5}, TypeError, "no type that an answer can be read as"),
    ({"output_format": City, "stream": True}, TypeError, "unexpected keyword argument 'stream'"),
    ({"output_formt": City}, TypeError, "unexpected keyword argument 'output_formt'"),
]


@pytest.mark.parametrize(("arguments", "kind", "says"), WRONG)
def test_wrong_formats_are_told_before_anything_is_sent(
    arguments: dict[str, Any], kind: type[Exception], says: str
) -> None:
    script = Script(answer(OSLO))

    with pytest.raises(kind, match=says):
        script.client().messages.parse(**ASK, **arguments)

    assert script.sent == []


# --- what the text becomes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stop_reason",
    ["max_tokens", "refusal", "stop_sequence", "model_context_window_exceeded", "pause_turn", "tool_use", "compaction"],
)
@pytest.mark.parametrize("text", ['{"name":"Os', "I cannot help with that.", ""])
def test_an_answer_that_is_not_finished_comes_back_without_data(stop_reason: str, text: str) -> None:
    script = Script(answer(text, stop_reason=stop_reason))

    message = script.client().messages.parse(**ASK, output_format=City)

    assert (message.parsed_output, message.stop_reason, message.text) == (None, stop_reason, text)


@pytest.mark.parametrize("texts", [(), ("",), ("", "")])
def test_an_answer_without_text_comes_back_without_data(texts: tuple[str, ...]) -> None:
    message = Script(answer(*texts)).client().messages.parse(**ASK, output_format=City)

    assert (message.parsed_output, message.stop_reason, len(message.content)) == (None, "end_turn", len(texts))


def parse_content(content: Any) -> Any:
    body = {**json.loads(answer()[2]), "content": content}
    return Script((200, JSON, json.dumps(body).encode())).client().messages.parse(**ASK, output_format=City)


@pytest.mark.parametrize("content", [None, 3, "text", [1], [None]])
def test_content_that_is_no_list_of_blocks_is_an_answer_that_cannot_be_read(content: Any) -> None:
    with pytest.raises(tercet.APIResponseValidationError, match="'content'"):
        parse_content(content)


@pytest.mark.parametrize("content", [[{"type": "text"}], [{"type": "text", "text": 7}]])
def test_a_block_of_another_shape_costs_no_foreign_exception(content: Any) -> None:
    try:
        message = parse_content(content)
    except tercet.OutputValidationError as error:
        message = error.answer

    assert message["content"] == content


def test_a_cut_answer_that_is_whole_by_luck_has_its_data() -> None:
    message = Script(answer(OSLO, stop_reason="max_tokens")).client().messages.parse(**ASK, output_format=City)

    assert message.parsed_output == City(name="Oslo", people=7)


MISFITS = {
    "a bound that does not hold": ('{"name":"Oslo","people":-1}', "greater than or equal to 0"),
    "a cut text": ('{"name":"Os', "EOF"),
    "prose": ("Sure! Here it is.", "Invalid JSON"),
    "blanks": ("  ", "EOF"),
    "a bottomless pit": ("[" * 100_000, "recursion"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_a_finished_answer_that_does_not_fit_is_an_error_that_holds_it(case: str) -> None:
    text, says = MISFITS[case]

    with pytest.raises(tercet.OutputValidationError, match=says) as caught:
        Script(answer(text)).client().messages.parse(**ASK, output_format=City)

    error = caught.value
    assert isinstance(error, tercet.APIResponseValidationError)
    assert isinstance(error, ValueError)
    assert isinstance(error.__cause__, pydantic.ValidationError)
    assert (error.text, error.answer.text, error.partial_message, error.body) == (text, text, error.answer, text)
    assert (error.usage.output_tokens, error.answer.parsed_output, error.status_code) == (6, None, 200)
    assert str(error).startswith("The answer is not of the output format City: ")
    assert len(str(error)) < 2000
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.answer, again.text) == (str(error), error.answer, text)


def test_whatever_a_validator_raises_does_not_cost_the_answer() -> None:
    class Picky(pydantic.BaseModel):
        name: str

        @pydantic.field_validator("name")
        @classmethod
        def _look(cls, value: str) -> str:
            raise KeyError(value)

    with pytest.raises(tercet.OutputValidationError) as caught:
        Script(answer(OSLO)).client().messages.parse(**ASK, output_format=Picky)

    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.answer.text == OSLO


def test_prose_before_the_data_is_passed_over() -> None:
    message = Script(answer("Let me look.", OSLO)).client().messages.parse(**ASK, output_format=City)

    assert [block.parsed_output for block in message.content] == [None, City(name="Oslo", people=7)]  # type: ignore[union-attr]
    assert message.parsed_output == City(name="Oslo", people=7)


@pytest.mark.parametrize(("kind", "text", "value"), [(list[int], "[]", []), (bool, "false", False), (int, "0", 0)])
def test_empty_values_are_values(kind: Any, text: str, value: Any) -> None:
    message = Script(answer(text)).client().messages.parse(**ASK, output_format=kind)

    assert message.parsed_output == value
    assert message.parsed_output is not None


def test_null_is_an_answer_where_it_may_be() -> None:
    message = Script(answer("null")).client().messages.parse(**ASK, output_format=City | None)

    assert message.parsed_output is None


# --- what becomes of the data ----------------------------------------------------------------------------------------


def test_data_stays_out_of_dumps_and_of_the_next_request() -> None:
    script = Script(answer(OSLO))
    client = script.client()
    message = client.messages.parse(**ASK, output_format=City)
    sent_back = [*ASK["messages"], {"role": "assistant", "content": message.content}, message.to_param()]

    client.messages.create(**{**ASK, "messages": sent_back})

    plain = json.loads(answer(OSLO)[2])
    assert message.to_dict() == json.loads(json.dumps(message)) == json.loads(message.to_json()) == plain
    assert "parsed" not in message.model_dump_json() + repr(message.to_dict())
    turns = json.loads(script.sent[1].content)["messages"][1:]
    assert turns == [{"role": "assistant", "content": [{"type": "text", "text": OSLO}]}] * 2


def test_copies_and_pickles_keep_the_data() -> None:
    message = Script(answer(OSLO)).client().messages.parse(**ASK, output_format=City)

    for again in (pickle.loads(pickle.dumps(message)), message.model_copy(), message.model_copy(deep=True)):
        assert (type(again), again, again._request_id) == (ParsedMessage, message, "req_011CTest")
        assert again.parsed_output == City(name="Oslo", people=7)
    assert pickle.loads(pickle.dumps(message.content[0])).parsed_output == City(name="Oslo", people=7)


def test_a_raw_response_parses_to_the_same() -> None:
    response = Script(answer(OSLO)).client().messages.with_raw_response.parse(**ASK, output_format=City)

    assert response.status_code == 200
    assert response.parse().parsed_output == City(name="Oslo", people=7)


# --- streams ---------------------------------------------------------------------------------------------------------


def test_a_stream_parses_each_block_when_it_ends() -> None:
    script = Script(streamed(OSLO))

    with script.client().messages.stream(**ASK, output_format=City) as stream:
        events = list(stream)
        message = stream.get_final_message()

    assert json.loads(script.sent[0].content)["output_config"] == {"format": CITY_FORMAT}
    parts = [event.parsed_snapshot() for event in events if event.type == "text"]
    assert parts[2:5] == [{"name": ""}, {"name": "Osl"}, {"name": "Oslo"}]
    ended = next(event for event in events if event.type == "content_block_stop")
    assert ended.content_block.parsed_output == City(name="Oslo", people=7)  # type: ignore[union-attr]
    assert events[-1].message is message  # type: ignore[union-attr]
    assert message.parsed_output is ended.content_block.parsed_output  # type: ignore[union-attr]
    assert (type(message), message.to_dict()["content"]) == (ParsedMessage, [{"type": "text", "text": OSLO}])


@pytest.mark.anyio
async def test_an_async_stream_does_the_same() -> None:
    script = Script(streamed(OSLO))

    async with script.async_client().messages.stream(**ASK, output_format=City) as stream:
        ended = [event async for event in stream if event.type == "content_block_stop"]
        message = await stream.get_final_message()

    assert message.parsed_output == City(name="Oslo", people=7)
    assert message.parsed_output is ended[0].content_block.parsed_output  # type: ignore[union-attr]
    assert script.streams[0].closed


@pytest.mark.parametrize("stopped", [True, False])
def test_a_stream_that_is_cut_by_its_limit_ends_without_data(stopped: bool) -> None:
    script = Script(streamed('{"name":"Os', "max_tokens", stopped=stopped))

    with script.client().messages.stream(**ASK, output_format=City) as stream:
        message = stream.get_final_message()

    assert (message.parsed_output, message.stop_reason, message.text) == (None, "max_tokens", '{"name":"Os')


def test_a_whole_block_without_its_end_is_parsed_all_the_same() -> None:
    with Script(streamed(OSLO, stopped=False)).client().messages.stream(**ASK, output_format=City) as stream:
        assert stream.get_final_message().parsed_output == City(name="Oslo", people=7)


READINGS = {
    "events": lambda stream: list(stream),
    "text": lambda stream: list(stream.text_stream),
    "message": lambda stream: stream.get_final_message(),
}


@pytest.mark.parametrize("reading", READINGS)
def test_a_finished_stream_that_does_not_fit_is_told_after_its_last_event(reading: str) -> None:
    script = Script(streamed('{"name":"Oslo","people":-1}'))

    with script.client().messages.stream(**ASK, output_format=City) as stream:
        with pytest.raises(tercet.OutputValidationError, match="greater than or equal to 0") as caught:
            READINGS[reading](stream)
        with pytest.raises(tercet.OutputValidationError):
            stream.get_final_message()
        assert stream.current_message_snapshot.text == '{"name":"Oslo","people":-1}'

    assert caught.value.answer.stop_reason == "end_turn"
    assert caught.value.events_seen == 9 + 5


@pytest.mark.anyio
async def test_an_async_stream_tells_it_too() -> None:
    script = Script(streamed("Sure!"))

    async with script.async_client().messages.stream(**ASK, output_format=Person) as stream:
        with pytest.raises(tercet.OutputValidationError) as caught:
            await stream.get_final_message()

    assert caught.value.answer.text == "Sure!"


def test_a_broken_stream_is_incomplete_first_of_all() -> None:
    script = Script((200, SSE, streamed(OSLO)[2][:6]))

    with (
        script.client().messages.stream(**ASK, output_format=City) as stream,
        pytest.raises(tercet.IncompleteStreamError) as caught,
    ):
        stream.get_final_message()

    assert caught.value.partial_message.text == OSLO[:12]


def test_every_stream_has_messages_with_room_for_data() -> None:
    with Script(streamed("Hi")).client().messages.stream(**ASK) as stream:
        message = stream.get_final_message()

    assert (type(message), message.parsed_output, type(message.content[0])) == (ParsedMessage, None, ParsedTextBlock)


def test_a_long_answer_is_streamed_inside_and_parsed() -> None:
    script = Script(streamed(OSLO))

    message = script.client().messages.parse(**{**ASK, "max_tokens": 100_000}, output_format=City)

    assert json.loads(script.sent[0].content)["stream"] is True
    assert message.parsed_output == City(name="Oslo", people=7)


@pytest.mark.anyio
async def test_a_long_async_answer_too() -> None:
    script = Script(streamed(OSLO))

    message = await script.async_client().messages.parse(**{**ASK, "max_tokens": 100_000}, output_format=City)

    assert message.parsed_output == City(name="Oslo", people=7)


def test_a_long_plain_answer_is_a_plain_message() -> None:
    message = Script(streamed("Hi")).client().messages.create(**{**ASK, "max_tokens": 100_000})

    assert type(message) is Message


# --- against the local API -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [City, Person, list[City], City | None, dict[str, Any] | None, {"type": "integer"}])
@pytest.mark.filterwarnings("ignore:.*free keys")
def test_the_local_api_accepts_the_schema_and_fills_it(kind: Any) -> None:
    question: list[Any] = [{"role": "user", "content": "Oslo has 7 people; Ann is 33."}]

    with tercet.local_api() as api, api.client() as client:
        message = client.messages.parse(
            model="claude-sonnet-4-6", max_tokens=500, messages=question, output_format=kind
        )
        with client.messages.stream(
            model="claude-sonnet-4-6", max_tokens=500, messages=question, output_format=kind
        ) as stream:
            streamed_message = stream.get_final_message()

    assert message.parsed_output is not None
    assert streamed_message.parsed_output == message.parsed_output
