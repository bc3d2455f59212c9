"""Whether the prompt fits the model's context. Counts only prompts that could be too long."""

from __future__ import annotations

from tercet.server.accounting.tokens import count_request
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import refusal

USUAL_CONTEXT = 200_000
LEAST_BYTES_A_TOKEN = 2
"""No tokenizer of ours makes more tokens than half the bytes; a body that is shorter cannot be too long."""


def check_lengths(subject: ValidationContext) -> None:
    """Refuse prompts above the context window, and `max_tokens` beyond it on models that refuse that."""
    facts = subject.facts
    limit = (facts.limits.context if facts is not None else None) or USUAL_CONTEXT
    output = subject.request.get("max_tokens") or 0
    refuses = facts is not None and facts.context_overflow == "refuse"
    if subject.counting or (subject.size // LEAST_BYTES_A_TOKEN <= limit - (output if refuses else 0)):
        return
    tokens = count_request(subject.request)
    if tokens > limit:
        raise refusal("prompt_too_long", tokens=tokens, limit=limit)
    if refuses and tokens + output > limit:
        raise refusal("context_exceeded", tokens=tokens, output=output, limit=limit)
