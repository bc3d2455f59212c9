"""Answers of lengths by a distribution: what `usage` tells, what is cut, what keeps its own length."""

from __future__ import annotations

from statistics import median
from typing import Any

import tercet
from tercet.server.simulated import SimulatedModel
from tercet.server.simulated.lengths import MeasuredResponder


def asked(words: str, **more: Any) -> dict[str, Any]:
    return {"model": "claude-haiku-4-5", "max_tokens": 9999, "messages": [{"role": "user", "content": words}], **more}


def test_lengths_follow_the_distribution_and_equal_requests_draw_equal_ones() -> None:
    responder = MeasuredResponder(SimulatedModel(), "lognormal:300,0.5", seed=3)
    lengths = [responder.answer(asked(f"Say {n}"), {}).output_tokens for n in range(400)]
    assert 270 < median(lengths) < 330
    assert lengths[:5] == [responder.answer(asked(f"Say {n}"), {}).output_tokens for n in range(5)]
    assert lengths != [
        MeasuredResponder(SimulatedModel(), "lognormal:300,0.5", seed=4).answer(asked(f"Say {n}"), {}).output_tokens
        for n in range(400)
    ]


def test_max_tokens_cuts_what_was_drawn_longer() -> None:
    answer = MeasuredResponder(SimulatedModel(), 500).answer(asked("Hello", max_tokens=200), {})
    assert (answer.output_tokens, answer.stop_reason) == (200, "max_tokens")


def test_thinking_draws_a_length_of_its_own() -> None:
    thinks = asked("Hello", thinking={"type": "enabled", "budget_tokens": 4000})
    answer = MeasuredResponder(SimulatedModel(), 500).answer(thinks, {})
    assert (answer.output_tokens, answer.thinking_tokens) == (1000, 500)


def test_a_refusal_keeps_its_own_length() -> None:
    answer = MeasuredResponder(SimulatedModel(), 500).answer(asked("TERCET_REFUSE"), {})
    assert (answer.output_tokens, answer.stop_reason) == (0, "refusal")


def test_a_server_tells_the_lengths_in_usage() -> None:
    with tercet.local_api(output_tokens=321) as api, api.client() as client:
        assert client.messages.create(**asked("Hello")).usage.output_tokens == 321
