"""Whatever ends badly says which attempts failed before it, wherever it ended."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.scripted import ASK, EVENTS, JSON, SSE, Script

import tercet
from tercet.flow.drivers import run

BUSY = (529, {**JSON, "retry-after": "0"}, b'{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}')
BEGUN = (200, SSE, EVENTS[:1])
CUT = (200, SSE, EVENTS[:4])
UNREADABLE = (200, JSON, b'{"type":')


def read(client: Any, stream: bool) -> None:
    if not stream:
        client.messages.create(**ASK)
        return
    for _ in client.messages.create(**ASK, stream=True):
        pass


@pytest.mark.parametrize(
    ("outcomes", "stream", "phases"),
    [
        ([CUT], True, []),
        ([BUSY, CUT], True, ["refused"]),
        ([BEGUN], True, ["nothing_yielded"] * 3),
        ([BUSY, BEGUN, CUT], True, ["refused", "nothing_yielded"]),
        ([UNREADABLE], False, []),
        ([BUSY, BUSY, UNREADABLE], False, ["refused", "refused"]),
        ([BUSY], False, ["refused"] * 3),
    ],
)
def test_an_error_has_every_failed_attempt(
    monkeypatch: pytest.MonkeyPatch, outcomes: list[Any], stream: bool, phases: list[str]
) -> None:
    monkeypatch.setitem(run.__kwdefaults__, "sleep", lambda seconds: None)
    client = Script(*outcomes).client(max_retries=2)

    with pytest.raises(tercet.APIError) as caught:
        read(client, stream)

    assert [attempt.phase for attempt in caught.value.attempts] == phases


def test_batch_results_that_break_off_have_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(run.__kwdefaults__, "sleep", lambda seconds: None)
    batch = b'{"id":"b","type":"message_batch","processing_status":"ended","results_url":"http://local/r"}'
    script = Script((200, JSON, batch), BUSY, (200, {"content-type": "application/binary"}, [b"{oops\n"]))

    with pytest.raises(tercet.StreamProtocolError) as caught:
        list(script.client(max_retries=2).messages.batches.results("b"))

    assert [attempt.phase for attempt in caught.value.attempts] == ["refused"]
