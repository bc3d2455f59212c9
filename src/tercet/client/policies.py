"""The policies of a client for when things go wrong: its arguments, checked, and the plan that they make of a call.

What is not asked for is not loaded. The decisions stand in `flow`; here they are put around one another: a breaker, then
the turn under rate limits, then those who watch, then the attempt itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import msgspec

from tercet.client.log import log_event
from tercet.client.options import OPTIONS, POLICIES, check_fallbacks
from tercet.flow.effects import Outcome, Plan
from tercet.flow.retry import CallResult, Layer, RetryPolicy, Step, send_once, with_retries
from tercet.flow.retry_budget import QuotaPolicy, RetryBudget
from tercet.wire.http import Request

if TYPE_CHECKING:
    from tercet.client.call import Call
    from tercet.flow.breaker import Breaker, Circuit, Circuits
    from tercet.flow.budget import Budget
    from tercet.flow.fallback import Fallbacks
    from tercet.flow.ledger.call_record import CallRecord
    from tercet.flow.ledger.layer import LedgerLayer
    from tercet.flow.ledger.place import Place
    from tercet.flow.limits import LimitLayer
    from tercet.flow.pace import Pace
    from tercet.flow.reservation import RateLimiter
    from tercet.flow.store.store import Store

_DEFAULTS = {name: OPTIONS[name].check(OPTIONS[name].default) for name in POLICIES}

Build = Callable[["Call[Any]", int], Request]
"""Makes a call's request for an attempt."""
Behind = Callable[[str], str]
"""Tells the model that an id stands for."""


class PolicyState:
    """The state that a client and its copies have in common while they work: quotas and circuits."""

    __slots__ = ("circuits", "places", "quotas")

    def __init__(self) -> None:
        self.quotas: dict[tuple[str, QuotaPolicy], RetryBudget] = {}
        self.circuits: Circuits | None = None
        self.places: dict[int, RateLimiter] = {}


