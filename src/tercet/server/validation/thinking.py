"""Sampling and thinking: what goes together, and what each model takes. Reads the catalog's facts, decides by tables."""

from __future__ import annotations

from typing import Any

from tercet.catalog.facts import EFFORTS
from tercet.server.stores.thinking_bindings import THOUGHTS, ThinkingBindings, digests, head
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import refusal

SAMPLING: dict[str, float | None] = {"temperature": 1, "top_p": 1, "top_k": None}
"""Parameter -> its default, which models that sample by defaults alone still take."""
NOT_TAKEN = {
    "enabled": "no_enabled",
    "disabled": "no_disabled",
    "adaptive": "no_adaptive",
    "between_tools": "no_between_tools",
}
"""`thinking.type` -> the row for models that do not take it."""

BINDING_SINCE = "5.1"
"""The first generation that ties thinking blocks to their conversation."""
SEAL = 40
"""Characters that a signature has at least; shorter ones were never given out."""


def check_sampling(subject: ValidationContext) -> None:
    """Check the ranges; then what the version, the model, and thinking allow."""
    given = {name: subject.request[name] for name in SAMPLING if subject.request.get(name) is not None}
    if not given:
        return
    for name, value in given.items():
        if subject.version >= "2026-10-21":
            raise refusal("sampling_2026", path=name)
        if name != "top_k" and not 0 <= value <= 1:
            raise refusal("range", path=name)
    _check_by_model(subject, given)
    if subject.part("thinking").get("type") in ("enabled", "adaptive"):
        _check_beside_thinking(given)


def _check_by_model(subject: ValidationContext, given: dict[str, Any]) -> None:
    rule = subject.facts.sampling if subject.facts is not None else None
    if rule == "one" and "temperature" in given and "top_p" in given:
        subject.refuse("both_sampled")
    if rule == "default_only":
        for name, value in given.items():
            if SAMPLING[name] is None or value != SAMPLING[name]:
                subject.refuse("deprecated", name=name)


def _check_beside_thinking(given: dict[str, Any]) -> None:
    if given.get("temperature", 1) != 1:
        raise refusal("thinking_temperature")
    if "top_k" in given:
        raise refusal("thinking_top_k")
    if given.get("top_p", 1) < 0.95:
        raise refusal("thinking_top_p")


def check_thinking(subject: ValidationContext) -> None:
    """Check the kind of thinking, its budget, effort, context edits, and the thinking blocks that are sent back."""
    thinking = subject.part("thinking")
    kind = thinking.get("type")
    if kind is not None:
        _check_kind(subject, kind)
    if "block_binding" in thinking and not any(beta.startswith("thinking-binding") for beta in subject.betas):
        subject.refuse("extra_beta", path=f"thinking.{kind}.block_binding")
    if kind == "enabled":
        _check_budget(subject, thinking["budget_tokens"])
    _check_effort(subject)
    _check_edits(subject, kind)
    _check_thinking_blocks(subject, kind)


def _check_kind(subject: ValidationContext, kind: str) -> None:
    known = subject.facts.thinking if subject.facts is not None else None
    if known is None:
        return
    if kind not in known.accepts:
        _refuse_kind(subject, kind)
        return
    effort = subject.part("output_config").get("effort")
    highest = next((level for name, level in known.up_to.items() if name == kind), None)
    if effort in EFFORTS and highest is not None and EFFORTS.index(effort) > EFFORTS.index(highest):
        subject.refuse("thinking_effort", kind=kind, effort=effort)


def _refuse_kind(subject: ValidationContext, kind: str) -> None:
    facts = subject.facts
    older = facts is not None and facts.thinking is not None and facts.thinking.default == "disabled"
    if kind == "adaptive" and not subject.strict and older:
        return  # the answer thinks as it would with a budget
    subject.refuse(NOT_TAKEN[kind])


def _check_budget(subject: ValidationContext, budget: int) -> None:
    most = subject.request.get("max_tokens")
    interleaved = any(beta.startswith("interleaved-thinking") for beta in subject.betas)
    if most is not None and budget >= most and not interleaved:
        raise refusal("budget_below_max")
    if subject.part("tool_choice").get("type") in ("any", "tool"):
        raise refusal("thinking_forced")


