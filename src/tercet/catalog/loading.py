"""Reads the catalog's data once, on the first look-up, and lays a user's own facts over it.

The only file that is ever read is the package's own, or one that the user names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from os import path
from typing import TYPE_CHECKING, Any

import msgspec

from tercet.catalog.facts import Catalog, ModelFacts
from tercet.wire.msgspec_warmup import warm_up

if TYPE_CHECKING:
    from os import PathLike

_DATA = path.join(path.dirname(__file__), "data.json")
_override: CatalogIndex | None = None
"""One catalog a process, so that look-ups stay plain functions."""


class CatalogIndex:
    """A book, and its models by every id and alias that the Claude API takes."""

    __slots__ = ("book", "by_id", "by_platform_id", "calls", "tables")

    def __init__(self, book: Catalog) -> None:
        self.book = book
        self.tables: dict[Any, Any] = {}
        self.calls: dict[str, Any] | None = None
        """Prices that were worked out from it: of models, and of calls of server tools."""
        self.by_id: dict[str, ModelFacts] = {}
        self.by_platform_id: dict[str, ModelFacts] = {}
        for model in book.models:
            self.by_id.update(dict.fromkeys((model.id, *model.aliases), model))
            own = (model.platforms.bedrock, model.platforms.vertex)
            self.by_platform_id.update({name: model for name in own if name is not None})


def current() -> CatalogIndex:
    """Return the catalog in use: the user's if one was loaded, else the shipped one."""
    return _override or _load_shipped()


def as_of() -> date:
    """Return the day for which the facts were established."""
    return current().book.as_of


def load(source: str | PathLike[str] | Mapping[str, Any]) -> Catalog:
    """Lay facts of your own over the shipped catalog, for this process, and return the whole.

    `source` is a mapping, or the path of a JSON file, in the form of the package's `catalog/data.json`; any part of it
    will do. Models are told apart by `id`; of a known model, give only the fields that differ. Lists (prices, too) are
    replaced whole. Loading again starts from the shipped catalog. Raises ValueError when the data does not fit the form.
    """
    global _override
    try:
        given = source if isinstance(source, Mapping) else msgspec.json.decode(_read(source))
        if not isinstance(given, Mapping):
            raise ValueError(f"the catalog must be a JSON object, and this is a {type(given).__name__}")
        loaded = CatalogIndex(msgspec.convert(_lay_over(given), warm_up(Catalog)))
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        name = "the mapping" if isinstance(source, Mapping) else str(source)
        raise ValueError(f"{name} is not a catalog: {error}. Its form is that of tercet/catalog/data.json.") from error
    _override = loaded
    return loaded.book


def reset() -> None:
    """Go back to the shipped catalog."""
    global _override
    _override = None


def _read(file: str | PathLike[str]) -> bytes:
    with open(file, "rb") as opened:
        return opened.read()


@cache
def _load_shipped() -> CatalogIndex:
    return CatalogIndex(msgspec.json.decode(_read(_DATA), type=warm_up(Catalog)))


def _lay_over(given: Mapping[str, Any]) -> dict[str, Any]:
    whole = msgspec.json.decode(_read(_DATA))
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
