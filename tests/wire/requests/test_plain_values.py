"""Whatever programs hold reaches a request as its plain value or is refused with its place, and no file is read on the way
but where the base64 data of an image or document is due."""

from __future__ import annotations

import base64
import collections
import dataclasses
import datetime
import decimal
import enum
import io
import json
import math
import operator
import os
import sys
import types
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.client.scripted import ASK, JSON, MESSAGE, Script

import tercet
from tercet.tools.results import result_content
from tercet.wire.requests.json_body import body, encode_json, materialize
from tercet.wire.requests.plain_values import DEEPEST


class Text(str):
    """As `markupsafe.Markup`: says something else when it is asked in another way."""

    __slots__ = ()

    def __str__(self) -> str:
        return "other"

    def __iter__(self) -> Iterator[str]:
        return iter("other")


class Whole(int):
    pass


class Real(float):
    pass


class Octets(bytes):
    pass


class Items(list[Any]):
    pass


class Fields(dict[Any, Any]):
    pass


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Odd(enum.Enum):
    HALF = 0.5


class Counted:
    """As a number of numpy: neither int nor float."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __index__(self) -> int:
        return operator.index(self._value)


class Listed:
    """As an array of numpy."""

    def __init__(self, *items: Any) -> None:
        self._items = items

    def tolist(self) -> list[Any]:
        return list(self._items)


@dataclasses.dataclass
class Pair:
    first: Any
    second: Any = 2


class Struct(msgspec.Struct, tag="struct", rename="camel", omit_defaults=True):
    the_value: Any
    left_out: int = 1


class Modelled(pydantic.BaseModel):
    value: Any
    unset: int = 1


Point = collections.namedtuple("Point", "x y")

VALUES: list[tuple[Callable[[], Any], Any]] = [
    (lambda: Text("a"), "a"),
    (lambda: collections.UserString("a"), "a"),
    (lambda: Whole(7), 7),
    (lambda: Real(0.5), 0.5),
    (lambda: Octets(b"abc"), "YWJj"),
    (lambda: b"abc", "YWJj"),
    (lambda: Items([Text("a")]), ["a"]),
    (lambda: Fields(a=Text("b")), {"a": "b"}),
    (lambda: collections.OrderedDict(a=Whole(1)), {"a": 1}),
    (lambda: collections.UserDict(a=1), {"a": 1}),
    (lambda: collections.UserList([1]), [1]),
    (lambda: collections.ChainMap({"a": 1}), {"a": 1}),
    (lambda: types.MappingProxyType({"a": 1}), {"a": 1}),
    (lambda: collections.deque([1]), [1]),
    (lambda: Point(1, Text("y")), [1, "y"]),
    (
        lambda: {Text("k"): Text("v"), Whole(7): 1, 2: 2, True: 3, None: 4, Colour.RED: 5, Counted(9): 6},
        {"k": "v", "7": 1, "2": 2, "true": 3, "null": 4, "red": 5, "9": 6},
    ),
    (lambda: {"b": 1}.values(), [1]),
    (lambda: (number for number in (1, 2)), [1, 2]),
    (lambda: map(Text, "ab"), ["a", "b"]),
    (lambda: {Text("a")}, ["a"]),
    (lambda: range(2), [0, 1]),
    (lambda: Colour.RED, "red"),
    (lambda: Level.LOW, 1),
    (lambda: Odd.HALF, 0.5),
    (lambda: Counted(3), 3),
    (lambda: Listed(1, Real(2.5)), [1, 2.5]),
    (lambda: Pair(Text("a")), {"first": "a", "second": 2}),
    (lambda: Struct(Text("a")), {"type": "struct", "theValue": "a"}),
    (lambda: Modelled(value=[1]), {"value": [1]}),
    (lambda: datetime.date(2026, 1, 2), "2026-01-02"),
    (lambda: datetime.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),
    (lambda: decimal.Decimal("1.50"), "1.50"),
    (lambda: uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (lambda: 2**70, 2**70),
    (lambda: "lone \ud800", "lone \ufffd"),
    (lambda: [Colour], [["red"]]),
]


@pytest.mark.parametrize(("make", "plain"), VALUES)
def test_a_value_is_sent_as_its_plain_value_alone_and_beside_others(make: Callable[[], Any], plain: Any) -> None:
    assert json.loads(encode_json({"x": make()})) == {"x": plain}
    assert json.loads(encode_json({"x": make(), "y": Text("careful")})) == {"x": plain, "y": "careful"}


@pytest.mark.parametrize("absent", [tercet.omit, tercet.NOT_GIVEN])
def test_fields_that_are_not_given_are_left_out_at_every_depth(absent: Any) -> None:
    block = {"type": "text", "text": "a", "cache_control": absent}
    sent = body(
        {"messages": [{"role": "user", "content": [block], "x": absent}]}, {"a": {"b": absent}, "c": [{"d": absent}]}
    )

    assert json.loads(sent) == {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}],
        "a": {},
        "c": [{}],
    }
    with pytest.raises(TypeError, match=r"^messages\[0\] is .*an item of a list cannot"):
        body({"messages": [absent]})


def test_omit_in_extra_body_takes_a_field_away_and_not_given_leaves_it() -> None:
    assert json.loads(body({"top_k": 1, "top_p": 1}, {"top_k": tercet.omit, "top_p": tercet.NOT_GIVEN})) == {"top_p": 1}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, Real("nan")])
def test_what_is_no_number_is_refused_with_its_place(number: float) -> None:
    for value in (number, [number], Pair(number), Struct(number), Listed(number), iter([number])):
        with pytest.raises(
            ValueError, match=r"^messages\[0\]\.content\[0\]\.input\.x.* (nan|-?inf), which JSON cannot hold"
        ):
            body({"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": {"x": value}}]}]})


@given(st.lists(st.text(st.sampled_from('nul":,[x\u02ff')), max_size=6), st.integers(0, 40_000), st.booleans())
@settings(deadline=None, max_examples=60)
def test_nan_is_found_wherever_it_stands_and_never_where_it_does_not(texts: list[str], size: int, there: bool) -> None:
    value = [*texts, None, "A" * size, [1.5, math.nan if there else None], "B" * size]
    if there:
        with pytest.raises(ValueError, match=rf"^\[{len(texts) + 2}\]\[1\] is nan"):
            encode_json(value)
    else:
        assert json.loads(encode_json(value)) == value


def test_circles_and_depth_are_refused_with_their_place() -> None:
    circle: dict[str, Any] = {"a": []}
    circle["a"].append(circle)
    with pytest.raises(ValueError, match=r"^x\.a\[0\] holds itself, through x$"):
        encode_json({"x": circle})

    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match=rf"^x\[0\]\[0\].* is nested more than {DEEPEST} levels deep"):
        encode_json({"x": deep})


# --- files -----------------------------------------------------------------------------------------------------------


def source(data: Any, kind: str = "image") -> dict[str, Any]:
    return {"type": kind, "source": {"type": "base64", "media_type": "image/png", "data": data}}


def held(content: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}]}


DUE: list[Callable[[Any], Any]] = [
    lambda data: held([source(data)]),
    lambda data: held(iter([source(data, "document")])),
    lambda data: held([{"type": "tool_result", "tool_use_id": "t", "content": [source(data)]}]),
    lambda data: held([{"type": "document", "source": {"type": "content", "content": [source(data)]}}]),
    lambda data: {"requests": [{"custom_id": "a", "params": held([source(data)])}]},
    lambda data: held([Pair(1), types.MappingProxyType(source(data))]),
]


@pytest.mark.parametrize("place", DUE)
def test_files_are_read_where_base64_data_is_due(place: Callable[[Any], Any], tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"abc" * 1_000_000)
    whole = base64.b64encode(path.read_bytes()).decode()
    (entry,) = os.scandir(tmp_path)

    with path.open("rb") as opened, path.open() as as_text:
        for data in (path, entry, opened, as_text, io.BytesIO(path.read_bytes()), path.read_bytes(), whole):
            assert whole.encode() in encode_json(place(data))


NOT_DUE: list[tuple[Callable[[Any], Any], str]] = [
    (lambda value: {"metadata": {"user_id": value}}, "metadata.user_id"),
    (lambda value: {"system": value}, "system"),
    (lambda value: {"stop_sequences": [value]}, "stop_sequences[0]"),
    (lambda value: held(value), "messages[0].content"),
    (lambda value: held([value]), "messages[0].content[0]"),
    (lambda value: held([{"type": "text", "text": value}]), "messages[0].content[0].text"),
    (lambda value: held([{"type": "tool_use", "input": source(value)}]), "messages[0].content[0].input.source.data"),
    (lambda value: held([{"type": "text", "source": source(value)["source"]}]), "messages[0].content[0].source.data"),
    (
        lambda value: held([{"type": "document", "source": {"type": "text", "data": value}}]),
        "messages[0].content[0].source.data",
    ),
    (lambda value: held([{**source("x"), "title": value}]), "messages[0].content[0].title"),
    (lambda value: {"tools": [{"input_schema": {"default": value}}]}, "tools[0].input_schema.default"),
    (lambda value: {"tools": [source(value)]}, "tools[0].source.data"),
    (lambda value: {"source": source(value)["source"]}, "source.data"),
    (lambda value: [source(value)], "[0].source.data"),
    (lambda value: {"x": {"type": "base64", "data": value}}, "x.data"),
    (lambda value: {"requests": [{"params": {"metadata": {"a b": value}}}]}, "requests[0].params.metadata['a b']"),
]


@pytest.mark.parametrize(("place", "name"), NOT_DUE)
def test_files_are_read_nowhere_else(place: Callable[[Any], Any], name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"abc")
    (entry,) = os.scandir(tmp_path)

    with (tmp_path / "secret").open("rb") as opened, (tmp_path / "secret").open() as as_text:
        for value in (tmp_path / "secret", entry, opened, as_text, io.BytesIO(b"abc"), Pair(entry)):
            with pytest.raises(TypeError) as caught:
                encode_json(place(value))
            assert str(caught.value).startswith(f"{name}{'.first' if isinstance(value, Pair) else ''} holds a ")
        assert opened.read() + as_text.read().encode() == b"abcabc"


def test_a_field_named_read_makes_no_file() -> None:
    assert json.loads(encode_json({"x": Modelled(value=1), "y": types.MappingProxyType({"read": 1})}))["y"] == {
        "read": 1
    }


@pytest.mark.parametrize("argument", ["messages", "system", "tools", "stop_sequences"])
def test_the_lines_of_an_open_file_are_no_list(argument: str) -> None:
    script = Script((200, JSON, MESSAGE))
    with pytest.raises(TypeError, match=f"{argument} must be"):
        script.client().messages.create(**{**ASK, argument: io.StringIO("secret\n")})
    assert script.sent == []


def test_numbers_and_texts_of_all_kinds_are_arguments() -> None:
    script = Script((200, JSON, MESSAGE))
    script.client().messages.create(
        model=collections.UserString("claude-sonnet-4-6"),
        max_tokens=Counted(5),
        messages=ASK["messages"],
        temperature=Real(0.5),
        stop_sequences=(Text(each) for each in "ab"),
        system=collections.UserString("Be kind"),
    )
    sent = json.loads(script.sent[0].content)

    assert (sent["model"], sent["max_tokens"], sent["system"]) == ("claude-sonnet-4-6", 5, "Be kind")
    assert (sent["temperature"], sent["stop_sequences"]) == (0.5, ["a", "b"])


def test_what_is_settled_is_equal_each_time_and_what_is_plain_is_kept() -> None:
    plain = [{"role": "user", "content": "Hi"}]
    once = materialize([{"role": "user", "content": (each for each in [{"type": "text", "text": "a"}])}], "messages")

    assert materialize(plain) is plain
    assert encode_json(once) == encode_json(once) == b'[{"role":"user","content":[{"type":"text","text":"a"}]}]'


# --- everything, anywhere --------------------------------------------------------------------------------------------

opened_secrets: list[object] = []
_watched: list[str] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watched and str(arguments[0]).startswith(_watched[0]):
        opened_secrets.append(arguments[0])


sys.addaudithook(_watch)


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file whose opening is noticed, by whatever function it comes about."""
    path = tmp_path_factory.mktemp("secret") / "secret.txt"
    path.write_bytes(b"top secret")
    _watched.append(str(path.parent))
    yield path
    _watched.clear()


