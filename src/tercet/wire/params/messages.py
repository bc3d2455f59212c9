"""The arguments of `messages.create` and its siblings, with what they mean and where they end.

For type checkers and for users' own variables: nothing here is checked when a program runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from tercet.wire.params.betas import AnthropicBeta
from tercet.wire.params.conversation import AnyMessageParam
from tercet.wire.params.settings import (
    BillingPolicyParam,
    CompactionConfigParam,
    ContainerParam,
    ContextManagementConfigParam,
    DiagnosticsParam,
    FallbackCreditToken,
    FallbacksParam,
    MessageThreadParam,
    MetadataParam,
    OutputConfigParam,
    RequestMCPServerURLDefinitionParam,
    ThinkingConfigParam,
)
from tercet.wire.params.sources import CacheControlEphemeralParam, TextBlockParam
from tercet.wire.params.toolsets import ToolChoiceParam, ToolUnionParam
from tercet.wire.responses.models import Model
from tercet.wire.timeout import Timeout
from tercet.wire.typing_compat import Absent, Iterable, Required, TypedDict


class CallOptions(TypedDict, total=False):
    """The options of a call besides its body. These win over what the client was made with."""

    extra_headers: Mapping[str, str | Absent] | None
    """More headers; `omit` as a value leaves a default header out."""
    extra_query: Mapping[str, object] | None
    """More query parameters."""
    extra_body: object | None
    """More fields of the body, laid over all others: for what this version has no argument for."""
    timeout: float | Timeout | Absent | None
    """Seconds that one attempt may take, or a `Timeout`; None for no limit."""


class CallLimits(TypedDict, total=False):
    """The limits of a call, retries included. Tercet's own."""

    deadline: float | None
    """Seconds for the whole call, retries and waits included; None for no limit."""
    max_retries: int
    """How often a failed attempt is repeated."""


class CallFallbacks(TypedDict, total=False):
    """The models to ask when the first one cannot answer. Tercet's own; beta calls have the API's own parameter of
    this name."""

    fallbacks: Sequence[str | Mapping[str, object]] | None
    """Models, or patches of the parameters that name one, in order. An empty list: none, whatever the client says."""


class DescribedTool(Protocol):
    """An object that can give its own entry in `tools`, such as a `@beta_tool` function."""

    def to_dict(self) -> ToolUnionParam:
        """Return the entry in `tools`."""
        ...

    if not TYPE_CHECKING:  # a protocol is what type checkers compare, and tools need not know pydantic

        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
            from tercet.wire.pydantic_field import python_only_schema

            return python_only_schema(
                "a tool that describes itself with to_dict()",
                lambda value: callable(getattr(value, "to_dict", None)),
                lambda tool: tool.to_dict(),
            )


class PromptParams(TypedDict, total=False):
    """The prompt: what is sent to be answered, or to be counted."""

    model: Required[Model]
    """The model's id. The catalog knows which are retired and what each accepts."""
    messages: Required[Iterable[AnyMessageParam]]
    """The conversation so far, at most 100,000 messages and 32 MB in all. Blocks of answers may be mixed in."""
    system: str | Iterable[TextBlockParam] | Absent | None
    """Instructions that stand before the conversation."""
    tools: Iterable[ToolUnionParam | DescribedTool] | Absent | None
    """The tools that the model may call."""
    tool_choice: ToolChoiceParam | Absent | None
    """Whether the model may, must or must not call tools. `auto` unless given."""
    thinking: ThinkingConfigParam | Absent | None
    """Whether the model thinks before it answers. What is accepted, and the default, depend on the model."""
    output_config: OutputConfigParam | Absent | None
    """Effort, and JSON of a given schema."""
    cache_control: CacheControlEphemeralParam | Absent | None
    """Set a cache breakpoint at the end of the prompt; one of the four that a request may have."""
    speed: Literal["standard", "fast"] | Absent | None
    """`fast` is quicker and dearer, for some models, some of them with the beta `fast-mode-2026-02-01`."""
    user_profile_id: str | Absent | None
    """The user profile on whose behalf you ask. Sent as a header."""
    workspace_id: str | Absent | None
    """The workspace, for credentials that have several (`wrkspc_…`). Sent as a header."""


class MessageCreateParamsBase(PromptParams, total=False):
    """The body of a request for a message."""

    max_tokens: Required[int]
    """The most tokens to answer with, thinking included. Its limit depends on the model; 0 only fills the cache."""
    stop_sequences: Sequence[str] | Absent | None
    """Texts that end the answer. They do not appear in it; `stop_sequence` tells which one it was."""
    temperature: float | Absent | None
    """From 0 (always the likeliest) to 1, the default. Models from Opus 4.7 on and the API version 2026-10-21 refuse it."""
    top_p: float | Absent | None
    """Choose among the likeliest tokens up to this sum of probability. Refused where `temperature` is."""
    top_k: int | Absent | None
    """Choose among this many of the likeliest tokens. Refused where `temperature` is."""
    metadata: MetadataParam | Absent | None
    """Whom you ask for."""
    service_tier: Literal["auto", "standard_only"] | Absent | None
    """Whether to use priority capacity that you have bought. `auto` unless given."""
    container: ContainerParam | Absent | None
    """The container of an earlier answer, for code to go on in, or skills to load."""
    inference_geo: str | Absent | None
    """Where the model runs, such as `us`. The workspace's default unless given; models from 4.6 on."""
    diagnostics: DiagnosticsParam | Absent | None
    """Ask why the prompt cache was not read."""


