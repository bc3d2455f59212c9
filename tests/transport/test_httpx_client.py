"""A user's own client object works as transport, mock transports and hooks included."""

from __future__ import annotations

import asyncio
import gc
import gzip
from typing import Any

import httpx
import httpx2
import pytest
from tests.transport.servers import always, answer, once, serving, stall
from tests.transport.worlds import asked

from tercet.transport.base import Lost, Reply
from tercet.transport.factory import async_transport_for, transport_for
from tercet.wire.http import Timeout


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_a_mock_transport_answers(library: Any) -> None:
    seen = []

    def handler(request: Any) -> Any:
        seen.append(request)
        return library.Response(200, json={"a": 1}, headers={"request-id": "r"})

    with library.Client(transport=library.MockTransport(handler)) as client:
        reply = transport_for(client).send(asked("https://api.example/v1", b"{}", timeout=Timeout(5)))

    assert isinstance(reply, Reply)
    assert (reply.status, reply.headers["request-id"]) == (200, "r")
    assert reply.content.replace(b" ", b"") == b'{"a":1}'
    assert seen[0].headers["x-api-key"] == "sk-ant-secret-of-this-test"
    assert seen[0].extensions["timeout"]["read"] == 5


def test_the_clients_own_timeout_may_apply(library: Any) -> None:
    seen = []

    def handler(request: Any) -> Any:
        seen.append(request.extensions["timeout"]["read"])
        return library.Response(200)

    with library.Client(transport=library.MockTransport(handler), timeout=7) as client:
        transport_for(client, own_timeout=True).send(asked("https://api.example/v1"))

    assert seen == [7]


def test_hooks_that_read_the_body_do_not_harm(library: Any) -> None:
    def handler(request: Any) -> Any:
        return library.Response(200, headers={"content-encoding": "gzip"}, content=gzip.compress(b"yes"))

    hooks = {"response": [lambda response: response.read()]}
    with library.Client(transport=library.MockTransport(handler), event_hooks=hooks) as client:
        reply = transport_for(client).send(asked("https://api.example/v1"))

    assert isinstance(reply, Reply)
    assert reply.content == b"yes"


@pytest.mark.anyio
async def test_an_async_mock_transport_streams(library: Any) -> None:
    async def handler(request: Any) -> Any:
        return library.Response(200, content=b"data: 1\n\n")

    async with library.AsyncClient(transport=library.MockTransport(handler)) as client:
        reply = await async_transport_for(client).send(asked("https://api.example/v1", stream=True))
        assert isinstance(reply, Reply)
        assert reply.stream is not None
        chunks = [await reply.stream.read(), await reply.stream.read()]  # type: ignore[misc]

    assert chunks == [b"data: 1\n\n", None]


def test_what_its_mock_raises_is_lost(library: Any) -> None:
    def handler(request: Any) -> Any:
        raise library.ConnectTimeout("too slow", request=request)

    with library.Client(transport=library.MockTransport(handler)) as client:
        outcome = transport_for(client).send(asked("https://api.example/v1"))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("timeout", "not_sent")


def test_a_mistake_in_a_handler_goes_on(library: Any) -> None:
    def handler(request: Any) -> Any:
        raise KeyError("mistake")

    with library.Client(transport=library.MockTransport(handler)) as client, pytest.raises(KeyError):
        transport_for(client).send(asked("https://api.example/v1"))


def test_a_real_client_times_out_as_asked(library: Any) -> None:
    with serving(once(b"", stall)) as server, library.Client() as client:
        outcome = transport_for(client).send(asked(server.url, timeout=Timeout(5, read=0.05)))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("timeout", "unanswered")


def test_a_closed_client_is_told(library: Any) -> None:
    client = library.Client()
    client.close()
    outcome = transport_for(client).send(asked("https://api.example/v1"))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("closed", "not_sent")


def test_a_connection_kept_from_an_event_loop_that_has_ended_costs_an_attempt_and_no_call(library: Any) -> None:
    def answer(request: Any) -> Any:
        raise RuntimeError("Event loop is closed")

    with library.Client(transport=library.MockTransport(answer)) as client:
        outcome = transport_for(client).send(asked("https://api.example/v1"))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("read", "unanswered")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client's sockets of an ended loop
def test_what_a_connection_of_an_ended_event_loop_took_may_have_been_received(library: Any) -> None:
    transport = async_transport_for(library.AsyncClient())
    with serving(always(answer())) as server:
        asyncio.run(transport.send(asked(server.url)))
        outcome = asyncio.run(transport.send(asked(server.url)))

        assert isinstance(outcome, Reply) or outcome.phase == "unanswered"
    del transport
    gc.collect()


def test_a_users_client_is_not_closed_with_ours(library: Any) -> None:
    with library.Client() as client:
        transport_for(client).close()
        assert not client.is_closed


@pytest.mark.anyio
async def test_a_client_of_the_other_world_is_refused(library: Any) -> None:
    async with library.AsyncClient() as client:
        with pytest.raises(TypeError, match="blocking"):
            transport_for(client)
    with library.Client() as blocking, pytest.raises(TypeError, match="async"):
        async_transport_for(blocking)
    with pytest.raises(TypeError, match="http_client"):
        transport_for("https://proxy")
