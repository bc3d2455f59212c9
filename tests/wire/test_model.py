"""Models are their JSON, and their declared fields are attributes: read in C, or wrapped."""

from __future__ import annotations

import copy
import importlib
import json
import pickle
import pkgutil
from typing import Annotated, Any, Generic, Literal, Optional, TypeVar, Union

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tercet.wire
from tercet.wire.model import (
    AnyModel,
    MissingField,
    Model,
    NestedField,
    field_type,
    is_flat,
    keep,
    may_be_none,
    to_plain,
    type_tags,
    wrap_for,
)
from tercet.wire.responses.message import Message


class Text(Model):
    __slots__ = ()
    type: Literal["text"]
    text: str
    note: str | None


class Thought(Model):
    __slots__ = ("_seen",)
    type: Literal["thought"]
    about: Text | None


class Answer(Model):
    __slots__ = ("_request_id",)
    id: str
    content: list[Text | Thought]
    usage: Text | None
    first: Text | Thought | None
    items_by_name: dict[str, Text] | None


class Loose(Model):
    """A subclass as users write them: without slots, without fields."""


RAW: dict[str, Any] = {
    "id": "a1",
    "content": [{"type": "text", "text": "hi"}, {"type": "thought"}, {"type": "new", "deep": {"x": [{"y": 1}]}}],
    "first": {"type": "thought", "about": {"type": "text", "text": "inner"}},
    "later": {"a": 1},
}


def an_answer() -> Answer:
    return Answer(copy.deepcopy(RAW))


def test_nested_objects_have_the_class_that_their_type_names() -> None:
    answer = an_answer()

    assert [type(block) for block in answer.content] == [Text, Thought, AnyModel]
    assert (type(answer.first), type(answer.first.about)) == (Thought, Text)  # type: ignore[union-attr]
    assert answer.content[0].text == "hi"  # type: ignore[union-attr]


def test_wrapping_happens_once_and_is_kept() -> None:
    answer = an_answer()

    assert answer.content is answer.content
    assert answer.content[0] is answer["content"][0]
    answer.content[0].text = "changed"  # type: ignore[union-attr]
    assert answer["content"][0]["text"] == "changed"


def test_a_block_of_an_unknown_kind_has_attributes_all_the_way_down() -> None:
    block: Any = an_answer().content[2]

    assert (block.type, block.deep.x[0].y) == ("new", 1)


def test_an_undeclared_field_that_a_caller_changes_stays_changed() -> None:
    answer: Any = an_answer()
    answer.later.a = 2

    assert answer.to_dict()["later"] == {"a": 2}


def test_an_absent_optional_field_reads_as_none_and_is_not_there() -> None:
    text = Text(type="text", text="x")

    assert (text.note, "note" in text, text.get("note", 7)) == (None, False, 7)
    assert an_answer().usage is None


def test_a_declared_field_that_the_api_owes_reads_as_none_too() -> None:
    text = Text(type="text")

    assert (text.text, "text" in text) == (None, False)


@pytest.mark.parametrize("read", [lambda model: model["text"], lambda model: model.nothing])
def test_an_absent_field_is_both_a_key_error_and_an_attribute_error(read: Any) -> None:
    for family in (MissingField, KeyError, AttributeError):
        with pytest.raises(family):
            read(Text(type="text"))


def test_a_missing_field_says_what_was_asked_and_what_is_there() -> None:
    with pytest.raises(MissingField) as caught:
        Text(type="text", note=None)["text"]

    assert str(caught.value) == "Text has no field 'text'; it has 'type', 'note'"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert str(MissingField("x")) == "the response has no field 'x'"


def test_hasattr_and_getattr_with_a_default_work() -> None:
    text: Any = Text(type="text")

    assert (hasattr(text, "text"), hasattr(text, "note"), getattr(text, "nothing", "none")) == (True, True, "none")


@pytest.mark.parametrize("kind", [["text"], {"a": 1}, 5, None, True])
def test_a_type_that_is_no_string_becomes_an_unknown_block(kind: object) -> None:
    assert type(Answer(content=[{"type": kind}]).content[0]) is AnyModel


@pytest.mark.parametrize("value", [None, "text", 5, [], [1, "a", None], [["x"]], {}])
def test_a_value_of_another_shape_than_declared_is_left_as_it_is(value: object) -> None:
    assert Answer(content=value).content == value
    assert Answer(usage=value).usage == value


def test_a_block_that_is_appended_reads_as_its_class() -> None:
    answer = an_answer()
    answer.content.append({"type": "text", "text": "more"})  # type: ignore[arg-type]

    assert answer.content[-1].text == "more"  # type: ignore[union-attr]
    assert len(answer["content"]) == 4


def test_objects_in_a_mapping_are_wrapped() -> None:
    answer = Answer(items_by_name={"a": {"type": "text", "text": "x"}})

    assert type(answer.items_by_name["a"]) is Text  # type: ignore[index]


