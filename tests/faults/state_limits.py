"""Rows 136, 137: several budgets in one store, on each platform, in both worlds, while calls go wrong in each way there is.

After each fault, of every budget: spent + reserved + left = the limit, nothing is reserved, no limit is passed, and what the
server may bill is at most what is booked.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.client.platforms.clouds import GIVEN
from tests.faults import bodies
from tests.faults.bodies import BEGUN, DELTAS
from tests.faults.children import Child, until
from tests.faults.held import ASK, COST, LEASE, Memory, Place
from tests.faults.server import FaultServer, Fin, Reset, Stall, Steps, chunked_head, chunks, response
from tests.faults.subject import KEY
from tests.platforms.frames import frame

import tercet
from tercet.flow.budget import NANO, Amount, Budget, BudgetState
from tercet.flow.reservation import fingerprint
from tercet.wire.http import Request

Problems = Iterator[tuple[str, list[str]]]
TOKENS = 21
"""Tokens of each answer."""
Bill = Amount
WHOLE, INPUT = Bill(COST, TOKENS), Bill(12 * 3_000, 12)
"""What a whole answer costs, and what one that failed before its first word."""
ENOUGH = 100
"""Dollars: more than any of these rows spends."""
PLATFORMS: dict[str, dict[str, Any]] = {"Anthropic": {"api_key": KEY}, **GIVEN}
WORLDS = ("blocking", "async")


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a call, on a raw stream or a whole answer, and what the server may bill for it."""

    name: str
    streams: bool
    parts: tuple[bytes, ...] = ()
    """Events of the stream, or the one body, that come before `end`."""
    end: Steps = ()
    status: str = "200 OK"
    bill: Bill = WHOLE
    exactly: bool = False
    left: bool = False
    """Whether the program goes away: it is cancelled, or leaves its stream."""

    def steps(self, platform: str) -> Steps:
        """The server's answer in the platform's framing."""
        if not self.streams:
            return (*(response(part, bodies.JSON, self.status) for part in self.parts), *self.end)
        if not self.parts:
            return self.end
        kind, parts = bodies.SSE, self.parts
        if platform == "AnthropicBedrock":
            kind, parts = "application/vnd.amazon.eventstream", tuple(map(_framed, self.parts))
        return (chunked_head(kind) + chunks(*parts, end=not self.end), *self.end)


def _framed(event: bytes) -> bytes:
    data = event.partition(b"data: ")[2].rstrip()
    return frame(b'{"bytes":"%s"}' % base64.b64encode(data))


UNDER_WAY = (*BEGUN, *DELTAS[:2])
BROKEN = bodies.error_event()
FAULTS = (
    Fault("answered", False, (bodies.BODY["json"],), exactly=True),
    Fault("streamed", True, bodies.EVENTS, exactly=True),
    Fault("refused", False, (bodies.ERROR,), status="529 Overloaded", bill=Bill(), exactly=True),
    Fault("unanswered", False, end=(Fin(),)),
    Fault("reset", False, end=(Reset(),)),
    Fault("timed out", False, end=(Stall(),)),
    Fault("no stream", True, end=(Fin(),)),
    Fault("a stream cut", True, UNDER_WAY, (Fin(),)),
    Fault("a stream reset", True, UNDER_WAY, (Reset(),)),
    Fault("a stream without an end", True, UNDER_WAY),
    Fault("an error in 200", False, (bodies.ERROR,), bill=Bill()),
    Fault("an error that begins a stream", True, (BROKEN,), bill=Bill()),
    Fault("an error after a stream's start", True, (*BEGUN, BROKEN), bill=INPUT),
    Fault("an error within a stream", True, (*UNDER_WAY, BROKEN)),
    Fault("no message", False, (b'"words"',)),
    Fault("a stream left", True, UNDER_WAY, (Stall(),), left=True),
    Fault("cancelled", False, end=(Stall(),), left=True),
)


