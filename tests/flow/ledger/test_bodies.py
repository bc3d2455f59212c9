"""Bodies are kept if that is asked for: without a credential, without files, cut at a length, and no longer than was said."""

from __future__ import annotations

import asyncio
import json
import pickle
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.client.scripted import ASK, EVENTS, JSON, KEY, MESSAGE, SSE, Script
from tests.toolkit.ledger.journals import DAY

import tercet
from tercet.flow.ledger.bodies import MOST, KeptBodies
from tercet.flow.ledger.entry import LedgerLine
from tercet.transport.base import Lost, Reply
from tercet.wire.http import Headers, Request

BUSY = (529, {**JSON, "retry-after-ms": "1"}, b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}')
NOW = 1_795_000_000_000_000_000


def rows(path: Path) -> list[dict[str, Any]]:
    return list(tercet.Ledger(path).calls(bodies=True, origin="all", limit=None))


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def line(request: bytes, outcome: Any, *chunks: bytes, headers: Any = ()) -> dict[str, Any]:
    """Return the line of these bodies."""
    bodies = KeptBodies(30)
    for chunk in chunks:
        bodies.see(chunk)
    sent = Request("POST", "https://x/v1/messages", Headers([("x-api-key", KEY), *headers]), request)
    entry = LedgerLine("a", 0, NOW, "messages", 0, "api", True)
    found: dict[str, Any] = json.loads(bodies.line(entry, sent, outcome))
    return found


def test_nothing_is_kept_unless_it_is_asked_for(tmp_path: Path) -> None:
    Script((200, JSON, MESSAGE)).client(ledger=tercet.Ledger(tmp_path / "c.db")).messages.create(**ASK)

    ((row,), held) = rows(tmp_path / "c.db"), bytes_of(tmp_path)
    assert (row["request"], row["answer"]) == (None, None)
    assert ASK["messages"][0]["content"].encode() not in held


@pytest.mark.parametrize("world", ["blocking", "async"])
@pytest.mark.parametrize("body", [MESSAGE, EVENTS], ids=["whole", "stream"])
def test_what_was_sent_and_what_came_stand_beside_each_attempt(world: str, body: Any, tmp_path: Path) -> None:
    ledger = tercet.Ledger(tmp_path / "c.db", keep="bodies")
    streamed = isinstance(body, list)
    script = Script(BUSY, (200, SSE if streamed else JSON, body))

    async def in_loop() -> None:
        answer = await script.async_client(ledger=ledger, max_retries=1).messages.create(**ASK, stream=streamed)
        if streamed:
            async for _ in answer:
                pass

    if world == "async":
        asyncio.run(in_loop())
    else:
        answer = script.client(ledger=ledger, max_retries=1).messages.create(**ASK, stream=streamed)
        for _ in answer if streamed else ():
            pass

    second, first = rows(tmp_path / "c.db")
    assert json.loads(first["request"])["messages"] == json.loads(second["request"])["messages"] == ASK["messages"]
    assert json.loads(first["answer"])["error"]["message"] == "busy"
    assert json.loads(second["answer"])["role"] == "assistant"
    assert json.loads(second["answer"])["content"][0]["text"]
    assert ledger.lost == 0
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in tmp_path.rglob("*") if file.is_file())


def test_an_attempt_without_an_answer_keeps_what_was_sent(tmp_path: Path) -> None:
    ledger = tercet.Ledger(tmp_path / "c.db", keep="bodies")
    with pytest.raises(tercet.APIConnectionError):
        Script(Lost("read", "cut", "it broke")).client(ledger=ledger).messages.create(**ASK)

    (row,) = rows(tmp_path / "c.db")
    assert (json.loads(row["request"])["messages"], row["answer"]) == (ASK["messages"], None)


def test_a_copy_in_another_process_keeps_bodies_too(tmp_path: Path) -> None:
    client = Script((200, JSON, MESSAGE)).client(ledger=tercet.Ledger(tmp_path / "c.db", keep="bodies", days=2))
    again = pickle.loads(pickle.dumps(client))
    assert again._policies.ledger.body_days == 2


def test_no_key_is_kept_in_any_form_nor_in_pieces_of_a_stream(tmp_path: Path) -> None:
    cut = b"".join(
        b"event: %s\ndata: %s\n\n" % (event["type"].encode(), json.dumps(event).encode())
        for event in (
            {"type": "message_start", "message": {**json.loads(MESSAGE), "content": [], "stop_reason": None}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            *(
                {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
                for piece in KEY
            ),
        )
    )
    asked = json.dumps({"messages": [{"role": "user", "content": f"my key is {KEY}"}], "mcp_servers": [{"authorization_token": "abc-9"}]})  # fmt: skip
    found = line(asked.encode(), Reply(200, Headers(SSE), stream=object()), cut)  # type: ignore[arg-type]

    assert KEY not in json.dumps(found)
    assert "abc-9" not in json.dumps(found)
    assert "my key is <redacted>" in found["request"]
    assert json.loads(found["answer"])["content"][0]["text"] == "<redacted>"


def test_files_are_told_by_their_size_and_long_texts_are_cut() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 9_000}}
    found = line(
        json.dumps({"messages": [{"content": [image]}]}).encode(),
        Reply(200, Headers(JSON), b'["%s"]' % (b"y" * 300_000)),
    )
    assert "(9,000 characters of base64)" in found["request"]
    assert len(found["answer"]) < MOST + 50
    assert found["answer"].endswith("… (300,004 characters in all)")


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60), st.binary(max_size=60), st.booleans())
def test_any_bytes_make_a_line_that_can_be_read(sent: bytes, came: bytes, streamed: bool) -> None:
    reply = Reply(200, Headers(SSE), stream=object()) if streamed else Reply(200, Headers(JSON), came)  # type: ignore[arg-type]
    found = line(sent, reply, came)
    assert (found["tercet_body"], found["until"]) == ("a", NOW + 30 * DAY)


@pytest.mark.parametrize("given", [{"keep": "all"}, {"keep": "bodies", "days": 0}, {"keep": "bodies", "days": "7"}])
def test_what_cannot_be_kept_is_refused(given: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(tercet.LedgerError, match=r"^(keep|days) must be"):
        tercet.Ledger(tmp_path / "c.db", **given)


def test_no_byte_is_left_of_those_who_are_forgotten_nor_of_what_is_too_old(tmp_path: Path) -> None:
    ledger = tercet.Ledger(tmp_path / "c.db", keep="bodies", days=30)
    client = Script((200, JSON, MESSAGE)).client(ledger=ledger)
    for number in range(300):
        with tercet.tagged(user=f"u{number % 2}"):
            client.messages.create(
                **{**ASK, "messages": [{"role": "user", "content": f"words of u{number % 2} " * 40}]}
            )

    assert len(rows(tmp_path / "c.db")) == 300
    assert ledger.forget(user="u1") == 150
    held = bytes_of(tmp_path)
    assert b"words of u1" not in held
    assert b"words of u0" in held

    late = tercet.Ledger(tmp_path / "c.db", clock=lambda: datetime(2090, 1, 1, tzinfo=UTC))
    assert late.cost(by=(), origin="all")[0]["calls"] == 150
    assert b"words of u0" not in bytes_of(tmp_path)
    assert late.lost == 0
