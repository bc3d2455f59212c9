"""Headers and parameters that callers lay over those of a client, and how they come together in a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import CellType
from typing import Any
from urllib.parse import quote

from tercet.wire.http import REDACTED, Headers, checked_headers, is_secret
from tercet.wire.requests.sentinels import NotGiven, Omit

PLAIN = frozenset({str, int, bool, float, type(None)})
JSON_WORDS = {True: "true", False: "false"}


class Overrides(Mapping[str, Any]):
    """Headers or parameters as the caller gave them, `omit` among them. Printed without their values, since any of them may
    be a credential; pickled without those that look like one."""

    __slots__ = ("_held",)

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._held = CellType(dict(given))

    @property
    def given(self) -> dict[str, Any]:
        """All of it, as it was given."""
        held: dict[str, Any] = self._held.cell_contents
        return held

    def __getitem__(self, name: str) -> Any:
        return self._held.cell_contents[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held.cell_contents)

    def __len__(self) -> int:
        return len(self._held.cell_contents)

    def public(self) -> dict[str, Any]:
        """Return those that do not look like a credential, as plain values."""
        return {name: value for name, value in self.items() if not is_secret(name, str(value))}

    def __repr__(self) -> str:
        return repr({name: value if isinstance(value, Omit) else REDACTED for name, value in self.items()})

    def __reduce__(self) -> Any:
        return Overrides, (self.public(),)


NO_OVERRIDES = Overrides({})


def merge_headers(base: Headers, extra: Mapping[str, Any]) -> Headers:
    """Return `extra` laid over `base`, names compared without case; `omit` takes a header away."""
    if not extra:
        return base
    new = checked_headers(
        {
            name: value
            for name, value in extra.items()
            if not isinstance(name, str) or not isinstance(value, Omit | NotGiven)
        }
    )
    names = {name.lower() for name in extra}
    kept = [pair for pair in base.multi_items() if pair[0].lower() not in names]
    return Headers([*kept, *new.multi_items()])


def query_string(*queries: Mapping[str, object]) -> str:
    """Return `?a=1&ids[]=x` for the given mappings, later ones over earlier; empty if there is nothing."""
    laid = {name: value for query in queries for name, value in query.items()}
    if any(type(value) not in PLAIN for value in laid.values()):
        from tercet.wire.requests.plain_values import plain_value

        laid = plain_value(laid, "", name="query", paths_as_text=True)
    pairs = [pair for name, value in laid.items() for pair in _pairs(name, value)]
    return "?" + "&".join(f"{quoted(name, name, '[]')}={quoted(name, value)}" for name, value in pairs) if pairs else ""


def _pairs(name: str, value: object) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in _pairs(f"{name}[{key}]", item)]
    if isinstance(value, list):
        return [pair for item in value for pair in _pairs(f"{name}[]", item)]
    return [(name, JSON_WORDS[value] if isinstance(value, bool) else str(value))]


def quoted(name: str, value: str, safe: str = "") -> str:
    """Return a text as it stands in a URL. Raises ValueError for one that is no Unicode text."""
    try:
        return quote(value, safe=safe)
    except UnicodeEncodeError:
        raise ValueError(f"{name!a} must be Unicode text, and holds a lone surrogate") from None