def _check_effort(subject: ValidationContext) -> None:
    effort = subject.part("output_config").get("effort")
    known = subject.facts.effort if subject.facts is not None else None
    if effort is None or known is None or effort in known.levels:
        return
    if not known.levels:
        subject.refuse("no_effort")
    else:
        subject.refuse("no_effort_level", effort=effort, levels=", ".join(known.levels))


def _check_edits(subject: ValidationContext, kind: str | None) -> None:
    edits: list[dict[str, Any]] = subject.part("context_management").get("edits") or []
    for n, edit in enumerate(edits):
        if edit["type"] == "clear_thinking_20251015":
            if n > 0:
                raise refusal("clear_thinking_first")
            if not _thinks(subject, kind):
                raise refusal("clear_thinking")
        trigger = edit.get("trigger") or {}
        if edit["type"] == "compact_20260112" and trigger.get("value", 50_000) < 50_000:
            raise refusal("compact_trigger", n=n)


def _thinks(subject: ValidationContext, kind: str | None) -> bool:
    if kind is not None:
        return kind != "disabled"
    known = subject.facts.thinking if subject.facts is not None else None
    return known is not None and known.default != "disabled"


# --- blocks that are sent back -------------------------------------------------------------------------------------------


def _check_thinking_blocks(subject: ValidationContext, kind: str | None) -> None:
    messages = subject.request["messages"]
    last = max((i for i, message in enumerate(messages) if message["role"] == "assistant"), default=-1)
    if last < 0:
        return
    if subject.verify is not None:
        for i, message in enumerate(messages):
            if message["role"] == "assistant" and type(message["content"]) is list:
                _check_signatures(subject, i, message["content"], latest=i == last)
    if subject.strict and subject.bindings is not None and _binds(subject):
        _check_bindings(subject, subject.bindings)
    content = messages[last]["content"]
    if kind == "enabled" and type(content) is list and content and _awaits_results(messages, last):
        found = content[0]["type"]
        if found == "tool_use" or (found == "text" and any(block["type"] == "tool_use" for block in content)):
            raise refusal("thinking_first", i=last, found=found)


def _awaits_results(messages: list[dict[str, Any]], last: int) -> bool:
    """Return whether the last assistant message is in the middle of a tool loop."""
    following = messages[last + 1 :]
    return bool(following) and all(_has_results(message) for message in following if message["role"] == "user")


def _has_results(message: dict[str, Any]) -> bool:
    content = message["content"]
    return isinstance(content, list) and any(block["type"] == "tool_result" for block in content)


def _check_signatures(subject: ValidationContext, i: int, content: list[dict[str, Any]], *, latest: bool) -> None:
    for j, block in enumerate(content):
        if block["type"] in THOUGHTS and not _is_ours(subject, block):
            subject.refuse(_forged(block, latest=latest), i=i, j=j)


def _is_ours(subject: ValidationContext, block: dict[str, Any]) -> bool:
    """Return whether a block is as it was given out, by the simulated model or by a script."""
    if subject.verify is None or subject.verify(block):
        return True
    return subject.bindings is not None and subject.bindings.gave(block)


def _forged(block: dict[str, Any], *, latest: bool) -> str:
    """Return the row for a block that does not verify: a real seal around changed words, or no seal at all."""
    redacted = block["type"] == "redacted_thinking"
    if latest and len(block["data" if redacted else "signature"]) >= SEAL:
        return "thinking_modified"
    return "redacted_data" if redacted else "signature"


def _binds(subject: ValidationContext) -> bool:
    """Return whether the model ties thinking to its conversation, and the request does not ask to drop what does not
    fit."""
    generation = subject.facts.generation if subject.facts is not None else None
    binding = subject.part("thinking").get("block_binding") or {}
    return (generation or "") >= BINDING_SINCE and binding.get("prefix_mismatch_behavior") != "drop_block"


def _check_bindings(subject: ValidationContext, bindings: ThinkingBindings) -> None:
    messages = subject.request["messages"]
    before = digests(messages, head=head(subject.request))
    for i, message in enumerate(messages):
        if message["role"] != "assistant" or type(message["content"]) is not list:
            continue
        for j, block in enumerate(message["content"]):
            if block["type"] == "thinking" and not bindings.fits(block["signature"], before[i]):
                raise refusal("binding", i=i, j=j)
