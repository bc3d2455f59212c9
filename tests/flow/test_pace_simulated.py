"""Whole days of traffic in no time: workers that pace themselves against a server that counts as the API does, on a clock
that jumps from event to event."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tercet.flow.effects import Metering, Reply, Send, Sleep
from tercet.flow.limits import LimitLayer
from tercet.flow.pace import Pace
from tercet.flow.reservation import RateLimiter
from tercet.flow.retry import RetryPolicy, send_once, with_retries
from tercet.flow.store.memory import MemoryStore
from tercet.wire.http import Headers, Request

BODY = {"model": "claude-sonnet-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}
ASK = Request("POST", "http://local/v1/messages", Headers({"x-api-key": "k" * 20}), json.dumps(BODY).encode())
WALL = 1_790_000_000.0


class Server:
    """A bucket of `per_minute` requests that refills evenly, and says what is left of it."""

    def __init__(self, per_minute: int, already_used: int = 0) -> None:
        self.limit, self.level, self.at = per_minute, float(per_minute - already_used), 0.0
        self.accepted = self.refused = 0

    def answer(self, now: float) -> Reply:
        self.level = min(self.limit, self.level + (now - self.at) * self.limit / 60)
        self.at = now
        headers = {"anthropic-ratelimit-requests-limit": str(self.limit)}
        if self.level < 1:
            self.refused += 1
            headers |= {"anthropic-ratelimit-requests-remaining": "0", "retry-after": str(int(60 / self.limit) + 1)}
            return Reply(429, Headers(headers), b"{}")
        self.level -= 1
        self.accepted += 1
        headers["anthropic-ratelimit-requests-remaining"] = str(int(self.level))
        usage = {"input_tokens": 30, "output_tokens": 20}
        return Reply(200, Headers(headers), json.dumps({"type": "message", "usage": usage}).encode())


def simulated(server: Server, pace: Pace | None, *, workers: int, seconds: float, latency: float = 1.0) -> Server:
    """`workers` that call without pause for so long; each call takes `latency` seconds at the server."""
    now = 0.0
    store = MemoryStore(lambda: now)
    gates = [] if pace is None else [RateLimiter(pace, store)]
    admission = LimitLayer(gates, clock=lambda: now, wall_clock=lambda: WALL + now)
    policy = RetryPolicy(random=lambda: 0.5, clock=lambda: now, wall_clock=lambda: WALL + now)

    def worker() -> Iterator[Any]:
        layer = admission.layer()
        while True:
            yield from with_retries(lambda attempt: ASK, policy, step=lambda request: layer(request, send_once))

    order = count()
    queue: list[tuple[float, int, Any, Any]] = [
        (0.001 * number, next(order), worker(), None) for number in range(workers)
    ]
    while queue[0][0] < seconds:
        now, _, plan, answer = heapq.heappop(queue)
        effect = plan.send(answer() if callable(answer) else answer)
        if isinstance(effect, Sleep):
            heapq.heappush(queue, (now + effect.seconds, next(order), plan, None))
        elif isinstance(effect, Send):  # the server counts a request when it comes, and answers later
            heapq.heappush(queue, (now + latency, next(order), plan, server.answer(now)))
        else:
            assert not isinstance(effect, Metering)
            heapq.heappush(queue, (now, next(order), plan, None))
    return server


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("already_used", [0, 500])
def test_at_five_times_the_demand_the_limit_is_used_and_hardly_ever_hit(known: bool, already_used: int) -> None:
    pace = Pace(requests_per_minute=600) if known else Pace()
    server = simulated(Server(600, already_used), pace, workers=50, seconds=300.0)

    possible = 600 - already_used + 600 * 300 / 60
    assert server.refused <= 0.01 * server.accepted
    assert server.accepted >= 0.95 * possible


def test_without_pacing_most_requests_are_refused() -> None:
    """So that the test above shows something."""
    server = simulated(Server(600), None, workers=50, seconds=300.0)

    assert server.refused > 0.2 * server.accepted


def test_somebody_else_on_the_same_key_is_noticed() -> None:
    """Another program takes half of the allowance; the headers say so."""

    class Shared(Server):
        def answer(self, now: float) -> Reply:
            self.level -= (now - self.at) * self.limit / 120
            return super().answer(now)

    server = simulated(Shared(600), Pace(), workers=50, seconds=300.0)

    assert server.refused <= 0.05 * server.accepted
    assert server.accepted >= 0.85 * 300 * 5
