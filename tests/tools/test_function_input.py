"""Schemas made of signatures, and input checked without coercion."""

from __future__ import annotations

import datetime
import enum
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import TypedDict

from tercet.tools.docstrings import Docstring
from tercet.tools.function_input import ToolInput


class Opaque:
    pass


class Unit(enum.Enum):
    CELSIUS = "celsius"
    KELVIN = "kelvin"


@dataclass
class Point:
    """A place."""

    x: int
    y: int = 0


class Range(TypedDict):
    start: int


class Contact(pydantic.BaseModel):
    email: str
    age: int = pydantic.Field(default=0, ge=0, description="in years")


def input_of(function: Any, **descriptions: str) -> ToolInput:
    return ToolInput(function, Docstring("", descriptions))


def weather(
    city: str, days: Annotated[int, "how many", msgspec.Meta(ge=1)] = 3, unit: Literal["c", "f"] | None = None
) -> None: ...


def test_a_signature_becomes_a_closed_schema_with_defaults_and_descriptions() -> None:
    assert input_of(weather, city="Where.").schema == {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Where."},
            "days": {"type": "integer", "minimum": 1, "default": 3, "description": "how many"},
            "unit": {"anyOf": [{"type": "string", "enum": ["c", "f"]}, {"type": "null"}], "default": None},
        },
        "required": ["city"],
        "additionalProperties": False,
    }


def test_classes_of_every_kind_are_definitions_without_titles() -> None:
    def draw(at: Point, span: Range, unit: Unit, who: Contact | None = None) -> None: ...

    assert input_of(draw).schema == {
        "type": "object",
        "properties": {
            "at": {"$ref": "#/$defs/Point"},
            "span": {"$ref": "#/$defs/Range"},
            "unit": {"$ref": "#/$defs/Unit"},
            "who": {"anyOf": [{"$ref": "#/$defs/Contact"}, {"type": "null"}], "default": None},
        },
        "required": ["at", "span", "unit"],
        "additionalProperties": False,
        "$defs": {
            "Point": {
                "type": "object",
                "description": "A place.",
                "properties": {"x": {"type": "integer"}, "y": {"type": "integer", "default": 0}},
                "required": ["x"],
                "additionalProperties": False,
            },
            "Range": {
                "type": "object",
                "properties": {"start": {"type": "integer"}},
                "required": ["start"],
                "additionalProperties": False,
            },
            "Unit": {"type": "string", "enum": ["celsius", "kelvin"]},
            "Contact": {
                "type": "object",
                "properties": {
                    "email": {"type": "string"},
                    "age": {"type": "integer", "default": 0, "minimum": 0, "description": "in years"},
                },
                "required": ["email"],
            },
        },
    }


def test_input_becomes_what_the_annotations_say() -> None:
    def draw(at: list[Point], unit: Unit, who: Contact, day: datetime.date) -> None: ...

    value = {"at": [{"x": 1}], "unit": "kelvin", "who": {"email": "a@b"}, "day": "2026-11-21"}
    assert input_of(draw).arguments(value) == {
        "at": [Point(1)],
        "unit": Unit.KELVIN,
        "who": Contact(email="a@b"),
        "day": datetime.date(2026, 11, 21),
    }


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        (int, "5", "it: Expected `int`, got `str`"),
        (int, True, "it: Expected `int`, got `bool`"),
        (int, 5.0, "it: Expected `int`, got `float`"),
        (bool, "yes", "it: Expected `bool`, got `str`"),
        (bool, 1, "it: Expected `bool`, got `int`"),
        (str, 5, "it: Expected `str`, got `int`"),
        (float, "1.5", "it: Expected `float`, got `str`"),
        (list[int], "12", "it: Expected `array`, got `str`"),
        (list[int], [1, "2"], "it[1]: Expected `int`, got `str`"),
        (Literal["a", "b"], "c", "it: Invalid enum value 'c'"),
        (Unit, "rankine", "it: Invalid enum value 'rankine'"),
        (Point, {"x": "1"}, "it.x: Expected `int`, got `str`"),
        (Point, {"x": 1, "z": 2}, "it.z is not expected"),
        (list[Point], [{"x": 1}, {"x": 1, "z": 2}], "it[1].z is not expected"),
        (dict[str, Point], {"a": {"x": 1, "z": 2}}, "it.a.z is not expected"),
        (Point | None, {"x": 1, "z": 2}, "it.z is not expected"),
        (Range, {"start": 1, "end": 2}, "it.end is not expected"),
        (Contact, {"email": 5}, "it.email: Input should be a valid string"),
        (Contact, {"email": "a", "age": "5"}, "it.age: Input should be a valid integer"),
        (Contact, {"email": "a", "age": -1}, "it.age: Input should be greater than or equal to 0"),
        (Annotated[int, pydantic.Field(gt=3)], 3, "it: Input should be greater than 3"),
    ],
)
def test_input_that_does_not_fit_is_an_error_that_names_the_place(kind: Any, value: Any, problem: str) -> None:
    def take(it: Any) -> None: ...

    take.__annotations__["it"] = kind
    with pytest.raises(ValueError) as caught:
        input_of(take).arguments({"it": value})
    assert str(caught.value) == problem


