"""What conversations and their calls take, for type checkers alone: no running program loads this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from tercet.toolkit.conversation.limits import Limits
from tercet.wire.params.betas import AnthropicBeta
from tercet.wire.params.conversation import AnyMessageParam, ContentBlockParam
from tercet.wire.params.messages import DescribedTool
from tercet.wire.params.settings import (
    ContainerParam,
    ContextManagementConfigParam,
    DiagnosticsParam,
    MetadataParam,
    OutputConfigParam,
    RequestMCPServerURLDefinitionParam,
    ThinkingConfigParam,
)
from tercet.wire.params.sources import CacheControlEphemeralParam, TextBlockParam
from tercet.wire.params.toolsets import ToolChoiceParam, ToolUnionParam
from tercet.wire.responses.models import Model
from tercet.wire.timeout import Timeout
from tercet.wire.typing_compat import Absent, Iterable, TypedDict

Said: TypeAlias = str | ContentBlockParam | Mapping[str, Any] | Sequence[str | ContentBlockParam | Mapping[str, Any]]
"""What a user may say: texts, content blocks, and lists of them."""
Example: TypeAlias = tuple[str, str] | AnyMessageParam
OnCut: TypeAlias = Literal["keep", "continue", "raise"]


class TurnParameters(TypedDict, total=False):
    """The parameters of one turn: those of `messages.create`, and how the turn goes. What a call says wins."""

    model: Model
    max_tokens: int
    system: str | Iterable[TextBlockParam] | Absent | None
    tools: Iterable[ToolUnionParam | DescribedTool] | None
    tool_choice: ToolChoiceParam | Absent | None
    thinking: ThinkingConfigParam | Absent | None
    output_config: OutputConfigParam | Absent | None
    cache_control: CacheControlEphemeralParam | Absent | None
    stop_sequences: Sequence[str] | Absent | None
    temperature: float | Absent | None
    top_p: float | Absent | None
    top_k: int | Absent | None
    metadata: MetadataParam | Absent | None
    service_tier: Literal["auto", "standard_only"] | Absent | None
    speed: Literal["standard", "fast"] | Absent | None
    container: ContainerParam | Absent | None
    inference_geo: str | Absent | None
    diagnostics: DiagnosticsParam | Absent | None
    user_profile_id: str | Absent | None
    workspace_id: str | Absent | None
    betas: Sequence[AnthropicBeta] | Absent | None
    mcp_servers: Iterable[RequestMCPServerURLDefinitionParam] | Absent | None
    context_management: ContextManagementConfigParam | Absent | None
    fallbacks: Any
    extra_headers: Mapping[str, str | Absent] | None
    extra_query: Mapping[str, object] | None
    extra_body: object | None
    timeout: float | Timeout | Absent | None
    deadline: float | None
    max_retries: int
    on_cut: OnCut
    """What becomes of an answer that `max_tokens` cut: kept, continued (at most 5 times), or an error."""
    limits: Limits | None
    """How many requests, calls of tools, dollars and seconds a turn may use."""


class ConversationParameters(TurnParameters, total=False):
    """The parameters of a conversation: those of every turn, and what it begins with."""

    examples: Iterable[Example]
    """Pairs (question, answer) that always stand before what is said."""
    messages: Iterable[AnyMessageParam]
    """A history to go on with."""
    view: Any
    """What of the conversation is sent: one of `tercet.views`."""
    cache: Literal["auto"] | None
    """Whether requests are marked for the API's cache."""
