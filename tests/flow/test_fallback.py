"""Fallbacks: when another model is asked, with which parameters, and what is remembered of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.flow.steps import ASK, lost, refused, reply, steps, streaming, without_events

from tercet.catalog.models import all_models
from tercet.catalog.refusals import refused_parameters
from tercet.flow.billing import NothingYielded
from tercet.flow.effects import Lost, Plan
from tercet.flow.events import FallbackDetails
from tercet.flow.fallback import Fallbacks, fit_parameters, with_fallbacks
from tercet.flow.retry import CallResult, RetryPolicy, with_retries
from tercet.wire.errors import BudgetExceededError, CircuitOpenError, PaceWaitError

ORIGINAL: dict[str, Any] = {
    "model": "claude-opus-4-8",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hello"}],
}
CALM = RetryPolicy(max_retries=1, random=lambda: 0.0)
QUEUED = Lost("closed", "not_sent", "its turn is too far away", raise_as=PaceWaitError("its turn is too far away"))
SPENT = Lost("closed", "not_sent", "the budget is spent", raise_as=BudgetExceededError("the budget is spent"))
OPEN = Lost("closed", "not_sent", "open", raise_as=CircuitOpenError(retry_after=3.0))


def chain(
    models: list[Any], outcomes: list[Any], *, policy: RetryPolicy = CALM, **how: Any
) -> tuple[list[Any], Any, list[Any]]:
    """Returns what was asked for, the ending, and the parameters that were sent for each model after the first."""
    sent: list[Any] = []

    def call(params: dict[str, Any] | None, attempts: int) -> Plan[CallResult]:
        sent.append(params)
        patient = replace(policy, max_retries=min(policy.max_retries, attempts - 1), random=lambda: 0.0)
        return with_retries(lambda attempt: ASK, patient)

    fallbacks = Fallbacks.of(models) if isinstance(models, list) else models
    assert fallbacks is not None
    plan = with_fallbacks(lambda: dict(ORIGINAL), ORIGINAL["model"], fallbacks, call, **how)
    asked, ending = steps(plan, outcomes)
    return asked, ending, sent[1:]


@pytest.mark.parametrize(
    "outcome",
    [
        reply(500),
        reply(503),
        reply(529),
        lost("timeout", "unanswered"),
        lost("timeout", "cut"),
        lost("read", "unanswered"),
        OPEN,
        QUEUED,
        NothingYielded(streaming(), {"error": {"type": "overloaded_error"}}),
        NothingYielded(streaming(), lost("read", "cut")),
    ],
)
def test_another_model_is_asked_when_one_fails(outcome: Any) -> None:
    _, ending, sent = chain(["claude-haiku-4-5"], [outcome, reply(200)], policy=RetryPolicy(max_retries=0))

    assert [params["model"] for params in sent] == ["claude-haiku-4-5"]
    assert ending.outcome.status == 200
    assert ending.info.model_requested == "claude-opus-4-8"
    assert ending.info.model_served == "claude-haiku-4-5"


@pytest.mark.parametrize(
    "outcome",
    [
        reply(400),
        reply(401),
        reply(403),
        reply(404),
        reply(413),
        reply(422),
        reply(429),
        refused(429, "enforced_spend_limit_reached"),
        refused(503, "enforced_spend_limit_reached"),
        lost("connect", "not_sent"),
        lost("tls", "not_sent"),
        SPENT,
        lost("closed"),
        lost("timeout", "not_sent"),
        NothingYielded(streaming(), {"error": {"type": "invalid_request_error"}}),
    ],
)
def test_no_other_model_is_asked_for_what_it_cannot_mend(outcome: Any) -> None:
    _, ending, sent = chain(["claude-haiku-4-5"], [outcome], policy=RetryPolicy(max_retries=0))

    assert sent == []
    assert ending.outcome is outcome
    assert ending.info.model_served is None


BROKEN, BUSY, GOOD = lost("read", "unanswered"), reply(529), reply(200)
ONCE: list[tuple[list[Any], list[Any], list[str | None]]] = [
    ([lost("timeout", "unanswered")], ["send"], ["retry_ambiguous=False"]),
    ([BROKEN], ["send"], ["retry_ambiguous=False"]),
    ([lost("timeout", "cut")], ["send"], ["retry_ambiguous=False"]),
    ([lost("read", "cut")], ["send"], ["retry_ambiguous=False"]),
    ([reply(500)], ["send"], ["retry_ambiguous=False"]),
    ([reply(502)], ["send"], ["retry_ambiguous=False"]),
    ([reply(504)], ["send"], ["retry_ambiguous=False"]),
    ([NothingYielded(streaming(), {"error": {"type": "overloaded_error"}})], ["send"], ["retry_ambiguous=False"]),
    ([NothingYielded(streaming(), lost("read", "cut"))], ["send"], ["retry_ambiguous=False"]),
    ([BUSY, BROKEN], ["send", 0.5, "send"], ["retry_ambiguous=False"]),
    ([BUSY, BUSY, BROKEN], ["send", 0.5, "send", "send"], [None, "retry_ambiguous=False"]),
    ([BUSY, BUSY, BUSY, BROKEN], ["send", 0.5, "send", "send", 0.5, "send"], [None, "retry_ambiguous=False"]),
    ([BUSY, BUSY, GOOD], ["send", 0.5, "send", "send"], [None, None]),
    ([reply(503), reply(503), GOOD], ["send", 0.5, "send", "send"], [None, None]),
    ([OPEN, GOOD], ["send", "send"], [None, None]),
    ([QUEUED, GOOD], ["send", "send"], [None, None]),
    ([lost("connect", "not_sent")] * 2, ["send", 0.5, "send"], [None]),
]
"""What comes of the attempts; what is sent and waited; and what forbade more, for each model that was asked."""


@pytest.mark.parametrize(("outcomes", "asked", "stopped"), ONCE)
def test_what_may_have_been_billed_is_put_to_no_other_model_if_it_must_not_be_repeated(
    outcomes: list[Any], asked: list[Any], stopped: list[str | None]
) -> None:
    policy = RetryPolicy(max_retries=1, retry_ambiguous=False)
    told, ending, _ = chain(
        ["claude-sonnet-4-6", "claude-haiku-4-5"], outcomes, policy=policy, retry_ambiguous=policy.retry_ambiguous
    )

    assert without_events(told) == asked
    assert [hop.attempts[-1].stopped_by if hop.attempts else None for hop in ending.info.hops] == stopped
    assert (ending.info.model_served is None) == (outcomes[-1] is not GOOD)
    assert ending.attempts == ending.info.hops[0 if ending.info.model_served is None else -1].attempts


def test_by_itself_what_may_have_been_billed_is_put_to_another_model() -> None:
    told, ending, _ = chain(["claude-sonnet-4-6"], [BROKEN, BROKEN, GOOD])

    assert without_events(told) == ["send", 0.5, "send", "send"]
    assert ending.info.model_served == "claude-sonnet-4-6"


def test_each_model_has_its_retries_first() -> None:
    asked, ending, _ = chain(["claude-sonnet-4-6"], [reply(529), reply(529), reply(529), reply(200)])

    assert without_events(asked) == ["send", 0.5, "send", "send", 0.5, "send"]
    assert [(hop.model, hop.problem, len(hop.attempts)) for hop in ending.info.hops] == [
        ("claude-opus-4-8", "HTTP 529", 2),
        ("claude-sonnet-4-6", None, 1),
    ]


def test_all_models_together_are_asked_six_times_at_most() -> None:
    asked, ending, _ = chain(
        ["claude-sonnet-4-6", "claude-haiku-4-5", "claude-opus-4-6"],
        [reply(529)] * 20,
        policy=RetryPolicy(max_retries=3),
    )

    assert asked.count("send") == 6
    assert ending.outcome.status == 529


def test_when_all_fail_the_error_is_the_first_models_and_the_hops_tell_the_rest() -> None:
    _, ending, _ = chain(["claude-haiku-4-5"], [reply(529), reply(500)], policy=RetryPolicy(max_retries=0))

    assert ending.outcome.status == 529
    assert [(hop.model, hop.status, hop.problem) for hop in ending.info.hops] == [
        ("claude-opus-4-8", 529, "HTTP 529"),
        ("claude-haiku-4-5", 500, "HTTP 500"),
    ]


def test_no_model_is_asked_after_the_deadline() -> None:
    _, _, sent = chain(["claude-haiku-4-5"], [reply(529)], policy=RetryPolicy(max_retries=0), time_left=lambda: False)

    assert sent == []


def test_patches_are_laid_over_the_original_never_over_each_other() -> None:
    models = [
        {"model": "claude-sonnet-4-6", "max_tokens": 50, "temperature": 0.5},
        {"model": "claude-haiku-4-5", "max_tokens": None},
    ]
    _, _, sent = chain(models, [reply(529), reply(529), reply(200)], policy=RetryPolicy(max_retries=0))

    assert sent[0] == {**ORIGINAL, "model": "claude-sonnet-4-6", "max_tokens": 50, "temperature": 0.5}
    assert sent[1] == {"model": "claude-haiku-4-5", "messages": ORIGINAL["messages"]}


def test_other_statuses_can_be_asked_for() -> None:
    chosen = Fallbacks.of(Fallbacks(["claude-haiku-4-5"], statuses=frozenset({429})))
    _, ending, _ = chain(chosen, [reply(429), reply(200)], policy=RetryPolicy(max_retries=0))  # type: ignore[arg-type]

    assert ending.outcome.status == 200


def test_each_change_of_model_is_an_event() -> None:
    asked, _, _ = chain(["claude-haiku-4-5"], [reply(529), reply(200)], policy=RetryPolicy(max_retries=0))

    assert asked[1] == FallbackDetails("claude-opus-4-8", "HTTP 529", "claude-haiku-4-5")


# --- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "model", "sent"),
    [
        ({"temperature": 0.2, "top_k": 5}, "claude-opus-4-8", {"temperature": None, "top_k": None}),
        ({"temperature": 0.2, "top_p": 0.9}, "claude-haiku-4-5", {"temperature": 0.2, "top_p": None}),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 2048}},
            "claude-opus-4-8",
            {"thinking": {"type": "adaptive"}},
        ),
        (
            {"max_tokens": 8000, "thinking": {"type": "adaptive"}},
            "claude-haiku-4-5",
            {"thinking": {"type": "enabled", "budget_tokens": 4000}},
        ),
        ({"thinking": {"type": "adaptive"}}, "claude-haiku-4-5", {"thinking": None}),
        ({"max_tokens": 10_000_000}, "claude-haiku-4-5", {"max_tokens": 64_000}),
        ({"output_config": {"effort": "high"}}, "claude-haiku-4-5", {"output_config": None}),
        ({"output_config": {"effort": "xhigh"}}, "claude-sonnet-4-6", {"output_config": {"effort": "high"}}),
        ({"output_config": {"effort": "max"}}, "claude-opus-4-5", {"output_config": {"effort": "high"}}),
        (
            {"output_config": {"effort": "max", "task_budget": {"type": "tokens", "total": 1}}},
            "claude-haiku-4-5",
            {"output_config": {"task_budget": {"type": "tokens", "total": 1}}},
        ),
        (
            {"tool_choice": {"type": "any", "disable_parallel_tool_use": True}},
            "claude-sonnet-5-5",
            {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
        ),
        ({"speed": "fast"}, "claude-sonnet-4-6", {"speed": None}),
        (
            {"context_management": {"edits": [{"type": "compact_20260112"}, {"type": "clear_tool_uses_20250919"}]}},
            "claude-haiku-4-5",
            {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}},
        ),
        (
            {"context_management": {"edits": [{"type": "compact_20260112"}, {"type": "compact_20260112"}]}},
            "claude-haiku-4-5",
            {"context_management": None},
        ),
    ],
)
def test_parameters_that_the_next_model_refuses_are_adapted_and_reported(
    more: dict[str, Any], model: str, sent: dict[str, Any]
) -> None:
    params, adapted, obstacle = fit_parameters({**ORIGINAL, **more}, {"model": model})

    assert obstacle is None
    assert {name: params.get(name) for name in sent} == sent
    assert [each for each in refused_parameters(model, params) if each.effect == "error"] == []
    changed = {name for name in sent if sent[name] != more.get(name)}
    assert {each.parameter.partition(".")[0] for each in adapted} == changed
    assert all(each.reason for each in adapted)


def test_a_budget_for_thinking_stays_below_a_lowered_limit() -> None:
    more = {"max_tokens": 128_000, "thinking": {"type": "enabled", "budget_tokens": 100_000}}

    params, _, _ = fit_parameters({**ORIGINAL, **more}, {"model": "claude-haiku-4-5"})

    assert params["max_tokens"] == 64_000
    assert params["thinking"] == {"type": "enabled", "budget_tokens": 32_000}


SOME: dict[str, list[Any]] = {
    "temperature": [0.2, 1],
    "top_p": [0.5, 1],
    "top_k": [5],
    "max_tokens": [1, 2_000, 10_000_000],
    "thinking": [
        {"type": "adaptive"},
        {"type": "disabled"},
        {"type": "between_tools"},
        {"type": "enabled", "budget_tokens": 1024},
    ],
    "output_config": [{"effort": level} for level in ("low", "xhigh", "max", "new")]
    + [{"format": {"type": "json_schema"}}],
    "tool_choice": [{"type": "any"}, {"type": "tool", "name": "x"}, {"type": "auto"}],
    "speed": ["fast"],
    "inference_geo": ["us"],
    "compaction": [{"type": "auto"}],
    "context_management": [{"edits": [{"type": "compact_20260112"}, {"type": "other"}]}, {"edits": []}, {}],
    "messages": [
        [{"role": "user", "content": "x"}, {"role": "assistant", "content": "{"}],
        [{"role": "system", "content": "x"}],
    ],
}


@given(st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in SOME.items()}), st.data())
def test_whatever_is_asked_the_next_model_accepts_it_or_is_passed_over(
    more: dict[str, Any], data: st.DataObject
) -> None:
    model = data.draw(st.sampled_from([facts.id for facts in all_models()]))
    before = copy.deepcopy(more)

    params, adapted, obstacle = fit_parameters({**ORIGINAL, **more}, {"model": model})

    refused_still = [each for each in refused_parameters(model, params) if each.effect == "error"]
    assert bool(refused_still) is (obstacle is not None)
    assert more == before  # the original is for the next patch
    assert all(each.was != each.sent for each in adapted)


def test_nothing_is_adapted_that_the_next_model_accepts() -> None:
    more = {"temperature": 0.2, "stop_sequences": ["."], "metadata": {"user_id": "u"}}

    params, adapted, obstacle = fit_parameters({**ORIGINAL, **more}, {"model": "claude-haiku-4-5"})

    assert (params, adapted, obstacle) == ({**ORIGINAL, **more, "model": "claude-haiku-4-5"}, (), None)


def test_an_unknown_model_gets_the_parameters_as_they_are() -> None:
    params, adapted, obstacle = fit_parameters({**ORIGINAL, "temperature": 0.2}, {"model": "my-own-model"})

    assert (params["temperature"], adapted, obstacle) == (0.2, (), None)


def test_a_model_that_cannot_give_what_was_asked_for_is_passed_over() -> None:
    prefilled = [*ORIGINAL["messages"], {"role": "assistant", "content": "{"}]

    _, _, obstacle = fit_parameters({**ORIGINAL, "messages": prefilled}, {"model": "claude-opus-4-8"})

    assert obstacle is not None
    assert obstacle.startswith("messages: the model does not continue a last message")


def test_a_model_that_is_passed_over_is_a_hop_and_the_next_one_is_asked() -> None:
    prefilled = {
        **ORIGINAL,
        "model": "claude-haiku-4-5",
        "messages": [*ORIGINAL["messages"], {"role": "assistant", "content": "{"}],
    }
    sent: list[Any] = []

    def call(params: dict[str, Any] | None, attempts: int) -> Plan[CallResult]:
        sent.append(params and params["model"])
        return with_retries(lambda attempt: ASK, RetryPolicy(max_retries=0))

    fallbacks = Fallbacks.of(["claude-opus-4-8", "claude-sonnet-4-5"])
    assert fallbacks is not None
    asked, ending = steps(
        with_fallbacks(lambda: dict(prefilled), "claude-haiku-4-5", fallbacks, call), [reply(529), reply(200)]
    )

    assert sent == [None, "claude-sonnet-4-5"]
    assert [hop.model for hop in ending.info.hops] == ["claude-haiku-4-5", "claude-opus-4-8", "claude-sonnet-4-5"]
    assert ending.info.hops[1].problem.startswith("passed over: messages:")
    assert asked[1].passed_over.startswith("messages:")


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("claude-haiku-4-5", TypeError, "fallbacks must be a list of model ids or patches, not str"),
        ({"model": "x"}, TypeError, "fallbacks must be a list"),
        (5, TypeError, "fallbacks must be a list"),
        ([5], TypeError, r"fallbacks\[0\] must be a model id or a dict of parameters, not 5"),
        ([{"max_tokens": 5}], ValueError, r"fallbacks\[0\] names no model"),
        ([" "], ValueError, r"fallbacks\[0\] names no model"),
        (Fallbacks(["x"], most_attempts=0), ValueError, "Fallbacks.most_attempts must be at least 1, not 0"),
        (Fallbacks([5]), TypeError, r"fallbacks\[0\] must be a model id"),  # type: ignore[list-item]
        ([{"model": "x", "stream": True}], ValueError, r"fallbacks\[0\] must not change 'stream'"),
    ],
)
def test_fallbacks_of_nonsense_are_refused_at_once(value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Fallbacks.of(value)
