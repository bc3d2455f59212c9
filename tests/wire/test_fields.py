"""Declared fields: which are read in C, which are wrapped, and by what."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Annotated, Any, Generic, Literal, Optional, TypeVar, Union

import pytest

import tercet.wire
from tercet.wire.fields import NestedField, declared, is_flat, may_be_none, type_tags, unchanged, wrap_for
from tercet.wire.objects import AnyModel, MissingField, Model

T = TypeVar("T")
Reason = Literal["end", "list"] | None
Sure = Literal["yes", "no"]


class A(Model):
    type: Literal["a", "also_a"]


class B(Model):
    type: Literal["b"]
    reason: Reason
    named: Literal["None", "A] | B"]
    many: Optional[list[A]]  # noqa: UP045 - as users may write it


class Open(Model):
    type: str


class Parsed(A, Generic[T]):
    parsed: T


class Narrower(B):
    reason: Literal["end"]


@pytest.mark.parametrize(
    ("annotation", "flat", "none"),
    [
        ("str", True, False),
        ("int | None", True, True),
        ("dict[str, Any] | None", True, True),
        ("list[dict[str, int]]", True, False),
        ('Literal["list", "Model"]', True, False),
        ('Literal["None"]', True, False),
        ('Literal["a]b", "c"] | None', True, True),
        ('Literal["a"] | Literal["Text"] | None', True, True),
        ("typing.Literal['x'] | typing.Any", True, False),
        ("Optional[str]", True, True),
        ("typing.Optional[A]", False, True),
        ("list[A]", False, False),
        ("A | None", False, True),
        ("NoneSuch", False, False),
        ("list[Literal['A'] | B]", False, False),
    ],
)
def test_an_annotation_tells_whether_a_field_is_flat_and_optional(annotation: str, flat: bool, none: bool) -> None:
    assert (is_flat(annotation), may_be_none(annotation)) == (flat, none)


@pytest.mark.parametrize(
    ("annotation", "raw", "kinds"),
    [
        (A, {"type": "z"}, A),
        (A | B, {"type": "also_a"}, A),
        (Union[A, B, None], {"type": "b"}, B),  # noqa: UP007
        (A | B, {"type": "z"}, AnyModel),
        (A | Open, {"type": "z"}, Open),
        (A | B, {}, AnyModel),
        (str | A, "text", str),
        (Annotated[A | B, "by type"], {"type": "b"}, B),
        (Annotated[A, 1] | None, {"type": "a"}, A),
        (Parsed[int], {"type": "a"}, Parsed),
        (dict[str, A] | None, {"k": {"type": "a"}}, dict),
    ],
)
def test_a_raw_object_is_wrapped_in_the_class_that_fits(annotation: Any, raw: object, kinds: type) -> None:
    assert type(wrap_for(annotation)(raw)) is kinds


def test_lists_and_mappings_are_wrapped_item_by_item() -> None:
    wrap = wrap_for(list[A | B] | dict[str, A] | str)

    assert [type(item) for item in wrap([{"type": "a"}, {"type": "b"}, 5])] == [A, B, int]
    assert type(wrap({"k": {"type": "a"}})["k"]) is A
    assert wrap("text") == "text"


@pytest.mark.parametrize(
    "annotation", [str, int | None, list[str], dict[str, Any], Reason, Any, list[int] | str, object]
)
def test_types_that_hold_no_model_are_left_alone(annotation: Any) -> None:
    assert wrap_for(annotation) is unchanged


def test_type_tags_are_the_literals_of_the_type_field() -> None:
    assert (type_tags(A), type_tags(B), type_tags(Open), type_tags(AnyModel)) == (("a", "also_a"), ("b",), (), ())


class Stop(Model):
    reason: Reason
    sure: Sure


class Unread(Model):
    """Read by one test alone."""

    reason: Reason


def test_an_alias_of_plain_types_is_read_in_c_from_its_first_reading() -> None:
    before = type(Unread.__dict__["reason"])
    read = Unread(reason="end").reason

    assert (before, read, type(Unread.__dict__["reason"])) == (NestedField, "end", property)


def test_an_alias_that_allows_none_reads_none_when_it_is_absent() -> None:
    assert (Stop().reason, Stop().reason) == (None, None)


def test_an_alias_that_does_not_is_missing() -> None:
    for _ in range(2):
        with pytest.raises(MissingField):
            Stop().sure  # noqa: B018


def test_a_subclass_may_narrow_a_field() -> None:
    assert type_tags(Narrower) == ("b",)
    assert declared(Narrower, "reason") == Literal["end"]
    assert B(many=[{"type": "a"}]).many == [{"type": "a"}]
    assert (B().many, Narrower().many) == (None, None)


def test_a_field_may_hold_text_that_looks_like_types() -> None:
    assert B(named="None").named == "None"
    with pytest.raises(MissingField):
        B().named  # noqa: B018


def test_a_class_made_in_a_function_still_wraps_what_it_holds() -> None:
    class Inner(Model):
        x: int

    class Outer(Model):
        one: Inner
        many: list[Inner]

    outer = Outer(one={"x": 1}, many=[{"x": 2}])

    assert (type(outer.one), outer.one.x, outer.many[0].x) == (AnyModel, 1, 2)


def every_model() -> list[type[Model]]:
    for module in pkgutil.walk_packages(tercet.wire.__path__, "tercet.wire."):
        importlib.import_module(module.name)
    found, waiting = [], [Model]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        found += [kind for kind in kinds if kind.__module__.startswith("tercet.wire.")]
        waiting += kinds
    return found


def test_every_annotation_of_this_package_can_be_resolved() -> None:
    unknown = AnyModel | list[AnyModel]

    assert [(cls, name) for cls in every_model() for name in cls._fields if declared(cls, name) == unknown] == []


def test_every_optional_field_of_this_package_reads_none_when_it_is_absent() -> None:
    values = {(cls, name): getattr(cls(), name) for cls in every_model() for name in cls._optional}

    assert {key: value for key, value in values.items() if value is not None} == {}


def test_every_field_of_this_package_reads_what_the_json_holds() -> None:
    values = {(cls, name): getattr(cls({name: 5}), name) for cls in every_model() for name in cls._fields}

    assert {key: value for key, value in values.items() if value != 5} == {}
