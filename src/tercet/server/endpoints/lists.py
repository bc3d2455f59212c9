"""The query of a list: numbers and cursors, checked in the API's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tercet.server.errors import invalid
from tercet.server.exchange import ServerExchange

T = TypeVar("T")
MOST_ON_A_PAGE = 1000
USUAL_ON_A_PAGE = 20


def asked_limit(exchange: ServerExchange) -> int:
    """`limit`: 1 to 1,000, 20 unless given."""
    value = one(exchange, "limit")
    if value is None:
        return USUAL_ON_A_PAGE
    if not (value.isascii() and value.lstrip("-").isdigit() and len(value) < 12):
        raise invalid("limit: Input should be a valid integer, unable to parse string as an integer")
    number = int(value)
    if number < 1:
        raise invalid("limit: Input should be greater than or equal to 1")
    if number > MOST_ON_A_PAGE:
        raise invalid(f"limit: Input should be less than or equal to {MOST_ON_A_PAGE}")
    return number


def one(exchange: ServerExchange, name: str) -> str | None:
    """Return the last value of a query parameter; None if it is absent or empty."""
    values = [value for key, value in exchange.query if key == name and value]
    return values[-1] if values else None


def several(exchange: ServerExchange, name: str) -> list[str]:
    """Return every value of a list parameter, spelled `name[]=a&name[]=b` or `name=a`."""
    return [value for key, value in exchange.query if key in (name, f"{name}[]")]


def page(
    exchange: ServerExchange, items: Sequence[T], id_of: Callable[[T], str], show: Callable[[T], Any]
) -> dict[str, Any]:
    """Return one page of `items` (in the list's order) by `limit`, `after_id` and `before_id`."""
    limit, after, before = asked_limit(exchange), one(exchange, "after_id"), one(exchange, "before_id")
    if after is not None and before is not None:
        raise invalid("before_id and after_id cannot both be given.")
    start, end = 0, len(items)
    if after is not None:
        start = _place(items, id_of, after, "after_id") + 1
    if before is not None:
        end = _place(items, id_of, before, "before_id")
        start = max(0, end - limit)
        more = start > 0
    else:
        more = end - start > limit
    chosen = items[start : min(end, start + limit)]
    ids = [id_of(item) for item in chosen]
    return {
        "data": [show(item) for item in chosen],
        "has_more": more,
        "first_id": ids[0] if ids else None,
        "last_id": ids[-1] if ids else None,
    }


def _place(items: Sequence[T], id_of: Callable[[T], str], wanted: str, name: str) -> int:
    for place, item in enumerate(items):
        if id_of(item) == wanted:
            return place
    raise invalid(f"{name}: No item with id {wanted[:100]!r} was found")
