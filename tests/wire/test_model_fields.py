"""Classes of answers describe themselves as pydantic's do, for the libraries that ask."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from tercet.types import Message, MessageTokensCount, TextBlock, Usage
from tercet.wire.objects import Model


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
