"""Look-ups by model id. Pure: whether a model is retired depends on the day that the caller gives."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tercet.catalog import model_ids
from tercet.catalog.facts import ImageTier, ModelFacts
from tercet.catalog.loading import current


class Retirement(NamedTuple):
    """A model that answers no more, since when, and the newest model of its line."""

    model: str
    since: date
    use_instead: str | None

    def __str__(self) -> str:
        instead = f"; use {self.use_instead} instead" if self.use_instead else ""
        return f"{self.model} was retired on {self.since:%Y-%m-%d}{instead}"


def exact(model_id: str) -> ModelFacts | None:
    """Return the model whose id or alias in the Claude API is exactly this."""
    return current().by_id.get(model_id)


def find(model_id: str, hint: str | None = None) -> ModelFacts | None:
    """Return the model that an id names, in any spelling: an alias, or an id of Bedrock or Vertex, ARNs included.

    An application inference profile does not say which model is behind it: give the model's id as `hint`.
    """
    loaded = current()
    if model_id in loaded.by_id:
        return loaded.by_id[model_id]
    for known in (loaded.by_id, loaded.by_platform_id):
        for name in model_ids.spellings(model_id):
            if name in known:
                return known[name]
    return find(hint) if hint is not None else None


def all_models() -> tuple[ModelFacts, ...]:
    """Return every known model, the retired ones too, newest first."""
    return current().book.models


def retired(model_id: str, on: date) -> Retirement | None:
    """Return the model's retirement if it has taken place by that day; None if not, or if the model is unknown."""
    facts = find(model_id)
    if facts is None or facts.lifecycle.retires is None or facts.lifecycle.on(on) != "retired":
        return None
    return Retirement(facts.id, facts.lifecycle.retires, facts.lifecycle.successor)


def bedrock_id(facts: ModelFacts) -> str:
    """Return the model's id on Amazon Bedrock, without the region's prefix of an inference profile."""
    return facts.platforms.bedrock or model_ids.bedrock_id(facts.id)


def vertex_id(facts: ModelFacts) -> str:
    """Return the model's id on Vertex."""
    return facts.platforms.vertex or model_ids.vertex_id(facts.id)


def image_tier(facts: ModelFacts) -> ImageTier | None:
    """Return how large images may be before the model sees a smaller version."""
    return current().book.image_tiers.get(facts.image_tier) if facts.image_tier else None


def tool_tokens(tool_type: str, facts: ModelFacts) -> int | None:
    """Return the tokens that a typed tool's own definition adds to a request."""
    return current().book.tool_tokens.get(tool_type, {}).get(facts.tokenizer or "")
