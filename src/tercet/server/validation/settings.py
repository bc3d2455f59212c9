"""The top-level fields of a request as data, and the checks among them that concern no message and no tool."""

from __future__ import annotations

from typing import Any

from tercet.server.validation.blocks import (
    BOOL,
    COUNT,
    MARK,
    NEEDED_STRING,
    OBJECT,
    STRING,
    TEXT,
    TYPE,
)
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.error_texts import text
from tercet.server.validation.fields import (
    Field,
    Shape,
    anything,
    at_least,
    at_most,
    either,
    is_bool,
    is_list,
    is_number,
    is_object,
    is_string,
    is_text,
    list_of,
    one_of,
    refusal,
    shaped,
    tagged,
)

EFFORT = Field(one_of("low", "medium", "high", "xhigh", "max"))
_DISPLAY = Field(one_of("summarized", "omitted", "updates"))
_BINDING = Field(is_object)
THINKING: dict[str, Shape] = {
    "enabled": {
        "type": TYPE,
        "budget_tokens": Field(at_least(1024), required=True, nullable=False),
        "display": _DISPLAY,
        "block_binding": _BINDING,
    },
    "adaptive": {"type": TYPE, "display": _DISPLAY, "block_binding": _BINDING},
    "disabled": {"type": TYPE},
    "between_tools": {"type": TYPE},
}
CHOICES: dict[str, Shape] = {
    "auto": {"type": TYPE, "disable_parallel_tool_use": BOOL},
    "any": {"type": TYPE, "disable_parallel_tool_use": BOOL},
    "tool": {"type": TYPE, "name": NEEDED_STRING, "disable_parallel_tool_use": BOOL},
    "none": {"type": TYPE},
}
_FORMAT = Field(tagged({"json_schema": {"type": TYPE, "schema": Field(is_object, required=True, nullable=False)}}))


def _format(value: Any, path: str) -> None:
    if type(value) is dict and value.get("type") == "json_schema":
        shaped(type=TYPE, schema=Field(is_object, required=True, nullable=False))(value, path)
    else:
        _FORMAT.check(value, path)


FORMAT = Field(_format)
_COUNTED = {"type": TYPE, "value": Field(at_least(1), required=True)}
_TRIGGER = Field(tagged({"input_tokens": _COUNTED, "tool_uses": _COUNTED}))
EDITS: dict[str, Shape] = {
    "clear_tool_uses_20250919": {
        "type": TYPE,
        "trigger": _TRIGGER,
        "keep": Field(tagged({"tool_uses": {"type": TYPE, "value": Field(at_least(0), required=True)}})),
        "clear_at_least": Field(tagged({"input_tokens": _COUNTED})),
        "exclude_tools": Field(list_of(is_string)),
        "clear_tool_inputs": Field(either((bool, is_bool), (list, list_of(is_string)))),
    },
    "clear_thinking_20251015": {
        "type": TYPE,
        "keep": Field(
            either((str, one_of("all")), (dict, tagged({"all": {"type": TYPE}, "thinking_turns": _COUNTED})))
        ),
    },
    "compact_20260112": {
        "type": TYPE,
        "trigger": Field(tagged({"input_tokens": _COUNTED})),
        "pause_after_compaction": BOOL,
        "instructions": STRING,
    },
}
_MCP_SERVER = tagged(
    {
        "url": {
            "type": TYPE,
            "name": NEEDED_STRING,
            "url": NEEDED_STRING,
            "authorization_token": STRING,
            "tool_configuration": OBJECT,
        }
    }
)

_FALLBACK = shaped(
    model=NEEDED_STRING,
    max_tokens=Field(at_least(1)),
    thinking=Field(tagged(THINKING)),
    output_config=Field(shaped(effort=EFFORT, format=FORMAT, task_budget=OBJECT)),
    speed=Field(one_of("standard", "fast")),
)

FIELDS: dict[str, Field] = {
    "model": Field(is_text, required=True, nullable=False),
    "messages": Field(is_list, required=True, nullable=False),
    "max_tokens": Field(at_least(0), required=True, nullable=False),
    "system": Field(either((str, is_string), (list, list_of(tagged({"text": TEXT}))))),
    "tools": Field(is_list),
    "tool_choice": Field(tagged(CHOICES)),
    "thinking": Field(tagged(THINKING)),
    "output_config": Field(shaped(effort=EFFORT, format=FORMAT, task_budget=OBJECT)),
    "cache_control": MARK,
    "metadata": Field(shaped(user_id=Field(at_most(512)))),
    "stop_sequences": Field(list_of(is_string)),
    "stream": Field(is_bool),
    "temperature": Field(is_number),
    "top_p": Field(is_number),
    "top_k": COUNT,
    "service_tier": Field(one_of("auto", "standard_only")),
    "container": Field(either((str, is_string), (dict, is_object))),
    "inference_geo": STRING,
    "diagnostics": Field(shaped(previous_message_id=STRING)),
    "speed": Field(one_of("standard", "fast")),
    "user_profile_id": STRING,
}
"""The fields of the API proper."""
REQUIRED = tuple(name for name, field in FIELDS.items() if field.required)

