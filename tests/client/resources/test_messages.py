"""messages.create and count_tokens: what goes out, what comes back, and every way in which it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, KEY, MESSAGE, Script

import tercet
from tercet.transport.base import Lost


def test_a_message_is_asked_for_and_read() -> None:
    script = Script((200, JSON, MESSAGE))

    message = script.client().messages.create(**ASK)

    request = script.sent[0]
    assert (request.method, request.url) == ("POST", "http://local/v1/messages")
    assert json.loads(request.content) == ASK
    assert request.headers["x-api-key"] == KEY
    assert request.headers["anthropic-version"] == "2023-06-01"
    assert (message.content[0].text, message.stop_reason, message.usage.output_tokens) == ("Hi!", "end_turn", 6)
    assert message._request_id == "req_011CTest"
    assert message.brand_new.a == 1  # type: ignore[attr-defined]
    assert json.loads(json.dumps(message)) == json.loads(MESSAGE)


@pytest.mark.anyio
async def test_the_async_client_asks_and_reads_the_same() -> None:
    script = Script((200, JSON, MESSAGE))

    message = await script.async_client().messages.create(**ASK)

    assert json.loads(script.sent[0].content) == ASK
    assert message == json.loads(MESSAGE)


def test_an_answer_goes_back_as_it_came() -> None:
    script = Script((200, JSON, MESSAGE))
    client = script.client()
    first = client.messages.create(**ASK)

    client.messages.create(
        **{**ASK, "messages": [*ASK["messages"], {"role": "assistant", "content": first.content}, *ASK["messages"]]}
    )

    assert json.loads(script.sent[1].content)["messages"][1]["content"] == [{"type": "text", "text": "Hi!"}]


def test_each_call_may_bring_headers_query_body_and_timeout() -> None:
    script = Script((200, JSON, MESSAGE))

    script.client(default_query={"a": 1}).messages.create(
        **ASK,
        extra_headers={"X-One": "1", "user-agent": "mine"},
        extra_query={"b": "x y"},
        extra_body={"top_k": 3},
        timeout=7,
    )

    request = script.sent[0]
    assert request.url == "http://local/v1/messages?a=1&b=x%20y"
    assert (request.headers["x-one"], request.headers.get_list("User-Agent")) == ("1", ["mine"])
    assert json.loads(request.content) == {**ASK, "top_k": 3}
    assert request.timeout == tercet.Timeout(7)


def test_not_given_arguments_are_not_sent() -> None:
    script = Script((200, JSON, MESSAGE))

    script.client().messages.create(**ASK, system=tercet.NOT_GIVEN, tools=tercet.omit)

    assert json.loads(script.sent[0].content) == ASK


def test_without_a_key_the_error_names_the_variable_and_the_local_api() -> None:
    script = Script((200, JSON, MESSAGE))
    client = tercet.Anthropic(base_url="http://local")

    with pytest.raises(TypeError, match=r"ANTHROPIC_API_KEY.*local API") as caught:
        client.messages.create(**ASK)

    assert isinstance(caught.value, tercet.AnthropicError)
    assert not script.sent


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": None},
        {"max_tokens": "many"},
        {"messages": []},
        {"temprature": 0.5},
        {"extra_headers": {"x": "a\r\nb"}},
        {"extra_headers": "x"},
        {"timeout": "soon"},
    ],
)
def test_wrong_arguments_send_nothing(wrong: dict[str, Any]) -> None:
    script = Script((200, JSON, MESSAGE))

    with pytest.raises((TypeError, ValueError)):
        script.client().messages.create(**{**ASK, **wrong})

    assert not script.sent


@pytest.mark.parametrize(
    ("status", "headers", "body", "error"),
    [
        (
            400,
            JSON,
            b'{"type":"error","error":{"type":"invalid_request_error","message":"no"}}',
            tercet.BadRequestError,
        ),
        (
            401,
            JSON,
            b'{"type":"error","error":{"type":"authentication_error","message":"no"}}',
            tercet.AuthenticationError,
        ),
        (429, JSON, b"{}", tercet.RateLimitError),
        (529, JSON, b"", tercet.OverloadedError),
        (502, {"content-type": "text/html"}, b"<html>bad gateway</html>", tercet.InternalServerError),
        (301, {"location": "http://elsewhere/"}, b"", tercet.APIStatusError),
        (200, {"content-type": "text/html"}, b"<html>log in</html>", tercet.APIResponseValidationError),
        (200, JSON, b"", tercet.APIResponseValidationError),
        (204, {}, b"", tercet.APIResponseValidationError),
        (200, JSON, b"null", tercet.APIResponseValidationError),
        (200, JSON, b"[1,2]", tercet.APIResponseValidationError),
        (200, JSON, b'{"foo":1}', tercet.APIResponseValidationError),
        (200, JSON, MESSAGE[:-20], tercet.APIResponseValidationError),
        (200, JSON, b"\xff\xfe{", tercet.APIResponseValidationError),
        (200, JSON, b"[" * 100_000, tercet.APIResponseValidationError),
        (
            200,
            JSON,
            b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
            tercet.OverloadedError,
        ),
        (200, {"content-type": "text/event-stream"}, b"event: x\ndata: {}\n\n", tercet.APIResponseValidationError),
    ],
)
def test_whatever_comes_instead_of_a_message_is_an_api_error(
    status: int, headers: dict[str, str], body: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        Script((status, headers, body)).client().messages.create(**ASK)

    assert isinstance(caught.value, tercet.APIError)
    assert "canary" not in f"{caught.value!r} {vars(caught.value)!r}"


@pytest.mark.parametrize(
    ("kind", "error"), [("connect", tercet.APIConnectionError), ("timeout", tercet.APITimeoutError)]
)
def test_a_lost_exchange_is_an_api_error(kind: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"refused by 127\.0\.0\.1:9"):
        Script(Lost(kind, "not_sent", "refused by 127.0.0.1:9")).client().messages.create(**ASK)


def test_failures_are_retried_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script((529, {**JSON, "retry-after-ms": "1"}, b"{}"), (200, JSON, MESSAGE))

    message = script.client(max_retries=2).messages.create(**ASK)

    assert message.content[0].text == "Hi!"
    assert [request.headers.get("x-stainless-retry-count") for request in script.sent] == [None, "1"]


def test_the_error_after_all_retries_carries_the_attempts() -> None:
    script = Script((529, {**JSON, "retry-after-ms": "1"}, b"{}"))

    with pytest.raises(tercet.OverloadedError) as caught:
        script.client(max_retries=2).messages.create(**ASK)

    assert len(script.sent) == 3
    assert [attempt.status for attempt in caught.value.attempts] == [529, 529, 529]


def test_a_lone_surrogate_in_an_answer_passes() -> None:
    body = MESSAGE.replace(b"Hi!", b"half \\ud83d")

    assert Script((200, JSON, body)).client().messages.create(**ASK).content[0].text == "half \ud83d"


def test_tokens_are_counted() -> None:
    script = Script((200, JSON, b'{"input_tokens":14}'))

    count = script.client().messages.count_tokens(model="claude-sonnet-4-6", messages=ASK["messages"], system="s")

    assert count.input_tokens == 14
    assert script.sent[0].url == "http://local/v1/messages/count_tokens"
    assert list(json.loads(script.sent[0].content)) == ["model", "system", "messages"]