REFUSED = object()
SECRET = object()
leaves = st.one_of(
    st.sampled_from([(make, plain) for make, plain in VALUES]),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()).map(
        lambda value: (lambda: value, _without_surrogates(value))
    ),
    st.sampled_from([(lambda: math.nan, REFUSED), (object, REFUSED), (lambda: 1j, REFUSED), (lambda: SECRET, SECRET)]),
)


def _without_surrogates(value: Any) -> Any:
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _refused(plains: list[Any], made: Any) -> Any:
    return next((each for each in (REFUSED, SECRET) if any(plain is each for plain in plains)), made)


def _in_a_list(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda items: (
        lambda: kind([make() for make, _ in items]),
        _refused([plain for _, plain in items], [plain for _, plain in items]),
    )


def _in_an_object(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda items: (
        lambda: kind({key: make() for key, (make, _) in items.items()}),
        _refused([plain for _, plain in items.values()], {key: plain for key, (_, plain) in items.items()}),
    )


def _nested(inner: Any) -> Any:
    lists = [list, tuple, iter, collections.deque, Items, collections.UserList, lambda each: (item for item in each)]
    objects = [dict, Fields, collections.UserDict, types.MappingProxyType, collections.OrderedDict]
    keys = st.text(st.characters(codec="utf-8"), max_size=5)
    return st.one_of(
        *(st.lists(inner, max_size=3).map(_in_a_list(kind)) for kind in lists),
        *(st.dictionaries(keys, inner, max_size=3).map(_in_an_object(kind)) for kind in objects),
    )


trees = st.recursive(leaves, _nested, max_leaves=8)
PLACES: list[Callable[[Any], dict[str, Any]]] = [
    lambda value: {"metadata": {"user_id": value}},
    lambda value: {"extra_body": {"x": value}},
    lambda value: {"tools": [{"name": "f", "input_schema": {"type": "object", "default": value}}]},
    lambda value: {"system": [{"type": "text", "text": value}]},
    lambda value: {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": value}]}]},
    lambda value: {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": [value]}]}]},
    lambda value: {"messages": [{"role": "user", "content": [{"type": "image", "source": {"data": value}}]}]},
]


def _with_secret(value: Any, path: Path) -> Any:
    """The tree's marks of a secret as the path itself."""
    return path if value is SECRET else value


@given(trees, st.sampled_from(PLACES))
@settings(deadline=None, max_examples=250)
def test_any_value_anywhere_is_sent_as_its_plain_value_or_refused_with_its_place(
    secret: Path, tree: Any, place: Callable[[Any], dict[str, Any]]
) -> None:
    make, plain = tree
    script = Script((200, JSON, MESSAGE))
    asked = {**ASK, **place(_place_secrets(make(), secret) if plain is SECRET else make())}
    if plain is REFUSED or plain is SECRET:
        with pytest.raises((TypeError, ValueError), match=r"^(metadata|x\b|tools\[0\]|system\[0\]|messages\[0\])"):
            script.client().messages.create(**asked)
        assert script.sent == []
    else:
        script.client().messages.create(**asked)
        sent, expected = json.loads(script.sent[0].content), place(plain)
        expected = expected.get("extra_body", expected)
        assert {name: sent[name] for name in expected} == expected
    assert opened_secrets == []


def _place_secrets(value: Any, path: Path) -> Any:
    if isinstance(value, dict | collections.UserDict | types.MappingProxyType):
        return {key: _place_secrets(item, path) for key, item in value.items()}
    if isinstance(value, list | tuple | collections.deque | collections.UserList | Iterator):
        return [_place_secrets(item, path) for item in value]
    return _with_secret(value, path)


@given(trees)
@settings(deadline=None, max_examples=150)
def test_any_result_of_a_tool_is_its_plain_value_or_refused_and_paths_are_text(secret: Path, tree: Any) -> None:
    make, plain = tree
    value = {"x": _place_secrets(make(), secret) if plain is SECRET else make()}
    if plain is REFUSED:
        with pytest.raises((TypeError, ValueError), match=r"^result\.x"):
            result_content(value)
    else:
        content = result_content(value)
        assert str(secret) in content if plain is SECRET else json.loads(content) == {"x": plain}
    assert opened_secrets == []