BETA_FIELDS: dict[str, tuple[Field, str]] = {
    "context_management": (Field(shaped(edits=Field(list_of(tagged(EDITS))))), "context-management compact"),
    "mcp_servers": (Field(list_of(_MCP_SERVER)), "mcp-client"),
    "compaction": (Field(tagged({"summarize": {"type": TYPE, "instructions": STRING}})), "compact"),
    "billing_policy": (OBJECT, "user-profiles-billing"),
    "fallbacks": (Field(either((list, list_of(_FALLBACK)), (str, one_of("default")))), "server-side-fallback"),
    "fallback_credit_token": (Field(either((str, is_string), (dict, is_object))), "fallback-credit"),
    "thread": (
        Field(tagged({"create": {"type": TYPE}, "continue": {"type": TYPE, "previous_message_id": NEEDED_STRING}})),
        "message-threads",
    ),
    "output_format": (FORMAT, "structured-outputs"),
    "context_hint": (Field(anything), "context"),
    "cache_hint": (Field(anything), "cache"),
}
"""Fields that need a beta header, and how the header's value begins."""

NOT_COUNTED = frozenset(
    {"max_tokens", "metadata", "stop_sequences", "stream", "temperature", "top_p", "top_k", "service_tier"}
)
"""Fields that count_tokens does not know."""


def check_fields(subject: ValidationContext) -> None:
    """Check every top-level field by itself: there, known, and of the right kind."""
    request = subject.request
    for name in REQUIRED:
        if name not in request and not (subject.counting and name in NOT_COUNTED):
            raise refusal("required", path=name)
    for name, value in request.items():
        rule = FIELDS.get(name)
        if rule is None or subject.counting:
            rule = _rule(subject, name)
        if value is not None or not rule.nullable:
            rule.check(value, name)


def _rule(subject: ValidationContext, name: str) -> Field:
    known = FIELDS.get(name)
    if known is not None:
        if subject.counting and name in NOT_COUNTED:
            subject.refuse("extra_beta", path=name)
        return known
    if name not in BETA_FIELDS:
        raise refusal("extra", path=name[:200])
    rule, needed = BETA_FIELDS[name]
    if not any(beta.startswith(start) for beta in subject.betas for start in needed.split()):
        _needs_beta(subject, name)
    return rule


def _needs_beta(subject: ValidationContext, path: str) -> None:
    """Strict: the field does not exist without its beta header. Lenient: it is accepted silently."""
    if subject.strict:
        raise refusal("extra", path=path)


def check_settings(subject: ValidationContext) -> None:
    """Check what holds among the top-level settings, by model."""
    request, facts = subject.request, subject.facts
    _check_max_tokens(subject)
    stops = request.get("stop_sequences")
    if stops and not all(map(str.strip, stops)):
        subject.refuse("blank_stop")
    if facts is not None and request.get("inference_geo") is not None and facts.features.inference_geo is False:
        subject.refuse("geo", model=facts.id)
    fast = facts.fast if facts is not None else None
    if request.get("speed") == "fast" and fast is not None and fast.multiplier is None and fast.otherwise == "refused":
        subject.refuse("speed", model=subject.model)


def _check_max_tokens(subject: ValidationContext) -> None:
    given = subject.request.get("max_tokens")
    if given is None:
        return
    limits = subject.facts.limits if subject.facts is not None else None
    if given == 0:
        _check_no_output(subject)
    elif limits is not None and limits.output is not None:
        highest = _highest(subject, limits.output)
        if given > highest:
            _refuse_max_tokens(subject, given, highest)


def _refuse_max_tokens(subject: ValidationContext, given: int, limit: int) -> None:
    """Refuse more than a model can write. A retired one stands for programs of its time, some of which ask for more."""
    retired = subject.facts is not None and subject.facts.lifecycle.status == "retired"
    values = {"given": given, "limit": limit, "model": subject.model}
    if retired and not subject.strict:
        subject.warnings.append(text("max_tokens_limit", **values))
    else:
        subject.refuse("max_tokens_limit", **values)


def _highest(subject: ValidationContext, usual: int) -> int:
    limits = subject.facts.limits if subject.batch and subject.facts is not None else None
    if limits is not None and limits.batch_output and "output-300k-2026-03-24" in subject.betas:
        return limits.batch_output
    return usual


def _check_no_output(subject: ValidationContext) -> None:
    """`max_tokens: 0` only warms the cache: nothing that shapes an answer goes with it."""
    request = subject.request
    forced = subject.part("tool_choice").get("type") in ("any", "tool")
    for what, present in (
        ("stream", bool(request.get("stream"))),
        ("thinking.type.enabled", subject.part("thinking").get("type") == "enabled"),
        ("output_config.format", subject.part("output_config").get("format") is not None),
        ("a tool_choice that forces tool use", forced),
        ("message batches", subject.batch),
    ):
        if present:
            subject.refuse("no_output_conflict", what=what)