def sets(place: Place) -> dict[str, list[Budget]]:
    """Budgets that one client has at once, in one store."""
    here = {"store": place.named()}
    tagged = {**here, "tag": "team"}
    equal = Budget(usd=ENOUGH, **here)
    return {
        "one": [Budget(usd=ENOUGH, **here)],
        "day and month": [Budget(usd=ENOUGH, per="day", **here), Budget(usd=ENOUGH * 2, per="month", **here)],
        "minute, day, month": [Budget(usd=ENOUGH, per=per, **here) for per in ("minute", "day", "month")],
        "dollars with tokens": [Budget(usd=ENOUGH, tokens=10**9, **here)],
        "dollars and tokens": [Budget(usd=ENOUGH, **here), Budget(tokens=10**9, **here)],
        "one twice": [equal, equal],
        "equal ones": [equal, Budget(usd=ENOUGH, **here)],
        "one account, two limits": [Budget(usd=ENOUGH, **tagged), Budget(usd=ENOUGH * 3, **tagged)],
        "with and without a tag": [Budget(usd=ENOUGH, **here), Budget(usd=ENOUGH, per="day", **tagged)],
        "by key": [Budget(usd=ENOUGH, by_key=True, per="day", **here), Budget(usd=ENOUGH, **here)],
    }


def client_of(kind: str, world: str, server: FaultServer, budgets: Sequence[Budget], **more: Any) -> Any:
    """A client of this platform and world that talks to the server."""
    kind = kind if world == "blocking" else f"Async{kind}"
    given = {"base_url": server.url, "timeout": 30.0, "max_retries": 0, "budget": list(budgets), **more}
    options = {**PLATFORMS[kind.removeprefix("Async")], **given}
    options.pop("resource", None)  # an address of its own
    return getattr(tercet, kind)(**options)


def said_by(client: Any, fault: Fault) -> str:
    """How one call ends that this happens to."""
    try:
        answer = client.messages.create(**ASK, stream=fault.streams)
        if fault.streams:
            with answer as stream:
                for number, _ in enumerate(stream):
                    if fault.left and number == 1:
                        return "left"
    except tercet.AnthropicError as error:
        return type(error).__name__
    return "answered"


async def said_in_loop(client: Any, fault: Fault) -> str:
    """The same in the event loop."""
    try:
        answer = await client.messages.create(**ASK, stream=fault.streams)
        if fault.streams:
            async with answer as stream:
                number = 0
                async for _ in stream:
                    number += 1
                    if fault.left and number == 2:
                        return "left"
    except tercet.AnthropicError as error:
        return type(error).__name__
    return "answered"


async def cancelled(client: Any, server: FaultServer, fault: Fault) -> str:
    """A task is cancelled once the server has the request."""
    task = asyncio.ensure_future(said_in_loop(client, fault))
    while not server.requests and not task.done():
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        return await task
    return "cancelled"


def played(kind: str, world: str, server: FaultServer, budgets: Sequence[Budget], fault: Fault, **more: Any) -> str:
    """One call to which this happens, with a client of its own; how it ended."""
    server.play([fault.steps(kind)])
    if fault.name == "timed out":
        more["timeout"] = 0.05
    if world == "blocking":
        with client_of(kind, world, server, budgets, **more) as client:
            return said_by(client, fault)

    async def run() -> str:
        async with client_of(kind, world, server, budgets, **more) as client:
            if fault.name == "cancelled":
                return await cancelled(client, server, fault)
            return await said_in_loop(client, fault)

    return asyncio.run(run())


def sheet(budgets: Sequence[Budget], server: FaultServer) -> list[tuple[Budget, BudgetState]]:
    """Every budget of one unit with its account as it is kept."""
    by_key = fingerprint(Request("POST", server.url, {"x-api-key": KEY}, b""))
    parts = [part for budget in budgets for part in budget.parts]
    return [(part, part.state(credential=by_key if part.by_key else "")) for part in parts]


def figures(budget: Budget, state: BudgetState) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
    """Limit, spent (with what is uncertain), uncertain, reserved, left: in the budget's unit, whole."""
    if budget.nano_usd is not None:
        found = (state.spent_usd, state.uncertain_usd, state.reserved_usd, state.left_usd)
        assert state.left_usd is not None
        return Decimal(budget.nano_usd), *(Decimal(each or 0) * NANO for each in found)  # type: ignore[return-value]
    tokens = (budget.tokens, state.spent_tokens, state.uncertain_tokens, state.reserved_tokens, state.left_tokens)
    return tuple(Decimal(each or 0) for each in tokens)  # type: ignore[return-value]


