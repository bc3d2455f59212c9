"""Fuzzing: a secret is planted anywhere, written in any way, sent in any wrapping; and nothing that is kept holds it."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.server.journal.planted import BODIES, LEAVES, escaped, found

from tercet.server.exchange import ServerExchange
from tercet.server.http.parser import Head, RequestLine
from tercet.server.http.transfer import RequestBody
from tercet.server.inspector.views import detail
from tercet.server.journal.bodies import readable
from tercet.server.journal.journal import Entry, Journal, Recorder
from tercet.server.responders.recording import Taken, read, written
from tercet.wire.redaction import REDACTED, Redaction

SSE = {"content-type": "text/event-stream; charset=utf-8"}
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=48).filter(
    lambda key: len(set(key)) > 8 and "redacted" not in key
)
TOKENS = st.text("abcdefghijkLMNOPQRST0123456789", min_size=40, max_size=40).filter(lambda token: len(set(token)) > 8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5000, 5000) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


class Sink:
    """Takes what goes out."""

    def begin(self, status: int, headers: Any) -> None: ...

    async def send(self, data: bytes, *, last: bool = False) -> None: ...


def head_of(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


def journaled(asked: dict[str, str], content: bytes, answered: dict[str, str], chunks: list[bytes]) -> Entry:
    """The journal's entry of an exchange."""
    line = RequestLine("POST", b"/v1/messages")
    exchange = ServerExchange(Head(line, head_of(asked)), RequestBody(whole=content), "req_1", 1.0)
    asyncio.run(exchange.body(1 << 30))
    journal = Journal()
    recorder = Recorder(journal, exchange, Sink())  # type: ignore[arg-type]
    recorder.begin(200, head_of(answered))
    for chunk in chunks:
        asyncio.run(recorder.send(chunk))
    recorder.close()
    return next(iter(journal))


def kept(folder: Path, asked: dict[str, str], content: bytes, answered: dict[str, str], chunks: list[bytes]) -> bytes:
    """Everything that is kept of an exchange: the recording's file, the journal's entry, the inspector's page."""
    entry = journaled(asked, content, answered, chunks)
    timed = [(number / 10, chunk) for number, chunk in enumerate(chunks)]
    taken = Taken("POST", "/v1/messages", b"", head_of(asked), content, 200, head_of(answered), timed)
    path = written(taken, folder, 1)
    read(path)
    shown = [entry.shown(), detail(entry, "http://127.0.0.1"), msgspec.json.decode(path.read_bytes())]
    stored = msgspec.json.decode(msgspec.json.encode(entry))
    return b"\n".join((path.read_bytes(), entry.content, entry.response, json.dumps([*shown, stored]).encode()))


def leaks(secret: str, *everything: bytes) -> list[bytes]:
    return [form for each in everything for form in found(secret, each)]


def planted(value: Any, text: str, choice: random.Random) -> Any:
    """The value with the text somewhere in it, as a text, within one, or as a name."""
    if isinstance(value, dict) and value and choice.random() < 0.8:
        name = choice.choice(list(value))
        return {**value, name: planted(value[name], text, choice)}
    if isinstance(value, list) and value and choice.random() < 0.8:
        place = choice.randrange(len(value))
        return [*value[:place], planted(value[place], text, choice), *value[place + 1 :]]
    return choice.choice([{text: value}, [value, text], {"a": f"It is {text} .", "b": value}])


def secret_of(key: str, token: str, kind: str) -> tuple[str, dict[str, str]]:
    """A secret, and the headers of a request that carries it or does not."""
    if kind == "key":
        return key, {"x-api-key": key}
    if kind == "bearer":
        return token, {"authorization": f"Bearer {token}"}
    if kind == "cookie":
        return token, {"cookie": f"a=b; session={token}"}
    return {"anthropic": f"sk-ant-api03-{token}", "google": f"ya29.{token}", "aws": "AKIA" + token[:16].upper()}[
        kind
    ], {}


KINDS = st.sampled_from(["key", "bearer", "cookie", "anthropic", "google", "aws"])


@pytest.mark.parametrize("wrapping", BODIES)
@given(KEYS, TOKENS, KINDS, JSON, st.sampled_from(sorted(LEAVES)), st.floats(0, 1), st.integers(0, 1 << 30))
@settings(deadline=None, max_examples=10)
def test_bodies(
    tmp_path_factory: pytest.TempPathFactory,
    wrapping: str,
    key: str,
    token: str,
    kind: str,
    value: Any,
    leaf: str,
    rate: float,
    seed: int,
) -> None:
    choice = random.Random(seed)
    secret, headers = secret_of(key, token, kind)
    body = escaped(planted(value, LEAVES[leaf](secret), choice), choice, rate)
    wrap, said = BODIES[wrapping]
    about = {"content-type": "application/json", **said}
    data = wrap(body)
    cuts = sorted(choice.randrange(len(data) + 1) for _ in range(3))
    chunks = [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)])]
    assert leaks(secret, kept(tmp_path_factory.mktemp("r"), {**headers, **about}, data, about, chunks)) == []


