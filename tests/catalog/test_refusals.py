"""What a model refuses is known before the request is sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.catalog import all_models, refused_parameters

USER = {"role": "user", "content": "Hello"}
PREFILL = [USER, {"role": "assistant", "content": "{"}]


def refused(model: str, **params: Any) -> list[tuple[str, str]]:
    return [(refusal.parameter, refusal.effect) for refusal in refused_parameters(model, params)]


NEW, OLD, OLDEST = "claude-opus-4-7", "claude-opus-4-6", "claude-sonnet-4-5"
THINK = {"type": "enabled", "budget_tokens": 2048}

ERRORS: list[tuple[str, dict[str, Any], str]] = [
    (NEW, {"temperature": 0.2}, "temperature"),
    (NEW, {"top_p": 0.9}, "top_p"),
    (NEW, {"top_k": 5}, "top_k"),
    (OLD, {"temperature": 0.2, "top_p": 0.9}, "top_p"),
    (OLDEST, {"thinking": THINK, "temperature": 0.2}, "temperature"),
    (OLDEST, {"thinking": THINK, "top_k": 4}, "top_k"),
    (OLDEST, {"thinking": THINK, "top_p": 0.5}, "top_p"),
    (NEW, {"thinking": THINK}, "thinking.type"),
    (OLDEST, {"thinking": {"type": "adaptive"}}, "thinking.type"),
    ("claude-opus-5-5", {"thinking": {"type": "disabled"}}, "thinking.type"),
    ("claude-sonnet-5-5", {"thinking": {"type": "disabled"}}, "thinking.type"),
    ("claude-opus-5", {"thinking": {"type": "disabled"}, "output_config": {"effort": "xhigh"}}, "thinking.type"),
    ("claude-sonnet-5-5", {"thinking": {"type": "between_tools"}, "output_config": {"effort": "max"}}, "thinking.type"),
    ("claude-3-5-haiku-latest", {"thinking": THINK}, "thinking.type"),
    (OLDEST, {"output_config": {"effort": "low"}}, "output_config.effort"),
    ("claude-opus-4-5", {"output_config": {"effort": "max"}}, "output_config.effort"),
    ("claude-opus-4-6", {"output_config": {"effort": "xhigh"}}, "output_config.effort"),
    ("claude-3-7-sonnet-latest", {"output_config": {"format": {"type": "json_schema"}}}, "output_config.format"),
    ("claude-3-7-sonnet-latest", {"output_format": {"type": "json_schema"}}, "output_format"),
    (OLD, {"messages": PREFILL}, "messages"),
    (OLDEST, {"messages": PREFILL, "thinking": THINK}, "messages"),
    ("claude-opus-4-7", {"messages": [USER, {"role": "system", "content": "Be brief"}]}, "messages.1.role"),
    ("claude-opus-5-5", {"tool_choice": {"type": "any"}}, "tool_choice.type"),
    (OLDEST, {"tool_choice": {"type": "tool", "name": "x"}, "thinking": THINK}, "tool_choice.type"),
    ("claude-opus-4-1", {"max_tokens": 32_001}, "max_tokens"),
    (NEW, {"speed": "fast"}, "speed"),
    ("claude-haiku-4-5", {"inference_geo": "us"}, "inference_geo"),
    (OLDEST, {"compaction": {"type": "summarize"}}, "compaction"),
    (OLDEST, {"context_management": {"edits": [{"type": "compact_20260112"}]}}, "context_management.edits.0"),
]


@pytest.mark.parametrize(("model", "params", "parameter"), ERRORS)
def test_what_the_api_would_refuse_is_an_error(model: str, params: dict[str, Any], parameter: str) -> None:
    assert [(parameter, "error")] == refused(model, **params)


@pytest.mark.parametrize(
    ("model", "params"),
    [
        (NEW, {"temperature": 1, "top_p": None}),
        (OLD, {"temperature": 0.2}),
        (OLDEST, {"temperature": 0.2, "thinking": {"type": "disabled"}}),
        (OLDEST, {"thinking": THINK, "temperature": 1, "top_k": None}),
        (NEW, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}),
        ("claude-opus-5", {"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}}),
        ("claude-opus-5", {"thinking": {"type": "disabled"}}),
        ("claude-opus-4-5", {"output_config": {"effort": "high", "format": {"type": "json_schema"}}}),
        (OLDEST, {"messages": PREFILL}),
        (NEW, {"messages": [USER]}),
        (NEW, {"messages": []}),
        (OLD, {"tool_choice": {"type": "any"}}),
        ("claude-opus-5-5", {"tool_choice": {"type": "auto"}}),
        ("claude-opus-4-1", {"max_tokens": 32_000}),
        ("claude-opus-5", {"speed": "fast"}),
        (NEW, {"inference_geo": "us", "compaction": {"type": "summarize"}}),
        (OLDEST, {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}}),
    ],
)
def test_what_the_model_takes_is_not_refused(model: str, params: dict[str, Any]) -> None:
    assert refused(model, **params) == []


def test_what_is_only_deprecated_or_ignored_is_a_warning() -> None:
    assert refused(OLD, thinking=THINK) == [("thinking.type", "warning")]
    assert refused(OLD, speed="fast") == [("speed", "warning")]


def test_a_paused_turn_is_no_prefill() -> None:
    call = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    text = {"type": "text", "text": "I will search."}
    assert refused(OLD, messages=[USER, {"role": "assistant", "content": [call, text]}]) == []
    assert refused(OLD, messages=[USER, {"role": "assistant", "content": [text, call]}]) == []
    assert refused(OLD, messages=[USER, {"role": "assistant", "content": [text]}]) == [("messages", "error")]


def test_batches_may_ask_for_longer_answers() -> None:
    params = {"max_tokens": 300_000}
    assert refused_parameters(NEW, params, batch=True) == []
    assert len(refused_parameters(NEW, params)) == 1
    assert len(refused_parameters("claude-haiku-4-5", params, batch=True)) == 1


def test_the_newest_api_version_takes_no_sampling_parameter_at_all() -> None:
    assert refused_parameters(OLDEST, {"temperature": 0.5}) == []
    told = refused_parameters(OLDEST, {"temperature": 1}, version="2026-10-21")
    assert [refusal.parameter for refusal in told] == ["temperature"]


def test_an_unknown_model_or_fact_refuses_nothing() -> None:
    everything = {"temperature": 0, "thinking": THINK, "speed": "fast", "max_tokens": 10**9, "messages": PREFILL}
    assert refused("claude-of-tomorrow", **everything) == []
    assert refused("claude-fable-5-2", **everything) == []


def test_a_refusal_reads_as_a_sentence_with_the_way_out() -> None:
    told = str(refused_parameters("claude-opus-5-5", {"thinking": {"type": "enabled"}})[0])
    assert "thinking.type: the model does not take 'enabled' (claude-opus-5-5)." in told
    assert 'Use {"type": "adaptive"} and output_config.effort' in told


def test_every_refused_kind_of_thinking_has_a_way_out() -> None:
    for facts in all_models():
        for kind in ("adaptive", "enabled", "disabled", "between_tools"):
            for refusal in refused_parameters(facts.id, {"thinking": {"type": kind}}):
                assert refusal.instead.endswith("."), (facts.id, kind)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
NAMES = [
    "temperature",
    "top_p",
    "thinking",
    "output_config",
    "messages",
    "tool_choice",
    "max_tokens",
    "context_management",
]


@settings(max_examples=80)
@given(st.sampled_from([NEW, OLD, OLDEST, "claude-opus-5"]), st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_arguments_of_any_shape_are_judged_without_an_exception(model: str, params: dict[str, Any]) -> None:
    assert all(refusal.effect in ("error", "warning") for refusal in refused_parameters(model, params))
