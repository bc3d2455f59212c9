"""Values against schemas: every keyword that says what values there may be, and the place of what does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.client.structured.check import check_value

FITS: list[tuple[dict[str, Any], Any]] = [
    ({"type": "integer"}, 3),
    ({"type": "integer"}, 3.0),
    ({"type": ["string", "null"]}, None),
    ({"type": "unheard-of"}, 3),
    ({"enum": [1, "a"]}, 1.0),
    ({"const": {"a": [1, True]}}, {"a": [1.0, True]}),
    ({"minimum": 3}, 3),
    ({"minimum": 3}, "a word has no size"),
    ({"exclusiveMaximum": 3}, 2.9),
    ({"multipleOf": 0.1}, 0.3),
    ({"multipleOf": 0}, 5),
    ({"minLength": 2, "maxLength": 2}, "ab"),
    ({"pattern": "b"}, "abc"),
    ({"format": "date"}, "2026-01-31"),
    ({"format": "unheard-of"}, "x"),
    ({"minItems": 1, "maxItems": 1, "uniqueItems": True}, [1]),
    ({"uniqueItems": True}, [1, True, "1", [1], {"a": 1}]),
    ({"uniqueItems": False}, [1, 1]),
    ({"properties": {"a": {"type": "string"}}}, {"b": 1}),
    ({"additionalProperties": {"type": "integer"}}, {"a": 1}),
    ({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": False}, {"x1": 1}),
    ({"prefixItems": [{"type": "integer"}], "items": {"type": "string"}}, [1, "a", "b"]),
    ({"items": [{"type": "integer"}], "additionalItems": False}, [1]),
    ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, 1),
    ({"not": {"type": "string"}}, 1),
    ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "integer"}}}, 1),
    ({"properties": {"a": {"$ref": "#"}}}, {"a": {"a": {}}}),
    ({"minItems": None, "const": [1]}, [1]),
]
MISFITS: list[tuple[dict[str, Any], Any, str]] = [
    ({"type": "integer"}, 3.5, "$ must be integer, not 3.5"),
    ({"type": "integer"}, True, "$ must be integer, not True"),
    ({"type": ["string", "null"]}, 1, "$ must be string or null, not 1"),
    ({"enum": [1, "a"]}, True, "$ must be one of [1, 'a'], not True"),
    ({"const": "x"}, "y", "$ must be 'x', not 'y'"),
    ({"const": None}, 0, "$ must be None, not 0"),
    ({"minimum": 3}, 2, "$ must be at least 3, not 2"),
    ({"maximum": 3}, 4, "$ must be at most 3, not 4"),
    ({"exclusiveMinimum": 3}, 3, "$ must be more than 3, not 3"),
    ({"exclusiveMaximum": 3}, 3, "$ must be less than 3, not 3"),
    ({"multipleOf": 0.1}, 0.35, "$ must be a multiple of 0.1, not 0.35"),
    ({"minLength": 2}, "a", "$ must have at least 2 characters, not 'a'"),
    ({"maxLength": 1}, "x" * 100, f"$ must have at most 1 characters, not '{'x' * 56}..."),
    ({"pattern": "^b"}, "abc", "$ must match '^b', not 'abc'"),
    ({"format": "uuid"}, "abc", "$ must be a uuid, not 'abc'"),
    ({"minItems": 1}, [], "$ must have at least 1 items, not []"),
    ({"maxItems": 1}, [1, 2], "$ must have at most 1 items, not [1, 2]"),
    ({"uniqueItems": True}, [{"a": 1, "b": 2}, {"b": 2.0, "a": 1}], "$ must have no item twice"),
    ({"minProperties": 1}, {}, "$ must have at least 1 keys"),
    ({"maxProperties": 0}, {"a": 1}, "$ must have at most 0 keys"),
    ({"required": ["a"]}, {}, "$ lacks 'a'"),
    ({"additionalProperties": False}, {"a": 1}, "$.a must not be there"),
    ({"properties": {"a": {"items": {"type": "string"}}}}, {"a": ["x", 1]}, "$.a[1] must be string, not 1"),
    ({"prefixItems": [True], "items": False}, [1, 2], "$[1] must not be there"),
    ({"items": [True], "additionalItems": False}, [1, 2], "$[1] must not be there"),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1, "$ fits none of the 2 alternatives (anyOf)"),
    ({"oneOf": [{"type": "integer"}, {"minimum": 0}]}, 1, "$ must fit one of the alternatives (oneOf), and fits 2"),
    ({"allOf": [{"minimum": 3}, {"maximum": 1}]}, 2, "$ must be at least 3, not 2; $ must be at most 1, not 2"),
    ({"not": {"type": "integer"}}, 1, "$ fits what it must not (not)"),
    ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "integer"}}}, "a", "$ must be integer, not 'a'"),
]


@pytest.mark.parametrize(("schema", "value"), FITS)
def test_what_fits_passes(schema: dict[str, Any], value: Any) -> None:
    check_value(value, schema)


@pytest.mark.parametrize(("schema", "value", "problem"), MISFITS)
def test_what_does_not_is_told_with_its_place(schema: dict[str, Any], value: Any, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_value(value, schema)

    assert str(caught.value).startswith(problem)


def test_ten_problems_are_told_at_most() -> None:
    with pytest.raises(ValueError) as caught:
        check_value(list(range(100)), {"items": {"type": "string"}})

    assert str(caught.value).count("must be string") == 10


def test_a_schema_that_only_refers_to_itself_ends() -> None:
    with pytest.raises(ValueError, match="nests deeper than 200 levels"):
        check_value(1, {"allOf": [{"$ref": "#"}]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=200)
@given(JSON, JSON)
def test_a_constant_fits_itself_and_nothing_else(value: Any, other: Any) -> None:
    check_value(value, {"const": value})
    check_value([value], {"uniqueItems": True})
    if str(value) != str(other) and not isinstance(value, int | float | list | dict):
        with pytest.raises(ValueError):
            check_value(other, {"const": value})
