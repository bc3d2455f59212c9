"""A request's settings besides its messages and tools: thinking, output, container, metadata; then the beta
settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from tercet.wire.responses.models import Model
from tercet.wire.typing_compat import Iterable, Required, TypedDict

Effort: TypeAlias = Literal["low", "medium", "high", "xhigh", "max"]


class MetadataParam(TypedDict, total=False):
    """Facts about the request for the API's operators."""

    user_id: str | None
    """An opaque id of your user, such as a hash, to find abuse. No name, mail address or telephone number."""


class ThinkingBlockBindingParam(TypedDict, total=False):
    """The treatment of thinking blocks that do not belong where they stand (beta)."""

    prefix_mismatch_behavior: Literal["error", "drop_block"] | None


class ThinkingConfigEnabledParam(TypedDict, total=False):
    """Think with a fixed budget. Older models only."""

    type: Required[Literal["enabled"]]
    budget_tokens: Required[int]
    """At least 1,024 and below `max_tokens`, of which it is a part."""
    display: Literal["summarized", "omitted", "updates"] | None
    """Whether thinking is shown. It is billed in full in any case. `updates` is beta."""
    block_binding: ThinkingBlockBindingParam | None


class ThinkingConfigAdaptiveParam(TypedDict, total=False):
    """Let the model decide when and how much to think. `output_config.effort` guides it."""

    type: Required[Literal["adaptive"]]
    display: Literal["summarized", "omitted", "updates"] | None
    """Whether thinking is shown. It is billed in full in any case. `updates` is beta."""
    block_binding: ThinkingBlockBindingParam | None


class ThinkingConfigBetweenToolsParam(TypedDict, total=False):
    """Think only between calls of tools. Some models, and only up to effort `high`."""

    type: Required[Literal["between_tools"]]


class ThinkingConfigDisabledParam(TypedDict, total=False):
    """Do not think. Some models always do, and refuse this."""

    type: Required[Literal["disabled"]]


ThinkingConfigParam: TypeAlias = (
    ThinkingConfigEnabledParam
    | ThinkingConfigDisabledParam
    | ThinkingConfigBetweenToolsParam
    | ThinkingConfigAdaptiveParam
)


class JSONOutputFormatParam(TypedDict, total=False):
    """Answer in JSON of this schema."""

    type: Required[Literal["json_schema"]]
    schema: Required[Mapping[str, object]]
    """A part of JSON Schema: every object with `additionalProperties: false`, no recursion, no bounds."""


class TokenTaskBudgetParam(TypedDict, total=False):
    """The number of tokens that the whole task may take, for the model to plan with (beta
    `task-budgets-2026-03-13`)."""

    type: Required[Literal["tokens"]]
    total: Required[int]
    remaining: int | None


class OutputConfigParam(TypedDict, total=False):
    """The form of the answer."""

    effort: Effort | None
    """How much work to put into the answer. Not all models know all levels."""
    format: JSONOutputFormatParam | None
    """Answer in JSON. Not together with citations or an assistant message at the end."""
    task_budget: TokenTaskBudgetParam | None


class SkillParams(TypedDict, total=False):
    """A skill to load into the container."""

    type: Required[Literal["anthropic", "custom"]]
    skill_id: Required[str]
    version: str


class ContainerParams(TypedDict, total=False):
    """The container in which code runs."""

    id: str | None
    """A container of an earlier answer, to go on in."""
    skills: Iterable[SkillParams] | None


class DiagnosticsParam(TypedDict, total=False):
    """Ask why the prompt cache was not read."""

    previous_message_id: str | None
    """The answer whose request should have filled the cache."""


class RequestMCPServerToolConfigurationParam(TypedDict, total=False):
    """The tools of an MCP server to offer. The older form; see `MCPToolsetParam`."""

    allowed_tools: Sequence[str] | None
    enabled: bool | None


class RequestMCPServerURLDefinitionParam(TypedDict, total=False):
    """An MCP server for the API to connect to."""

    type: Required[Literal["url"]]
    name: Required[str]
    url: Required[str]
    authorization_token: str | None
    tool_configuration: RequestMCPServerToolConfigurationParam | None


