"""Classes of responses describe themselves as pydantic's do, and are fields of users' pydantic models."""

from __future__ import annotations

import json
from typing import Literal

import msgspec
import pytest

from tercet.types import MessageTokensCount, Usage
from tercet.wire.model import Model
from tercet.wire.responses.blocks import TextBlock, ThinkingBlock
from tercet.wire.responses.message import Message


class Tree(Model):
    """A class that holds itself."""

    name: str
    kind: Literal["leaf", "branch"] | None
    children: list[Tree]
    by_name: dict[str, int]


def test_model_fields_names_every_declared_field_of_a_class_and_its_bases() -> None:
    assert set(Usage.model_fields) >= {"input_tokens", "output_tokens", "cache_read_input_tokens"}
    assert set(Message.model_fields) >= {"id", "content", "usage"}


def test_a_field_says_its_type_and_whether_the_api_always_sends_it() -> None:
    assert Usage.model_fields["input_tokens"].annotation is int
    assert Usage.model_fields["input_tokens"].is_required()
    assert not Message.model_fields["stop_reason"].is_required()


def test_an_instance_has_the_fields_of_its_class() -> None:
    assert TextBlock({"type": "text", "text": "a"}).model_fields is TextBlock.model_fields


def test_model_fields_may_be_in_the_json_all_the_same() -> None:
    assert TextBlock({"model_fields": 1})["model_fields"] == 1


@pytest.mark.parametrize("cls", [Message, MessageTokensCount, TextBlock, Tree])
def test_every_reference_of_a_json_schema_leads_somewhere(cls: type[Model]) -> None:
    schema = cls.model_json_schema()
    text = msgspec.json.encode(schema).decode()
    references = {part.partition('"')[0] for part in text.split('"#/$defs/')[1:]}

    assert schema["type"] == "object"
    assert references == set(schema.get("$defs", {}))


def test_the_schema_of_a_class_that_holds_itself_ends() -> None:
    assert Tree.model_json_schema() == {
        "title": "Tree",
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "kind": {"anyOf": [{"enum": ["leaf", "branch"]}, {"type": "null"}]},
            "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
            "by_name": {"type": "object"},
        },
        "required": ["name", "children", "by_name"],
        "$defs": {"Tree": Tree.model_json_schema()["$defs"]["Tree"]},
    }


pydantic = pytest.importorskip("pydantic")


CAME = {"id": "msg_1", "content": [{"type": "text", "text": "hi", "novel": 1}], "usage": {"input_tokens": 3}}


class Stored(pydantic.BaseModel):  # type: ignore[misc,name-defined]
    """A user's own record."""

    answer: Message
    block: TextBlock | ThinkingBlock | None = None


def test_a_message_is_taken_as_it_is() -> None:
    message = Message(CAME)

    assert Stored(answer=message).answer is message


def test_json_becomes_a_message_and_json_again() -> None:
    stored = Stored.model_validate_json(json.dumps({"answer": CAME}))

    assert type(stored.answer) is Message
    assert stored.answer.text == "hi"
    assert json.loads(stored.model_dump_json()) == {"answer": CAME, "block": None}
    assert stored.model_dump() == {"answer": CAME, "block": None}


def test_a_union_of_blocks_is_told_apart_by_type() -> None:
    stored = Stored.model_validate({"answer": CAME, "block": {"type": "thinking", "thinking": "", "signature": "s"}})

    assert type(stored.block) is ThinkingBlock


@pytest.mark.parametrize("odd", ["text", 3, None, ["list"]])
def test_what_is_no_object_is_a_validation_error(odd: object) -> None:
    with pytest.raises(pydantic.ValidationError, match="made from a mapping"):
        Stored.model_validate({"answer": odd})


def test_a_schema_can_be_made_of_such_a_model() -> None:
    schema = Stored.model_json_schema()

    assert schema["properties"]["answer"]["type"] == "object"
