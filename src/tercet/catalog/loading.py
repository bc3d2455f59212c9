"""Reads the catalog's data once, on the first look-up, and lays a user's own facts over it.

The only file that is ever read is the package's own, or one that the user names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from os import environ, path
from typing import TYPE_CHECKING, Any

import msgspec

from tercet.catalog.facts import Catalog, ModelFacts
from tercet.catalog.given import lay_prices, price_table, read_given
from tercet.wire.msgspec_warmup import warm_up

if TYPE_CHECKING:
    from os import PathLike

_DATA = path.join(path.dirname(__file__), "data.json")
_override: CatalogIndex | None = None
"""One catalog a process, so that look-ups stay plain functions."""
_given: Mapping[str, Any] = {}
_given_prices: Mapping[str, Any] = {}
"""What was laid over the shipped one."""


class CatalogIndex:
    """A book, and its models by every id and alias that the Claude API takes."""

    __slots__ = ("book", "by_id", "by_platform_id", "calls", "tables", "warned")

    def __init__(self, book: Catalog) -> None:
        self.book = book
        self.tables: dict[Any, Any] = {}
        self.calls: dict[str, Any] | None = None
        """Prices that were worked out from it: of models, and of calls of server tools."""
        self.warned: set[str] = set()
        """Models without a price that were told of."""
        self.by_id: dict[str, ModelFacts] = {}
        self.by_platform_id: dict[str, ModelFacts] = {}
        for model in book.models:
            self.by_id.update(dict.fromkeys((model.id, *model.aliases), model))
            own = (model.platforms.bedrock, model.platforms.vertex)
            self.by_platform_id.update({name: model for name in own if name is not None})


def current() -> CatalogIndex:
    """Return the catalog in use: the shipped one, with what the user laid over it."""
    return _override or _load_default()


def has_shipped_prices(facts: ModelFacts) -> bool:
    """Return whether a model's prices are the shipped ones, and none of the user's."""
    shipped = _load_shipped().by_id.get(facts.id)
    return shipped is not None and shipped.prices == facts.prices


def as_of() -> date:
    """Return the day for which the facts were established."""
    return current().book.as_of


def load(source: str | PathLike[str] | Mapping[str, Any]) -> Catalog:
    """Lay facts of your own over the shipped catalog, for this process, and return the whole.

    `source` is a mapping, or the path of a JSON file, in the form of the package's `catalog/data.json`; any part of it
    will do. Models are told apart by `id`; of a known model, give only the fields that differ. Lists (prices, too) are
    replaced whole. Loading again starts from the shipped catalog. Raises ValueError when the data does not fit the form.
    """
    return _with(read_given(source), _given_prices)


def load_prices(source: str | PathLike[str] | Mapping[str, Any]) -> Catalog:
    """Lay prices of your own over the catalog's, for this process, and return the whole.

    `source` is a mapping of model ids to prices in US dollars per million tokens, or the path of a JSON or TOML file with
    one (TOML: as the table `prices`): `{"claude-opus-5": {"input": 4.5, "output": 22.5, "cache_read": 0.45}}`. Prices are
    `input`, `output`, `cache_read`, `cache_write_5m` and `cache_write_1h`; a list of them, with `from` (a day) and `above`
    (tokens in the prompt), says when each holds. They replace all prices of that model; what is left out is not known. An
    id of another platform gets prices of its own. The file that TERCET_PRICES names is loaded by itself. Raises ValueError
    when the data does not fit.
    """
    return _with(_given, {**_given_prices, **price_table(source)})


def reset() -> None:
    """Go back to the shipped catalog, and the prices of TERCET_PRICES."""
    global _override, _given, _given_prices
    _override, _given, _given_prices = None, {}, {}
    _load_default.cache_clear()


def _with(given: Mapping[str, Any], prices: Mapping[str, Any]) -> Catalog:
    global _override, _given, _given_prices
    index = _index(given, {**_ambient_prices(), **prices})
    _override, _given, _given_prices = index, given, prices
    return index.book


@cache
def _load_default() -> CatalogIndex:
    prices = _ambient_prices()
    return _index({}, prices) if prices else _load_shipped()


def _ambient_prices() -> Mapping[str, Any]:
    named = environ.get("TERCET_PRICES")
    return price_table(named) if named else {}


def _index(given: Mapping[str, Any], prices: Mapping[str, Any]) -> CatalogIndex:
    try:
        return CatalogIndex(msgspec.convert(lay_prices(_lay_over(given), prices), warm_up(Catalog)))
    except msgspec.ValidationError as error:
        raise ValueError(f"this is no catalog: {error}. Its form is that of tercet/catalog/data.json.") from error


def _read_shipped() -> bytes:
    with open(_DATA, "rb") as opened:
        return opened.read()


@cache
def _load_shipped() -> CatalogIndex:
    return CatalogIndex(msgspec.json.decode(_read_shipped(), type=warm_up(Catalog)))


def _lay_over(given: Mapping[str, Any]) -> dict[str, Any]:
    whole = msgspec.json.decode(_read_shipped())
    models = {model["id"]: model for model in whole["models"]}
    for model in given.get("models", ()):
        if not isinstance(model, Mapping) or not isinstance(model.get("id"), str):
            raise ValueError(f"every model of a catalog needs an `id`; this one has none: {model!r:.200}")
        models[model["id"]] = _merge(models.get(model["id"], {}), model)
    rest = {key: value for key, value in given.items() if key != "models"}
    return {**_merge(whole, rest), "models": list(models.values())}


def _merge(under: Any, over: Any) -> Any:
    if not (isinstance(under, Mapping) and isinstance(over, Mapping)):
        return over
    return {**under, **{key: _merge(under.get(key), value) for key, value in over.items()}}