def test_missing_and_unknown_parameters_are_told_together() -> None:
    with pytest.raises(ValueError) as caught:
        input_of(weather).arguments({"town": "Oslo", "days": 0})
    assert str(caught.value) == (
        "'town' is not a parameter (there are: city, days, unit); days: Expected `int` >= 1; 'city' is missing"
    )


@pytest.mark.parametrize("value", [None, [], "{}", 5])
def test_input_that_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="must be a JSON object"):
        input_of(weather).arguments(value)


def test_a_pydantic_default_is_known_and_filled_in() -> None:
    def take(
        a: int = pydantic.Field(4, description="an a", ge=1),
        b: list[int] = pydantic.Field(default_factory=list),  # noqa: B008 - as users write it
    ) -> None: ...

    made = input_of(take)
    assert made.schema["properties"]["a"] == {"type": "integer", "default": 4, "minimum": 1, "description": "an a"}
    assert made.arguments({}) == {"a": 4, "b": []}
    with pytest.raises(ValueError, match="a: Input should be greater than or equal to 1"):
        made.arguments({"a": 0})


def test_named_others_take_what_the_signature_does_not_name() -> None:
    def take(a: int, *rest: Any, **others: int) -> None: ...

    made = input_of(take)
    assert made.schema["additionalProperties"] == {"type": "integer"}
    assert made.arguments({"a": 1, "b": 2}) == {"a": 1, "b": 2}
    with pytest.raises(ValueError, match="b: Expected `int`, got `str`"):
        made.arguments({"a": 1, "b": "2"})


def test_types_of_the_calling_function_are_found() -> None:
    @dataclass
    class Local:
        a: int

    def take(it: Local, others: list[Local] = []) -> SomethingUnknown: ...  # type: ignore[name-defined] # noqa: F821, B006

    assert input_of(take).arguments({"it": {"a": 1}}) == {"it": Local(1)}


def test_partial_functions_methods_and_callable_objects_are_functions() -> None:
    class Shop:
        def price(self, item: str) -> None: ...

        def __call__(self, item: str) -> None: ...

    def buy(shop: str, item: str) -> None: ...

    for function in (Shop().price, Shop(), partial(buy, shop="corner")):
        assert input_of(function).arguments({"item": "tea"}) == {"item": "tea"}


def test_what_has_no_schema_is_refused_when_the_tool_is_made() -> None:
    def opaque(it: Iterator[Opaque]) -> None: ...

    def unknown(it: Missing) -> None: ...  # type: ignore[name-defined] # noqa: F821

    def positional(it: int, /) -> None: ...

    with pytest.raises(TypeError, match=r"parameter 'it' is of the type .*Opaque.*, which has no JSON schema"):
        input_of(opaque)
    with pytest.raises(TypeError, match="cannot look up the type of a parameter"):
        input_of(unknown)
    with pytest.raises(TypeError, match="'it' can only be passed by position"):
        input_of(positional)


def test_two_different_types_of_one_name_are_refused() -> None:
    def make(fields: dict[str, Any]) -> Any:
        return msgspec.defstruct("Thing", list(fields.items()))

    def take(a: Any, b: Any) -> None: ...

    take.__annotations__.update(a=make({"x": int}), b=make({"y": str}))
    with pytest.raises(TypeError, match="two different types of this tool are named 'Thing'"):
        input_of(take)


def test_plain_types_need_no_pydantic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic", None)

    def take(at: Point, unit: Unit, counts: dict[str, list[int]], span: Range | None = None) -> None: ...

    assert input_of(take).arguments({"at": {"x": 1}, "unit": "celsius", "counts": {"a": [1]}}) == {
        "at": Point(1),
        "unit": Unit.CELSIUS,
        "counts": {"a": [1]},
    }


class Node(msgspec.Struct):
    name: str
    left: Node | None = None
    right: Node | None = None


def test_recursive_types_are_read_and_their_stray_keys_found() -> None:
    def take(tree: Node) -> None: ...

    made = input_of(take)
    assert made.arguments({"tree": {"name": "a", "left": {"name": "b"}}})["tree"].left.name == "b"
    deep: dict[str, Any] = {"name": "leaf", "stray": 1}
    for _ in range(100):
        deep = {"name": "n", "left": deep}
    with pytest.raises(ValueError, match=r"tree(\.left){100}\.stray is not expected"):
        made.arguments({"tree": deep})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100)
@given(json_values)
def test_any_json_is_either_taken_as_it_is_or_refused_with_a_value_error(value: Any) -> None:
    def take(a: int, b: str, c: bool) -> None: ...

    made = input_of(take)
    given_input = {"a": value, "b": value, "c": value}
    with pytest.raises(ValueError):  # no value is an int, a text and a bool at once
        made.arguments(given_input)

    def anything(a: Any) -> None: ...

    assert input_of(anything).arguments({"a": value}) == {"a": value}
