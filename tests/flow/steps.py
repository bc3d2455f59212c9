"""Drives a plan by hand: outcomes go in, what was asked for comes out. No server, no clock, no waiting."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tercet.flow.body import PrefixedBody
from tercet.flow.breaker import Breaker, Circuit
from tercet.flow.effects import Close, Emit, Lost, Plan, Read, Reply, Rewind, Send, Sleep
from tercet.transport.memory import Chunks
from tercet.wire.http import Headers, Request, Timeout

ASK = Request("POST", "http://local/v1/messages", Headers({"x-api-key": "sk-ant-canary"}), b"{}", timeout=Timeout(60))
OVERLOADED = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n'
START = b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","content":[],"usage":{}}}\n\n'
PING = b'event: ping\ndata: {"type": "ping"}\n\n'
CONTENT = b'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def reply(status: int, content: bytes = b"", **headers: str) -> Reply:
    return Reply(status, Headers({name.replace("_", "-"): value for name, value in headers.items()}), content)


def streaming(*chunks: bytes | Lost) -> Reply:
    return Reply(200, Headers({"content-type": "text/event-stream"}), stream=Chunks(chunks))


def lost(kind: Any = "read", phase: Any = "unanswered") -> Lost:
    return Lost(kind, phase, "it broke")


def refused(status: int, error_code: str) -> Reply:
    error = {"type": "x", "message": "m", "details": {"error_code": error_code}}
    return reply(status, json.dumps({"type": "error", "error": error}).encode())


def steps(plan: Plan[Any], outcomes: Iterable[Any]) -> tuple[list[Any], Any]:
    """Every Send gets the next outcome. Returns what was asked for ("send", seconds, events) and how it ended."""
    asked: list[Any] = []
    coming = iter(outcomes)
    answer: Any = None
    while True:
        try:
            effect = plan.send(answer)
        except StopIteration as done:
            return asked, done.value
        answer = None
        match effect:
            case Send():
                asked.append("send")
                answer = next(coming)
            case Sleep():
                asked.append(effect.seconds)
            case Emit():
                asked.append(effect.event)
            case Read():
                answer = effect.stream.read()
            case Close():
                effect.stream.close()
            case Rewind():
                answer = PrefixedBody(effect)


def without_events(asked: list[Any]) -> list[Any]:
    return [each for each in asked if isinstance(each, str | float)]


def whole(stream: Any) -> list[Any]:
    """Everything that a stream gives, its end included."""
    chunks: list[Any] = []
    while True:
        chunk = stream.read()
        chunks.append(chunk)
        if not isinstance(chunk, bytes):
            return chunks


def circuit(clock: Clock | None = None, **how: Any) -> Circuit:
    made = Breaker(**{"clock": clock or Clock(), "jitter": 0.0, **how})
    return Circuit(made, "http://local", "claude-sonnet-4-6")


def fail(one: Circuit, times: int = 1, asked: float | None = None) -> None:
    for _ in range(times):
        permit, _changed = one.admit()
        assert permit is not None
        one.judge(permit, False, asked)
