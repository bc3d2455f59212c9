"""`pace=`, `max_concurrency=` and `budget=` on real clients: blocking and async, whole answers and streams."""

from __future__ import annotations

import asyncio
import itertools
import json
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.client.scripted import ASK, EVENTS, JSON, KEY, MESSAGE, SSE, Script

import tercet
from tercet.flow.estimate import estimates_of
from tercet.flow.events import PaceDetails
from tercet.flow.store.memory import MemoryStore
from tercet.wire.http import Headers, Request

INPUT, OUTPUT = Decimal("0.000003"), Decimal("0.000015")
PRICE = 12 * INPUT + 6 * OUTPUT
"""Of the scripted answer."""


def test_a_budget_is_booked_and_ends_calls_when_it_is_spent() -> None:
    script, budget = Script((200, JSON, MESSAGE)), tercet.Budget(usd="0.0014")
    client = script.client(budget=budget)
    client.messages.create(**ASK)

    with pytest.raises(tercet.BudgetExceededError, match=r"per|left of the budget") as caught:
        client.messages.create(**ASK)
    assert (len(script.sent), budget.state().spent_usd) == (1, PRICE)
    assert caught.value.left == Decimal("0.0014") - PRICE


def test_a_stream_is_booked_when_it_was_read() -> None:
    script, budget = Script((200, SSE, EVENTS)), tercet.Budget(usd=1)
    with script.client(budget=budget).messages.stream(**ASK) as stream:
        assert budget.state().reserved_usd > 0
        assert stream.get_final_text() == "Hello"

    assert (budget.state().spent_usd, budget.state().reserved_usd) == (PRICE, 0)


def test_a_raw_stream_is_booked_when_it_was_read() -> None:
    script, budget = Script((200, SSE, EVENTS)), tercet.Budget(usd=1)
    for _ in script.client(budget=budget).messages.create(**ASK, stream=True):
        pass

    assert (budget.state().spent_usd, budget.state().uncertain_usd) == (PRICE, 0)


@pytest.mark.anyio
async def test_the_async_client_books_the_same(tmp_path: Path) -> None:
    for store in (None, tmp_path / "budget.db"):
        script, budget = Script((200, JSON, MESSAGE), (200, SSE, EVENTS)), tercet.Budget(usd=1, store=store)
        client = script.async_client(budget=budget)
        await client.messages.create(**ASK)
        async with client.messages.stream(**ASK) as stream:
            assert await stream.get_final_text() == "Hello"

        assert (budget.state().spent_usd, budget.state().reserved_usd) == (2 * PRICE, 0)
        budget.store.close()


def test_a_turn_that_comes_too_late_is_a_timeout_and_says_when_it_would_come() -> None:
    script = Script((200, JSON, MESSAGE))
    client = script.client(pace=tercet.Pace(requests_per_minute=1, max_wait=5, store=MemoryStore()), max_retries=2)
    client.messages.create(**ASK)

    with pytest.raises(tercet.APITimeoutError) as caught:
        client.messages.create(**ASK)
    assert isinstance(caught.value, tercet.PaceWaitError)
    assert 55 < (caught.value.retry_after or 0) <= 60
    assert len(script.sent) == 1


def test_a_429_holds_other_callers_of_the_key_back() -> None:
    store = MemoryStore()
    limits = tercet.Pace(max_wait=1, store=store)
    hit = Script((429, {"retry-after": "30"}, b"{}"))
    with pytest.raises(tercet.RateLimitError):
        hit.client(pace=limits).messages.create(**ASK)

    other = Script((200, JSON, MESSAGE))
    with pytest.raises(tercet.PaceWaitError):
        other.client(pace=limits).messages.create(**ASK)
    assert other.sent == []
    assert other.client(pace=limits, api_key="another-key-0123456789").messages.create(**ASK).usage.input_tokens == 12


def test_no_more_than_max_concurrency_are_under_way_among_a_client_and_its_copies() -> None:
    lock, now, most = threading.Lock(), 0, 0
    three = threading.Barrier(3, timeout=30)

    class Counted(Script):
        def next(self, request: Any, stream: Any) -> Any:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            three.wait()
            with lock:
                now -= 1
            return super().next(request, stream)

    script = Counted((200, JSON, MESSAGE))
    client = script.client(max_concurrency=3)
    copy = client.copy()
    copy.__dict__["_transport"] = client.__dict__["_transport"]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: (client, copy)[number % 2].messages.create(**ASK), range(24)))

    assert (len(answers), most) == (24, 3)


@pytest.mark.anyio
async def test_an_open_stream_takes_a_place_until_it_is_closed() -> None:
    client = Script((200, SSE, EVENTS)).async_client(max_concurrency=1)
    stream = await client.messages.create(**ASK, stream=True)
    waiting = asyncio.ensure_future(client.messages.create(**ASK, stream=True))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()

    await stream.close()
    await (await waiting).close()


