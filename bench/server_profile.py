"""Where the local API's time goes behind HTTP, part by part, in this process: `python bench/server_profile.py`.

Minima of CPU time in µs. Parts that run alone, over and over, find everything in the processor's caches: "all of it" is
what counts, and is more than their sum.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import msgspec

from server import ASK
from tercet.server.access import Caller
from tercet.server.accounting import usage as accounting
from tercet.server.app import create_app
from tercet.server.exchange import decoded_json
from tercet.server.service.events import sse_of
from tercet.server.service.request import MessageRequest
from tercet.server.settings import ServerSettings

ROUNDS, CALLS = 60, 50
TURNS = 20
Parts = dict[str, Callable[[], Any]]


def main() -> None:
    """Print one table."""
    columns = [
        (name, parts_of(ask)) for name, ask in (("one question", ASK), (f"{TURNS} turns, a tool, a cache mark", long()))
    ]
    print("| part, µs |", " | ".join(name for name, _ in columns), "|")
    print("|---|" + "---|" * len(columns))
    for part in columns[0][1]:
        print(f"| {part} |", " | ".join(f"{least(parts[part]):.1f}" for _, parts in columns), "|")


def least(work: Callable[[], Any]) -> float:
    """Microseconds of CPU of one call, at best."""
    times = []
    gc.disable()
    for _ in range(ROUNDS):
        begun = time.process_time_ns()
        for _ in range(CALLS):
            work()
        times.append((time.process_time_ns() - begun) / CALLS / 1000)
    gc.enable()
    return min(times)


def parts_of(ask: dict[str, Any]) -> Parts:
    """What is done with one request, in order."""
    serving = create_app(ServerSettings()).state.service
    body, who = msgspec.json.encode(ask), Caller("a key's digest", "2023-06-01", frozenset())

    def asked() -> MessageRequest:
        return MessageRequest(decoded_json(body), who, size=len(body))

    def all_of_it() -> bytes:
        message = serving.message(asked())
        serving.limiter.headers(who.key, message["model"])
        return msgspec.json.encode(message)

    request, model = serving.checked(asked())
    answer, message = serving.answerer.answer(request, {}), serving.message(asked())
    return {
        "JSON read": lambda: decoded_json(body),
        "checks, the model looked up": lambda: serving.checked(MessageRequest(request, who, size=len(body))),
        "the simulated model": lambda: serving.answerer.answer(request, {}),
        "usage: tokens, cache": lambda: accounting.usage(request, answer, model, cache=serving.cache, key=who.key),
        "limits: taken": lambda: serving.limiter.admit(who.key, model, len(body), lambda: 0),
        "limits: told": lambda: serving.limiter.headers(who.key, model),
        "JSON written": lambda: msgspec.json.encode(message),
        "all of it": all_of_it,
        "the same message as a stream": lambda: sse_of(message),
    }


def long() -> dict[str, Any]:
    """A conversation of some length about orders."""
    system = {"type": "text", "text": "Orders have lines with prices. " * 270, "cache_control": {"type": "ephemeral"}}
    schema = {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}
    tool = {"name": "get_order", "description": "Look up an order by its number.", "input_schema": schema}
    messages: list[dict[str, Any]] = []
    for number in range(TURNS // 4):
        call = {"type": "tool_use", "id": f"toolu_{number}", "name": "get_order", "input": {"order_id": str(number)}}
        result = {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": '{"status": "sent"}'}
        messages += [
            {"role": "user", "content": f"Where is my order {number}?"},
            {"role": "assistant", "content": [{"type": "text", "text": "Let me look."}, call]},
            {"role": "user", "content": [result]},
            {"role": "assistant", "content": [{"type": "text", "text": "It was sent."}]},
        ]
    question = {"role": "user", "content": "Thank you. Please say in words what delivery costs."}
    return {**ASK, "system": [system], "tools": [tool], "messages": [*messages, question]}


if __name__ == "__main__":
    main()
