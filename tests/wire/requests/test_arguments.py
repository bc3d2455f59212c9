"""Arguments are checked: an error says what to do before a byte is sent."""

from __future__ import annotations

import dataclasses
import json
from collections import UserDict
from typing import Any

import pydantic
import pytest

from tercet.wire.model import Model
from tercet.wire.requests.arguments import check_arguments
from tercet.wire.requests.json_body import body

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
