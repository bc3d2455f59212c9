"""No frame of ours holds a credential after an exception, whichever credential, client, moment and exception it is."""

from __future__ import annotations

import asyncio
import pickle
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.faults import bodies
from tests.faults.frames import frames_that_show, our_frames, shows
from tests.faults.server import FaultServer, Fin, Reset, Stall, response
from tests.ports import closed_port

import tercet

SECRET = "CANARY-0123456789-secret"
KEY = f"sk-ant-{SECRET}"
ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 10,
    "messages": [{"role": "user", "content": "Hello"}],
    "extra_headers": {"X-Api-Token": SECRET, "X-Odd": f"Bearer {SECRET}"},
    "extra_query": {"key": SECRET},
}
SHARED: dict[str, Any] = {
    "default_headers": {"Cookie": SECRET, "X-Other": f"Bearer {SECRET}"},
    "default_query": {"token": SECRET},
    "max_retries": 0,
    "timeout": 0.3,
}
AWS = {"aws_access_key": "AKIA", "aws_secret_key": SECRET, "aws_session_token": SECRET}
GOOGLE = {"project": "p", "token_provider": lambda: SECRET}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "api_key": ("Anthropic", {"api_key": KEY}),
    "auth_token": ("Anthropic", {"auth_token": SECRET}),
    "aws keys": ("AnthropicBedrock", {**AWS, "aws_region": "us-east-1"}),
    "bedrock key": ("AnthropicBedrock", {"api_key": SECRET, "aws_region": "us-east-1"}),
    "aws": ("AnthropicAWS", {**AWS, "aws_region": "us-east-1", "workspace_id": "w"}),
    "mantle": ("AnthropicBedrockMantle", {**AWS, "aws_region": "us-east-1"}),
    "vertex": ("AnthropicVertex", {"access_token": SECRET, "region": "global", "project_id": "p"}),
    "google cloud": ("AnthropicGoogleCloud", {**GOOGLE, "workspace_id": "w"}),
    "foundry key": ("AnthropicFoundry", {"api_key": SECRET}),
    "foundry provider": ("AnthropicFoundry", {"azure_ad_token_provider": lambda: SECRET}),
}
GOOD = response(bodies.BODY["json"])


def address(url: str) -> str:
    return url.replace("//", f"//user:{SECRET}@", 1)


def made(kind: str, world: str, url: str, **options: Any) -> Any:
    name, own = KINDS[kind]
    given = {"base_url": address(url), **SHARED, **own, **options}
    return getattr(tercet, f"{'Async' * (world == 'async')}{name}")(**given)


def called(kind: str, world: str, url: str, arguments: dict[str, Any], **options: Any) -> None:
    """Make a client and a call."""
    if world == "blocking":
        with made(kind, world, url, **options) as client:
            client.messages.create(**arguments)
        return

    async def run() -> None:
        async with made(kind, world, url, **options) as client:
            await client.messages.create(**arguments)

    asyncio.run(run())


def raised(act: Callable[[], object]) -> BaseException:
    try:
        act()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def checked(act: Callable[[], object], where: str) -> list[str]:
    error = raised(act)
    assert list(our_frames(error)), where
    return [f"{where}: {leak}" for leak in frames_that_show(error, [SECRET])]


