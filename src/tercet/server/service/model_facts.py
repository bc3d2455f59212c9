"""Facts of a model that the local API needs, all of it from the catalog.

Where the catalog has no figure for a model (or does not know the model), the nearest relative's stands in: the next
of its line that has one, else the next of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from tercet.catalog import models
from tercet.catalog.facts import ModelFacts

T = TypeVar("T")
LINES = ("haiku", "sonnet", "opus", "fable", "mythos")


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One model as the local API serves it."""

    tokenizer: str
    """`old` or `new`."""
    high_resolution: bool
    context_window: int
    least_cacheable: int
    """Tokens of the shortest prefix that is cached."""
    tool_prompt: tuple[int, int]
    """Hidden tokens with tools: choice auto or none, choice any or tool."""
    shows_thinking: bool
    """Whether thinking is summarised unless asked otherwise; omitted if not."""
    thinks_by_default: bool
    has_places: bool = True
    """Whether `inference_geo` can be chosen, and is told."""


@lru_cache(maxsize=256)
def served(model: str) -> ServedModel:
    """Return the facts of this model, each from the first of its kin that has it."""
    kin = list(_kin(model))
    prompt = _first(kin, lambda facts: facts.tool_prompt)
    thinking = _first(kin, lambda facts: facts.thinking)
    return ServedModel(
        tokenizer=_first(kin, lambda facts: facts.tokenizer),
        high_resolution=_first(kin, lambda facts: facts.image_tier) == "high",
        context_window=_first(kin, lambda facts: facts.limits.context),
        least_cacheable=_first(kin, lambda facts: facts.limits.cache_minimum),
        tool_prompt=(prompt.auto, prompt.forced),
        shows_thinking=(thinking.display or "summarized") != "omitted",
        thinks_by_default=thinking.default != "disabled",
        has_places=kin[0].features.inference_geo is not False,
    )


def _kin(model: str) -> Iterator[ModelFacts]:
    """Yield the model itself, its line as far as that reads alike, then all others: older ones before newer ones."""
    everyone, facts = models.all_models(), models.find(model)
    if facts is None:
        line = next((line for line in LINES if line in model), None)
        yield from (each for each in everyone if line is not None and each.line == line)
        yield from everyone
        return
    place = everyone.index(facts)
    relatives = everyone[place:] + everyone[:place][::-1]
    yield facts
    yield from (each for each in relatives if each.line == facts.line and each.tokenizer == facts.tokenizer)
    yield from relatives


def _first(kin: list[ModelFacts], fact: Callable[[ModelFacts], T | None]) -> T:
    return next(found for each in kin if (found := fact(each)) is not None)