def test_unknown_fields_survive_a_round_trip() -> None:
    text = json.dumps(RAW)

    assert json.loads(Answer.model_validate_json(text).to_json()) == RAW
    assert an_answer().model_extra == {"later": {"a": 1}}
    assert an_answer().model_fields_set == {"id", "content", "first", "later"}


def test_json_libraries_encode_it_as_the_dict_that_it_is() -> None:
    answer = an_answer()
    answer.content  # noqa: B018 - touched fields hold Models

    assert json.loads(json.dumps(answer)) == RAW
    assert msgspec.json.decode(msgspec.json.encode(answer)) == RAW


def test_to_dict_is_plain_all_the_way_down_and_shares_nothing() -> None:
    answer = an_answer()
    answer.content  # noqa: B018
    plain = answer.to_dict()
    plain["content"][0]["text"] = "changed"

    assert type(plain["content"][0]) is dict
    assert answer.content[0].text == "hi"  # type: ignore[union-attr]


def test_dumping_can_fill_and_leave_out() -> None:
    text = Text(type="text", text="x", extra=None)

    assert text.to_dict() == {"type": "text", "text": "x", "extra": None}
    assert text.to_dict(exclude_unset=False) == {"type": "text", "text": "x", "extra": None, "note": None}
    assert text.to_dict(exclude_none=True) == text.to_dict(exclude_defaults=True) == {"type": "text", "text": "x"}
    assert text.model_dump() == {"type": "text", "text": "x", "extra": None, "note": None}
    assert text.model_dump(exclude_unset=True) == {"type": "text", "text": "x", "extra": None}
    assert text.model_dump(exclude_none=True) == {"type": "text", "text": "x"}
    assert text.model_dump(include={"text"}) == {"text": "x"}
    assert text.model_dump(exclude={"extra", "note"}, mode="json", by_alias=True) == {"type": "text", "text": "x"}


def test_dumping_fills_nested_objects_too() -> None:
    assert an_answer().model_dump()["first"]["about"] == {"type": "text", "text": "inner", "note": None}
    assert an_answer().model_dump()["content"][0] == {"type": "text", "text": "hi", "note": None}


def test_json_text_is_indented_where_the_sdk_indents_it() -> None:
    text = Text(type="text", text="é")

    assert text.to_json() == '{\n  "type": "text",\n  "text": "é"\n}'
    assert text.to_json(indent=None) == '{"type":"text","text":"é"}'
    assert text.model_dump_json(exclude_none=True) == '{"type":"text","text":"é"}'
    assert text.model_dump_json(indent=1, exclude_none=True) == '{\n "type": "text",\n "text": "é"\n}'


@pytest.mark.parametrize("value", ["\ud800", 2**70, -(2**70), 10**400])
def test_what_only_the_standard_library_can_encode_is_encoded(value: object) -> None:
    for text in (Text(text=value).to_json(), Text(text=value).to_json(indent=None)):
        assert json.loads(text) == {"text": value}


def test_names_of_pydantics_first_version_still_work() -> None:
    text: Any = Text(type="text", text="x")

    assert (text.dict(), json.loads(text.json())) == (text.model_dump(), text.model_dump())
    assert Text(dict={"a": 1}).dict == {"a": 1}  # type: ignore[attr-defined]


def test_objects_can_be_made_in_every_way_that_pydantic_knows() -> None:
    expected = {"type": "text", "text": "x"}

    assert Text(type="text", text="x") == Text(expected) == Text.model_validate(expected) == expected
    assert Text.construct(text="x", type="text") == Text.model_construct(type="text", text="x") == expected
    assert Text.model_validate_json(b'{"type":"text","text":"x"}') == expected
    with pytest.raises(TypeError, match="Text is made from a mapping, not from list"):
        Text.model_validate([])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="truncated"):
        Text.model_validate_json(b"{")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model)),
                                       lambda model: model.model_copy(), lambda model: model.model_copy(deep=True),
                                       lambda model: model.copy(), lambda model: model.copy(deep=True)])  # fmt: skip
def test_copies_have_class_fields_and_slots(duplicate: Any) -> None:
    answer = an_answer()
    answer.content[1]._seen = 3  # type: ignore[union-attr]
    answer._request_id = "req_1"  # type: ignore[misc]
    made = duplicate(answer)

    assert (type(made), made, made._request_id) == (Answer, answer, "req_1")
    assert (type(made.content[1]), made.content[1]._seen) == (Thought, 3)
    assert made is not answer
    made.id = "other"
    assert answer.id == "a1"


def test_only_deep_copies_part_with_nested_objects() -> None:
    answer = an_answer()
    content = answer.content

    assert answer.model_copy().content is content
    assert answer.model_copy(deep=True).content is not answer.content
    assert answer.model_copy(update={"id": "b"}).id == answer.copy(update={"id": "b"}).id == "b"