class InputTokensTriggerParam(TypedDict, total=False):
    """From so many input tokens on."""

    type: Required[Literal["input_tokens"]]
    value: Required[int]


class ToolUsesTriggerParam(TypedDict, total=False):
    """From so many calls of tools on."""

    type: Required[Literal["tool_uses"]]
    value: Required[int]


class ToolUsesKeepParam(TypedDict, total=False):
    """The number of the last calls to keep."""

    type: Required[Literal["tool_uses"]]
    value: Required[int]


class InputTokensClearAtLeastParam(TypedDict, total=False):
    """Clear at least so many tokens, or nothing."""

    type: Required[Literal["input_tokens"]]
    value: Required[int]


class ClearToolUses20250919EditParam(TypedDict, total=False):
    """Clear old results of tools."""

    type: Required[Literal["clear_tool_uses_20250919"]]
    trigger: InputTokensTriggerParam | ToolUsesTriggerParam
    """100,000 input tokens unless given."""
    keep: ToolUsesKeepParam
    """The last 3 calls unless given."""
    clear_at_least: InputTokensClearAtLeastParam | None
    exclude_tools: Sequence[str] | None
    clear_tool_inputs: bool | Sequence[str] | None
    """Clear the inputs of calls as well: of all tools, or of these."""


class AllThinkingTurnsParam(TypedDict, total=False):
    """Keep all thinking."""

    type: Required[Literal["all"]]


class ThinkingTurnsParam(TypedDict, total=False):
    """The number of the last turns with thinking to keep, at least 1."""

    type: Required[Literal["thinking_turns"]]
    value: Required[int]


class ClearThinking20251015EditParam(TypedDict, total=False):
    """Clear old thinking. Must be the first edit."""

    type: Required[Literal["clear_thinking_20251015"]]
    keep: ThinkingTurnsParam | AllThinkingTurnsParam | Literal["all"]


class Compact20260112EditParam(TypedDict, total=False):
    """Summarize the conversation when it grows too long (beta `compact-2026-01-12`)."""

    type: Required[Literal["compact_20260112"]]
    trigger: InputTokensTriggerParam | None
    """At least 50,000 input tokens; 150,000 unless given."""
    pause_after_compaction: bool
    """Stop after the summary with `stop_reason` `compaction`, so that you may add to it."""
    instructions: str | None


class ContextManagementConfigParam(TypedDict, total=False):
    """The edits of a context that grows (beta `context-management-2025-06-27`)."""

    edits: Iterable[ClearToolUses20250919EditParam | ClearThinking20251015EditParam | Compact20260112EditParam]


class CompactionConfigParam(TypedDict, total=False):
    """Summarize this conversation and answer with nothing but the summary (beta `compact-2026-09-04`)."""

    type: Required[Literal["summarize"]]
    instructions: str | None


class BillingPolicyParam(TypedDict, total=False):
    """The payer (beta): you, or the customer behind the user profile."""

    type: Required[Literal["billing_policy"]]
    bill_to: Literal["self", "user_profile"]


class FallbackCreditTokenParam(TypedDict, total=False):
    """The credit token of a refusal, with what to do if it does not fit."""

    token: Required[str]
    mode: Literal["strict", "best_effort"]


class FallbackParam(TypedDict, total=False):
    """A model to answer in the place of one that refuses, with its own settings."""

    model: Required[Model]
    max_tokens: int | None
    output_config: OutputConfigParam | None
    speed: Literal["standard", "fast"] | None
    thinking: ThinkingConfigParam | None


class ThreadCreateParams(TypedDict, total=False):
    """Let the API keep the conversation (beta `message-threads-2026-08-12`)."""

    type: Required[Literal["create"]]


class ThreadContinueParams(TypedDict, total=False):
    """Go on after an answer whose conversation the API keeps (beta `message-threads-2026-08-12`)."""

    type: Required[Literal["continue"]]
    previous_message_id: Required[str]


FallbacksParam: TypeAlias = Iterable[FallbackParam] | Literal["default"]
MessageThreadParam: TypeAlias = ThreadCreateParams | ThreadContinueParams
ContainerParam: TypeAlias = ContainerParams | str
FallbackCreditToken: TypeAlias = str | FallbackCreditTokenParam
