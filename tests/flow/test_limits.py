"""Every attempt admitted first: plans as tables of steps, with a clock that only sleeping turns."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from tests.flow.store.kept import Kept

from tercet.flow.billing import NothingYielded
from tercet.flow.budget import Budget
from tercet.flow.drivers import arun, run
from tercet.flow.effects import Emit, Lost, Metering, Plan, Reply, Send, Sleep, Work
from tercet.flow.events import PaceDetails
from tercet.flow.limits import LimitLayer, settle_late
from tercet.flow.pace import Bucket, Pace
from tercet.flow.reservation import RateLimiter
from tercet.flow.retry import CallResult, RetryPolicy, send_once, with_retries
from tercet.flow.store.memory import MemoryStore
from tercet.wire.errors.limits import BudgetExceededError, BudgetUnknownError, PaceWaitError, SharedStateError
from tercet.wire.http import Headers, Request, Timeout

NOON = 1_790_000_000.0
USED = {"input_tokens": 1_000, "output_tokens": 20}
PRICE = Decimal("0.0033")
"""Of `USED`, by claude-sonnet-4-6: 1,000 × $3 + 20 × $15 a million."""


class World:
    """A clock that sleeping turns, a store on it, and answers in order (the last one repeats)."""

    def __init__(self, *outcomes: Any) -> None:
        self.now = 1_000.0
        self.store = MemoryStore(lambda: self.now)
        self.outcomes = list(outcomes)
        self.sent: list[tuple[float, Request]] = []
        self.waits: list[float] = []
        """Seconds slept before each request that had to wait, all naps together."""
        self._slept = 0.0
        self.heard: list[Any] = []

    def admission(self, pace: Pace | None = None, *budgets: Budget) -> LimitLayer:
        gates = [] if pace is None else [RateLimiter(pace, self.store)]
        return LimitLayer(gates, budgets, clock=lambda: self.now, wall_clock=lambda: NOON + self.now)

    def sleep(self, seconds: float) -> None:
        self._slept += seconds
        self.now += seconds

    def send(self, request: Request) -> Any:
        if self._slept:
            self.waits.append(round(self._slept, 3))
            self._slept = 0.0
        self.sent.append((self.now, request))
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        return outcome() if callable(outcome) else outcome

    def run(self, plan: Plan[Any]) -> Any:
        return run(plan, self.send, sleep=self.sleep, listen=self.heard.append)

    @property
    def bucket(self) -> Bucket:
        (state,) = self.store._states.values()
        assert isinstance(state, Bucket)
        return state


def asking(model: str = "claude-sonnet-4-6", key: str = "sk-ant-0123456789abcdef", **more: Any) -> Request:
    body = {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": "x " * 1_000}], **more}
    url = more.pop("url", "https://api.anthropic.com/v1/messages")
    return Request("POST", url, Headers({"x-api-key": key}), json.dumps(body).encode(), timeout=Timeout(60))


def answer(status: int = 200, usage: Any = USED, **headers: Any) -> Reply:
    content = json.dumps({"type": "message", "usage": usage}).encode()
    return Reply(status, Headers({name.replace("_", "-"): str(value) for name, value in headers.items()}), content)


def limited(limit: int, remaining: int, status: int = 200, **headers: Any) -> Reply:
    start = "anthropic-ratelimit-requests-"
    return answer(status, **{f"{start}limit": limit, f"{start}remaining": remaining}, **headers)


def through(admission: LimitLayer, request: Request, deadline: float | None = None) -> Plan[Any]:
    return admission.layer(deadline)(request, send_once)


def retried(admission: LimitLayer, request: Request) -> Plan[CallResult]:
    policy = RetryPolicy(random=lambda: 0.0, clock=lambda: 0.0, wall_clock=lambda: NOON)
    layer = admission.layer()
    return with_retries(lambda attempt: request, policy, step=lambda one: layer(one, send_once))


class Body:
    def __init__(self, *chunks: Any) -> None:
        self.chunks = list(chunks)

    def read(self) -> Any:
        return self.chunks.pop(0) if self.chunks else None

    def close(self) -> None:
        self.chunks.clear()


class AsyncBody(Body):
    async def read(self) -> Any:  # type: ignore[override]
        return super().read()

    async def close(self) -> None:  # type: ignore[override]
        super().close()


START = b'data: {"type":"message_start","message":{"usage":{"input_tokens":1000,"output_tokens":1}}}\n\n'
END = b'data: {"type":"message_delta","usage":{"output_tokens":20}}\n\n'


def streaming(*chunks: Any, body: type[Body] = Body) -> Reply:
    return Reply(200, Headers({"content-type": "text/event-stream"}), stream=body(*chunks))  # type: ignore[arg-type]


# --- turns -----------------------------------------------------------------------------------------------------------


def test_requests_wait_for_their_turn_and_say_so() -> None:
    world = World(answer())
    admission = world.admission(Pace(requests_per_minute=60, burst=1 / 60))
    for _ in range(3):
        world.run(through(admission, asking()))

    assert world.waits == [1.0, 1.0]
    assert world.heard == [PaceDetails(pytest.approx(1.0), "rate limit")] * 2


def test_the_limit_is_learned_from_the_answers() -> None:
    world = World(limited(60, 1), limited(60, 0))
    admission = world.admission(Pace())
    for _ in range(3):
        world.run(through(admission, asking()))

    assert world.waits == [1.0]


def test_models_and_credentials_have_buckets_of_their_own() -> None:
    world = World(answer())
    admission = world.admission(Pace(requests_per_minute=1))
    for request in (asking(), asking(model="claude-haiku-4-5"), asking(key="another-key"), asking(model="claude-x")):
        world.run(through(admission, request))

    assert world.waits == []
    assert len(world.store._states) == 4
    assert "0123456789abcdef" not in repr(world.store._states)


def test_those_of_one_name_share_a_bucket_whatever_their_key() -> None:
    world = World(answer())
    admission = world.admission(Pace(requests_per_minute=1, name="organisation"))
    world.run(through(admission, asking(key="one")))
    world.run(through(admission, asking(key="another")))

    assert world.waits == [60.0]


def test_requests_that_ask_no_model_anything_are_not_held_back() -> None:
    world = World(answer())
    admission = world.admission(Pace(requests_per_minute=1), Budget(usd=0))
    for _ in range(3):
        world.run(through(admission, Request("GET", "https://api.anthropic.com/v1/models", Headers())))

    assert (world.waits, len(world.sent)) == ([], 3)


def test_what_is_downloaded_for_free_goes_through_no_meter() -> None:
    download = streaming(b"[1,", b"2]")
    world = World(download)
    results = Request("GET", "https://api.anthropic.com/v1/messages/batches/x/results", Headers())

    assert world.run(through(world.admission(None, Budget(usd=0)), results)) is download


def test_a_turn_too_far_away_is_an_error_at_once() -> None:
    world = World(answer())
    admission = world.admission(Pace(requests_per_minute=1, max_wait=10))
    world.run(through(admission, asking()))
    refused = world.run(retried(admission, asking())).outcome

    assert isinstance(refused.raise_as, PaceWaitError)
    assert refused.raise_as.retry_after == pytest.approx(60.0)
    assert (world.waits, len(world.sent)) == ([], 1)


def test_a_wait_that_would_pass_the_deadline_is_not_begun() -> None:
    world = World(answer())
    admission = world.admission(Pace(requests_per_minute=1))
    world.run(through(admission, asking()))
    refused = world.run(through(admission, asking(), deadline=world.now + 59.0))

    assert isinstance(refused.raise_as, PaceWaitError)
    assert world.waits == []


def test_after_a_wait_the_attempt_gets_what_is_left_of_the_deadline() -> None:
    world = World(answer())
    admission = world.admission(Pace(requests_per_minute=60, burst=1 / 60))
    world.run(through(admission, asking(), deadline=world.now + 30))
    world.run(through(admission, asking(), deadline=world.now + 30))

    assert [request.timeout.read for _, request in world.sent] == [60, pytest.approx(29.0)]


def test_a_429_pauses_every_caller_of_the_key_and_the_retry_too() -> None:
    world = World(answer(429, None, retry_after=7), answer())
    admission = world.admission(Pace())
    ending = world.run(retried(admission, asking()))
    assert ending.outcome.status == 200

    world = World(answer(429, None, retry_after=7), answer())
    admission = world.admission(Pace())
    world.run(through(admission, asking()))
    world.run(through(admission, asking()))
    assert world.waits == [7.0]


def test_a_429_pauses_until_what_is_used_up_is_whole_again() -> None:
    reset = {
        "anthropic-ratelimit-requests-limit": 60,
        "anthropic-ratelimit-requests-remaining": 0,
        "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:30Z",
        "date": "Thu, 01 Jan 2026 00:00:10 GMT",
    }
    world = World(answer(429, None, retry_after=7, **reset), answer())
    admission = world.admission(Pace())
    world.run(through(admission, asking()))
    world.run(through(admission, asking()))

    assert world.waits == [20.0]


def test_a_spend_limit_is_no_rate_limit() -> None:
    body = b'{"error":{"details":{"error_code":"workspace_spend_limit_reached"}}}'
    world = World(Reply(429, Headers(), body), answer())
    admission = world.admission(Pace())
    world.run(through(admission, asking()))
    world.run(through(admission, asking()))

    assert world.waits == []


def test_the_tokens_that_an_answer_did_not_use_are_free_at_once() -> None:
    world = World(answer(usage={"input_tokens": 10, "cache_read_input_tokens": 10**6, "output_tokens": 1}))
    admission = world.admission(Pace(output_tokens_per_minute=100, input_tokens_per_minute=100_000))
    for _ in range(5):
        world.run(through(admission, asking()))

    assert world.waits == []


@pytest.mark.parametrize(
    ("outcome", "free"),
    [
        (Lost("connect", "not_sent", "refused"), True),
        (answer(529, None), True),
        (answer(400, None), True),
        (Lost("read", "unanswered", "it broke"), False),
        (answer(500, None), False),
        (answer(usage=None), False),
    ],
)
def test_what_a_failed_attempt_may_have_used_stays_used(outcome: Any, free: bool) -> None:
    world = World(outcome)
    admission = world.admission(Pace(output_tokens_per_minute=100))
    world.run(through(admission, asking()))
    world.run(through(admission, asking()))

    assert (world.waits == []) is free
    assert world.bucket.turns == {}


def test_who_gives_up_while_waiting_leaves_no_trace() -> None:
    world = World(answer())
    admission = world.admission(Pace(requests_per_minute=60, burst=1 / 60))
    world.run(through(admission, asking()))
    before = world.bucket.axes["requests"].full_at

    plan = through(admission, asking())
    assert [type(plan.send(None)) for _ in range(2)] == [Emit, Sleep]
    plan.close()

    assert (world.bucket.turns, world.bucket.axes["requests"].full_at) == ({}, pytest.approx(before))


def test_who_is_cancelled_after_sending_has_used_what_was_reserved() -> None:
    world = World(answer())
    budget = Budget(usd=1)
    plan = through(world.admission(Pace(), budget), asking())
    assert isinstance(plan.send(None), Send)
    plan.close()

    assert world.bucket.turns == {}
    assert budget.state(NOON).uncertain_usd > 0
    assert budget.state(NOON).reserved_usd == 0


# --- budgets ---------------------------------------------------------------------------------------------------------


def test_what_is_booked_is_what_was_used() -> None:
    world, budget = World(answer()), Budget(usd=1)
    world.run(through(world.admission(None, budget), asking()))
    state = budget.state(NOON)

    assert (state.spent_usd, state.reserved_usd, state.spent_tokens) == (PRICE, Decimal(0), 1_020)


def test_a_budget_that_is_spent_ends_the_call_before_anything_is_sent() -> None:
    world, budget = World(answer()), Budget(usd="0.012")
    admission = world.admission(None, budget)
    endings = [world.run(retried(admission, asking())).outcome for _ in range(4)]

    assert len(world.sent) == 3
    assert isinstance(endings[3].raise_as, BudgetExceededError)
    assert endings[3].raise_as.left == Decimal("0.012") - 3 * PRICE
    assert world.waits == []


def test_while_it_is_under_way_a_request_holds_the_most_it_can_cost() -> None:
    world, budget = World(answer()), Budget(usd=1)
    plan = through(world.admission(None, budget), asking())
    plan.send(None)

    assert budget.state(NOON).reserved_usd >= Decimal("0.003") + 100 * Decimal("0.000015")


def test_several_budgets_hold_together_and_one_that_refuses_leaves_the_others_as_they_were() -> None:
    world, large, small = World(answer()), Budget(usd=1), Budget(tokens=5)
    refused = world.run(through(world.admission(None, large, small), asking()))

    assert isinstance(refused.raise_as, BudgetExceededError)
    assert refused.raise_as.unit == "tokens"
    assert (large.state(NOON).reserved_usd, large.state(NOON).spent_usd) == (0, 0)
    assert world.sent == []


@pytest.mark.parametrize(
    ("outcome", "spent", "uncertain"),
    [
        (Lost("connect", "not_sent", "refused"), False, False),
        (answer(429, None), False, False),
        (answer(529, None), False, False),
        (answer(), True, False),
        (answer(500, None), True, True),
        (Lost("read", "unanswered", "it broke"), True, True),
        (Lost("read", "cut", "it broke"), True, True),
        (answer(usage=None), True, True),
        (answer(usage={"input_tokens": "many"}), True, True),
        (answer(usage={"input_tokens": 5, "output_tokens": 5, "service_tier": "priority"}), True, True),
    ],
)
def test_what_cannot_have_been_billed_is_free_and_what_may_have_been_counts(
    outcome: Any, spent: bool, uncertain: bool
) -> None:
    world, budget = World(outcome), Budget(usd=1)
    world.run(through(world.admission(None, budget), asking()))
    state = budget.state(NOON)

    assert (state.spent_usd > 0, state.uncertain_usd > 0, state.reserved_usd) == (spent, uncertain, 0)


def test_every_attempt_is_booked_for_itself() -> None:
    world, budget = World(answer(500, None), answer()), Budget(usd=1)
    world.run(retried(world.admission(None, budget), asking()))
    state = budget.state(NOON)

    assert len(world.sent) == 2
    assert state.spent_usd == PRICE + state.uncertain_usd


def test_a_model_without_a_price_needs_a_budget_in_tokens() -> None:
    world = World(answer())
    refused = world.run(through(world.admission(None, Budget(usd=1)), asking(model="someone's-own")))
    assert isinstance(refused.raise_as, BudgetUnknownError)
    assert "someone's-own" in str(refused.raise_as)

    budget = Budget(tokens=10_000)
    assert world.run(through(world.admission(None, budget), asking(model="someone's-own"))).status == 200
    assert budget.state(NOON).spent_tokens == 1_020


def test_without_any_bound_on_the_answer_no_budget_can_allow_it() -> None:
    world = World(answer())
    refused = world.run(
        through(world.admission(None, Budget(tokens=10**9)), asking(model="someone's-own", max_tokens=None))
    )

    assert isinstance(refused.raise_as, BudgetUnknownError)
    assert world.sent == []


def test_a_batch_counts_with_all_that_its_messages_may_cost() -> None:
    params = json.loads(asking().content)
    body = json.dumps({"requests": [{"custom_id": str(number), "params": params} for number in range(3)]}).encode()
    batch = Request("POST", "https://api.anthropic.com/v1/messages/batches", Headers(), body)
    world, one, three = World(answer(usage=None)), Budget(usd=1), Budget(usd=1)
    world.run(through(world.admission(Pace(requests_per_minute=1), one), asking()))
    world.run(through(world.admission(Pace(requests_per_minute=1), three), batch))

    single = one.state(NOON).uncertain_usd
    assert float(three.state(NOON).uncertain_usd) == pytest.approx(float(single) * 1.5, rel=0.1)
    assert world.waits == []


def test_keys_have_budgets_of_their_own_where_that_is_asked() -> None:
    world, budget = World(answer()), Budget(usd="0.009", by_key=True)
    admission = world.admission(None, budget)
    outcomes = [world.run(through(admission, asking(key=key))) for key in ("one", "one", "one", "other")]

    assert [isinstance(outcome, Lost) for outcome in outcomes] == [False, False, True, False]


class Broken(MemoryStore):
    blocking = True
    works = True

    def update(self, key: Any, kind: Any, change: Any) -> Any:
        if not self.works:
            raise SharedStateError("the disk is full")
        return super().update(key, kind, change)


def test_where_the_state_cannot_be_written_nothing_is_sent() -> None:
    world, store = World(answer()), Broken()
    store.works = False
    refused = world.run(through(world.admission(None, Budget(usd=1, store=store)), asking()))

    assert isinstance(refused.raise_as, SharedStateError)
    assert world.sent == []


@pytest.mark.parametrize(("maybe", "asked"), [(False, 1), (True, 2)])
def test_who_has_certainly_written_nothing_takes_nothing_back(maybe: bool, asked: int) -> None:
    failure, updates = SharedStateError("the server does not answer"), []
    failure.may_be_written = maybe

    class Away(MemoryStore):
        def update(self, key: Any, kind: Any, change: Any) -> Any:
            updates.append(key)
            raise failure

    refused = World(answer()).run(through(LimitLayer((), [Budget(usd=1, store=Away())]), asking()))
    assert refused.raise_as is failure
    assert len(updates) == asked


def test_an_answer_is_not_lost_because_it_could_not_be_booked(caplog: pytest.LogCaptureFixture) -> None:
    store = Broken()
    world = World(lambda: setattr(store, "works", False) or answer())
    budget = Budget(usd=1, store=store)

    assert world.run(through(world.admission(None, budget), asking())).status == 200
    assert "counts in full" in caplog.text
    store.works = True
    assert budget.state(NOON).reserved_usd > 0


def test_one_budget_that_cannot_be_written_does_not_keep_the_others_from_being_settled() -> None:
    broken = Broken()
    world = World(lambda: setattr(broken, "works", False) or answer())
    away, here = Budget(usd=1, store=broken), Budget(usd=1, store=world.store)

    world.run(through(world.admission(None, away, here), asking()))
    assert (here.state(NOON).spent_usd, here.state(NOON).reserved_usd) == (PRICE, 0)


def test_a_programming_error_in_a_store_is_raised_as_what_it_is() -> None:
    store = Broken()
    store.update = lambda *arguments: 1 / 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        World(answer()).run(through(LimitLayer((), [Budget(usd=1, store=store)]), asking()))


# --- streams ---------------------------------------------------------------------------------------------------------


def test_a_stream_is_settled_when_it_has_been_read() -> None:
    world, budget = World(streaming(START, END)), Budget(usd=1)
    reply = world.run(through(world.admission(Pace(), budget), asking()))
    assert budget.state(NOON).reserved_usd > 0
    assert len(world.bucket.turns) == 1

    assert [reply.stream.read() for _ in range(3)] == [START, END, None]
    state = budget.state(NOON)
    assert (state.spent_usd, state.uncertain_usd, state.reserved_usd) == (PRICE, 0, 0)
    assert (world.bucket.turns, world.bucket.mean_output) == ({}, 20)


def test_a_stream_that_breaks_off_counts_its_input_and_all_the_output_it_could_have_had() -> None:
    world, budget = World(streaming(START, Lost("read", "cut", "it broke"))), Budget(usd=1)
    reply = world.run(through(world.admission(None, budget), asking()))
    while isinstance(reply.stream.read(), bytes):
        pass

    assert budget.state(NOON).uncertain_usd == 1_000 * Decimal("0.000003") + 100 * Decimal("0.000015")


def test_a_stream_that_failed_before_its_first_content_counts_its_input_alone() -> None:
    failed = NothingYielded(streaming(), {"type": "error", "error": {"type": "overloaded_error"}})
    world, budget, whole = World(failed, answer(500, None)), Budget(usd=1), Budget(usd=1)
    assert world.run(through(world.admission(Pace(), budget), asking())) is failed
    world.run(through(world.admission(Pace(), whole), asking()))

    assert whole.state(NOON).uncertain_usd - budget.state(NOON).uncertain_usd == 100 * Decimal("0.000015")
    assert (budget.state(NOON).reserved_usd, world.bucket.turns) == (0, {})


@pytest.mark.parametrize("closed", [True, False])
def test_a_stream_that_is_left_is_settled_too(closed: bool) -> None:
    world, budget = World(streaming(START, END)), Budget(usd=1)
    reply = world.run(through(world.admission(Pace(), budget), asking()))
    reply.stream.read()
    if closed:
        reply.stream.close()
    del reply
    gc.collect()
    settle_late()

    assert (budget.state(NOON).reserved_usd, world.bucket.turns) == (0, {})
    assert budget.state(NOON).uncertain_usd > 0


def test_a_stream_that_nobody_closed_is_settled_before_the_next_request() -> None:
    world, budget = World(streaming(START, END), answer()), Budget(usd=1)
    admission = world.admission(None, budget)
    world.run(through(admission, asking()))
    gc.collect()
    world.run(through(admission, asking()))

    assert budget.state(NOON).reserved_usd == 0


@pytest.mark.anyio
async def test_in_an_event_loop_a_store_that_may_wait_is_asked_by_a_thread_of_its_own() -> None:
    async def send(request: Request) -> Any:
        return streaming(START, END, body=AsyncBody)

    store = Kept()
    budget = Budget(usd=1, store=store)
    reply = await arun(through(LimitLayer((), [budget]), asking()), send)
    while await reply.stream.read():
        pass

    assert budget.state(NOON + 1_000).reserved_usd == 0
    assert store.threads == {"tercet-store"}


@pytest.mark.anyio
async def test_in_an_event_loop_what_is_not_admitted_is_given_back_by_that_thread() -> None:
    async def send(request: Request) -> Any:
        raise AssertionError("there is no money for it")

    store = Kept()
    budgets = [Budget(usd=1, store=store), Budget(usd=0, tag="none", store=store)]
    refused: Any = await arun(through(LimitLayer((), budgets), asking()), send)

    assert isinstance(refused.raise_as, BudgetExceededError)
    assert budgets[0].state(NOON).reserved_usd == 0
    assert store.threads == {"tercet-store"}


@pytest.mark.anyio
async def test_who_is_cancelled_while_a_store_is_asked_holds_nothing_afterwards() -> None:
    import asyncio

    entered, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        entered.set()
        assert go_on.wait(10)

    async def send(request: Request) -> Any:
        raise AssertionError("it was cancelled before")

    budget = Budget(usd=1, store=Kept(slow))
    task = asyncio.ensure_future(arun(through(LimitLayer((), [budget]), asking()), send))
    while not entered.is_set():
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    state = budget.state(NOON)
    assert (state.reserved_usd, state.spent_usd) == (0, 0)


# --- without -----------------------------------------------------------------------------------------------------------


def effects(plan: Plan[Any], answers: Iterable[Any]) -> list[str]:
    seen, coming, answered = [], iter(answers), None
    while True:
        try:
            effect = plan.send(answered)
        except StopIteration:
            return seen
        seen.append(type(effect).__name__)
        answered = next(coming) if isinstance(effect, Send) else None
        if isinstance(effect, Work):
            answered = effect.act()
        if isinstance(effect, Metering):
            answered = effect.stream


def test_other_effects_pass_as_they_are() -> None:
    plan = retried(World().admission(Pace()), asking())

    assert effects(plan, [Lost("read", "unanswered", "it broke"), answer()]) == ["Send", "Emit", "Sleep", "Send"]


# --- what goes wrong while waiting --------------------------------------------------------------------------------------


def test_who_slept_so_long_that_its_turn_was_given_away_joins_the_queue_again() -> None:
    world = World(answer())
    admission = world.admission(Pace(requests_per_minute=60, burst=1 / 60))
    world.run(through(admission, asking()))
    plan = through(admission, asking())
    assert [type(plan.send(None)) for _ in range(2)] == [Emit, Sleep]
    world.now += 100.0  # the machine was asleep; somebody else came and cleaned up
    world.run(through(admission, asking()))

    assert isinstance(plan.send(None), Sleep)
    world.now += 1.0
    assert isinstance(plan.send(None), Send)
    plan.close()


def test_a_pause_that_begins_while_a_request_waits_makes_it_wait_longer_or_give_up() -> None:
    for seconds, gives_up in ((5, False), (500, True)):
        world = World(answer(429, None, retry_after=seconds))
        admission = world.admission(Pace(requests_per_minute=60, burst=1 / 60, max_wait=60))
        earlier = through(admission, asking())
        assert isinstance(earlier.send(None), Send)
        waiting = through(admission, asking())
        assert [type(waiting.send(None)) for _ in range(2)] == [Emit, Sleep]
        with pytest.raises(StopIteration):
            earlier.send(answer(429, None, retry_after=seconds))
        world.now += 1.0

        if gives_up:
            with pytest.raises(StopIteration) as ended:
                waiting.send(None)
            assert isinstance(ended.value.value.raise_as, PaceWaitError)
            assert world.bucket.turns == {}
        else:
            assert isinstance(waiting.send(None), Sleep)
            waiting.close()