def wrong_sheet(
    budgets: Sequence[Budget], server: FaultServer, bill: Bill, *, exactly: bool = False, reserved: bool = False
) -> list[str]:
    """What is wrong with the accounts after the server may have billed so much."""
    problems = []
    for budget, state in sheet(budgets, server):
        limit, spent, uncertain, held, left = figures(budget, state)
        due = bill.nano_usd if budget.nano_usd is not None else bill.tokens
        if spent + held + left != limit:
            problems.append(f"{budget}: {spent} spent, {held} reserved and {left} left are not {limit}")
        if held and not reserved:
            problems.append(f"{budget}: {held} reserved by nobody")
        if spent > limit:
            problems.append(f"{budget}: {spent} is more than {limit}")
        if spent + held < due or uncertain > spent:
            problems.append(f"{budget}: {due} may be billed, {spent} booked, {uncertain} of them uncertain")
        if exactly and (spent, uncertain) != (due, 0):
            problems.append(f"{budget}: {spent} booked, {uncertain} of them uncertain; it was {due}")
    return problems


def _each(server: FaultServer, place: Place, kind: str, world: str, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Each fault for each of these sets of budgets; every one starts with a clean store."""
    for fault in FAULTS:
        if fault.name == "cancelled" and world == "blocking":
            continue
        for name in names:
            with place.clean() as clean:
                budgets = sets(clean)[name]
                said = played(kind, world, server, budgets, fault)
                bill = fault.bill if server.requests else Bill()
                problems = wrong_sheet(budgets, server, bill, exactly=fault.exactly)
                problems += _as_it_is_due(fault, said, server)
                again = played(kind, world, server, budgets, FAULTS[0])
                problems += [f"then: {again}"] * (again != "answered")
                problems += wrong_sheet(budgets, server, bill.plus(WHOLE), exactly=fault.exactly)
            yield f"{fault.name} · {name}", problems


def _as_it_is_due(fault: Fault, said: str, server: FaultServer) -> list[str]:
    """The fault must have happened: a row that plays nothing is one that cannot fail."""
    ended_well = said == "answered"
    if ended_well != fault.exactly and fault.name != "refused":
        return [f"it ended with {said}"]
    if fault.name != "timed out" and server.requests != 1:
        return [f"{server.requests} requests"]
    return []


def several(server: FaultServer, place: Place, worlds: Sequence[str] = WORLDS) -> Problems:
    """136: several budgets in one store, under each fault."""
    with place.clean() as clean:
        names = list(sets(clean))
    for world in worlds:
        problems, count = [], 0
        for what, found in _each(server, place, "Anthropic", world, names):
            count += 1
            problems += [f"{what}: {each}" for each in found]
        yield f"136 {len(names)} sets of budgets, {count} calls that go wrong · {world} · {place.name}", problems


def platforms(server: FaultServer, place: Place, worlds: Sequence[str] = WORLDS) -> Problems:
    """137: dollars and tokens, per day and month, on each platform under each fault."""
    for kind in GIVEN:
        for world in worlds:
            problems, count = [], 0
            for what, found in _each(server, place, kind, world, ("day and month", "dollars with tokens")):
                count += 1
                problems += [f"{what}: {each}" for each in found]
            yield f"137 {kind}, {count} calls that go wrong · {world} · {place.name}", problems


# --- until nothing is left -------------------------------------------------------------------------------------------

SPENT_BY_ALL = 200
"""Answers that the lowest limit pays for."""
NO_MORE = ("BudgetExceededError", "BudgetUnknownError", "SharedStateError", "SharedStateBusyError")
"""Whoever reads this asks no more."""


MIXED = [fault for fault in FAULTS if not fault.streams and fault.end != (Stall(),)]


def _billed(server: FaultServer) -> Bill:
    """What the server may bill for the requests that it got, which met one fault after the other."""
    bills = [MIXED[number % len(MIXED)].bill for number in range(server.requests)]
    return Bill(sum(bill.nano_usd for bill in bills), sum(bill.tokens for bill in bills))


def _tight(place: Place) -> list[Budget]:
    here, usd = {"store": place.named(), "tag": "team"}, SPENT_BY_ALL * Decimal(COST) / NANO
    most = {"usd": usd * 2, "tokens": SPENT_BY_ALL * TOKENS}
    return [Budget(usd=usd, per="day", **here), Budget(usd=usd * 3, per="month", **here), Budget(**most, **here)]


def drained(server: FaultServer, place: Place, worlds: Sequence[str] = WORLDS, *, at_once: int = 6) -> Problems:
    """136: tasks and threads that spend until nothing is left, while calls go wrong; no limit of any is passed."""
    for world in worlds:
        with place.clean() as clean:
            budgets = _tight(clean)
            server.play([fault.steps("Anthropic") for fault in MIXED] * 200)
            said = _spend_in_loop(server, budgets, at_once) if world == "async" else _spend(server, budgets, at_once)
            problems = wrong_sheet(budgets, server, _billed(server))
            problems += (
                []
                if said.count("answered") > 5 and "BudgetExceededError" in said
                else [f"they ended with {sorted(set(said))}"]
            )
        yield f"136 drained by {at_once} at once · {world} · {place.name}", problems


def _spend(server: FaultServer, budgets: Sequence[Budget], at_once: int) -> list[str]:
    def on(client: Any) -> list[str]:
        said: list[str] = []
        while not said or said[-1] not in NO_MORE:
            said.append(said_by(client, FAULTS[0]))
        return said

    with client_of("Anthropic", "blocking", server, budgets) as client, ThreadPoolExecutor(at_once) as pool:
        return [each for said in pool.map(on, [client] * at_once) for each in said]


def _spend_in_loop(server: FaultServer, budgets: Sequence[Budget], at_once: int) -> list[str]:
    async def on(client: Any) -> list[str]:
        said: list[str] = []
        while not said or said[-1] not in NO_MORE:
            said.append(await said_in_loop(client, FAULTS[0]))
        return said

    async def all_of_them() -> list[str]:
        async with client_of("Anthropic", "async", server, budgets) as client:
            return [each for said in await asyncio.gather(*(on(client) for _ in range(at_once))) for each in said]

    return asyncio.run(all_of_them())


def shared(server: FaultServer, place: Place) -> Problems:
    """136: two programs with one tag and limits of their own: none spends beyond its own, and both see one account."""
    if isinstance(place, Memory):
        return
    with place.clean() as clean:
        low, high = (Budget(usd=usd, tag="both", store=clean.named()) for usd in (_usd(30), _usd(60)))
        server.play([FAULTS[0].steps("Anthropic")])
        children = [Child(lambda budget=budget: _spend(server, [budget], 2)) for budget in (low, high)]
        said = [child.end() for child in children]
        answered = sum(each.count("answered") for each in said)
        problems = wrong_sheet([high], server, Bill(answered * COST, answered * TOKENS), exactly=True)
        state = low.state()
        if (state.spent_usd, state.reserved_usd, state.left_usd) != (_usd(answered), 0, max(0, _usd(30 - answered))):
            problems.append(f"who may spend less sees {state}")
        if answered != server.requests or said[0].count("answered") > 30 or answered < 50:
            problems.append(f"{said[0].count('answered')} and {said[1].count('answered')} of {server.requests}")
    yield f"136 two programs, one tag, two limits · {place.name}", problems


def _usd(answers: int) -> Decimal:
    return answers * Decimal(COST) / NANO


def killed(server: FaultServer, place: Place, kinds: Sequence[str] = tuple(PLATFORMS)) -> Problems:
    """136, 137: `kill -9` with an unanswered request, and within a stream; what it held counts when its lease is over."""
    if isinstance(place, Memory):
        return
    for kind in kinds:
        problems = []
        for fault in (fault for fault in FAULTS if fault.left):
            with place.clean() as clean:
                budgets = _of_the_killed(clean)
                server.play([fault.steps(kind)])
                child = Child(lambda kind=kind, fault=fault, budgets=budgets: _hangs(kind, server, budgets, fault))
                until(lambda: server.requests, "the request")
                child.end(kill=True)
                problems += [f"it ended with {child.status}"] * (child.status != -signal.SIGKILL)
                problems += wrong_sheet(budgets, server, WHOLE, reserved=True)
                later = _of_the_killed(clean, ahead=LEASE + 1)
                problems += [f"later: {each}" for each in wrong_sheet(later, server, WHOLE)]
        yield f"{136 if kind == 'Anthropic' else 137} {kind} killed · {place.name}", problems


def _of_the_killed(place: Place, *, ahead: float = 0.0) -> list[Budget]:
    store = place.store(ahead=ahead)
    most = {"usd": ENOUGH, "tokens": 10**9}
    return [Budget(**most, per=per, store=store) for per in ("day", "month")]


def _hangs(kind: str, server: FaultServer, budgets: Sequence[Budget], fault: Fault) -> str:
    client = client_of(kind, "blocking", server, budgets)
    answer = client.messages.create(**ASK, stream=fault.streams)
    return "".join(type(event).__name__ for event in answer)


CHECKS = (several, platforms, drained, shared, killed)
