"""Dicts of requests and unions of responses as pydantic reads them, in users' adapters, models and FastAPI's bodies."""

from __future__ import annotations

import collections.abc
import json
import pathlib
import subprocess
import sys
import types as python_types
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tercet
from tercet import types
from tercet.types import beta
from tercet.wire.model import AnyModel, flat_members
from tercet.wire.params.tools import InputSchema
from tercet.wire.responses.blocks import TextBlock
from tercet.wire.stream.events import EVENTS, RawMessageStreamEvent
from tercet.wire.typing_compat import Required

pydantic = pytest.importorskip("pydantic")

TITLES = [
    (module, name) for module in (types, beta) for name in sorted(dir(module)) if name.endswith(("Param", "Params"))
]
SCHEMA = {
    "type": "object",
    "description": "A place",
    "properties": {"x": {"$ref": "#/$defs/E"}},
    "required": ["x"],
    "additionalProperties": False,
    "$defs": {"E": {"enum": ["a"], "type": "string"}},
}
TURN = {
    "role": "user",
    "content": [
        {"type": "text", "text": "hi", "novel": 1},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "x"}]},
        {"type": "hologram", "depth": 3},
    ],
}
BODY = {
    "model": "claude-haiku-5-5",
    "max_tokens": 5,
    "system": [{"type": "text", "text": "s"}],
    "messages": [TURN, {"role": "assistant", "content": "x"}],
    "tools": [
        {"name": "f", "description": "d", "input_schema": SCHEMA},
        {"type": "web_search_20250305", "name": "web_search"},
    ],
    "stream": False,
    "novel": {"a": [1]},
}


@cache
def adapter(kind: Any) -> Any:
    return pydantic.TypeAdapter(kind)


def there_and_back(kind: Any, value: Any) -> None:
    taken = adapter(kind).validate_python(value)
    assert taken == value
    assert adapter(kind).dump_python(taken) == value
    assert adapter(kind).validate_json(adapter(kind).dump_json(taken)) == value


@pytest.mark.parametrize(("module", "name"), TITLES, ids=lambda each: getattr(each, "__name__", each))
def test_every_exported_type_of_a_request_makes_an_adapter_and_its_json_schemas(module: Any, name: str) -> None:
    made = adapter(getattr(module, name))

    assert made.json_schema(mode="validation")
    assert made.json_schema(mode="serialization")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (InputSchema, SCHEMA),
        (types.ToolParam, {"name": "f", "input_schema": SCHEMA}),
        (types.MessageParam, TURN),
        (types.MessageCreateParams, BODY),
        (beta.MessageCreateParams, {**BODY, "betas": ["files-api-2025-04-14"]}),
    ],
    ids=["InputSchema", "ToolParam", "MessageParam", "MessageCreateParams", "BetaMessageCreateParams"],
)
def test_what_is_taken_is_given_back_with_every_key(kind: Any, value: Any) -> None:
    there_and_back(kind, value)


