"""What an answer is: its status, its value, its cost; and what is asked when it does not fit."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

import tercet
from tercet.schema.answers import output_format
from tercet.toolkit.bulk.answers import again, failure_of, is_retryable, judge, plain_answer, result_of, value_again
from tercet.wire.http import Headers, Request, Response
from tercet.wire.responses.message import Message


@dataclass
class Label:
    label: str


LABEL = output_format(Label)


def message(text, stop="end_turn"):
    content = [] if text is None else [{"type": "thinking", "thinking": "x"}, {"type": "text", "text": text}]
    usage = {"input_tokens": 10, "output_tokens": 2}
    return Message(
        {
            "id": "m",
            "role": "assistant",
            "model": "claude-haiku-4-5",
            "content": content,
            "stop_reason": stop,
            "usage": usage,
        }
    )


@pytest.mark.parametrize(
    ("text", "stop", "output", "status", "value"),
    [
        ("hi", "end_turn", None, "ok", "hi"),
        ("hi", "stop_sequence", None, "ok", "hi"),
        ("hi", "tool_use", None, "ok", "hi"),
        ("h", "max_tokens", None, "cut", "h"),
        ("h", "model_context_window_exceeded", None, "cut", "h"),
        ("no", "refusal", None, "refused", "no"),
        (None, "end_turn", None, "ok", ""),
        ('{"label": "a"}', "end_turn", LABEL, "ok", Label("a")),
        ('{"label": "a"}', "max_tokens", LABEL, "ok", Label("a")),
        ('{"label": ', "max_tokens", LABEL, "cut", None),
        ('{"label": 5}', "end_turn", LABEL, "schema", None),
        (None, "end_turn", LABEL, "schema", None),
        ('{"label": "a"}', "refusal", LABEL, "refused", None),
    ],
)
def test_an_answer_has_a_status_and_a_value(text, stop, output, status, value):
    found, made, problem = judge(message(text, stop), output)
    assert (found, made) == (status, value)
    assert bool(problem) == (status == "schema")
    assert value_again(message(text, stop), status, output) == value


def test_costs_of_both_attempts_add_up_and_an_unknown_one_leaves_the_sum_unknown():
    one = result_of(3, message("hi"), None)
    assert Decimal(one.nano) / 10**9 == message("hi").cost
    assert result_of(3, message("hi"), None, paid=7).nano == one.nano + 7
    assert result_of(3, message("hi"), None, paid=None).nano is None


def test_a_misfit_is_asked_again_with_the_answer_and_the_problem():
    params = {"model": "m", "messages": [{"role": "user", "content": "Label it"}]}
    asked = again(params, message("no"), "Expected an object.")
    assert params["messages"] == [{"role": "user", "content": "Label it"}]
    first, answer, complaint = asked["messages"]
    assert first["content"] == "Label it"
    assert answer["role"] == "assistant"
    assert "Expected an object." in complaint["content"]
    assert again(params, message(None), "Nothing.")["messages"][1]["content"]


def status_error(status):
    request = Request("POST", "https://api.anthropic.com/v1/messages", Headers())
    response = Response(status, Headers(), b"{}", request=request)
    return tercet.APIStatusError("no", response=response, body=None)


@pytest.mark.parametrize(("status", "expected"), [(400, False), (401, False), (404, False), (408, True), (429, True), (500, True), (529, True)])  # fmt: skip
def test_what_may_pass_is_retryable(status, expected):
    assert is_retryable(status_error(status)) is expected
    found = failure_of(2, status_error(status))
    assert (found.status, found.error.code, found.error.retryable, found.nano) == ("failed", status, expected, 0)


def test_lost_connections_are_retryable_and_mistakes_are_not():
    assert is_retryable(tercet.APIConnectionError(request=None))
    assert not is_retryable(TypeError("x"))


def test_a_failure_that_may_have_been_billed_has_no_known_cost():
    error = tercet.APIConnectionError(request=None)
    error.attempts = (type("A", (), {"billed": "maybe"}),)
    assert failure_of(0, error).nano is None


def test_the_output_shows_the_json_that_the_model_wrote():
    assert plain_answer(message('{"label": "a"}'), "ok", LABEL) == {"label": "a"}
    assert plain_answer(message("hi"), "ok", None) == "hi"
    assert plain_answer(message("{"), "cut", LABEL) is None