WRONG: dict[str, dict[str, Any]] = {
    "a timeout": {"timeout": SECRET[0:1]},
    "retries": {"max_retries": -1},
    "a name": {"no_such_argument": SECRET},
    "a header": {"default_headers": {"X-Token": f"{SECRET}\n"}},
    "a header's kind": {"default_headers": {"X-Token": [SECRET]}},
    "a password that splits the URL": {"base_url": f"https://user:{SECRET}/x@host"},
    "a port": {"base_url": f"https://user@host:{SECRET}"},
    "a scheme": {"base_url": f"ftp://user:{SECRET}@host"},
    "brackets": {"base_url": f"https://user:{SECRET}@[::1"},
    "middleware": {"middleware": [1]},
    "a client of another kind": {"http_client": httpx2.AsyncClient()},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_constructor_that_refuses_shows_nothing(kind: str) -> None:
    found = []
    for name, wrong in WRONG.items():
        options = {**wrong, "http_client": httpx2.Client()} if "http_client" in wrong else wrong
        found += checked(lambda wrong=wrong: made(kind, "blocking", "http://host", **wrong), f"{kind} {name}")
        found += checked(lambda options=options: made(kind, "async", "http://host", **options), f"{kind} {name} async")

    assert found == []


@pytest.mark.parametrize("key", [f"{SECRET}\n", SECRET.encode(), f"{SECRET}é", [SECRET]])
def test_a_key_that_is_refused_is_not_shown(key: Any) -> None:
    client = tercet.Anthropic(api_key=KEY)

    def put(name: str) -> None:
        setattr(client, name, key)

    found = []
    for name in ("api_key", "auth_token"):
        found += checked(lambda name=name: tercet.Anthropic(**{name: key}), name)
        found += checked(lambda name=name: put(name), f"setting {name}")
        found += checked(lambda name=name: client.copy(**{name: key}), f"copying {name}")

    assert found == []


MOMENTS: dict[str, tuple[Any, ...]] = {
    "no answer": (Fin(),),
    "a reset": (Reset(),),
    "silence": (Stall(),),
    "no HTTP": (b"\x00\x01\r\n\r\n", Fin()),
    "a bad status": (response(bodies.ERROR, status="500 No"),),
    "a refusal": (response(bodies.ERROR, status="401 No"),),
    "no JSON": (response(b"{oops"),),
    "no message": (response(b"[]"),),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("world", ["blocking", "async"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_call_that_fails_shows_nothing(kind: str, world: str, server: FaultServer) -> None:
    found = []
    for name, steps in MOMENTS.items():
        server.play([steps])
        found += checked(lambda: called(kind, world, server.url, ASK), f"{kind} {world} {name}")
    closed = f"http://127.0.0.1:{closed_port()}"
    found += checked(lambda: called(kind, world, closed, ASK), f"{kind} {world} refused")
    tls = server.url.replace("http:", "https:")
    found += checked(lambda: called(kind, world, tls, ASK), f"{kind} {world} TLS")

    assert found == []


REFUSED: dict[str, dict[str, Any]] = {
    "a line break": {"extra_headers": {"X-Api-Token": f"{SECRET}\r\nX: y"}},
    "a character": {"extra_headers": {"X-Api-Token": f"{SECRET}ł"}},
    "headers that are none": {"extra_headers": [SECRET]},
    "a header that is none": {"extra_headers": {"X-Api-Token": {SECRET: 1}}},
    "a name": {"no_such_argument": SECRET},
    "a missing argument": {"messages": tercet.omit},
    "a body": {"metadata": {"user_id": object()}},
    "a timeout": {"timeout": "soon"},
    "retries": {"max_retries": -1},
}


@pytest.mark.parametrize("world", ["blocking", "async"])
@pytest.mark.parametrize("kind", KINDS)
def test_arguments_that_are_refused_are_not_shown(kind: str, world: str) -> None:
    found = []
    for name, wrong in REFUSED.items():
        found += checked(lambda wrong=wrong: called(kind, world, "http://host", {**ASK, **wrong}), f"{kind} {name}")

    assert found == []


PROXIES = [f"http://user:{SECRET}@[::1", f"http://user@host:{SECRET}", f"http://user:{SECRET}/x@host:80"]


@pytest.mark.parametrize("transport", ["fast", "portable"])
@pytest.mark.parametrize("world", ["blocking", "async"])
@pytest.mark.parametrize("proxy", [*PROXIES, f"gopher://user:{SECRET}@host"])
def test_a_proxy_that_does_not_parse_is_not_shown(
    proxy: str, world: str, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, proxy)
    monkeypatch.setenv("TERCET_TRANSPORT", transport)

    assert checked(lambda: called("api_key", world, "http://host.invalid", ASK), proxy) == []


class Stopped(BaseException):
    """Raised by callbacks."""


def stop(*_: Any, **__: Any) -> Any:
    raise Stopped


async def stop_later(*_: Any) -> Any:
    raise Stopped


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("world", ["blocking", "async"])
def test_a_callback_that_raises_shows_nothing(world: str, server: FaultServer) -> None:
    server.play([(GOOD,)])
    hooks = {"request": [stop if world == "blocking" else stop_later]}
    client = httpx2.Client(event_hooks=hooks) if world == "blocking" else httpx2.AsyncClient(event_hooks=hooks)
    options: dict[str, dict[str, Any]] = {
        "middleware": {"middleware": [stop if world == "blocking" else stop_later]},
        "on_event": {"on_event": stop},
        "event hook": {"http_client": client},
    }
    found = []
    for name, each in options.items():
        found += checked(lambda each=each: called("api_key", world, server.url, ASK, **each), f"{name} {world}")
    provider = {"azure_ad_token_provider": stop}
    found += checked(lambda: called("foundry provider", world, server.url, ASK, **provider), f"provider {world}")

    assert found == []


def test_middleware_that_catches_sees_nothing(server: FaultServer) -> None:
    seen: list[str] = []

    def watch(request: Any, call_next: Any) -> Any:
        try:
            return call_next(request.copy(headers={"X-Api-Token": SECRET}))
        except Exception as error:
            seen.extend(["caught", *frames_that_show(error, [SECRET])])
            raise

    server.play([(Stall(),)])
    assert checked(lambda: called("api_key", "blocking", server.url, ASK, middleware=[watch]), "middleware") == []
    assert seen == ["caught"]


@pytest.mark.filterwarnings("ignore")
def test_a_task_that_is_cancelled_shows_nothing(server: FaultServer) -> None:
    server.play([(Stall(),)])

    async def run() -> None:
        async with made("api_key", "async", server.url, timeout=60) as client:
            task = asyncio.ensure_future(client.messages.create(**ASK))
            while not server.connections:
                await asyncio.sleep(0)
            task.cancel()
            await task

    assert checked(lambda: asyncio.run(run()), "cancelled") == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError, TimeoutError])
@pytest.mark.parametrize("method", ["sendall", "send", "recv", "connect"])
def test_what_a_signal_raises_in_a_socket_shows_nothing(
    method: str, error: type[BaseException], server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.play([(GOOD,)])
    real = getattr(socket.socket, method)
    own = threading.current_thread()

    def interrupted(*arguments: Any) -> Any:
        if threading.current_thread() is own:
            raise error
        return real(*arguments)

    monkeypatch.setattr(socket.socket, method, interrupted, raising=False)
    large = {**ASK, "messages": [{"role": "user", "content": "x" * 300_000}]}
    arguments = large if method == "send" else ASK
    found = checked(lambda: called("api_key", "blocking", server.url, arguments), f"{method} {error.__name__}")

    assert found == []


def leave(stream: Any) -> None:
    with stream as events:
        for _ in events:
            raise Stopped


@pytest.mark.filterwarnings("ignore")
def test_streams_and_tools_that_end_in_an_exception_show_nothing(server: FaultServer) -> None:
    stopping = tercet.beta_tool(stop, name="stop", description="Stop.", input_schema={"type": "object"})
    use = {"content": [{"type": "tool_use", "id": "t", "name": "stop", "input": {}}], "stop_reason": "tool_use"}
    with made("api_key", "blocking", server.url) as client:
        server.play([(bodies.of("sse", *bodies.EVENTS),)])
        found = frames_that_show(raised(lambda: leave(client.messages.stream(**ASK))), [SECRET])
        server.play([(bodies.of("sse", *bodies.EVENTS[:5], end=False), Reset())])
        found += checked(lambda: client.messages.stream(**ASK).__enter__().get_final_message(), "reset")
        server.play([(response(bodies.dumped({"id": "m", "type": "message", "role": "assistant", **use})),)])
        found += checked(lambda: client.beta.messages.tool_runner(**ASK, tools=[stopping]).until_done(), "a tool")
        found += checked(lambda: list(client.beta.messages.tool_runner(**ASK, tools=[stopping])), "a tool, iterated")
        server.play([(response(b"[]"),)])
        found += checked(lambda: list(client.beta.messages.tool_runner(**ASK, tools=[stopping])), "a runner")
        found += checked(lambda: client.messages.with_raw_response.create(**ASK).parse(), "raw")
        found += checked(lambda: client.models.list(extra_headers=ASK["extra_headers"]), "a list")

    assert found == []


class AtLine:
    """Raises at the n-th line that runs in this package, as Ctrl-C might; the lines of the doors themselves apart."""

    def __init__(self, line: int, error: type[BaseException]) -> None:
        self.left, self.error = line, error

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_name == "<module>":  # nothing is given to a module
            return None
        name = frame.f_globals.get("__name__", "")
        return self.line if name.startswith("tercet.") and name != "tercet.wire.frames" else None

    def line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self.left -= 1
            if self.left == 0:
                raise self.error
        return self.line


def interrupted_at(line: int, error: type[BaseException], act: Callable[[], object]) -> BaseException | None:
    """What came out; None if the end was reached before."""
    before = sys.gettrace()
    sys.settrace(AtLine(line, error))
    try:
        act()
    except BaseException as caught:
        return caught
    finally:
        sys.settrace(before)
    return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("world", ["blocking", "async"])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(KINDS)),
    line=st.integers(1, 900),
    error=st.sampled_from([KeyboardInterrupt, MemoryError, GeneratorExit, asyncio.CancelledError, ValueError]),
)
def test_an_exception_at_any_line_shows_nothing(
    world: str, kind: str, line: int, error: type[BaseException], server: FaultServer
) -> None:
    server.play([(GOOD,)])
    caught = interrupted_at(line, error, lambda: called(kind, world, server.url, ASK))

    assert caught is None or frames_that_show(caught, [SECRET]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_at_rest_shows_nothing(kind: str) -> None:
    client = made(kind, "blocking", "http://host")
    client.messages.create  # noqa: B018 - nouns are made when they are touched

    assert SECRET not in f"{client!r} {client} {vars(client)} {client._settings!r}"
    assert not shows(vars(client), [SECRET])
    assert SECRET not in f"{client.base_url} {client.base_url!r}"


@pytest.mark.parametrize("kind", [each for each in KINDS if "provider" not in each and each != "google cloud"])
def test_a_pickled_client_leaves_credentials_out(kind: str) -> None:
    named = {"Cookie": SECRET, "X-Odd": f"Bearer {SECRET}", "X-Plain": "kept"}
    pickled = pickle.dumps(made(kind, "blocking", "http://host", default_headers=named))

    assert SECRET.encode() not in pickled
    assert b"kept" in pickled
    assert b"redacted" not in pickled


def test_the_walker_finds_what_is_there() -> None:
    def leaky(key: str) -> None:
        raise ValueError

    leaky.__globals__["__name__"], own = "tercet.leaky", __name__
    try:
        found = frames_that_show(raised(lambda: leaky(SECRET)), [SECRET])
    finally:
        leaky.__globals__["__name__"] = own

    assert any(each.endswith("leaky: key") for each in found)
