"""Objects of libraries that programs pass: each is what it says of itself, or is refused by its place."""

import datetime
import decimal
import sqlite3
import uuid
from typing import Any

import pydantic
import pytest

from tercet.client.overrides import merge_headers, query_string
from tercet.client.resources.arguments import path_segment
from tercet.wire.headers import Headers
from tercet.wire.requests.arguments import several
from tercet.wire.requests.json_body import encode_json
from tercet.wire.requests.plain_values import plain_value
from tercet.wire.timeout import seconds


class Stamp(datetime.datetime):
    """A date as pandas and freezegun have them."""


class Day(datetime.date):
    pass


class Time(datetime.time):
    pass


class Span(datetime.timedelta):
    pass


class Price(decimal.Decimal):
    def __str__(self) -> str:
        return "a price"


class Id(uuid.UUID):
    pass


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Stamp(2026, 1, 2, 3, 4, tzinfo=datetime.UTC), datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC)),
        (Stamp(2026, 1, 2), datetime.datetime(2026, 1, 2)),
        (Day(2026, 1, 2), datetime.date(2026, 1, 2)),
        (Time(3, 4), datetime.time(3, 4)),
        (Span(seconds=5), datetime.timedelta(seconds=5)),
        (Price("1.50"), decimal.Decimal("1.50")),
        (Id(int=7), uuid.UUID(int=7)),
    ],
)
def test_a_subclass_is_sent_as_its_base(value: Any, plain: Any) -> None:
    assert encode_json({"x": [value]}) == encode_json({"x": [plain]})


class EndlessDump:
    """An object that gives another for itself, for ever."""

    def model_dump(self, **_: object) -> Any:
        return EndlessDump()


class BrokenDump:
    def model_dump(self, **_: object) -> Any:
        raise RuntimeError("no dump today")


class Unshown:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(("value", "said"), [
    (EndlessDump(), "a.b cannot hold EndlessDump"),
    (BrokenDump(), "a.b holds a BrokenDump that cannot be dumped: no dump today"),
    (Unshown(), "a.b cannot hold Unshown <Unshown>"),
])  # fmt: skip
def test_an_object_that_does_not_become_plain_is_refused_by_its_place(value: Any, said: str) -> None:
    with pytest.raises(TypeError) as refused:
        plain_value({"a": {"b": value}})
    assert said in str(refused.value)


class Answer(pydantic.BaseModel):
    score: float | None = None
    parts: Any = None


@pytest.mark.parametrize(("value", "place"), [
    (Answer(score=float("nan")), "x.score"),
    (Answer(parts=[{"a": float("inf")}, None]), "x.parts[0].a"),
])  # fmt: skip
def test_a_number_that_is_none_within_a_pydantic_object_is_refused(value: Answer, place: str) -> None:
    with pytest.raises(ValueError, match="JSON cannot hold") as refused:
        encode_json({"x": value})
    assert str(refused.value).startswith(f"{place} is ")


def test_none_within_a_pydantic_object_stays_null() -> None:
    assert encode_json({"x": Answer(score=None, parts=[1.5, None])}) == b'{"x":{"score":null,"parts":[1.5,null]}}'


def test_a_row_of_a_database_is_an_object_and_no_list() -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute("select 1 as a, 'x' as b").fetchone()
    connection.close()
    assert encode_json({"x": row}) == b'{"x":{"a":1,"b":"x"}}'
    for record in (row, Answer()):
        with pytest.raises(TypeError, match="must be a list"):
            several("messages", record)


def test_every_other_byte_of_a_view_is_sent_as_base64() -> None:
    assert encode_json({"x": memoryview(b"a-b-")[::2]}) == b'{"x":"YWI="}'


def nested() -> Any:
    value: Any = []
    for _ in range(5_000):
        value = [value]
    return value


def test_arguments_that_are_nested_too_deeply_to_be_shown_are_refused_all_the_same() -> None:
    with pytest.raises(TypeError, match="must be a string, not list <list>"):
        path_segment("id", nested())


def test_query_values_are_plain_values_too() -> None:
    circle: list[Any] = []
    circle.append(circle)
    assert (
        query_string({"at": Stamp(2026, 1, 2, tzinfo=datetime.UTC), "on": True})
        == "?at=2026-01-02T00%3A00%3A00Z&on=true"
    )
    for value in (circle, nested()):
        with pytest.raises(ValueError, match="q"):
            query_string({"q": value})
    for fault in (lambda: query_string({"q": "a\ud800"}), lambda: path_segment("id", "a\ud800")):
        with pytest.raises(ValueError, match="lone surrogate"):
            fault()


@pytest.mark.parametrize("value", [1e12, 2**70, float("inf")], ids=str)
def test_a_time_longer_than_any_clock_holds_is_no_limit(value: float) -> None:
    assert seconds(value, "timeout") is None


@pytest.mark.parametrize("name", [1, None, b"x", frozenset()])
def test_a_header_whose_name_is_no_text_is_refused(name: Any) -> None:
    with pytest.raises(TypeError, match="a header's name must be a str"):
        merge_headers(Headers(), {name: "x"})
