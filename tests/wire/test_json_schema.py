"""Values against schemas: every keyword that says what values there may be, and the place of what does not fit.

Beside the tables, the library jsonschema is asked about random schemas and values: same verdict.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.wire.json_schema import Checker, check_value, equality_key, resolve

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
    ({"properties": {"a": True}, "additionalProperties": False}, {"a": 1}),
    ({"uniqueItems": True}, [{}, []]),
    ({"uniqueItems": True}, [[["a", "1"]], {"a": "1"}]),
    ({"multipleOf": 1e-320}, 5),
    ({"$ref": "#/allOf/0", "allOf": [{"type": "integer"}]}, 1),
    ({"$ref": "https://elsewhere.test/schema"}, 1),
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
    ({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/B", "minimum": 3}, "B": {}}}, 2, "$ must be at least 3"),
    ({"minimum": 10**400}, 2, "$ must be at least 1000"),
    ({"minimum": 10**5000}, 2, "$ must be at least a number of very many digits"),
    ({"multipleOf": 3}, 10**400, "$ must be a multiple of 3"),
    ({"multipleOf": 3}, float("inf"), "$ must be a multiple of 3"),
    ({"type": "integer"}, float("inf"), "$ must be integer, not inf"),
    ({"pattern": "("}, "abc", "$ must match '('"),
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


@settings(max_examples=200, deadline=None)
@given(JSON, JSON)
def test_a_constant_fits_itself_and_nothing_else(value: Any, other: Any) -> None:
    check_value(value, {"const": value})
    check_value([value], {"uniqueItems": True})
    if str(value) != str(other) and not isinstance(value, int | float | list | dict):
        with pytest.raises(ValueError):
            check_value(other, {"const": value})


SCALARS = st.sampled_from([None, True, False, 0, 1, 2, 1.0, 2.5, "", "a", "ab", "1", "x1"])
NAMES = st.sampled_from(["a", "b", "x1"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
KEYWORDS: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null"])
    | st.lists(st.sampled_from(["string", "integer", "null"]), min_size=1, max_size=2, unique=True),
    "enum": st.lists(VALUES, max_size=4),
    "const": VALUES,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), st.sampled_from([0, 1, 2, 2.5])),
    "multipleOf": st.sampled_from([1, 2, 0.5, 3]),
    "pattern": st.sampled_from(["^a", "b$", "[0-9]", "a|b", "x*"]),
    "uniqueItems": st.booleans(),
    "required": st.lists(NAMES, max_size=2, unique=True),
    **dict.fromkeys(
        ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"), st.integers(0, 3)
    ),
}
ONE = ("additionalProperties", "items", "not")
SEVERAL = ("allOf", "anyOf", "oneOf", "prefixItems")
BY_NAME = {"properties": NAMES, "patternProperties": st.sampled_from(["^x", "[0-9]", "^a"])}


@st.composite
def schemas(draw: Any, depth: int = 0) -> Any:
    """A schema of few keywords: with many, hardly any value fits."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.booleans())
    made: dict[str, Any] = {}
    nested = [] if depth > 2 else [*ONE, *SEVERAL, *BY_NAME, "$ref"]
    for keyword in draw(st.lists(st.sampled_from([*nested, *nested, *KEYWORDS]), min_size=1, max_size=3, unique=True)):
        inner = schemas(depth + 1)
        if keyword in ONE:
            made[keyword] = draw(inner)
        elif keyword in SEVERAL:
            made[keyword] = draw(st.lists(inner, min_size=1, max_size=3))
        elif keyword in BY_NAME:
            made[keyword] = draw(st.dictionaries(BY_NAME[keyword], inner, min_size=1, max_size=3))
        else:
            made[keyword] = draw(KEYWORDS.get(keyword, st.sampled_from(["#/$defs/a", "#/$defs/b"])))
    return made


@settings(max_examples=1000, deadline=None)
@given(schema=schemas(), a=schemas(3), b=schemas(3), values=st.lists(VALUES, min_size=3, max_size=8))
def test_the_verdict_is_that_of_jsonschema(schema: Any, a: Any, b: Any, values: list[Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    whole = {"allOf": [schema], "$defs": {"a": a, "b": b}}
    validator = jsonschema.Draft202012Validator(whole)

    assert [Checker(whole).fits(value, whole) for value in values] == [validator.is_valid(value) for value in values]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}, 1),
        ({"items": {"$ref": "#"}, "anyOf": [{"$ref": "#"}, {"$ref": "#"}], "not": {"$ref": "#"}}, [[1]]),
        ({"items": {"enum": list(range(100_000))}}, [-1] * 100_000),
        ({"patternProperties": {f"{n}": {} for n in range(1000)}}, {f"{n}": n for n in range(10_000)}),
        ({"items": {"required": [f"{n}" for n in range(100_000)]}}, [{}] * 10_000),
    ],
)
def test_hostile_schemas_end_at_a_count_of_steps(schema: Any, value: Any) -> None:
    checker = Checker(schema, most_steps=50_000)

    assert not checker.fits(value, schema)
    assert checker.is_exhausted
    assert next(checker.problems(1)) == "$ could not be checked within 50,000 steps"


def test_the_steps_are_shared_by_all_values() -> None:
    checker = Checker({"type": "integer"}, most_steps=10)

    assert [checker.fits(number, checker.root) for number in range(12)] == [True] * 10 + [False] * 2
    assert checker.is_exhausted


@pytest.mark.parametrize("levels", [300, 5_000])
def test_what_nests_too_deeply_does_not_fit(levels: int) -> None:
    value: Any = 1
    for _ in range(levels):
        value = [value]

    with pytest.raises(ValueError, match="nests deeper than 200 levels"):
        check_value(value, {"items": {"$ref": "#"}})
    if levels > 1000:
        with pytest.raises(ValueError, match="nests deeper than 200 levels"):
            check_value(value, {"const": [1]})


JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.none(), max_size=2)


EVERY_KEYWORD = [*KEYWORDS, *ONE, *SEVERAL, *BY_NAME, "$ref", "format"]


@settings(max_examples=300, deadline=None)
@given(
    schema=st.dictionaries(st.sampled_from(EVERY_KEYWORD), JUNK | st.dictionaries(st.text(max_size=2), JUNK)),
    value=JSON,
)
def test_no_schema_raises_anything_but_its_verdict(schema: Any, value: Any) -> None:
    assert Checker(schema).fits(value, schema) in (True, False)
    assert Checker({"properties": {"a": schema}}).fits({"a": value}, {"properties": {"a": schema}}) in (True, False)


@settings(deadline=None)
@given(one=JSON, other=JSON)
def test_keys_are_equal_for_equal_json_alone(one: Any, other: Any) -> None:
    import json

    def text(value: Any) -> str:
        return json.dumps(
            json.loads(json.dumps(value), parse_float=lambda f: float(f) if float(f) % 1 else int(float(f))),
            sort_keys=True,
        )

    assert (equality_key(one) == equality_key(other)) == (text(one) == text(other))


def test_a_reference_that_leads_nowhere_leads_to_nothing() -> None:
    assert resolve({"$ref": "#/$defs/a"}, {}) is None
    assert resolve({"$ref": "#/allOf/7"}, {"allOf": [{}]}) is None