# --- any value of any type ---------------------------------------------------------------------------------------------
words = st.sampled_from(["", "a", "naïve", "type", "0"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | words, lambda inner: st.lists(inner, max_size=2)
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: words,
    int: st.integers(-9, 9),
    float: st.sampled_from([0.0, 0.5, -2.25]),
    bool: st.booleans(),
    type(None): st.none(),
    object: anything,
    Any: anything,
}


def values_of(kind: Any, depth: int = 0) -> st.SearchStrategy[Any] | None:
    """Return JSON values of a declared type; None for a type of which there are none, such as an open file."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if origin is typing.Annotated:
        return values_of(arguments[0], depth)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (typing.Union, python_types.UnionType):
        found = [each for member in flat_members((kind,)) if (each := values_of(member, depth)) is not None]
        return st.one_of(found) if found else None
    if origin in (collections.abc.Iterable, collections.abc.Sequence, list):
        inner = values_of(arguments[0], depth + 1)
        return st.just([]) if inner is None or depth > 4 else st.lists(inner, max_size=2)
    if origin in (collections.abc.Mapping, dict):
        return st.dictionaries(words, values_of(arguments[1], depth + 1), max_size=2)
    return dicts_of(kind, depth + 1) if hasattr(kind, "__total__") else None


def dicts_of(kind: Any, depth: int) -> st.SearchStrategy[Any] | None:
    hints = typing.get_type_hints(kind, include_extras=True)
    needed = {name: values_of(get_args(hint)[0], depth) for name, hint in hints.items() if get_origin(hint) is Required}
    if None in needed.values():
        return None
    others = {name: values_of(hint, depth) for name, hint in hints.items() if name not in needed and depth < 4}
    optional = {name: value for name, value in others.items() if value is not None}
    return st.fixed_dictionaries(needed, optional={**optional, "novel_field": anything})  # type: ignore[arg-type]


DICTS = sorted({kind for module, name in TITLES for kind in flat_members((getattr(module, name),)) if hasattr(kind, "__total__")}, key=lambda kind: kind.__name__)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(data=st.data(), kind=st.sampled_from(DICTS))
def test_any_value_of_any_dict_of_a_request_comes_back_whole(data: st.DataObject, kind: Any) -> None:
    values = values_of(kind)
    if values is not None:
        there_and_back(kind, data.draw(values))


# --- refused, and kept -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "content",
    [
        [{"type": "image"}],
        [{"type": "tool_use", "id": "t", "name": "f"}],
        [{"text": "no type"}],
        ["text"],
        [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text"}]}],
    ],
)
def test_a_known_block_that_the_api_would_not_take_is_refused_at_once(content: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        adapter(types.MessageParam).validate_python({"role": "user", "content": content})


def test_one_wrong_block_is_one_error() -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        adapter(list[types.MessageParam]).validate_python([{"role": "user", "content": [{"type": "text", "text": 3}]}])

    assert len([each for each in caught.value.errors() if each["loc"][:3] != (0, "content", "str")]) == 1


def test_messages_from_a_generator_can_be_read_twice() -> None:
    def turns() -> Iterator[Any]:
        yield TURN

    taken = adapter(types.MessageCreateParams).validate_python({**BODY, "messages": turns()})

    assert list(taken["messages"]) == list(taken["messages"]) == [TURN]


def test_blocks_of_answers_and_sentinels_stay_the_objects_they_are() -> None:
    block = TextBlock({"type": "text", "text": "a"})
    taken = adapter(types.MessageCreateParams).validate_python(
        {**BODY, "messages": [{"role": "assistant", "content": [block]}], "system": tercet.NOT_GIVEN}
    )

    assert taken["messages"][0]["content"][0] is block
    assert taken["system"] is tercet.NOT_GIVEN
    with pytest.raises(pydantic.ValidationError):
        adapter(types.MessageCreateParams).validate_python({**BODY, "top_k": object()})


def test_a_tool_made_of_a_function_is_taken_and_written_as_its_description() -> None:
    @tercet.beta_tool
    def look(place: str) -> str:
        """Look there."""
        return place

    taken = adapter(types.MessageCreateParams).validate_python({**BODY, "tools": [look]})

    assert taken["tools"] == [look]
    assert adapter(types.MessageCreateParams).dump_python(taken)["tools"] == [look.to_dict()]


def test_text_never_becomes_the_path_of_a_file(tmp_path: pathlib.Path) -> None:
    secret = tmp_path / "secret"
    upload, source = adapter(types.FileUploadParams), adapter(types.Base64ImageSourceParam)
    image = {"type": "base64", "media_type": "image/png"}

    assert not isinstance(upload.validate_python({"file": str(secret)})["file"], pathlib.Path)
    assert source.validate_python({**image, "data": str(secret)})["data"] == str(secret)
    assert source.validate_python({**image, "data": secret})["data"] is secret


# --- unions of responses -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "kind",
    [
        types.ContentBlock,
        types.TextCitation,
        RawMessageStreamEvent,
        types.RawContentBlockDelta,
        types.MessageStreamEvent,
    ],
)
def test_an_object_of_an_unknown_kind_is_kept_as_in_an_answer(kind: Any) -> None:
    (taken,) = adapter(list[kind]).validate_python([{"type": "brand_new", "z": 2}])

    assert type(taken) is AnyModel
    assert adapter(list[kind]).dump_python([taken]) == [{"type": "brand_new", "z": 2}]
    assert adapter(list[kind]).validate_python([taken]) == [taken]


@pytest.mark.parametrize("odd", [{"type": 3}, "text", None, 4, ["list"]])
def test_what_is_no_object_with_a_type_is_no_block(odd: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        adapter(list[types.ContentBlock]).validate_python([odd])


def test_events_are_told_apart_by_their_type() -> None:
    for tag, kind in EVENTS.items():
        if kind in flat_members((RawMessageStreamEvent,)):
            assert type(adapter(RawMessageStreamEvent).validate_python({"type": tag})) is kind


def test_a_body_of_fastapi_takes_and_gives_back_what_the_api_does() -> None:
    fastapi = pytest.importorskip("fastapi")
    from starlette.testclient import TestClient

    app = fastapi.FastAPI()
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "brand_new", "z": 2}],
    }

    def ask(body: types.MessageCreateParams) -> types.Message:
        assert [turn["role"] for turn in body["messages"]] == ["user", "assistant"]
        app.state.body = body
        return types.Message(message)

    ask.__annotations__ = {"body": types.MessageCreateParams, "return": types.Message}
    app.post("/ask")(ask)
    with TestClient(app) as client:
        answer = client.post("/ask", json=BODY)
        refused = client.post("/ask", json={**BODY, "messages": [{"role": "wizard", "content": "x"}]})
        described = client.get("/openapi.json")

    assert (answer.status_code, answer.json()) == (200, message)
    assert json.loads(json.dumps(app.state.body)) == BODY
    assert refused.status_code == 422
    assert described.status_code == 200


def test_a_client_imports_nothing_of_it() -> None:
    program = (
        "import sys, tercet; tercet.Anthropic(api_key='k').messages; print('tercet.wire.typing_compat' in sys.modules)"
    )

    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )
