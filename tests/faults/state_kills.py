"""Rows 118–120, 124, 128: processes that share a budget are killed, interrupted and paused, in a file and on a Redis server.

After each end the account may never say less than what the server's accepted requests cost, whatever else was lost.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults.children import PATIENCE, Child, until
from tests.faults.held import ANSWER, ASK, COST, LEASE, Place, account, asked, audit, client_of, comes_back
from tests.faults.server import FaultServer, Stall, Steps
from tests.faults.subject import KEY

import tercet
from tercet.flow.budget import Account, Budget
from tercet.flow.pace import Pace

Problems = Iterator[tuple[str, list[str]]]
WHOLE = ANSWER[0]
HALF_HEAD: Steps = (WHOLE[:20], Stall())
HALF_BODY: Steps = (WHOLE[:-30], Stall())


def die() -> None:
    """As `kill -9` from outside."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying(store: Any, number: int, moment: str) -> Any:
    """The store, whose change of this number ends the process: `before` it, `within` its transaction, or `after` it."""
    begin, count = store.begin, 0

    def counted(key: str, kind: Any, change: Callable[[Any], Any], *, trails: bool = False) -> Any:
        nonlocal count
        count += kind is Account  # not the first look for what an earlier version kept
        if count != number or kind is not Account:
            return begin(key, kind, change, trails=trails)
        if moment == "before":
            die()

        def changed(state: Any) -> Any:
            result = change(state)
            if moment == "within":
                die()
            return result

        asked = begin(key, kind, changed, trails=trails)
        asked.result()
        die()
        return asked

    store.begin = counted
    return store


FAILPOINTS: dict[str, tuple[int, str, Steps, int]] = {
    "before it reserves": (1, "before", ANSWER, 0),
    "while it reserves": (1, "within", ANSWER, 0),
    "after it has reserved": (1, "after", ANSWER, 0),
    "with an answer": (2, "before", ANSWER, 1),
    "while it settles": (2, "within", ANSWER, 1),
    "after it has settled": (2, "after", ANSWER, 1),
    "while it renews its lease": (2, "within", (Stall(),), 1),
}
"""Name -> the update that kills, its moment, what the server answers, how many requests it has accepted then."""
PHASES: dict[str, Steps] = {
    "after it has sent": (Stall(),),
    "at the first byte": HALF_HEAD,
    "within the body": HALF_BODY,
}
"""Name -> what the server does when the parent kills."""
MOST = 1_000_000
"""Micro-dollars: more than a request reserves."""
COUNTED = {"before it reserves": 0, "while it reserves": 0, "after it has settled": COST}
"""What is counted at the end where it is not the most that the request may cost."""


def failpoints(server: FaultServer, place: Place) -> Problems:
    """118: SIGKILL at each step of a call."""
    for point, (number, moment, answer, accepted) in FAILPOINTS.items():
        server.play([answer])
        lease = 0.15 if "lease" in point else LEASE
        store = dying(place.store(lease=lease), number, moment)
        child = Child(lambda store=store, tag=point: asked(client_of(server, store, tag=tag)))
        child.end()
        yield f"118 killed {point} · {place.name}", _after_kill(server, place, point, child, accepted)
    for phase, answer in PHASES.items():
        server.play([answer])
        child = Child(lambda tag=phase: asked(client_of(server, place.store(), tag=tag)))
        until(lambda: server.requests, "the request")
        child.end(kill=True)
        yield f"118 killed {phase} · {place.name}", _after_kill(server, place, phase, child, 1)


def _after_kill(server: FaultServer, place: Place, tag: str, child: Child, accepted: int) -> list[str]:
    problems = [] if child.status == -signal.SIGKILL else [f"the child ended with {child.status}"]
    server.settled(PATIENCE)
    if server.requests != accepted:
        problems.append(f"{server.requests} requests, not {accepted}")
    problems += audit(place, accepted, tag) + comes_back(place, tag)
    found = account(place, tag)
    counted = found.spent.plus(found.uncertain).nano_usd
    most = COUNTED.get(tag)
    if most is not None and counted != most:
        problems.append(f"{counted} are counted, not {most}")
    if most is None and counted < 2 * COST:
        problems.append(f"{counted} are counted, less than the most that it may cost")
    server.play([ANSWER])
    return problems + _goes_on(server, place, tag)


def _goes_on(server: FaultServer, place: Place, tag: str) -> list[str]:
    """A new process works with what was left. Its connections end with it, so that none is waited for."""
    child = Child(lambda: asked(client_of(server, place.store(), tag=tag)))
    said = child.end()
    return [] if said == "answered" else [f"afterwards: {said}"]


def kills(server: FaultServer, place: Place, count: int = 300, *, at_once: int = 4) -> Problems:
    """119: SIGKILL at any time, while others go on."""
    dice = random.Random(119)
    server.play([ANSWER])

    parent = os.getpid()

    def spend() -> None:
        client = client_of(server, place.store(), tag="kills")
        while os.getppid() == parent:
            asked(client)

    running, problems = [Child(spend) for _ in range(at_once)], []
    for number in range(count):
        seen = server.requests
        if number % 3 == 0:  # however slow the machine, there is something to lose
            until(lambda seen=seen: server.requests > seen, "a request")
        threading.Event().wait(dice.uniform(0.0, 0.02))
        victim = running.pop(dice.randrange(at_once))
        victim.end(kill=True)
        if number % 10 == 0:
            problems += [f"after {number} kills: {each}" for each in audit(place, seen, "kills")]
        running.append(Child(spend))
    for child in running:
        child.end(kill=True)
    server.settled(PATIENCE)
    problems += audit(place, server.requests, "kills") + comes_back(place, "kills")
    yield f"119 {count} kills at any time, {at_once} processes · {place.name}", problems


