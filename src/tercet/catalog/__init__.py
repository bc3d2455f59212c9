"""Facts about the models: prices, limits, capabilities, lifecycles, with dates. Data and pure look-ups over it.

    data.json    the facts                             model_ids.py  the ids that Bedrock, Vertex and others use
    facts.py     their typed view                      loading.py    read once, on first look-up; overrides
    given.py     what a user lays over them            listing.py    a table of models, for people
    models.py    find, all_models, retired             prices.py     what a token costs on a day
    refusals.py  which parameters a model refuses      cost.py       usage -> whole nano-dollars, and bounds
    message_cost.py  `message.cost`           betas.py      names of betas that no SDK lists

Knows no network and no clock: days are arguments. What was not established is None, never a guess.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tercet.catalog.cost import Cost as Cost
    from tercet.catalog.cost import cost_of as cost_of
    from tercet.catalog.cost import price as price
    from tercet.catalog.facts import ModelFacts as ModelFacts
    from tercet.catalog.loading import as_of as as_of
    from tercet.catalog.loading import load as load
    from tercet.catalog.loading import load_prices as load_prices
    from tercet.catalog.loading import reset as reset
    from tercet.catalog.models import all_models as all_models
    from tercet.catalog.models import exact as exact
    from tercet.catalog.models import find as find
    from tercet.catalog.models import retired as retired
    from tercet.catalog.prices import rates as rates
    from tercet.catalog.refusals import Refusal as Refusal
    from tercet.catalog.refusals import refused_parameters as refused_parameters

_ROOM_OF = {
    "Cost": "cost",
    "ModelFacts": "facts",
    "Refusal": "refusals",
    "all_models": "models",
    "as_of": "loading",
    "cost_of": "cost",
    "exact": "models",
    "find": "models",
    "load": "loading",
    "load_prices": "loading",
    "price": "cost",
    "rates": "prices",
    "refused_parameters": "refusals",
    "reset": "loading",
    "retired": "models",
}
__all__ = [
    "Cost",
    "ModelFacts",
    "Refusal",
    "all_models",
    "as_of",
    "cost_of",
    "exact",
    "find",
    "load",
    "load_prices",
    "price",
    "rates",
    "refused_parameters",
    "reset",
    "retired",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'tercet.catalog' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"tercet.catalog.{_ROOM_OF[name]}"), name)
    return value