def test_a_slot_never_set_is_not_taken_from_the_json() -> None:
    answer = Answer(_request_id="from the wire")
    made = pickle.loads(pickle.dumps(answer))

    with pytest.raises(AttributeError):
        object.__getattribute__(made, "_request_id")


def test_a_subclass_without_slots_keeps_what_is_set_on_it() -> None:
    loose: Any = Loose(a=1)
    loose._mark = "x"

    assert (pickle.loads(pickle.dumps(loose))._mark, copy.deepcopy(loose)._mark) == ("x", "x")


def test_setting_an_attribute_sets_the_field() -> None:
    text: Any = Text(type="text", text="x")
    text.text, text.note, text.new = "y", "n", 1

    assert text == {"type": "text", "text": "y", "note": "n", "new": 1}
    del text.new
    del text.note
    assert text == {"type": "text", "text": "y"}
    with pytest.raises(AttributeError, match="'absent'"):
        del text.absent


@pytest.mark.parametrize("name", ["keys", "items", "model_extra", "to_dict"])
def test_an_attribute_that_would_hide_a_method_is_refused(name: str) -> None:
    text = Text(type="text")

    with pytest.raises(AttributeError):
        setattr(text, name, 1)
    assert text == {"type": "text"}


def test_fields_named_like_methods_are_read_by_subscript() -> None:
    text = Text(items=[1], keys=2)

    assert (text["items"], text["keys"], sorted(text.keys())) == ([1], 2, ["items", "keys"])


def test_match_statements_see_mappings_and_classes() -> None:
    seen = []
    for block in an_answer().content:
        match block:
            case Text(text=text):
                seen.append(text)
            case {"type": "thought"}:
                seen.append("thought")
            case {"type": other}:
                seen.append(other)

    assert seen == ["hi", "thought", "new"]


def test_equality_is_that_of_the_json() -> None:
    assert Text(type="text") == {"type": "text"} == AnyModel(type="text")
    assert Text(type="text") != {"type": "other"}


def test_its_repr_shows_declared_fields_first() -> None:
    assert repr(Text(new=1, text="x", type="text")) == "Text(type='text', text='x', new=1)"
    assert str(Answer(content=[{"type": "text"}])) == "Answer(content=[Text(type='text')])"


def test_dir_lists_fields_and_undeclared_ones() -> None:
    assert {"type", "text", "note", "new", "to_dict"} <= set(dir(Text(new=1)))


def test_unwrapped_makes_plain_copies_of_everything() -> None:
    made = to_plain([Text(a=(Text(b=1),))])

    assert made == [{"a": [{"b": 1}]}]
    assert [type(made[0]), type(made[0]["a"][0])] == [dict, dict]


def test_a_message_keeps_its_request_id_through_a_pickle() -> None:
    message = Message({"id": "msg_1", "content": [{"type": "text", "text": "x"}]})
    object.__setattr__(message, "_request_id", "req_1")
    again = pickle.loads(pickle.dumps(message))

    assert (again._request_id, again.content[0].text, again) == ("req_1", "x", message)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "content", "text", "first", "usage", "about", "x"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["id", "content", "first", "usage", "items_by_name", "x"]), JSON))
def test_no_json_makes_reading_fail_and_reading_changes_nothing(raw: dict[str, Any]) -> None:
    answer = Answer(copy.deepcopy(raw))
    for name in ("content", "first", "usage", "items_by_name", "x", "id"):
        getattr(answer, name, None)

    assert answer == raw
    assert answer.to_dict() == raw
    assert pickle.loads(pickle.dumps(answer)) == raw
    assert repr(answer).startswith("Answer(")


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
    assert wrap_for(annotation) is keep


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


def test_an_alias_that_does_not_reads_as_none_too() -> None:
    assert [Stop().sure for _ in range(2)] == [None, None]


def test_a_subclass_may_narrow_a_field() -> None:
    assert type_tags(Narrower) == ("b",)
    assert field_type(Narrower, "reason") == Literal["end"]
    assert B(many=[{"type": "a"}]).many == [{"type": "a"}]
    assert (B().many, Narrower().many) == (None, None)


def test_a_field_may_hold_text_that_looks_like_types() -> None:
    assert B(named="None").named == "None"
    assert B().named is None


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

    assert [(cls, name) for cls in every_model() for name in cls._fields if field_type(cls, name) == unknown] == []


def test_every_optional_field_of_this_package_reads_none_when_it_is_absent() -> None:
    values = {(cls, name): getattr(cls(), name) for cls in every_model() for name in cls._optional}

    assert {key: value for key, value in values.items() if value is not None} == {}


def test_every_field_of_this_package_reads_what_the_json_holds() -> None:
    values = {(cls, name): getattr(cls({name: 5}), name) for cls in every_model() for name in cls._fields}

    assert {key: value for key, value in values.items() if value != 5} == {}
