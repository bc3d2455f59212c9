"""What hostile input meets: injection is refused before a byte is sent, caps hold, time is linear, TLS is checked."""

from __future__ import annotations

import contextlib
import gzip
import logging
import ssl
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.faults import bodies
from tests.faults.server import FaultServer, response
from tests.faults.subject import KEY
from tests.faults.surfaces import ASK

import tercet
from tercet.transport.base import DEFAULT_SETTINGS
from tercet.transport.decoding import TooLargeError, decoder_for
from tercet.transport.http1 import MalformedError, ResponseParser
from tercet.transport.tls import context_for
from tercet.wire.stream.decoder import EventDecoder
from tercet.wire.stream.partial import parse_partial

BREAKS = ("a\r\nb: c", "a\nb", "a\rb", "a\0b")


@pytest.mark.parametrize("value", BREAKS)
@pytest.mark.parametrize(
    "name", ["api_key", "auth_token", "base_url", "anthropic_version", "default_headers", "a name"]
)
def test_nothing_splits_a_request(name: str, value: str, server: FaultServer) -> None:
    given: dict[str, Any] = {"api_key": KEY, "base_url": server.url, "max_retries": 0}
    if name == "default_headers":
        given["default_headers"] = {"x": value}
    elif name == "a name":
        given["default_headers"] = {value: "x"}
    else:
        given[name] = server.url + value if name == "base_url" else value
        if name == "auth_token":
            del given["api_key"]

    with pytest.raises(ValueError) as caught:
        tercet.Anthropic(**given).messages.create(**ASK)

    assert server.connections == 0
    assert value not in str(caught.value)


HOSTILE_IDS = ("../../v1/models", "..", ".", "a/b", "a?b=c", "a#b", "a%2fb", "a\r\nb", "a b", "\\..\\b", "ü", "a\0b")


@pytest.mark.parametrize("identifier", HOSTILE_IDS)
def test_an_identifier_cannot_leave_its_place_in_the_path(identifier: str, server: FaultServer) -> None:
    server.play([(response(bodies.ERROR, status="404 Not Found"),)])
    with tercet.Anthropic(api_key=KEY, base_url=server.url, max_retries=0) as client:
        for act, start in PLACES(client):
            with contextlib.suppress(tercet.APIError, ValueError):
                act(identifier)
            for head in server.heads:
                path = head.split(" ")[1].partition("?")[0]
                assert path.startswith(start), path
                assert (
                    path.removeprefix(start).removesuffix("/content").removesuffix("/cancel").strip("/").count("/") == 0
                )
                assert ".." not in path.split("/")
            server.heads.clear()


def PLACES(client: Any) -> list[tuple[Callable[[str], Any], str]]:
    return [
        (client.models.retrieve, "/v1/models/"),
        (client.messages.batches.retrieve, "/v1/messages/batches/"),
        (client.messages.batches.cancel, "/v1/messages/batches/"),
        (client.beta.files.delete, "/v1/files/"),
        (client.beta.files.download, "/v1/files/"),
    ]


@pytest.mark.parametrize(
    "hostile", ["a\r\nINFO root: forged", "\x1b[31mred\x1b[0m", "a\u2028b", "\u202egnp", "x" * 5000]
)
def test_one_record_is_one_line_whatever_a_server_says(
    hostile: str, server: FaultServer, caplog: pytest.LogCaptureFixture
) -> None:
    name = hostile.encode("unicode_escape").decode() if "\r" in hostile or not hostile.isascii() else hostile
    server.play([(response(bodies.ERROR, "application/json", "400 No", f"request-id: {name}"),)])
    caplog.set_level(logging.DEBUG, "tercet")
    with tercet.Anthropic(api_key=KEY, base_url=server.url, max_retries=0) as client, pytest.raises(tercet.APIError):
        client.messages.create(**ASK)

    for record in caplog.records:
        line = record.getMessage()
        assert len(line.splitlines()) == 1
        assert "\x1b" not in line
        assert "\u202e" not in line
        assert record.levelno < logging.INFO or len(line) < 1000


def fed(decode: Callable[[bytes], Any], data: bytes, size: int = 4096) -> None:
    for at in range(0, len(data), size):
        decode(data[at : at + size])


def parsed_head(size: int) -> None:
    parser = ResponseParser()
    data = b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * (size // 6)
    with contextlib.suppress(MalformedError):
        fed(parser.feed, data, 64)


def chunked(size: int) -> None:
    parser = ResponseParser()
    parser.feed(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    fed(parser.feed, b"1\r\nx\r\n" * (size // 6))


LINEAR: dict[str, Callable[[int], Any]] = {
    "one long line of a stream": lambda size: fed(EventDecoder().feed, b"data: " + b"x" * size, 1024),
    "many short events": lambda size: fed(EventDecoder().feed, bodies.delta("x") * (size // 100)),
    "many comments": lambda size: fed(EventDecoder().feed, b": c\n" * (size // 4)),
    "chunks of one byte": chunked,
    "headers in small pieces": lambda size: parsed_head(min(size, 60_000)),
    "unfinished JSON": lambda size: parse_partial('{"a": [' + '"x", ' * (size // 5)),
    "unfinished JSON with objects": lambda size: parse_partial('{"a": [' + '{"b": [1, "c"]}, ' * (size // 17)),
}


def seconds(act: Callable[[int], Any], size: int) -> float:
    best = 9.0
    for _ in range(3):
        began = time.process_time()
        act(size)
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.parametrize("name", LINEAR)
def test_the_work_grows_with_the_input_and_no_faster(name: str) -> None:
    quarter, whole = seconds(LINEAR[name], 100_000), seconds(LINEAR[name], 400_000)

    assert whole < max(10 * quarter, 0.02)  # its square would be 16 times as much


@pytest.mark.parametrize(
    "text", [b" " * 100_000, b"a" * 100_000, b"x:" * 50_000, b"HTTP/1.1 200 " + b" " * 60_000, b"\t" * 60_000]
)
def test_no_pattern_backtracks(text: bytes) -> None:
    began = time.process_time()
    for start in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5"):
        with contextlib.suppress(MalformedError):
            ResponseParser().feed(start + text + b"\r\n\r\n")
    fed(EventDecoder().feed, text + b"\n\n")

    assert time.process_time() - began < 5


def test_a_bomb_is_stopped_before_it_is_large() -> None:
    decoder = decoder_for("gzip")
    assert decoder is not None
    bomb, written = gzip.compress(bytes(64 << 20), 9), 0

    while True:
        try:
            written += len(decoder.feed(bomb[:256]))
        except TooLargeError:
            break
        bomb = bomb[256:]
    assert written < 32 << 20


def test_tls_is_checked_unless_somebody_says_otherwise() -> None:
    context = context_for(DEFAULT_SETTINGS.verify)

    assert DEFAULT_SETTINGS.verify is True
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