def tasks(server: FaultServer, place: Place, rounds: int = 20, *, at_once: int = 16) -> Problems:
    """119: SIGKILL at any time of a process whose tasks share their commits, and whose settlements trail."""
    dice, problems, lost = random.Random(16), [], 0
    server.play([ANSWER])

    async def spend() -> None:
        options: dict[str, Any] = {"api_key": KEY, "base_url": server.url, "timeout": 30.0, "max_retries": 0}
        async with tercet.AsyncAnthropic(budget=Budget(usd=100, tag="tasks", store=place.store()), **options) as client:

            async def on() -> None:
                while True:
                    await client.messages.create(**ASK)

            await asyncio.gather(*(on() for _ in range(at_once)))

    for number in range(1, rounds + 1):
        goal = server.requests + dice.randint(1, 4 * at_once)
        child = Child(lambda: asyncio.run(spend()))
        until(lambda goal=goal: server.requests >= goal, "requests")
        threading.Event().wait(dice.uniform(0.0, 0.03))
        child.end(kill=True)
        server.settled(PATIENCE)
        problems += [f"after {number} kills: {each}" for each in audit(place, server.requests, "tasks")]
        lost += len(account(place, "tasks").holds)
    problems += comes_back(place, "tasks") + _goes_on(server, place, "tasks")
    if not lost:
        problems.append("no kill came while something was reserved")
    yield f"119 {rounds} kills of {at_once} tasks · {place.name}", problems


def signals(server: FaultServer, place: Place) -> Problems:
    """120: SIGTERM and Ctrl-C while a request is under way."""
    for number in (signal.SIGINT, signal.SIGTERM):
        server.play([(Stall(),)])
        tag = number.name
        child = Child(lambda tag=tag: asked(client_of(server, place.store(), tag=tag)))
        until(lambda: server.requests, "the request")
        child.send(number)
        child.end()
        problems = audit(place, 1, tag) + comes_back(place, tag)
        if number == signal.SIGINT and account(place, tag).holds:
            problems.append("who could settle has not settled")
        server.play([ANSWER])
        yield f"120 {tag} · {place.name}", problems + _goes_on(server, place, tag)


def together(server: FaultServer, place: Place, *, processes: int = 8, threads: int = 4, calls: int = 160) -> Problems:
    """124: processes of threads that spend until nothing is left, to the cent."""
    server.play([ANSWER])
    usd = calls * COST / 1e9

    def spend() -> int:
        budget = Budget(usd=usd, tag="together", store=place.store())
        client = client_of(server, None, budget=budget)
        with ThreadPoolExecutor(threads) as pool:
            return sum(pool.map(lambda _: _spent(client, budget), range(threads)))

    children = [Child(spend) for _ in range(processes)]
    answered = [child.end() for child in children]
    problems = audit(place, server.requests, "together", exactly=True)
    if [child.status for child in children] != [0] * processes or sum(answered) != server.requests:
        problems.append(f"{answered} were answered of {server.requests}")
    if not calls - MOST // COST - 1 <= server.requests <= calls:
        problems.append(f"{server.requests} requests of the {calls} that there is money for")
    yield f"124 {processes} processes of {threads} threads · {place.name}", problems


def _spent(client: Any, budget: Budget) -> int:
    """How many calls were answered until there was no money for one more, and nobody had any to give back."""
    answered = 0
    while True:
        said = asked(client)
        answered += said == "answered"
        if said == "BudgetExceededError" and not budget.state().reserved_usd:
            return answered


def paused(server: FaultServer, place: Place) -> Problems:
    """128: a holder stands still until its lease is over, then goes on."""
    free = threading.Event()

    def answer(body: bytes) -> Steps:
        free.wait(30)
        return ANSWER

    server.play(answer)
    child = Child(lambda: asked(client_of(server, place.store(), tag="paused", pace=_one_place(place))))
    until(lambda: server.requests, "the request")
    child.stop()
    problems = audit(place, 1, "paused")
    later = account(place, "paused", ahead=LEASE + 1)
    most = later.uncertain.nano_usd
    if later.holds or most < COST:
        problems.append(f"after its lease: {later}")
    free.set()
    other = client_of(server, None, pace=_one_place(place, ahead=LEASE + 2))
    problems += [] if (said := asked(other)) == "answered" else [f"its place is not free: {said}"]
    child.send(signal.SIGCONT)
    if (said := child.end()) != "answered":
        problems.append(f"it ended with {said}")
    found = account(place, "paused")
    if (found.spent.nano_usd, found.uncertain.nano_usd, found.held.nano_usd) != (0, most, 0):
        problems.append(f"what it could have cost was counted, and then: {found}")
    other.close()
    yield f"128 paused beyond its lease · {place.name}", problems


def _one_place(place: Place, ahead: float = 0.0) -> Pace:
    return Pace(max_concurrency=1, max_wait=20, name="paused", store=place.store(ahead=ahead))


CHECKS = (failpoints, kills, tasks, signals, together, paused)
