"""Errors of streams keep what had come."""

from __future__ import annotations

import pytest

from tercet.wire.errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    IncompleteStreamError,
    StreamIdleTimeoutError,
    StreamProtocolError,
    ToolInputError,
)
from tercet.wire.headers import Headers
from tercet.wire.http import Request
from tercet.wire.model import Model

STREAM_ERRORS = [IncompleteStreamError, StreamIdleTimeoutError, StreamProtocolError, ToolInputError]


class Partial(Model):
    usage: dict[str, int] | None


@pytest.mark.parametrize("cls", STREAM_ERRORS)
def test_a_stream_error_keeps_message_usage_and_count(cls: type[APIError]) -> None:
    partial = Partial(usage={"output_tokens": 3}, content=[])
    error = cls("cut", Request("POST", "https://h/", Headers()), partial_message=partial, events_seen=7)  # type: ignore[call-arg]

    assert (str(error), error.message, error.request.url) == ("cut", "cut", "https://h/")
    assert (error.partial_message, error.usage, error.events_seen) == (partial, {"output_tokens": 3}, 7)


@pytest.mark.parametrize("cls", STREAM_ERRORS)
def test_usage_that_is_given_goes_before_that_of_the_partial_message(cls: type[APIError]) -> None:
    error = cls(partial_message=Partial(usage={"a": 1}), usage={"b": 2})  # type: ignore[call-arg]

    assert error.usage == {"b": 2}


@pytest.mark.parametrize("cls", STREAM_ERRORS)
def test_without_arguments_it_says_what_happened(cls: type[APIError]) -> None:
    error = cls()  # type: ignore[call-arg]

    assert error.message.endswith(".")
    assert (error.partial_message, error.usage, error.events_seen, error.request) == (None, None, 0, None)


@pytest.mark.parametrize(
    ("cls", "parents"),
    [
        (IncompleteStreamError, (APIConnectionError, APIError)),
        (StreamIdleTimeoutError, (APITimeoutError, APIConnectionError, APIError)),
        (StreamProtocolError, (APIError,)),
        (ToolInputError, (APIError, ValueError)),
    ],
)
def test_a_handler_for_the_family_catches_it(cls: type[APIError], parents: tuple[type, ...]) -> None:
    assert [issubclass(cls, parent) for parent in parents] == [True] * len(parents)
    assert issubclass(cls, APIConnectionError) is (APIConnectionError in parents)


def test_a_tool_input_error_keeps_the_text_as_it_came() -> None:
    assert ToolInputError("bad", raw_input='{"a": tru').raw_input == '{"a": tru'


def test_a_protocol_error_keeps_the_data_that_broke_it() -> None:
    assert StreamProtocolError("bad", body="{").body == "{"
