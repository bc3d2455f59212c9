"""Types that an answer can be asked for in: which library knows them, what is sent for them, and how text is read."""

from __future__ import annotations

import enum
import gc
import subprocess
import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, Optional, TypedDict, TypeVar, Union

import msgspec
import pydantic
import pytest
from annotated_types import Gt

from tercet import transform_schema
from tercet.schema.answers import output_format
from tercet.schema.types import library_of, reader_of, schema_of

T = TypeVar("T")


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class City(pydantic.BaseModel):
    name: str
    people: int = pydantic.Field(ge=0)


@dataclass
class Person:
    """Somebody."""

    name: str
    age: Annotated[int, msgspec.Meta(ge=0, le=150)]
    likes: Colour | None = None


@dataclass
class Animal:
    legs: int


class Place(TypedDict):
    city: str
    country: NotRequired[str]


class Point(msgspec.Struct):
    x: float
    y: float


class Circle(msgspec.Struct, tag=True):
    radius: Annotated[float, msgspec.Meta(gt=0)]


class Square(msgspec.Struct, tag=True):
    side: float


class Pair(NamedTuple):
    first: int
    second: str


class Page(pydantic.BaseModel, Generic[T]):
    items: list[T]


@dataclass
class Tour:
    """A dataclass of pydantic models."""

    cities: list[City]


@dataclass
class Bounded:
    n: Annotated[int, Gt(3)]


GOOD: list[tuple[Any, str, str, Any]] = [
    (City, "pydantic model", '{"name":"Oslo","people":7}', City(name="Oslo", people=7)),
    (Page[City], "pydantic model", '{"items":[]}', Page[City](items=[])),
    (Person, "msgspec", '{"name":"Ann","age":3,"likes":"red"}', Person("Ann", 3, Colour.RED)),
    (Place, "msgspec", '{"city":"Oslo"}', {"city": "Oslo"}),
    (Point, "msgspec", '{"x":1,"y":2.5}', Point(1.0, 2.5)),
    (Pair, "msgspec", '[1,"a"]', Pair(1, "a")),
    (Colour, "msgspec", '"blue"', Colour.BLUE),
    (int, "msgspec", "3", 3),
    (Literal["a", "b"], "msgspec", '"b"', "b"),
    (list[Person], "msgspec", '[{"name":"Ann","age":3}]', [Person("Ann", 3)]),
    (Optional[Person], "msgspec", "null", None),  # noqa: UP045 - as older programs write it
    (Person | None, "msgspec", '{"name":"Ann","age":3}', Person("Ann", 3)),
    (Circle | Square, "msgspec", '{"type":"Square","side":2}', Square(2.0)),
    (list[City], "pydantic", '[{"name":"Oslo","people":7}]', [City(name="Oslo", people=7)]),
    (City | Person, "pydantic", '{"name":"Oslo","people":7}', City(name="Oslo", people=7)),
    (Tour, "pydantic", '{"cities":[{"name":"Oslo","people":7}]}', Tour([City(name="Oslo", people=7)])),
    (Bounded, "pydantic", '{"n":4}', Bounded(4)),
    (Union[Person, Animal], "pydantic", '{"legs":4}', Animal(4)),  # noqa: UP007 - as older programs write it
    (Annotated[list[int], pydantic.Field(max_length=2)], "pydantic", "[1,2]", [1, 2]),
]


@pytest.mark.parametrize(("kind", "library", "text", "value"), GOOD, ids=lambda part: str(part)[:40])
def test_a_type_is_read_by_the_library_that_knows_it(kind: Any, library: Any, text: str, value: Any) -> None:
    assert library_of(kind) == library
    assert reader_of(kind, library)(text) == value
    assert output_format(kind).read(text) == value


