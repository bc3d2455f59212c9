"""The checks in the API's order: fields, then what holds among them, then lengths. The first refusal is the answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from tercet.server.accounting.tokens import count_request
from tercet.server.validation.caching import check_marks
from tercet.server.validation.compaction import check_compaction
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import refusal
from tercet.server.validation.media import check_media
from tercet.server.validation.messages import check_citations, check_messages, check_system, check_version, is_text
from tercet.server.validation.round_trip import check_round_trip
from tercet.server.validation.schemas import check_schemas
from tercet.server.validation.settings import check_fields, check_settings
from tercet.server.validation.thinking import check_sampling, check_thinking
from tercet.server.validation.tools import check_choice, check_tools

BLOCKS = "blocks"
"""Stands among the fields of a request for messages that are more than plain strings."""


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


class Check(NamedTuple):
    """A check, and the fields of which it needs at least one to find anything. Without `fields`, it always looks."""

    run: Callable[[ValidationContext], None]
    fields: frozenset[str] = frozenset()


def _check(run: Callable[[ValidationContext], None], fields: str = "") -> Check:
    return Check(run, frozenset(fields.split()))


CHECKS = (
    _check(check_system, "system"),
    _check(check_messages),
    _check(check_tools, "tools"),
    _check(check_choice, "tool_choice"),
    _check(check_settings),
    _check(check_version, BLOCKS),
    _check(check_sampling, "temperature top_p top_k"),
    _check(check_thinking, f"thinking output_config context_management {BLOCKS}"),
    _check(check_compaction, f"compaction {BLOCKS}"),
    _check(check_round_trip, BLOCKS),
    _check(check_marks, f"cache_control tools system {BLOCKS}"),
    _check(check_citations, BLOCKS),
    _check(check_schemas, "output_config output_format tools"),
    _check(check_media, BLOCKS),
    _check(check_lengths),
)
ALL_FIELDS = frozenset[str]().union(*(check.fields for check in CHECKS))


def checked(subject: ValidationContext) -> None:
    """Raise the first refusal there is; leave the warnings in the subject. Requires `check_shape` to have passed."""
    request = subject.request
    fields = ALL_FIELDS.intersection(request)
    subject.is_text = is_text(request["messages"])
    for run in _checks_of(fields if subject.is_text else fields | {BLOCKS}):
        run(subject)


@lru_cache(maxsize=1024)
def _checks_of(fields: frozenset[str]) -> tuple[Callable[[ValidationContext], None], ...]:
    """Return the checks that requests with these fields need: five of fifteen for the plainest. Most requests are of
    few kinds."""
    return tuple(check.run for check in CHECKS if not check.fields or check.fields & fields)


def check_shape(subject: ValidationContext) -> None:
    """Check the top-level fields alone, before the model is looked up."""
    if type(subject.request) is not dict:
        raise refusal("type_object", path="body")
    check_fields(subject)
