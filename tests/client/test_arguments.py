"""Arguments are checked: an error says what to do before a byte is sent."""

from __future__ import annotations

import dataclasses
import json
from collections import UserDict
from typing import Any

import pydantic
import pytest

from tercet.client.arguments import ARGUMENTS, check_arguments, parse_arguments
from tercet.client.resources.messages import CREATE_NAMES
from tercet.wire.model import Model
from tercet.wire.requests.json_body import body
from tercet.wire.requests.sentinels import not_given, omit

NAMES = ("model", "max_tokens", "messages", "system", "temperature", "stop_sequences", "tools", "stream", "metadata")
HELLO = [{"role": "user", "content": "Hello"}]


def check(**arguments: Any) -> dict[str, Any]:
    return check_arguments(arguments, NAMES, (), "create")


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"model": 5}, TypeError, "model must be a string, not int 5"),
        ({"model": " "}, ValueError, "model must not be empty"),
        ({"max_tokens": "64"}, TypeError, "max_tokens must be an int, not str '64'"),
        ({"max_tokens": True}, TypeError, "max_tokens must be an int"),
        ({"max_tokens": 1.5}, TypeError, "max_tokens must be an int"),
        ({"max_tokens": -1}, ValueError, "at least 0"),
        ({"temperature": 2}, ValueError, "temperature must be from 0 to 1, not 2"),
        ({"temperature": float("nan")}, ValueError, "temperature must be from 0 to 1"),
        ({"temperature": "hot"}, TypeError, "temperature must be a number"),
        ({"messages": "Hello"}, TypeError, "messages must be a list, not str"),
        ({"messages": {"role": "user"}}, TypeError, "messages must be a list, not dict"),
        ({"messages": []}, ValueError, "messages must hold at least one message"),
        ({"messages": ["Hello"]}, TypeError, r"messages\[0\] must be a message such as"),
        ({"messages": [*HELLO, {"role": "user"}]}, ValueError, r"messages\[1\] has no 'content'"),
        ({"messages": [{"content": "x"}]}, ValueError, r"messages\[0\] has no 'role'"),
        (
            {"messages": [{"role": "robot", "content": "x"}]},
            ValueError,
            r"messages\[0\].role must be 'user' or 'assistant', not 'robot'",
        ),
        (
            {"messages": [{"role": "user", "content": 5}]},
            TypeError,
            r"messages\[0\].content must be a string or a list",
        ),
        ({"system": 5}, TypeError, "system must be a list"),
        ({"stop_sequences": "END"}, TypeError, "stop_sequences must be a list, not str"),
        ({"stop_sequences": ["END", 3]}, TypeError, r"stop_sequences\[1\] must be a string"),
        ({"tools": {"name": "x"}}, TypeError, "tools must be a list"),
        ({"stream": "yes"}, TypeError, "stream must be a bool"),
        ({"metadata": "me"}, TypeError, "metadata must be a dict"),
        ({"maxtokens": 5}, TypeError, "did you mean 'max_tokens'"),
        ({"zzz": 5}, TypeError, "extra_body="),
    ],
)
def test_wrong_arguments_are_named_with_what_came_and_what_is_expected(
    arguments: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        check(**arguments)


def test_missing_arguments_are_all_named() -> None:
    with pytest.raises(TypeError, match=r"create\(\) needs max_tokens=, messages="):
        check_arguments({"model": "m"}, NAMES, ("model", "max_tokens", "messages"), "create")


def test_none_and_an_empty_system_prompt_pass() -> None:
    assert check(system="", stop_sequences=None) == {"system": "", "stop_sequences": None}


def test_any_iterable_of_messages_is_taken_once() -> None:
    checked = check(messages=(message for message in HELLO))

    assert checked["messages"] == HELLO


def test_messages_may_be_mappings_and_objects() -> None:
    class Turn(pydantic.BaseModel):
        role: str
        content: str

    @dataclasses.dataclass
    class Said:
        role: str
        content: str

    turns = [UserDict(HELLO[0]), Turn(role="user", content="Hello"), Said("user", "Hello"), Model(HELLO[0])]

    assert json.loads(body(check(messages=turns))) == {"messages": HELLO * 4}


def test_arguments_are_sorted_by_where_they_go_with_messages_last() -> None:
    hello = [{"role": "user", "content": "Hi"}]
    sent = {"messages": hello, "timeout": None, "system": "", "model": "m", "tools": [], "max_tokens": 1}
    parsed = parse_arguments(
        {
            **sent,
            "workspace_id": "w",
            "user_profile_id": None,
            "top_k": None,
            "extra_headers": {"x": "1"},
            "speed": omit,
        },
        CREATE_NAMES,
        "create",
    )

    assert list(parsed.params.items()) == [
        *[("model", "m"), ("max_tokens", 1), ("top_k", None)],
        *[("tools", []), ("system", ""), ("messages", hello)],
    ]
    assert parsed.headers == {"anthropic-workspace-id": "w"}
    assert parsed.options == {"timeout": None, "extra_headers": {"x": "1"}}
    assert "1" not in repr(parsed.options)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_argument_goes_to_one_place_and_is_no_argument_when_it_is_not_given(name: str) -> None:
    def placed(value: Any, **how: Any) -> list[str]:
        parsed = parse_arguments({name: value}, frozenset({name}), "create", **how)
        return [place for place in ("params", "headers", "options") if getattr(parsed, place)]

    place = {"body": "params", "header": "headers", "option": "options"}[ARGUMENTS[name].place]
    assert placed("anything", checked=True) == [place]
    assert placed(omit) == placed(not_given) == []
    assert placed(None) == ([] if place == "headers" else [place])
    assert placed(None, nulls=False) == ([place] if place == "options" else [])
    assert bool(ARGUMENTS[name].header) is (place == "headers")


def test_names_are_said_before_values_the_unknown_ones_first() -> None:
    wrong = {"model": 5, "hammer": 1, "speed": not_given}
    with pytest.raises(TypeError, match="unexpected keyword argument 'hammer'"):
        parse_arguments(wrong, CREATE_NAMES, "create", ("model", "max_tokens", "messages"))
    del wrong["hammer"]
    with pytest.raises(TypeError, match=r"^create\(\) needs max_tokens=, messages=$"):
        parse_arguments({**wrong, "messages": omit}, CREATE_NAMES, "create", ("model", "max_tokens", "messages"))


def test_an_unknown_name_that_is_not_given_is_no_fault() -> None:
    assert parse_arguments({"hammer": not_given, "model": "m"}, CREATE_NAMES, "create").params == {"model": "m"}


def test_what_was_checked_is_only_sorted() -> None:
    parsed = parse_arguments({"model": 5, "extra_headers": {"x-key": "secret"}}, CREATE_NAMES, "create", checked=True)

    assert parsed.params == {"model": 5}
    assert "secret" not in repr(parsed.options)