class MessageCreateParamsNonStreaming(MessageCreateParamsBase, total=False):
    """The body of a request for a whole message, as a batch takes it."""

    stream: Literal[False]


class MessageCreateParamsStreaming(MessageCreateParamsBase, total=False):
    """The body of a request for a streamed message."""

    stream: Required[Literal[True]]


class MessageCreateParams(MessageCreateParamsBase, CallOptions, CallLimits, CallFallbacks, total=False):
    """The arguments of `messages.create`, but for `stream`."""


class MessageStreamParams(MessageCreateParamsBase, CallOptions, CallLimits, CallFallbacks, total=False):
    """The arguments of `messages.stream`, but for `output_format`."""


class MessageParseParams(MessageCreateParamsBase, CallOptions, CallLimits, CallFallbacks, total=False):
    """The arguments of `messages.parse`, but for `output_format`."""


class MessageCountTokensParams(PromptParams, CallOptions, CallLimits, total=False):
    """The arguments of `messages.count_tokens`."""

    output_format: object
    """The type that an answer shall have, as `messages.parse` takes it: its schema is counted."""


class BetaOptions(TypedDict, total=False):
    """The beta features to switch on."""

    betas: Sequence[AnthropicBeta] | Absent | None
    """Names of beta features. Sent as the header `anthropic-beta`; the API refuses names that it does not know."""


class BetaPromptParams(BetaOptions, total=False):
    """The parameters that beta adds to a prompt."""

    mcp_servers: Iterable[RequestMCPServerURLDefinitionParam] | Absent | None
    """MCP servers for the API to connect to; `mcp_toolset` in `tools` offers what they have."""
    context_management: ContextManagementConfigParam | Absent | None
    """What to clear or summarize when the context grows."""
    compaction: CompactionConfigParam | Absent | None
    """Answer with a summary of the conversation. Not together with `context_management`."""
    billing_policy: BillingPolicyParam | Absent | None
    """Who pays for the request."""


class _BetaTurnParams(MessageCreateParamsBase, BetaPromptParams, total=False):
    """The body of a request for a message, with what beta adds, but for `thread`."""

    fallbacks: FallbacksParam | Absent | None
    """Models to try, in order, when the model refuses; `default` for the model's own list."""
    fallback_credit_token: FallbackCreditToken | Absent | None
    """The token of a refusal's `stop_details`, for this retry's cache to be billed as read. Good for 5 minutes."""


class _BetaMessageParams(_BetaTurnParams, total=False):
    """The body of a request for a message, with what beta adds."""

    thread: MessageThreadParam | Absent | None
    """Let the API keep the conversation, or go on with one that it keeps."""


class BetaMessageCreateParamsNonStreaming(_BetaMessageParams, total=False):
    """The body of a beta request for a whole message, as a batch takes it."""

    stream: Literal[False]


class BetaMessageCreateParamsStreaming(_BetaMessageParams, total=False):
    """The body of a beta request for a streamed message."""

    stream: Required[Literal[True]]


class BetaMessageCreateParams(_BetaMessageParams, CallOptions, CallLimits, total=False):
    """The arguments of `beta.messages.create`, but for `stream`."""


class BetaMessageStreamParams(_BetaMessageParams, CallOptions, CallLimits, total=False):
    """The arguments of `beta.messages.stream`, but for `output_format`."""


class BetaMessageParseParams(_BetaMessageParams, CallOptions, CallLimits, total=False):
    """The arguments of `beta.messages.parse`, but for `output_format`."""


class BetaToolRunnerParams(_BetaTurnParams, CallOptions, CallLimits, total=False):
    """The arguments of `beta.messages.tool_runner`, but for `stream` and `output_format`."""

    thread: MessageThreadParam | bool | Absent | None
    """Let the API keep the conversation, so that each request sends only what is new; needs a beta. Off unless given."""
    max_iterations: int | Absent | None
    """How many answers are asked for at most. No limit unless given."""
    run_tools_eagerly: bool | Absent
    """With `stream=True`: run a call as soon as the model has moved on from it, before the answer is whole."""


class BetaMessageCountTokensParams(PromptParams, BetaPromptParams, CallOptions, CallLimits, total=False):
    """The arguments of `beta.messages.count_tokens`."""

    output_format: object
    """The type that an answer shall have, as `beta.messages.parse` takes it: its schema is counted."""


AnyMessageCreateParams: TypeAlias = MessageCreateParamsNonStreaming | MessageCreateParamsStreaming
AnyBetaMessageCreateParams: TypeAlias = BetaMessageCreateParamsNonStreaming | BetaMessageCreateParamsStreaming
