"""Budget and ledger agree to the nano-dollar, whatever is asked, answered, cut, lost and refused: what is spent is the sum of
what is known, what is uncertain the sum of the upper bounds of what is not, where there are such bounds.
`TERCET_EXAMPLES=10000` tries as many."""

from __future__ import annotations

import asyncio
import gc
import json
import os
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.client.scripted import ASK, JSON, SSE, Script
from tests.client.test_ledger import lines

import tercet
from tercet.transport.base import Lost

EXAMPLES = int(os.environ.get("TERCET_EXAMPLES", "60"))
pytestmark = pytest.mark.timeout(max(300, EXAMPLES // 5))
NANO = Decimal(10) ** 9
MODELS = ["claude-sonnet-4-6", "claude-haiku-4-5", "claude-opus-4-1"]

counts = st.integers(0, 70)
usages = st.fixed_dictionaries(
    {"input_tokens": st.one_of(counts, st.just(150_000), st.just(-1)), "output_tokens": counts},
    optional={
        "cache_read_input_tokens": counts,
        "cache_creation_input_tokens": counts,
        "cache_creation": st.fixed_dictionaries(
            {"ephemeral_5m_input_tokens": counts, "ephemeral_1h_input_tokens": counts}
        ),
        "service_tier": st.sampled_from(["standard", "priority", None]),
        "inference_geo": st.sampled_from(["us", "global", None]),
        "server_tool_use": st.fixed_dictionaries({"web_search_requests": st.integers(0, 3)}),
        "iterations": st.lists(
            st.fixed_dictionaries({"type": st.just("message"), "input_tokens": counts, "output_tokens": counts}),
            max_size=3,
        ),
    },
)
answering = st.sampled_from([*MODELS, "claude-unheard-of", None])
failures = st.sampled_from(
    [
        (529, JSON, b'{"type":"error","error":{"type":"overloaded_error","message":"m"}}'),
        (500, JSON, b'{"type":"error","error":{"type":"api_error","message":"m"}}'),
        (400, JSON, b'{"type":"error","error":{"type":"invalid_request_error","message":"m"}}'),
        (200, JSON, b'{"type":"error","error":{"type":"overloaded_error","message":"m"}}'),
        (200, JSON, b"not JSON"),
        Lost("connect", "not_sent", "no"),
        Lost("read", "unanswered", "no"),
        Lost("timeout", "cut", "no"),
    ]
)


def whole(usage: dict[str, Any], model: str | None) -> Any:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "stop_reason": "end_turn"}
    return 200, JSON, json.dumps({**message, "model": model, "usage": usage}).encode()


def streamed(usage: dict[str, Any], model: str | None, kept: int, ending: Any) -> Any:
    begun = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": model, "usage": usage}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "word " * 20}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
        {"type": "message_stop"},
    ]
    chunks: list[Any] = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events[:kept]]
    return 200, SSE, chunks if kept == len(events) or ending is None else [*chunks, ending]


answers = st.builds(whole, usages, answering)
streams = st.builds(
    streamed,
    usages,
    answering,
    st.integers(0, 6),
    st.sampled_from([None, Lost("read", "cut", "no"), Lost("timeout", "cut", "no")]),
)
asked = st.fixed_dictionaries(
    {"model": st.sampled_from(MODELS), "max_tokens": st.sampled_from([1, 64])},
    optional={
        "inference_geo": st.just("us"),
        "tools": st.sampled_from([[{"type": "web_search_20250305", "name": "web_search", "max_uses": 2}]]),
        "system": st.just([{"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]),
    },
)
calls = st.one_of(
    st.tuples(asked, st.just("create"), st.lists(st.one_of(answers, failures), min_size=1, max_size=3)),
    st.tuples(
        asked,
        st.sampled_from(["read", "close", "drop"]),
        st.lists(st.one_of(streams, failures), min_size=1, max_size=3),
    ),
)


async def carry_out(client: Any, params: dict[str, Any], way: str) -> None:
    """Make a call of either world, and read, close or drop its stream."""

    async def wait(value: Any) -> Any:
        return await value if hasattr(value, "__await__") else value

    try:
        got = await wait(client.messages.create(**{**ASK, **params, **({} if way == "create" else {"stream": True})}))
        if way == "close":
            await wait(got.close())
        elif way == "read" and hasattr(got, "__aiter__"):
            async for _ in got:
                pass
        elif way == "read":
            for _ in got:
                pass
    except tercet.AnthropicError:
        pass


SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}
DEARER = streamed({"input_tokens": 150_000, "output_tokens": 0}, "claude-sonnet-4-6", 1, None)
"""A stream that breaks off, of a model whose input alone costs more than all that was reserved for the one that was asked."""


@settings(max_examples=EXAMPLES, deadline=None)
@example([({"model": "claude-haiku-4-5", "max_tokens": 1, "tools": [SEARCH]}, "read", [DEARER])], False, 0)
@given(st.lists(calls, min_size=1, max_size=5), st.booleans(), st.sampled_from([0, 1]))
def test_budget_and_ledger_agree(sequence: list[Any], in_loop: bool, retries: int) -> None:
    budget = tercet.Budget(usd=1_000_000)
    with TemporaryDirectory() as folder:
        ledger = Path(folder) / "calls.db"
        for params, way, outcomes in sequence:
            script = Script(*outcomes)
            make = script.async_client if in_loop else script.client
            client = make(ledger=ledger, budget=budget, max_retries=retries, retry_quota=False)
            client._policy = type(client._policy)(max_retries=retries, first_delay=0.0)
            asyncio.run(carry_out(client, params, way))
        gc.collect()
        client = Script(whole({"input_tokens": 1, "output_tokens": 1}, MODELS[0])).client(ledger=ledger, budget=budget)
        client.messages.create(**ASK)  # whoever left something to settle has settled it
        found = lines(ledger)

    spent = sum(line["nano_usd"] for line in found if "nano_usd" in line)
    unknown = [line.get("high") for line in found if "nano_usd" not in line]
    uncertain = sum(high for high in unknown if high is not None)
    state = budget.state()
    assert ((state.spent_usd - state.uncertain_usd) * NANO, state.reserved_usd) == (spent, 0)
    if None in unknown:  # nobody can say what it cost: a budget counts what it had allowed
        assert state.uncertain_usd * NANO > uncertain
    else:
        assert state.uncertain_usd * NANO == uncertain
    assert len({line["id"] for line in found}) == sum(line["last"] for line in found) == len(sequence) + 1
