"""Races for limits, as functions: small in the tests, large in the fault suite. Real threads, real processes, a real file."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from tercet.flow.budget import Budget
from tercet.flow.drivers import run
from tercet.flow.effects import Lost, Plan, Reply, Send
from tercet.flow.estimate import estimates_of
from tercet.flow.limits import LimitLayer
from tercet.flow.pace import Bucket, Pace
from tercet.flow.reservation import RateLimiter
from tercet.flow.store.sqlite import SQLiteStore
from tercet.wire.errors.limits import BudgetExceededError
from tercet.wire.http import Headers, Request

BODY = {"model": "claude-sonnet-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}
ASK = Request("POST", "http://local/v1/messages", Headers({"x-api-key": "k" * 20}), json.dumps(BODY).encode())
USAGE = {"input_tokens": 50, "output_tokens": 90}
COST = 50 * Decimal("0.000003") + 90 * Decimal("0.000015")
ANSWER = json.dumps({"type": "message", "usage": USAGE}).encode()


class BudgetRace(NamedTuple):
    """How a race for money ended."""

    sent: int
    refused: int
    paid: Decimal
    """What the requests that were sent cost."""
    most_at_once: Decimal
    """The most that was ever spent and reserved together."""
    state: Any


def budget_race(limit: str, *, threads: int = 64, calls: int = 20, store: Any = None) -> BudgetRace:
    """Threads that all want more than there is, from one budget; every tenth of them is refused by the API, every
    eleventh gets no answer."""
    budget = Budget(usd=limit, store=store)
    admission = LimitLayer((), [budget])
    lock, sent, paid, most = threading.Lock(), 0, Decimal(0), Decimal(0)
    ready = threading.Barrier(threads)

    def send(request: Request) -> Reply | Lost:
        nonlocal sent, paid, most
        state = budget.state(time.time())
        with lock:
            sent += 1
            number = sent
            most = max(most, state.spent_usd + state.reserved_usd)
            if number % 10:
                paid += COST
        if number % 10 == 0:
            return Reply(529, Headers())
        if number % 11 == 0:
            return Lost("read", "unanswered", "it broke")
        return Reply(200, Headers(), ANSWER)

    def thread(_: int) -> int:
        ready.wait()
        outcomes = [run(admission.layer()(ASK, once), send) for _ in range(calls)]
        return sum(isinstance(end, Lost) and isinstance(end.raise_as, BudgetExceededError) for end in outcomes)

    with ThreadPoolExecutor(threads) as pool:
        refused = sum(pool.map(thread, range(threads)))
    return BudgetRace(sent, refused, paid, most, budget.state(time.time()))


PROCESS = """
import sys
from races import pace_calls
pace_calls(sys.argv[1], *map(int, sys.argv[2:]))
"""


class PaceRace(NamedTuple):
    """How a race for turns between processes ended."""

    began: float
    """When the first process began, on the clock that all share."""
    starts: list[float]
    """When each request left, in order."""
    turns_left: int
    exits: list[int]

    def too_early(self, per_minute: int, burst: int) -> int:
        """How many requests left before the bucket had what they took."""
        waits = ((number + 1 - burst) * 60 / per_minute for number in range(len(self.starts)))
        return sum(start < self.began + wait for start, wait in zip(self.starts, waits, strict=True))


def pace_race(
    path: Path, *, processes: int = 8, calls: int = 100, per_minute: int = 60_000, burst: int = 100
) -> PaceRace:
    """Processes that pace all their calls by one SQLite file, as fast as they may."""
    here = str(Path(__file__).parent)
    program = f"import sys; sys.path.insert(0, {here!r}){PROCESS}"
    told = [str(path), str(calls), str(per_minute), str(burst)]
    running = [
        subprocess.Popen([sys.executable, "-c", program, *told], stdout=subprocess.PIPE) for _ in range(processes)
    ]
    outputs = [json.loads(process.communicate()[0] or b"[0, []]") for process in running]
    bucket = SQLiteStore(path).update(
        gate(path, per_minute, burst).key(ASK, estimates_of(ASK)[0]), Bucket, lambda bucket: bucket
    )
    starts = sorted(start for _, starts in outputs for start in starts)
    return PaceRace(
        min(began for began, _ in outputs), starts, len(bucket.turns), [each.returncode for each in running]
    )


def once(request: Request) -> Plan[Any]:
    return (yield Send(request))


def gate(path: str | Path, per_minute: int, burst: int) -> RateLimiter:
    return RateLimiter(Pace(requests_per_minute=per_minute, burst=burst / per_minute), SQLiteStore(path))


def pace_calls(path: str, calls: int, per_minute: int, burst: int) -> None:
    """One process's part: prints when it began and when its requests left."""
    admission, began = LimitLayer([gate(path, per_minute, burst)]), time.monotonic()
    starts: list[float] = []

    def send(request: Request) -> Reply:
        starts.append(time.monotonic())
        return Reply(200, Headers(), ANSWER)

    for _ in range(calls):
        run(admission.layer()(ASK, once), send)
    print(json.dumps([began, starts]))


SPENDERS = """
import sys
from races import spend
spend(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
"""


def spending_race(
    path: Path, limit: str, *, processes: int = 4, threads: int = 16, calls: int = 10
) -> tuple[Decimal, Any]:
    """Processes of many threads that spend from one budget in a file: what they paid together, and the account's state."""
    here = str(Path(__file__).parent)
    program = f"import sys; sys.path.insert(0, {here!r}){SPENDERS}"
    told = [str(path), limit, str(threads), str(calls)]
    running = [
        subprocess.Popen([sys.executable, "-c", program, *told], stdout=subprocess.PIPE) for _ in range(processes)
    ]
    sent = sum(int(process.communicate()[0]) for process in running)
    assert [process.returncode for process in running] == [0] * processes
    return sent * COST, Budget(usd=limit, store=path).state()


def spend(path: str, limit: str, threads: int, calls: int) -> None:
    """One process's part: prints how many requests were sent."""
    admission = LimitLayer((), [Budget(usd=limit, store=path)])
    sent: list[int] = []

    def send(request: Request) -> Reply:
        sent.append(1)
        return Reply(200, Headers(), ANSWER)

    def thread(_: int) -> None:
        for _ in range(calls):
            run(admission.layer()(ASK, once), send)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(thread, range(threads)))
    print(len(sent))
