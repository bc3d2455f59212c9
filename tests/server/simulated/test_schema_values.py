"""Made-up input fits its schema: checked by a checker of the tests' own against random schemas."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.server.simulated.entities import Entities
from tercet.server.simulated.schema_values import value_of


def problems(value: Any, schema: Any, root: Any) -> list[str]:
    """What is wrong with a value; written apart from the code under test."""
    if schema is True or schema == {}:
        return []
    if "$ref" in schema:
        target = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return problems(value, target, root)
    if "anyOf" in schema:
        tries = [problems(value, option, root) for option in schema["anyOf"]]
        return [] if any(not found for found in tries) else [f"{value!r} fits no option"]
    if "const" in schema:
        return [] if value == schema["const"] else [f"{value!r} is not {schema['const']!r}"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{value!r} is not one of {schema['enum']!r}"]
    return CHECKS[schema["type"]](value, schema, root)


def check_object(value: Any, schema: Any, root: Any) -> list[str]:
    if not isinstance(value, dict):
        return [f"{value!r} is no object"]
    found = [f"{name} is missing" for name in schema.get("required", []) if name not in value]
    if schema.get("additionalProperties") is False:
        found += [f"{name} is extra" for name in value if name not in schema.get("properties", {})]
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            found += problems(value[name], inner, root)
    return found


def check_array(value: Any, schema: Any, root: Any) -> list[str]:
    if not isinstance(value, list):
        return [f"{value!r} is no array"]
    found = (
        [] if schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf) else [f"{len(value)} items"]
    )
    if schema.get("uniqueItems") and len({repr(item) for item in value}) != len(value):
        found.append("items repeat")
    for item in value:
        found += problems(item, schema.get("items", True), root)
    return found


def check_string(value: Any, schema: Any, root: Any) -> list[str]:
    if not isinstance(value, str):
        return [f"{value!r} is no string"]
    found = []
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf):
        found.append(f"{value!r} has {len(value)} characters")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{value!r} does not match {schema['pattern']}")
    return found


def check_number(value: Any, schema: Any, root: Any) -> list[str]:
    whole = schema["type"] == "integer"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        return [f"{value!r} is no {schema['type']}"]
    found = []
    if not schema.get("minimum", -math.inf) <= value <= schema.get("maximum", math.inf):
        found.append(f"{value} is out of bounds")
    if not schema.get("exclusiveMinimum", -math.inf) < value < schema.get("exclusiveMaximum", math.inf):
        found.append(f"{value} is out of open bounds")
    if "multipleOf" in schema and value % schema["multipleOf"]:
        found.append(f"{value} is no multiple")
    return found


CHECKS: dict[str, Any] = {
    "object": check_object,
    "array": check_array,
    "string": check_string,
    "integer": check_number,
    "number": check_number,
    "boolean": lambda value, schema, root: [] if isinstance(value, bool) else [f"{value!r} is no boolean"],
    "null": lambda value, schema, root: [] if value is None else [f"{value!r} is not null"],
}

NAMES = st.sampled_from(
    ["name", "city", "email", "count", "query", "dateOfBirth", "is_active", "tags", "expression", "x"]
)
PATTERNS = st.sampled_from(
    [
        r"^[A-Z]{3}-\d{4}$",
        r"^\d+$",
        r"^(red|green)$",
        r"^#[0-9a-f]{6}$",
        r"[^a-z]",
        r"^\w{2,5}@x\.org$",
        r"^v\d+(\.\d+){2}$",
    ]
)


@st.composite
def bounded(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    low = draw(st.integers(-1000, 1000))
    span = draw(st.integers(20, 500))
    keywords = {"minimum": low, "maximum": low + span, "multipleOf": draw(st.integers(1, 9))}
    chosen = draw(st.sets(st.sampled_from(sorted(keywords))))
    schema = {"type": kind, **{name: keywords[name] for name in sorted(chosen)}}
    if draw(st.booleans()):
        schema.pop("minimum", None)
        schema["exclusiveMinimum"] = low
    return schema


@st.composite
def sized(draw: st.DrawFn) -> dict[str, Any]:
    low = draw(st.integers(0, 40))
    high = low + draw(st.integers(0, 20))
    chosen = draw(st.sets(st.sampled_from(["minLength", "maxLength"])))
    return {"type": "string", **{name: {"minLength": low, "maxLength": high}[name] for name in sorted(chosen)}}


LEAVES = st.one_of(
    sized(),
    bounded("integer"),
    bounded("number"),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.builds(
        lambda members: {"enum": members},
        st.lists(st.one_of(st.text(max_size=5), st.integers()), min_size=1, max_size=4),
    ),
    st.builds(lambda value: {"const": value}, st.one_of(st.text(max_size=5), st.integers(), st.booleans())),
    st.builds(lambda pattern: {"type": "string", "pattern": pattern}, PATTERNS),
    st.just({"$ref": "#/$defs/shared"}),
)


def arrays(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda item, low, span: {"type": "array", "items": item, "minItems": low, "maxItems": low + span},
        items,
        st.integers(0, 3),
        st.integers(0, 3),
    )


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda properties, skip: {
            "type": "object",
            "properties": properties,
            "required": sorted(properties)[skip:],
            "additionalProperties": False,
        },
        st.dictionaries(NAMES, inner, max_size=4),
        st.integers(0, 2),
    )


SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        arrays(inner),
        objects(inner),
        st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)
QUESTIONS = st.sampled_from(
    [
        "",
        "hello",
        "What's the weather in Paris and Tokyo?",
        "email ann@example.org about 12 items by 2026-03-04",
        'find "red shoes" for Bob, count 7, not active',
    ]
)


@given(schema=objects(SCHEMAS), question=QUESTIONS)
@settings(max_examples=300)
def test_values_fit_random_schemas(schema: dict[str, Any], question: str) -> None:
    root = {
        **schema,
        "$defs": {"shared": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
    }
    assert problems(value_of(root, Entities(question)), root, root) == []


@given(
    schema=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "properties",
                        "required",
                        "items",
                        "enum",
                        "anyOf",
                        "minItems",
                        "maximum",
                        "$ref",
                        "pattern",
                        "default",
                    ]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=5,
    )
)
@settings(max_examples=100)
def test_nonsense_in_place_of_a_schema_does_not_raise(schema: Any) -> None:
    value_of(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]},
        {"type": "array", "items": {"$ref": "#"}, "minItems": 5},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"type": "string", "minLength": 10**9},
        {"type": "array", "minItems": 10**9, "items": {}},
        {"type": "string", "pattern": "(a+)+$"},
        {"type": "string", "pattern": "a{100000}"},
        {"type": "integer", "minimum": 5, "maximum": 1},
        {"enum": []},
        {"enum": [None]},
        {"anyOf": []},
    ],
)
def test_hostile_schemas_end(schema: dict[str, Any]) -> None:
    value_of(schema)


@pytest.mark.parametrize(
    ("name", "schema", "question", "expected"),
    [
        ("location", {"type": "string"}, "What's the weather in SF?", "SF"),
        ("city", {"type": "string"}, "Weather in San Francisco, CA tomorrow", "San Francisco, CA"),
        ("city", {"type": "string"}, "weather for paris today please", "paris"),
        ("expression", {"type": "string"}, "What's 125 * 48?", "125 * 48"),
        ("unit", {"enum": ["celsius", "fahrenheit"]}, "in Oslo, in Fahrenheit", "fahrenheit"),
        ("to", {"type": "string", "format": "email"}, "write to ann@example.org", "ann@example.org"),
        ("when", {"type": "string", "format": "date"}, "book it for 2026-03-04", "2026-03-04"),
        ("days", {"type": "integer"}, "a forecast of 5 days for 2 people", 5),
        ("path", {"type": "string"}, "open src/main.py now", "src/main.py"),
        ("plan", {"type": "string"}, "she wants the Enterprise plan", "Enterprise"),
        ("query", {"type": "string"}, "search the web for red shoes", "red shoes"),
        ("numbers", {"type": "array", "items": {"type": "integer"}}, "add 3, 5 and 8", [3, 5, 8]),
        (
            "cities",
            {"type": "array", "items": {"type": "string", "description": "city"}},
            "Compare Paris and Berlin",
            ["Paris", "Berlin"],
        ),
    ],
)
def test_values_come_from_the_users_words(name: str, schema: dict[str, Any], question: str, expected: Any) -> None:
    whole = {"type": "object", "properties": {name: schema}, "required": [name]}
    assert value_of(whole, Entities(question)) == {name: expected}


def test_optional_properties_are_left_out_unless_the_user_names_a_value() -> None:
    schema = {"type": "object", "properties": {"unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}}}
    assert value_of(schema, Entities("weather in Oslo")) == {}
    assert value_of(schema, Entities("weather in Oslo in celsius")) == {"unit": "celsius"}
