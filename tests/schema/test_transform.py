"""The schemas that go out: what the official SDK sends where the API takes it, and something the API takes elsewhere.

`samples/schemas.json` holds schemas (most written by pydantic 2.14) and what the `transform_schema` of the official SDK
2.11.0 made of each.
"""

from __future__ import annotations

import copy
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tercet
from tercet import transform_schema
from tercet.schema.transform import check_references
from tercet.wire.json_schema import resolve

SAMPLES = json.loads((Path(__file__).parents[1] / "samples" / "schemas.json").read_text())
WORD = {"type": "string"}
NUMBER = {"type": "integer"}


@pytest.mark.filterwarnings("ignore:.*free keys")
@pytest.mark.parametrize("name", SAMPLES)
def test_a_schema_comes_to_what_the_official_client_sends(name: str) -> None:
    case = SAMPLES[name]
    before = copy.deepcopy(case["schema"])

    assert transform_schema(case["schema"]) == case["sent"]
    assert case["schema"] == before


DIFFERENT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "several types become alternatives, each with its own bounds": (
        {"type": ["string", "null"], "minLength": 3, "description": "d"},
        {"anyOf": [{**WORD, "description": "{minLength: 3}"}, {"type": "null"}], "description": "d"},
    ),
    "the places of a tuple become one kind of item": (
        {"type": "array", "prefixItems": [NUMBER, WORD, NUMBER], "minItems": 3},
        {
            "type": "array",
            "items": {"anyOf": [NUMBER, WORD]},
            "description": "{prefixItems: [{'type': 'integer'}, {'type': 'string'}, {'type': 'integer'}], minItems: 3}",
        },
    ),
    "so do those of older drafts": (
        {"type": "array", "items": [NUMBER, NUMBER]},
        {"type": "array", "items": NUMBER, "description": "{items: [{'type': 'integer'}, {'type': 'integer'}]}"},
    ),
    "definitions under their older name are kept": (
        {"type": "object", "properties": {"a": {"$ref": "#/definitions/A"}}, "definitions": {"A": {"type": "integer"}}},
        {
            "type": "object",
            "properties": {"a": {"$ref": "#/definitions/A"}},
            "additionalProperties": False,
            "definitions": {"A": NUMBER},
        },
    ),
    "objects that hold together become one": (
        {
            "allOf": [
                {"$ref": "#/$defs/A"},
                {"type": "object", "properties": {"b": NUMBER}, "required": ["b"]},
            ],
            "description": "both",
            "$defs": {"A": {"type": "object", "properties": {"a": NUMBER}, "required": ["a"]}},
        },
        {
            "$defs": {
                "A": {"type": "object", "properties": {"a": NUMBER}, "additionalProperties": False, "required": ["a"]}
            },
            "type": "object",
            "properties": {"a": NUMBER, "b": NUMBER},
            "additionalProperties": False,
            "required": ["a", "b"],
            "description": "both",
        },
    ),
    "one schema that holds alone takes the place of its list": (
        {"allOf": [{"$ref": "#/$defs/A"}], "description": "mine", "$defs": {"A": {**NUMBER, "description": "its"}}},
        {"$defs": {"A": {**NUMBER, "description": "its"}}, **NUMBER, "description": "mine"},
    ),
    "several that are no objects stay side by side": (
        {"allOf": [{**WORD, "format": "email"}, WORD]},
        {"allOf": [{**WORD, "format": "email"}, WORD]},
    ),
    "alternatives beside properties only bound them, and are told in words": (
        {"type": "object", "properties": {"a": NUMBER, "b": NUMBER}, "anyOf": [{"required": ["a"]}]},
        {
            "type": "object",
            "properties": {"a": NUMBER, "b": NUMBER},
            "additionalProperties": False,
            "description": "{anyOf: [{'required': ['a']}]}",
        },
    ),
    "a second kind of alternatives is told in words": (
        {"anyOf": [NUMBER], "oneOf": [WORD]},
        {"anyOf": [NUMBER], "description": "{oneOf: [{'type': 'string'}]}"},
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_the_official_client_fails_or_is_refused(name: str) -> None:
    schema, sent = DIFFERENT[name]

    assert transform_schema(schema) == sent


REFUSED = {
    "an unnamed kind": (
        {"type": "object", "properties": {"a": {"title": "A"}}},
        r"\$\.a says nothing about its values",
    ),
    "nothing at all": ({}, r"\$ says nothing about its values"),
    "anything": ({"type": "object", "properties": {"a": True}}, r"\$\.a must be a schema with a type, not True"),
    "any item": ({"type": "array", "items": True}, r"\$\[\] must be a schema with a type, not True"),
    "a word that is no type": ({"type": "array", "items": {"type": "date"}}, r"\$\[\] has the type 'date'; there are"),
    "no map of properties": ({"type": "object", "properties": [1]}, r"\$\.properties must be an object of schemas"),
    "itself": ({"type": "object", "properties": {"a": {"$ref": "#"}}}, r"recursive: \$\.a is the whole again"),
    "another document": ({"$ref": "https://example.org/a.json"}, r"refers to 'https://example.org/a.json'"),
    "a definition that is missing": (
        {"type": "array", "items": {"$ref": "#/$defs/B"}},
        r"\$\[\] refers to '#/\$defs/B'",
    ),
    "a definition of itself": (
        {
            "$ref": "#/$defs/Node",
            "$defs": {"Node": {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Node"}]}}}},
        },
        r"recursive: \$\.next is Node again. The API takes no recursive schemas",
    ),
    "a long way round": (
        {
            "type": "array",
            "items": {"$ref": "#/$defs/A"},
            "$defs": {
                "A": {"type": "object", "properties": {"b": {"$ref": "#/$defs/B"}}},
                "B": {"type": "array", "items": {"$ref": "#/$defs/A"}},
            },
        },
        r"recursive: \$\[\]\.b\[\] is A again",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_answer_can_be_held_to_is_refused_with_its_place(name: str) -> None:
    schema, message = REFUSED[name]

    with pytest.raises(ValueError, match=message):
        transform_schema(schema)


def test_a_schema_of_absurd_depth_is_refused() -> None:
    schema: dict[str, Any] = NUMBER
    for _ in range(500):
        schema = {"type": "array", "items": schema}

    with pytest.raises(ValueError, match="nests deeper than 200 levels"):
        transform_schema(schema)


def test_equal_definitions_may_be_used_twice() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/A"}},
        "$defs": {"A": WORD},
    }

    assert transform_schema(schema)["properties"] == {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/A"}}


def test_data_that_looks_like_a_reference_is_none() -> None:
    check_references({"type": "object", "default": {"$ref": "#/nowhere"}, "enum": [{"$ref": "x"}]})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object"},
        {"type": "object", "patternProperties": {"^a": NUMBER}, "additionalProperties": False},
    ],
)
def test_objects_with_free_keys_give_a_warning_at_the_callers_line(schema: dict[str, Any]) -> None:
    with pytest.warns(UserWarning, match=r"\$\.scores is an object with free keys") as caught:
        transform_schema({"type": "object", "properties": {"scores": schema}})

    assert caught[0].filename == __file__


def test_objects_that_are_meant_to_be_empty_give_none() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        transform_schema({"type": "object", "properties": {}})


def test_references_are_followed_through_escaped_names() -> None:
    root = {"$defs": {"a/b~c": {"$ref": "#/$defs/d"}, "d": WORD}}

    assert resolve({"$ref": "#/$defs/a~1b~0c"}, root) == WORD
    check_references({**root, "$ref": "#/$defs/a~1b~0c"})


def test_a_reference_that_turns_in_circles_is_followed_no_further() -> None:
    assert resolve({"$ref": "#/$defs/a"}, {"$defs": {"a": {"$ref": "#/$defs/a"}}}) == {"$ref": "#/$defs/a"}


LEAVES = st.sampled_from(
    [
        WORD,
        {"type": "string", "maxLength": 3},
        {"type": "string", "format": "date"},
        {"type": "string", "format": "color"},
        {"type": "integer", "minimum": 0},
        {"type": "number"},
        {"enum": ["a", 1, None]},
        {"const": True},
        {"type": ["integer", "null"]},
    ]
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items, "minItems": 2, "maxItems": 9}, inner),
        st.builds(lambda parts: {"anyOf": parts, "description": "d"}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"oneOf": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(
            lambda fields: {"type": "object", "properties": fields, "required": [*fields][:1], "minProperties": 1},
            st.dictionaries(st.text(max_size=3), inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=8,
)
REFUSED_WORDS = {"oneOf", "minimum", "maxLength", "maxItems", "minProperties", "prefixItems"}


def words_of(schema: Any) -> set[str]:
    """The keywords in use, outside of properties' names."""
    if isinstance(schema, list):
        return set().union(*map(words_of, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), schema.get("items")]
    return set(schema) | set().union(*map(words_of, inner))


@settings(max_examples=150)
@given(SCHEMAS)
def test_what_comes_out_holds_nothing_that_the_api_refuses(schema: dict[str, Any]) -> None:
    made = transform_schema(schema)

    assert words_of(made) & REFUSED_WORDS == set()
    assert json.loads(json.dumps(made)) == made
    assert '"additionalProperties": true' not in json.dumps(made)


def test_it_is_public_and_takes_types() -> None:
    assert tercet.transform_schema(int) == NUMBER
    assert tercet.transform_schema(list[str]) == {"type": "array", "items": WORD}
