"""The cost of a message in tokens. Knows no prices."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from tercet.wire.marks import OTHER_KINDS
from tercet.wire.model import Model


class CacheCreation(Model):
    """Input tokens written to the prompt cache, by lifetime. Their sum is `cache_creation_input_tokens`."""

    __slots__ = ()
    ephemeral_1h_input_tokens: int
    ephemeral_5m_input_tokens: int


class OutputTokensDetails(Model):
    """The part of `output_tokens` that was thinking. The part is billed like the rest, also when it is not shown."""

    __slots__ = ()
    thinking_tokens: int


class ServerToolUsage(Model):
    """The number of calls of server tools."""

    __slots__ = ()
    web_search_requests: int
    web_fetch_requests: int


class IterationUsage(Model):
    """The tokens of one step of a request that took several. Its subclasses say which kind of step."""

    __slots__ = ()
    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    cache_creation: CacheCreation | None


class MessageIterationUsage(IterationUsage):
    """A step in which the model answered."""

    __slots__ = ()
    type: Literal["message"]
    model: str | None


class CompactionIterationUsage(IterationUsage):
    """A step that wrote a compaction. Not part of the sums at the top of `Usage`."""

    __slots__ = ()
    type: Literal["compaction"]


class AdvisorMessageIterationUsage(IterationUsage):
    """A step in which the advisor tool's model answered. Not part of the sums at the top of `Usage`."""

    __slots__ = ()
    type: Literal["advisor_message"]
    model: str


class FallbackMessageIterationUsage(IterationUsage):
    """A step in which a fallback model answered."""

    __slots__ = ()
    type: Literal["fallback_message"]
    model: str


AnyIterationUsage: TypeAlias = Annotated[
    MessageIterationUsage | CompactionIterationUsage | AdvisorMessageIterationUsage | FallbackMessageIterationUsage,
    OTHER_KINDS,
]


class FallbackCreditRedeemed(Model):
    """The credit token was taken."""

    __slots__ = ()
    type: Literal["redeemed"]


class FallbackCreditNotApplied(Model):
    """The credit token was not taken; `reason` says why."""

    __slots__ = ()
    type: Literal["not_applied"]
    reason: str
    remove_to_redeem: list[str] | None


class FallbackCreditUsage(Model):
    """The fate of the request's fallback credit token."""

    __slots__ = ()
    status: FallbackCreditRedeemed | FallbackCreditNotApplied


class Usage(Model):
    """The tokens of a request and its answer.

    `input_tokens` counts what follows the last cache breakpoint: the whole input is the sum of `input_tokens`,
    `cache_creation_input_tokens` and `cache_read_input_tokens`. `output_tokens` includes thinking.
    """

    __slots__ = ()
    input_tokens: int
    output_tokens: int
    cache_creation: CacheCreation | None
    cache_creation_input_tokens: int | None
    cache_read_input_tokens: int | None
    inference_geo: str | None
    output_tokens_details: OutputTokensDetails | None
    server_tool_use: ServerToolUsage | None
    service_tier: Literal["standard", "priority", "batch"] | None
    speed: Literal["standard", "fast"] | None
    iterations: list[AnyIterationUsage] | None
    fallback_credit: FallbackCreditUsage | None


class MessageDeltaUsage(Model):
    """The counts of a `message_delta` event. They are totals so far, not additions."""

    __slots__ = ()
    output_tokens: int
    input_tokens: int | None
    cache_creation_input_tokens: int | None
    cache_read_input_tokens: int | None
    output_tokens_details: OutputTokensDetails | None
    server_tool_use: ServerToolUsage | None
    iterations: list[AnyIterationUsage] | None
    fallback_credit: FallbackCreditUsage | None