def event(value: Any, choice: random.Random, rate: float) -> bytes:
    """One server-sent event, its data perhaps on several lines."""
    lines = escaped(value, choice, rate).split(b"\n")
    return b"event: " + value["type"].encode() + b"\n" + b"".join(b"data:" + line + b"\n" for line in lines) + b"\n"


def streamed(pieces: list[str], field: str, kind: str, choice: random.Random, rate: float) -> bytes:
    """A stream whose block comes in these pieces, between pings."""
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    events = [event(start, choice, rate)]
    for piece in pieces:
        delta = {"type": kind, field: piece}
        events.append(event({"type": "content_block_delta", "index": 0, "delta": delta}, choice, rate))
        events += [event({"type": "ping"}, choice, rate)] if choice.random() < 0.2 else []
    return b"".join(events)


FIELDS = st.sampled_from(
    [
        ("text", "text_delta"),
        ("partial_json", "input_json_delta"),
        ("thinking", "thinking_delta"),
        ("of_tomorrow", "tomorrow_delta"),
    ]
)


@pytest.mark.parametrize("leaf", LEAVES)
@given(KEYS, TOKENS, KINDS, st.text(max_size=10), FIELDS, st.floats(0, 1), st.integers(0, 1 << 30), st.integers(0, 60))
@settings(deadline=None, max_examples=10)
def test_streams(
    tmp_path_factory: pytest.TempPathFactory,
    leaf: str,
    key: str,
    token: str,
    kind: str,
    around: str,
    field: tuple[str, str],
    rate: float,
    seed: int,
    cut: int,
) -> None:
    choice = random.Random(seed)
    secret, headers = secret_of(key, token, kind)
    text = f"{around} {LEAVES[leaf](secret)} {around}"
    cuts = sorted(choice.randrange(len(text) + 1) for _ in range(choice.randrange(9)))
    pieces = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)])]
    data = streamed(pieces, *field, choice, rate)
    data = data[: len(data) - cut]
    ends = sorted(choice.randrange(len(data) + 1) for _ in range(4))
    chunks = [data[begin:end] for begin, end in zip([0, *ends], [*ends, len(data)])]
    folder = tmp_path_factory.mktemp("r")
    assert leaks(secret, kept(folder, headers, b"", SSE, chunks)) == []
    assert leaks(secret, journaled(headers, b"", SSE, chunks).response) == []


def test_a_secret_whose_end_could_not_be_read_is_not_kept_in_part() -> None:
    secret = "an-ordinary-key-0123456789"
    for text in (secret, LEAVES["base64"](secret), LEAVES["base64, in lines"](secret)):
        data = streamed([f"It is {text[:-9]}", text[-9:]], "text", "text_delta", random.Random(1), 0.0)
        kept = journaled({"x-api-key": secret}, b"", SSE, [data[:-5]]).response
        assert text[:8].encode() not in kept
        assert f"It is {REDACTED}".encode() in kept


@given(JSON, st.floats(0, 1), st.integers(0, 1 << 30))
@example({"password": {"type": "string"}, "required": ["password", "token", "api_key"]}, 0.0, 1)
@example({"text": "Set the api_key and a password; bearer tokens, basic understanding. https://a.example/x@y"}, 0.0, 1)
@example({"text": r"C:\users\x %20 &amp; \u0041 =3D AAAA" + "QUJD" * 40}, 0.0, 1)
@settings(deadline=None)
def test_json_without_secrets_is_kept_unharmed(value: Any, rate: float, seed: int) -> None:
    headers = head_of({"x-api-key": "sk-ant-CANARY-0123456789", "content-type": "application/json"})
    body = readable(headers, escaped(value, random.Random(seed), rate), Redaction(headers), 1 << 20)
    assert msgspec.json.decode(body.written()) == value


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.lists(st.text(max_size=9), max_size=5))
@settings(deadline=None)
def test_text_and_streams_without_secrets_are_kept_unharmed(text: str, pieces: list[str]) -> None:
    plain = readable([(b"content-type", b"text/plain")], text.encode(), Redaction(), 1 << 20)
    assert plain.written() == text.encode().removeprefix(b"\xef\xbb\xbf")
    data = streamed(pieces, "text", "text_delta", random.Random(1), 0.0)
    assert readable(head_of(SSE), data, Redaction(), 1 << 20).written() == data