class Policies:
    """A client's policies. Does not change; `changed` makes others that share quotas and circuits with these."""

    def __init__(self, given: Mapping[str, Any], state: PolicyState | None = None) -> None:
        self.given = {name: value for name, value in given.items() if value is not OPTIONS[name].default}
        values = {**_DEFAULTS, **{name: OPTIONS[name].check(value) for name, value in self.given.items()}}
        self.state = state or PolicyState()
        self.retry_ambiguous: bool = values["retry_ambiguous"]
        self.quota: QuotaPolicy | None = values["retry_quota"]
        self.breaker: Breaker | None = values["breaker"]
        self.fallbacks: Fallbacks | None = values["fallbacks"]
        self.on_event: Callable[[Any], object] | None = values["on_event"]
        self.trace = values["open_telemetry"]
        self.admission = _admission(values["pace"], values["max_concurrency"], values["budget"], self.state)
        self.ledger = _ledger(values["ledger"], values["tags"])
        self.listen = log_event if self.on_event is None else self._tell_both
        asks = (self.breaker, self.fallbacks, self.on_event, self.trace, self.admission, self.ledger)
        self.plain = all(policy is None for policy in asks)
        """Whether a call read whole needs retries alone."""

    def changed(self, changes: Mapping[str, Any]) -> Policies:
        """Return these policies with some arguments replaced."""
        return Policies({**self.given, **changes}, self.state) if changes else self

    def pickled(self) -> dict[str, Any]:
        """Return the arguments that make these policies elsewhere, but for what belongs to this process."""
        kept = ((name, value, OPTIONS[name].pickle) for name, value in self.given.items())
        return {name: pickle(value) for name, value, pickle in kept if pickle is not None}

    def _tell_both(self, details: object) -> None:
        log_event(details)
        assert self.on_event is not None
        self.on_event(details)

    def retry_policy(self, max_retries: int, creates: str | None = None) -> RetryPolicy:
        """Return the policy by which a call is retried."""
        return RetryPolicy(max_retries=max_retries, retry_ambiguous=self.retry_ambiguous, creates=creates)

    def quota_for(self, origin: str) -> RetryBudget | None:
        """Return the budget that pays for retries at this origin."""
        if self.quota is None:
            return None
        quotas, key = self.state.quotas, (origin, self.quota)
        return quotas.get(key) or quotas.setdefault(key, RetryBudget(self.quota))

    @property
    def circuits(self) -> Circuits:
        """The circuits of this client and its copies."""
        if self.state.circuits is None:
            from tercet.flow.breaker import Circuits

            self.state.circuits = Circuits(self.listen)
        return self.state.circuits

    def circuit_for(self, request: Request, model: str | None) -> Circuit:
        """Return the circuit that a request belongs to."""
        if self.breaker is None:
            raise LookupError("this client has no breaker; make one with breaker=True or a Breaker(...)")
        credential = request.headers.get("x-api-key") or request.headers.get("authorization")
        return self.circuits.of(self.breaker, "/".join(request.url.split("/", 3)[:3]), credential, model)

    def plan(
        self,
        call: Call[Any],
        build: Build,
        policy: RetryPolicy,
        quota: RetryBudget | None,
        deadline: float | None,
        behind: Behind,
        *,
        counted: bool = False,
    ) -> Plan[CallResult]:
        """Return the plan of a call, with every policy around it. `behind` tells the model that an id stands for.

        `counted`: there is middleware, which tells what it really sends.
        """
        record = None
        if self.ledger is not None:
            record = self.ledger.record(call.kind, call.path, stream=call.stream, counted=counted)
        asked = self.fallbacks if call.fallbacks is None else check_fallbacks(call.fallbacks)
        if asked is None or call.model is None:
            plan = self._one(call, build, policy, quota, deadline, behind, record, peeks=False)
        else:
            plan = self._several(call, asked, build, policy, quota, deadline, behind, record)
        if record is not None:
            plan = record.recorded(plan, call.model)
        return plan if self.trace is None else self.trace.watched(plan, call)

    def _several(
        self,
        call: Call[Any],
        fallbacks: Fallbacks,
        build: Build,
        policy: RetryPolicy,
        quota: RetryBudget | None,
        deadline: float | None,
        behind: Behind,
        record: CallRecord | None,
    ) -> Plan[CallResult]:
        from tercet.flow.fallback import with_fallbacks

        def with_params(params: dict[str, Any] | None, attempts: int) -> Plan[CallResult]:
            if record is not None:
                record.flush()  # another model is asked
            patient = msgspec.structs.replace(policy, max_retries=min(policy.max_retries, attempts - 1))
            return self._one(replace_params(call, params), build, patient, quota, deadline, behind, record, peeks=True)

        def params() -> dict[str, Any]:
            read: dict[str, Any] = msgspec.json.decode(call.content)
            return read

        def time_left() -> bool:
            return deadline is None or policy.clock() < deadline

        assert call.model is not None
        return with_fallbacks(
            params, call.model, fallbacks, with_params, time_left, retry_ambiguous=policy.retry_ambiguous
        )

    def _one(
        self,
        call: Call[Any],
        build: Build,
        policy: RetryPolicy,
        quota: RetryBudget | None,
        deadline: float | None,
        behind: Behind,
        record: CallRecord | None,
        *,
        peeks: bool,
    ) -> Plan[CallResult]:
        """Return the plan of a call to one model, retries included."""
        peeks = call.stream and (peeks or policy.max_retries > 0 or self.breaker is not None)
        step = self._step(call, policy, deadline, peeks=peeks)
        if record is not None and self.ledger is not None:
            step = self.ledger.asked(record, call.kind, call.model, call.content, call.whole, behind, step, peeks).send
        layers: list[Layer] = []
        hold = before_wait = None
        if record is not None:
            before_wait = record.flush
        if self.breaker is not None:
            guard = BreakerLayer(self, call.model)
            hold = guard.holds
            layers.append(guard)
        if self.admission is not None:
            from tercet.flow.limits import LimitedCall

            layers.append(self.admission.layer(deadline, LimitedCall(call.kind, call.content, behind)))
        if self.on_event is not None or self.trace is not None:
            from tercet.flow.events import observe_attempt

            layers.append(partial(observe_attempt, call.model, policy.clock))
        build_one = partial(build, call)
        if layers:
            step = wrap_step(step, layers)
        return with_retries(build_one, policy, deadline, quota=quota, step=step, hold=hold, before_wait=before_wait)

    def _step(self, call: Call[Any], policy: RetryPolicy, deadline: float | None, *, peeks: bool) -> Step | None:
        if not call.stream:
            return None
        from tercet.flow.first_content import bound_stream, open_stream

        if peeks:
            return partial(open_stream, clock=policy.clock, until=deadline)
        return partial(bound_stream, until=deadline)


