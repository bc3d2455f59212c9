"""Answers whose length is told by a distribution, for trials of estimates and budgets: `--output-tokens lognormal:300,0.8`.

What is told is `usage`, and that `max_tokens` cut it; the words stay few, so that millions of answers stay quick. Equal
requests draw equal lengths.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from tercet.server.distributions import Distribution
from tercet.server.service.responder import Answer, Responder

UNMEASURED = frozenset({"refusal", "compaction", "pause_turn"})
"""Answers that are no whole ones: they keep their own length."""


class MeasuredResponder:
    """Answer as another responder does, at lengths by a distribution. Thinking draws its own, and comes on top."""

    def __init__(self, inner: Responder, output_tokens: str | float, seed: int = 0) -> None:
        self._inner, self._lengths, self._seed = inner, Distribution(output_tokens), seed

    @property
    def blocking(self) -> bool:
        """Whether the one who answers may wait for others."""
        return bool(getattr(self._inner, "blocking", False))

    def answer(self, request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Return the other's answer, as long as was drawn for this request."""
        answer = self._inner.answer(request, headers)
        if answer.stop_reason in UNMEASURED or not answer.output_tokens:
            return answer
        sign = msgspec.json.encode([self._seed, request], order="sorted")
        chance = Random(sign)
        spoken = max(1, round(self._lengths.draw(chance)))
        thought = max(1, round(self._lengths.draw(chance))) if answer.thinking_tokens else 0
        most = int(request.get("max_tokens") or spoken + thought)
        answer.thinking_tokens = min(thought, most)
        answer.output_tokens = min(thought + spoken, most)
        if thought + spoken > most:
            answer.stop_reason, answer.stop_sequence = "max_tokens", None
        elif answer.stop_reason == "max_tokens":
            answer.stop_reason = "end_turn"
        return answer
