"""The typed view of the catalog's data. Frozen; None means that the value is not established.

Knows nothing of files: `loading.py` reads them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

import msgspec

Status: TypeAlias = Literal["active", "deprecated", "retired"]
ThinkingType: TypeAlias = Literal["adaptive", "enabled", "disabled", "between_tools"]
Effort: TypeAlias = Literal["low", "medium", "high", "xhigh", "max"]
EFFORTS: tuple[Effort, ...] = ("low", "medium", "high", "xhigh", "max")


Amount: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,12}(\.[0-9]{1,18})?$")]
"""Decimal text, not negative: `0.125`."""


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record of the catalog. Misspelt fields in a user's own data are errors, not silence."""


class Lifecycle(Fact, frozen=True):
    """`status` holds on the catalog's own day; the dates tell about other days."""

    status: Status = "active"
    deprecated: date | None = None
    retires: date | None = None
    not_before: date | None = None
    """The earliest day on which the model may be retired, as promised."""
    successor: str | None = None
    """The newest model of the same line: what to use instead."""

    def on(self, day: date) -> Status:
        """Return the status on a day, past or future, as far as the dates are known."""
        if self.retires is not None and day >= self.retires:
            return "retired"
        if self.deprecated is not None:
            return "deprecated" if day >= self.deprecated else "active"
        if self.retires is None:
            return self.status
        return "active" if self.status == "active" else "deprecated"


class ModelLimits(Fact, frozen=True):
    """In tokens, except `images` and `pdf_pages`, which count them in one request."""

    context: int | None = None
    output: int | None = None
    batch_output: int | None = None
    """With the beta header `output-300k-2026-03-24`, in batches only."""
    cache_minimum: int | None = None
    """A shorter prefix is silently not cached."""
    images: int | None = None
    pdf_pages: int | None = None


class PriceRow(Fact, frozen=True, rename={"since": "from"}):
    """US dollars per million tokens, as decimal text, from a day on, for prompts of more than `above` tokens."""

    since: date
    input: Amount
    output: Amount
    above: int = 0
    cache_write_5m: Amount | None = None
    cache_write_1h: Amount | None = None
    cache_read: Amount | None = None


class Fast(Fact, frozen=True):
    """`speed: "fast"`: the factor on the model's prices, or what happens where it is not offered."""

    multiplier: Amount | None = None
    until: date | None = None
    """The day on which it is removed."""
    otherwise: Literal["refused", "ignored"] = "refused"


class Thinking(Fact, frozen=True):
    """The values of `thinking.type` that are accepted, the one that holds when nothing is sent, and what is shown by
    default."""

    accepts: tuple[ThinkingType, ...]
    default: ThinkingType
    display: Literal["summarized", "omitted"] | None = None
    deprecated: tuple[ThinkingType, ...] = ()
    up_to: dict[ThinkingType, Effort] = {}
    """The highest effort with which a type is accepted, where there is one."""


class EffortLevels(Fact, frozen=True):
    """The accepted values of `output_config.effort`. None at all: the model refuses the parameter."""

    levels: tuple[Effort, ...] = ()
    default: Effort | None = None


class ToolPrompt(Fact, frozen=True):
    """Tokens of the hidden prompt that comes with tools: `auto` (and none), or `forced` (any, tool)."""

    auto: int
    forced: int


class Features(Fact, frozen=True):
    """The abilities of a model. None: not established."""

    prefill: bool | None = None
    structured_outputs: bool | None = None
    compaction: bool | None = None
    context_editing: bool | None = None
    mid_conversation_system: bool | None = None
    forced_tool_choice: bool | None = None
    inference_geo: bool | None = None
    keeps_thinking: bool | None = None
    """Thinking blocks of earlier turns stay in the context."""
    images: bool | None = None
    pdfs: bool | None = None
    tools: bool | None = None


class Platforms(Fact, frozen=True):
    """Ids on other platforms, where the rule in `model_ids.py` does not give them."""

    bedrock: str | None = None
    vertex: str | None = None


class ModelFacts(Fact, frozen=True):
    """The facts about one model."""

    id: str
    name: str | None = None
    line: Literal["haiku", "sonnet", "opus", "fable", "mythos"] | None = None
    generation: str | None = None
    released: date | None = None
    aliases: tuple[str, ...] = ()
    platforms: Platforms = Platforms()
    lifecycle: Lifecycle = Lifecycle()
    limits: ModelLimits = ModelLimits()
    tokenizer: Literal["old", "new"] | None = None
    """`new` makes about 30 % more tokens of the same text than `old`."""
    image_tier: Literal["standard", "high"] | None = None
    context_overflow: Literal["stop", "refuse"] | None = None
    """Whether `max_tokens` beyond the context is taken (the answer then stops there) or refused."""
    sampling: Literal["free", "one", "default_only"] | None = None
    """`one`: temperature or top_p, not both. `default_only`: every other value is refused."""
    tool_prompt: ToolPrompt | None = None
    fast: Fast | None = None
    prices: tuple[PriceRow, ...] = ()
    thinking: Thinking | None = None
    effort: EffortLevels | None = None
    features: Features = Features()
    best_for: str | None = None
    """The work for which the models overview recommends it, in short."""


class ImageTier(Fact, frozen=True):
    """Images are shrunk until the long edge (pixels) and their tokens fit."""

    edge: int
    tokens: int


class Multipliers(Fact, frozen=True):
    """Factors on token prices, as decimal text. They stack."""

    batch: Amount
    us: Amount


class ServerToolPrices(Fact, frozen=True):
    """US dollars per thousand calls, as decimal text."""

    web_search_per_1000: Amount
    web_fetch_per_1000: Amount


class Catalog(Fact, frozen=True):
    """The whole catalog."""

    as_of: date
    sources: tuple[str, ...]
    note: str
    multipliers: Multipliers
    server_tools: ServerToolPrices
    image_tiers: dict[str, ImageTier]
    tool_tokens: dict[str, dict[str, int | None]]
    """Tokens that a typed tool adds, by tool type and tokenizer."""
    models: tuple[ModelFacts, ...]
