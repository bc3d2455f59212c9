"""HTTP clients with this package's limits, for `http_client=`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest
from tests.client.scripted import ASK, JSON, KEY, MESSAGE

import tercet


def answer(request: httpx2.Request) -> httpx2.Response:
    assert request.headers["x-api-key"] == KEY
    return httpx2.Response(200, headers=JSON, content=MESSAGE)


def test_it_carries_requests_with_the_usual_timeout() -> None:
    with tercet.DefaultHttpxClient(transport=httpx2.MockTransport(answer)) as http:
        client = tercet.Anthropic(api_key=KEY, base_url="http://local", http_client=http)

        assert client.messages.create(**ASK).content[0].type == "text"
        assert (http.timeout.read, http.timeout.connect) == (600.0, 5.0)


@pytest.mark.anyio
async def test_its_async_twin_does_too() -> None:
    async with tercet.DefaultAsyncHttpxClient(transport=httpx2.MockTransport(answer), timeout=7) as http:
        client = tercet.AsyncAnthropic(api_key=KEY, base_url="http://local", http_client=http)
        message: Any = await client.messages.create(**ASK)

        assert message.content[0].type == "text"
        assert http.timeout.read == 7


def test_its_limits_have_a_name() -> None:
    limits = tercet.DEFAULT_CONNECTION_LIMITS

    assert (limits.max_connections, limits.max_keepalive_connections) == (1000, 100)


# --- real sockets ------------------------------------------------------------------------------------------------------
class Answering(BaseHTTPRequestHandler):
    """Answers every request with a message, and keeps what was asked for: a proxy sees whole addresses."""

    asked: list[str]

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(MESSAGE)))
        self.end_headers()
        self.wfile.write(MESSAGE)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    handler = type("Handler", (Answering,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.asked = handler.asked  # type: ignore[attr-defined]
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def options_set(monkeypatch: pytest.MonkeyPatch) -> set[tuple[Any, ...]]:
    """Return the options that have been set on sockets since."""
    found: set[tuple[Any, ...]] = set()
    plain = socket.socket.setsockopt

    def setsockopt(self: socket.socket, *given: Any) -> None:
        found.add(given)
        plain(self, *given)

    monkeypatch.setattr(socket.socket, "setsockopt", setsockopt)
    return found


def test_its_sockets_are_kept_alive(server: Any, options_set: set[tuple[Any, ...]]) -> None:
    with tercet.DefaultHttpxClient() as http:
        base = f"http://127.0.0.1:{server.server_port}"
        tercet.Anthropic(api_key=KEY, base_url=base, http_client=http).messages.create(**ASK)

    assert (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1) in options_set
    if hasattr(socket, "TCP_KEEPINTVL"):
        assert {
            (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 60),
            (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 5),
        } <= options_set


@pytest.mark.anyio
async def test_those_of_the_async_twin_too(server: Any, options_set: set[tuple[Any, ...]]) -> None:
    async with tercet.DefaultAsyncHttpxClient() as http:
        base = f"http://127.0.0.1:{server.server_port}"
        await tercet.AsyncAnthropic(api_key=KEY, base_url=base, http_client=http).messages.create(**ASK)

    assert (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1) in options_set


@pytest.mark.parametrize("named", ["environment", "argument"])
def test_proxies_are_used_whoever_names_them(server: Any, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    proxy = f"http://127.0.0.1:{server.server_port}"
    if named == "environment":
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
    with tercet.DefaultHttpxClient(**({"proxy": proxy} if named == "argument" else {})) as http:
        client = tercet.Anthropic(api_key=KEY, base_url="http://api.example", http_client=http)
        client.messages.create(**ASK)

    assert server.asked == ["http://api.example/v1/messages"]


# --- trio --------------------------------------------------------------------------------------------------------------
def test_trio_is_served_through_it_retries_and_streams_included() -> None:
    trio = pytest.importorskip("trio")

    async def ask() -> tuple[str, str, int]:
        with tercet.local_api(journal=True, faults=["x2 status:529"]) as api:
            async with tercet.DefaultAsyncHttpxClient() as http:
                client = tercet.AsyncAnthropic(base_url=api.base_url, api_key="k", http_client=http)
                whole = await client.messages.create(**ASK)
                async with client.messages.stream(**ASK) as stream:
                    streamed = [piece async for piece in stream.text_stream]
            return whole.text, "".join(streamed), len(api.journal)

    whole, streamed, requests = trio.run(ask)

    assert whole
    assert streamed
    assert requests == 4


def test_trio_without_it_is_told_what_to_pass() -> None:
    trio = pytest.importorskip("trio")

    async def ask() -> None:
        await tercet.AsyncAnthropic(api_key=KEY, base_url="http://127.0.0.1:9", max_retries=0).messages.create(**ASK)

    with pytest.raises(tercet.AnthropicError, match=r"under trio, pass http_client=tercet\.DefaultAsyncHttpxClient"):
        trio.run(ask)
