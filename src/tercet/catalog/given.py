"""Reads what a user lays over the catalog: a mapping, a JSON or a TOML file; and prices, in a form that people write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import msgspec

from tercet.catalog.model_ids import spellings

if TYPE_CHECKING:
    from os import PathLike

ALWAYS = "0001-01-01"
"""The day from which a price holds that names none."""
_NO_NUMBERS = frozenset({"from", "above"})
_PRICES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?")


def read_given(source: str | PathLike[str] | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a mapping as it is, or the one in a file. Raises ValueError where there is none."""
    if isinstance(source, Mapping):
        return source
    try:
        given = _decode(source)
    except ValueError as error:
        raise ValueError(f"{source} is not a catalog: {error}") from error
    if not isinstance(given, Mapping):
        raise ValueError(f"{source} is not a catalog: it must be a JSON object, and this is a {type(given).__name__}")
    return given


def _decode(file: str | PathLike[str]) -> Any:
    with open(file, "rb") as opened:
        content = opened.read()
    if str(file).endswith(".toml"):
        import tomllib

        return tomllib.loads(content.decode())
    return msgspec.json.decode(content)


def price_table(source: str | PathLike[str] | Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return rows of prices by model id, in the catalog's own form. Raises ValueError for what are no such rows."""
    given = read_given(source)
    in_toml = not isinstance(source, Mapping) and str(source).endswith(".toml")  # which may say other things, too
    table = given.get("prices", {} if in_toml else given)
    if not isinstance(table, Mapping):
        raise ValueError(f"prices must be a table of models, not {type(table).__name__}")
    return {str(model): _rows(model, rows) for model, rows in table.items()}


def _rows(model: Any, given: Any) -> list[dict[str, Any]]:
    rows = given if isinstance(given, list | tuple) else [given]
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        raise ValueError(f"the prices of {model!r} must be a table with `input` and `output`, not {given!r:.200}")
    listed = [_listed(model, row) for row in rows]
    if not all("input" in row and "output" in row for row in rows):
        raise ValueError(f"the prices of {model!r} must be a table with `input` and `output`, not {given!r:.200}")
    return listed


def _listed(model: Any, row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"from": ALWAYS, **{name: _as_listed(model, name, value) for name, value in row.items()}}


def _as_listed(model: Any, name: Any, value: Any) -> Any:
    if name in _NO_NUMBERS:
        return value
    if name not in _PRICES:
        there = ", ".join((*_PRICES, *sorted(_NO_NUMBERS)))
        raise ValueError(f"the prices of {model!r} have no {name!r:.80}; there are {there}")
    try:
        listed = f"{Decimal(str(value)):f}" if type(value) in (int, float, str) else ""
    except InvalidOperation:
        listed = ""
    if _AMOUNT.fullmatch(listed) is None:
        raise ValueError(f"{name} of {model!r} must be US dollars per million tokens, 0 or more, not {value!r:.80}")
    return listed


def lay_prices(whole: dict[str, Any], prices: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return a catalog with these prices instead of those of the same models.

    An id in another platform's spelling becomes a model of its own: equal in all but its prices.
    """
    models = {model["id"]: model for model in whole["models"]}
    ids = {alias: name for name, model in models.items() for alias in model.get("aliases") or ()}
    for name, rows in prices.items():
        known = ids.get(name, name)
        if known not in models:
            same: dict[str, Any] = next((models[each] for each in spellings(name) if each in models), {})
            models[known] = {key: value for key, value in same.items() if key not in ("aliases", "platforms")}
        models[known] = {**models[known], "id": known, "prices": rows}
    return {**whole, "models": list(models.values())}
