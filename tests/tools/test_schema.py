"""The small changes that are made to the schemas of tools."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.tools.function_input import drop_titles, first_stray_key, make_explicit, merge_definitions

CLOSED = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False}


def test_objects_are_closed_unless_they_say_otherwise_and_enums_say_their_type() -> None:
    assert make_explicit(
        {
            "properties": {"a": {"enum": ["x", "y"]}, "b": {"enum": [1, "x"]}, "c": {"properties": {}}},
            "additionalProperties": {"properties": {}},
            "default": {"properties": {}},
        }
    ) == {
        "properties": {
            "a": {"type": "string", "enum": ["x", "y"]},
            "b": {"enum": [1, "x"]},
            "c": {"properties": {}, "additionalProperties": False},
        },
        "additionalProperties": {"properties": {}, "additionalProperties": False},
        "default": {"properties": {}},
    }


def test_titles_go_but_not_properties_or_data_of_that_name() -> None:
    schema = {
        "title": "Book",
        "properties": {"title": {"title": "Title", "type": "string", "default": {"title": "x"}}},
        "anyOf": [{"title": "A"}, {"items": {"title": "B"}}],
    }
    assert drop_titles(schema) == {
        "properties": {"title": {"type": "string", "default": {"title": "x"}}},
        "anyOf": [{}, {"items": {}}],
    }


def test_equal_definitions_of_one_name_are_one() -> None:
    assert merge_definitions({"A": {"type": "string"}}, {"A": {"title": "A", "type": "string"}}) == {
        "A": {"type": "string"}
    }
    with pytest.raises(TypeError, match="'A'"):
        merge_definitions({"A": {"type": "string"}}, {"A": {"type": "integer"}})


@pytest.mark.parametrize(
    ("value", "schema", "stray"),
    [
        ({"a": 1}, CLOSED, None),
        ({"a": 1, "b": 2}, CLOSED, ".b"),
        ({"a": 1, "b": 2}, {**CLOSED, "additionalProperties": True}, None),
        ({"x1": 2}, {**CLOSED, "patternProperties": {"^x": {}}}, None),
        ([{"a": 1}, {"b": 2}], {"items": CLOSED}, "[1].b"),
        ([{"a": 1}, {"b": 2}], {"prefixItems": [CLOSED], "items": {}}, None),
        ({"b": 1}, {"anyOf": [{"type": "null"}, CLOSED]}, ".b"),
        ({"b": 1}, {"anyOf": [CLOSED, {"type": "object"}]}, None),
        ({"b": 1}, {"oneOf": [{"$ref": "#/$defs/C"}, {"type": "array"}]}, ".b"),
        ("text", CLOSED, None),
        ({"b": 1}, True, None),
    ],
)
def test_a_stray_key_is_found_where_it_is(value: Any, schema: Any, stray: str | None) -> None:
    assert first_stray_key(value, schema, {"C": CLOSED}) == stray


def test_alternatives_that_lead_back_to_themselves_take_linear_time() -> None:
    either = {"anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]}
    node = {"type": "object", "properties": {"next": either}, "additionalProperties": False}
    definitions = {"A": dict(node), "B": dict(node)}
    value: dict[str, Any] = {"stray": 1}
    for _ in range(60):  # tried one after the other at each level, that would be 2 to the 60th
        value = {"next": value}
    assert first_stray_key(value, either, definitions) == ".next" * 60 + ".stray"
