"""Middleware stands around each attempt, in the order it was given."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, KEY, MESSAGE, Awaited, Blocking, Script

import tercet
from tercet.client.middleware import Middleware
from tercet.transport.base import Lost


def client(script: Script, *middleware: Any, **options: Any) -> tercet.Anthropic:
    return tercet.Anthropic(
        api_key=KEY,
        base_url="http://local",
        http_client=Blocking(script),
        middleware=middleware,
        **{"max_retries": 0, **options},
    )


def test_it_sees_request_and_response_and_may_change_the_request() -> None:
    script = Script((200, JSON, MESSAGE))
    seen: list[Any] = []

    def add_header(request: Any, call_next: Any) -> Any:
        response = call_next(request.copy(headers={"X-Trace": "7"}, body={**request.json, "top_k": 1}))
        seen.append((request.method, response.status_code, response.parse().status_code))
        return response

    message = client(script, add_header).messages.create(**ASK)

    assert message.content[0].text == "Hi!"
    assert seen == [("POST", 200, 200)]
    assert script.sent[0].headers["x-trace"] == "7"
    assert b'"top_k":1' in script.sent[0].content


def test_the_first_is_outermost() -> None:
    order: list[str] = []

    def named(name: str) -> Any:
        def around(request: Any, call_next: Any) -> Any:
            order.append(name)
            return call_next(request)

        return around

    client(Script((200, JSON, MESSAGE)), named("outer"), named("inner")).messages.create(**ASK)

    assert order == ["outer", "inner"]


def test_it_runs_once_an_attempt_and_sees_errors_as_responses() -> None:
    statuses: list[int] = []

    def watch(request: Any, call_next: Any) -> Any:
        response = call_next(request)
        statuses.append(response.status_code)
        return response

    script = Script((529, {**JSON, "retry-after-ms": "1"}, b"{}"), (200, JSON, MESSAGE))
    client(script, watch, max_retries=1).messages.create(**ASK)

    assert statuses == [529, 200]


def test_a_lost_connection_raises_inside_and_is_retried_outside() -> None:
    raised: list[str] = []

    def watch(request: Any, call_next: Any) -> Any:
        try:
            return call_next(request)
        except tercet.APIConnectionError as error:
            raised.append(str(error))
            raise

    with pytest.raises(tercet.APIConnectionError):
        client(Script(Lost("connect", "not_sent", "refused")), watch).messages.create(**ASK)

    assert len(raised) == 1


def test_a_retryable_error_is_retried_and_then_raised_as_it_is() -> None:
    tries: list[int] = []

    def fail(request: Any, call_next: Any) -> Any:
        tries.append(request.retries_taken)
        raise tercet.RetryableError("not now")

    with pytest.raises(tercet.RetryableError, match="not now"):
        client(Script((200, JSON, MESSAGE)), fail).messages.create(**ASK)

    assert tries == [0]


def test_any_other_exception_passes_untouched() -> None:
    def fail(request: Any, call_next: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        client(Script((200, JSON, MESSAGE)), fail).messages.create(**ASK)


def test_it_must_return_a_response() -> None:
    with pytest.raises(TypeError, match="must return the APIResponse"):
        client(Script((200, JSON, MESSAGE)), lambda request, call_next: None).messages.create(**ASK)


@pytest.mark.anyio
async def test_the_async_client_awaits_it() -> None:
    seen: list[int] = []

    async def watch(request: Any, call_next: Any) -> Any:
        response = await call_next(request)
        seen.append(response.status_code)
        return response

    script = Script((200, JSON, MESSAGE))
    client = tercet.AsyncAnthropic(api_key=KEY, base_url="http://local", http_client=Awaited(script))
    await client.with_middleware(watch).messages.create(**ASK)

    assert seen == [200]


def test_a_class_may_serve_both_worlds() -> None:
    class Both(Middleware):
        def handle(self, request: Any, call_next: Any) -> Any:
            return call_next(request.copy(headers={"X-A": "1"}))

    script = Script((200, JSON, MESSAGE))
    client(script, Both()).messages.create(**ASK)

    assert script.sent[0].headers["x-a"] == "1"
    with pytest.raises(TypeError, match="handle_async"):
        tercet.AsyncAnthropic(api_key=KEY, middleware=[Both()])


async def awaited(request: Any, call_next: Any) -> Any:
    return await call_next(request)


def test_a_function_of_the_wrong_world_is_refused() -> None:
    with pytest.raises(TypeError, match="needs a plain one"):
        tercet.Anthropic(api_key=KEY, middleware=[awaited])
    with pytest.raises(TypeError, match="needs an async one"):
        tercet.AsyncAnthropic(api_key=KEY, middleware=[lambda request, call_next: call_next(request)])