TOO_FAR: list[tuple[Any, str]] = [
    (City, '{"name":"Oslo","people":-1}'),
    (Person, '{"name":"Ann","age":151}'),
    (Circle | Square, '{"type":"Circle","radius":0}'),
    (Bounded, '{"n":3}'),
    (Annotated[list[int], pydantic.Field(max_length=2)], "[1,2,3]"),
    (Place, '{"country":"Norway"}'),
    (Colour, '"green"'),
    (list[Person], '[{"name":"Ann","age":3},{"name":"Bob"}]'),
    (int, '"3"'),
    (Person, '{"name":"Ann","age":'),
]


@pytest.mark.parametrize(("kind", "text"), TOO_FAR, ids=lambda part: str(part)[:40])
def test_bounds_that_the_api_does_not_know_are_enforced_here(kind: Any, text: str) -> None:
    with pytest.raises(ValueError):
        output_format(kind).read(text)


def test_a_dataclass_is_asked_for_as_pydantic_would_but_for_titles() -> None:
    assert transform_schema(Person) == {
        "title": "Person",
        "description": "Somebody.",
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer", "description": "{minimum: 0, maximum: 150}"},
            "likes": {"anyOf": [{"$ref": "#/$defs/Colour"}, {"type": "null"}], "description": "{default: None}"},
        },
        "required": ["name", "age"],
        "additionalProperties": False,
        "$defs": {"Colour": {"title": "Colour", "enum": ["blue", "red"]}},
    }


def test_a_pydantic_model_is_asked_for_as_it_describes_itself() -> None:
    assert schema_of(City) == City.model_json_schema()


class Folder(msgspec.Struct):
    files: list[str]
    folders: list[Folder] = []


def test_a_recursive_type_is_refused_with_its_place() -> None:
    with pytest.raises(ValueError, match=r"the schema is recursive: \$\.folders\[\] is Folder again"):
        transform_schema(Folder)


@pytest.mark.parametrize("kind", [5, "Person", lambda: 1, print, type, weakref.ref, [Person], (int, str), Animal(4)])
def test_what_is_no_type_of_data_is_a_type_error_that_says_what_is(kind: Any) -> None:
    with pytest.raises(TypeError, match=r"is no type that an answer can be read as .* dataclass"):
        output_format(kind)


class Deed(pydantic.BaseModel):
    act: Callable[[int], int]


class Later(pydantic.BaseModel):
    other: Missing  # type: ignore[name-defined] # noqa: F821 - defined nowhere yet


@pytest.mark.parametrize(("kind", "says"), [(Deed, "Cannot generate a JsonSchema"), (Later, "is not fully defined")])
def test_a_model_without_a_schema_is_a_type_error_that_says_why(kind: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        output_format(kind)


def test_the_schema_of_a_class_is_made_once_and_dies_with_it() -> None:
    def made() -> weakref.ref[type]:
        class Passing(pydantic.BaseModel):
            a: int

        assert output_format(Passing).param is output_format(Passing).param
        return weakref.ref(Passing)

    gone = made()
    gc.collect()

    assert gone() is None


def test_equal_lists_and_unions_share_one_schema() -> None:
    assert output_format(list[Place]).param is output_format(list[Place]).param


def test_pydantic_is_not_imported_for_types_that_are_not_its_own() -> None:
    code = (
        "import sys, dataclasses; from tercet.schema.answers import output_format\n"
        "@dataclasses.dataclass\n"
        "class A:\n    a: int\n"
        "print(output_format(A).read('{\"a\": 1}'), output_format(list[A]).read('[]'), 'pydantic' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.split() == ["A(a=1)", "[]", "False"]


def test_a_union_of_dataclasses_needs_pydantic_and_says_so_where_it_is_missing() -> None:
    code = (
        "import sys, dataclasses; sys.modules['pydantic'] = None\n"
        "from tercet.schema.answers import output_format\n"
        "@dataclasses.dataclass\n"
        "class A:\n    a: int\n"
        "@dataclasses.dataclass\n"
        "class B:\n    b: int\n"
        "try: output_format(A | B)\n"
        "except TypeError as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "may not contain more than one dataclass" in said
    assert "in unions, with tags" in said