@pytest.mark.anyio
async def test_who_is_cancelled_in_the_queue_leaves_its_place() -> None:
    client = Script((200, SSE, EVENTS)).async_client(max_concurrency=1)
    stream = await client.messages.create(**ASK, stream=True)
    waiting = [asyncio.ensure_future(client.messages.create(**ASK, stream=True)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in waiting[:2]:
        task.cancel()
    await stream.close()

    await (await waiting[2]).close()


def test_copies_keep_limits_and_may_change_them() -> None:
    budget = tercet.Budget(usd=1)
    client = Script((200, JSON, MESSAGE)).client(pace=True, max_concurrency=2, budget=budget)
    copy, free = client.copy(max_retries=1), client.with_options(pace=False, max_concurrency=None, budget=None)
    more = client.copy(budget=[budget, tercet.Budget(tokens=5)])

    def held(client: tercet.Anthropic) -> Any:
        admission = client._policies.admission
        return admission and (len(admission.limiters), admission.budgets)

    assert held(copy) == held(client) == (2, (budget,))
    assert held(free) is None
    assert len(held(more)[1]) == 2
    assert copy._policies.admission.limiters[0] is client._policies.admission.limiters[0]  # type: ignore[union-attr]


def test_a_client_with_limits_goes_to_another_process_if_they_hold_there(tmp_path: Path) -> None:
    budget = tercet.Budget(usd=1, store=str(tmp_path / "b.db"))
    client = tercet.Anthropic(api_key=KEY, pace=tercet.Pace(store=str(tmp_path / "p.db")), budget=budget)
    copied = pickle.loads(pickle.dumps(client))
    assert vars(copied._policies.admission.budgets[0]) == vars(budget)

    with pytest.raises(TypeError, match="store="):
        pickle.dumps(tercet.Anthropic(api_key=KEY, budget=tercet.Budget(usd=1)))


def test_who_listens_hears_of_waits_for_a_turn() -> None:
    heard: list[Any] = []
    ticks = itertools.count(0.0, 0.0001)
    pace = tercet.Pace(requests_per_minute=60_000, burst=1 / 60_000, store=MemoryStore(lambda: next(ticks)))
    client = Script((200, JSON, MESSAGE)).client(pace=pace, on_event=heard.append)
    client.messages.create(**ASK)
    client.messages.create(**ASK)

    waits = [event for event in heard if isinstance(event, PaceDetails)]
    assert [wait.reason for wait in waits] == ["rate limit"]
    assert 0 < waits[0].seconds <= 0.001


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"pace": 5}, TypeError),
        ({"pace": "fast"}, TypeError),
        ({"budget": 5}, TypeError),
        ({"budget": [5]}, TypeError),
        ({"max_concurrency": 0}, ValueError),
        ({"max_concurrency": True}, ValueError),
        ({"max_concurrency": 1.5}, ValueError),
    ],
)
def test_limits_that_make_no_sense_are_refused_when_the_client_is_made(
    arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error, match=next(iter(arguments))):
        tercet.Anthropic(api_key=KEY, **arguments)


def test_no_key_is_kept_or_shown(tmp_path: Path) -> None:
    pace = tercet.Pace(requests_per_minute=5, store=str(tmp_path / "p.db"))
    budget = tercet.Budget(usd=1, by_key=True, store=str(tmp_path / "b.db"))
    client = Script((200, JSON, MESSAGE)).client(pace=pace, budget=budget)
    client.messages.create(**ASK)
    admission = client._policies.admission

    assert admission is not None
    shown = f"{vars(admission)} {budget!r} {vars(budget)} {pace!r} {[vars(limiter) for limiter in admission.limiters]}"
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert KEY not in shown
    assert KEY.encode() not in kept


def test_who_asks_for_no_limits_loads_none_of_it() -> None:
    code = (
        "import sys, tercet; tercet.Anthropic(api_key='k' * 20).messages; "
        "print([name for name in sys.modules if name.startswith('tercet.') and name.split('.')[-1] in "
        "('pacing', 'admission', 'budget', 'pace', 'estimate', 'money', 'turns', 'sqlite', 'shared_state')], "
        "'sqlite3' in sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "[] False"


def test_what_is_booked_is_what_the_local_api_counts_and_what_was_reserved_is_more() -> None:
    texts = ["Hello", "word " * 500, "今日は天気がいい " * 50, "3.14159 " * 100, "def f(x):\n    return x\n" * 50]
    budget = tercet.Budget(usd=100)
    with tercet.local_api() as api:
        client = api.client(budget=budget)
        for text in texts:
            body = {"model": "claude-sonnet-4-6", "max_tokens": 30, "messages": [{"role": "user", "content": text}]}
            before = budget.state().spent_usd
            usage = client.messages.create(**body).usage
            (asked,) = estimates_of(Request("POST", "http://x/v1/messages", Headers(), json.dumps(body).encode()))

            assert asked.most_input >= usage.input_tokens
            assert budget.state().spent_usd - before == usage.input_tokens * INPUT + usage.output_tokens * OUTPUT

    assert budget.state().reserved_usd == 0


def test_a_model_whose_turn_is_too_far_away_gives_way_to_the_next_one() -> None:
    pace = tercet.Pace(requests_per_minute=1, max_wait=1, store=MemoryStore())
    script = Script((200, JSON, MESSAGE))
    client = script.client(pace=pace, fallbacks=["claude-haiku-4-5"])
    for _ in range(2):
        client.messages.create(**ASK)

    assert [json.loads(request.content)["model"] for request in script.sent] == [
        "claude-sonnet-4-6",
        "claude-haiku-4-5",
    ]