def _ledger(place: Place, tags: Mapping[str, str | int] | None) -> LedgerLayer | None:
    """Return the layer that writes a ledger; None if there is none."""
    if place is False or (place is None and not os.environ.get("TERCET_LEDGER")):
        return None
    from tercet.flow.ledger.place import body_days, place_of

    found = place_of(place)
    if found is None:
        return None
    from tercet.flow.ledger.layer import LedgerLayer

    return LedgerLayer(found, tags, body_days(place))


def _admission(
    pace: Pace | None, most: int | None, budgets: tuple[Budget, ...], state: PolicyState
) -> LimitLayer | None:
    """Return the layer that keeps requests within these limits; None if there are none."""
    if pace is None and most is None and not budgets:
        return None
    from tercet.flow.limits import LimitLayer

    return LimitLayer(gates_of(pace, most, state.places), budgets)


def gates_of(pace: Pace | None, most: int | None, places: dict[int, RateLimiter]) -> list[RateLimiter]:
    """Return the gates that a request passes. `places` keeps those of `max_concurrency`: a client and its copies share them."""
    from tercet.flow.reservation import RateLimiter

    gates = []
    if most is not None:
        gates.append(places.get(most) or places.setdefault(most, places_for(most)))
    if pace is not None:
        gates.append(RateLimiter(pace, store_for(pace)))  # a place first, and from it in line for the rate
    return gates


def places_for(most: int) -> RateLimiter:
    """Return a gate that lets so many through at once, and makes nobody give up."""
    from secrets import token_hex

    from tercet.flow.pace import Pace
    from tercet.flow.reservation import RateLimiter
    from tercet.flow.store import store_at

    return RateLimiter(
        Pace(max_concurrency=most, max_wait=float("inf"), name=token_hex(8)), store_at(None), counts_only=True
    )


def store_for(pace: Pace) -> Store:
    """Return the store of a pace's buckets. Those of one place meet there; those without a place meet in this process."""
    return _store(None if pace.store is None else str(pace.store)) if not _is_store(pace.store) else pace.store


def _is_store(place: object) -> bool:
    return hasattr(place, "update")


@cache
def _store(place: str | None) -> Store:
    from tercet.flow.store import store_at

    return store_at(place)


class BreakerLayer:
    """The layer that asks a circuit before each attempt and tells it what came of it."""

    def __init__(self, policies: Policies, model: str | None) -> None:
        self._policies, self._model = policies, model
        self._circuit: Circuit | None = None

    def __call__(self, request: Request, step: Step) -> Plan[Outcome]:
        from tercet.flow.breaker import guard_attempt

        self._circuit = self._policies.circuit_for(request, self._model)
        return guard_attempt(self._circuit, self._policies.listen, request, step)

    def holds(self) -> float:
        """Return the seconds for which the circuit lets nothing through."""
        return 0.0 if self._circuit is None else self._circuit.holds()


def wrap_step(step: Step | None, layers: list[Layer]) -> Step | None:
    """Return `step` with these layers around it, the first one outermost."""
    for layer in reversed(layers):
        step = partial(_through, layer, step or send_once)
    return step


def _through(layer: Layer, step: Step, request: Request) -> Plan[Outcome]:
    return layer(request, step)


def replace_params(call: Call[Any], params: dict[str, Any] | None) -> Call[Any]:
    """Return the same call with another body."""
    if params is None:
        return call
    return msgspec.structs.replace(call, content=msgspec.json.encode(params), model=params["model"], whole=None)
