"""A list of the API, described: everything that the calls for its pages share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tercet.client.call import Call, make_call
from tercet.client.overrides import Overrides
from tercet.client.resources.arguments import extra_body, parse_call
from tercet.client.resources.pages import AnyPage, page_reader
from tercet.wire.model import Model

PAGE_NAMES = frozenset({"limit", "after_id", "before_id"})


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: where it is, which of its items are asked for, and how."""

    path: str
    item: type[Model]
    page: type[AnyPage[Any]]
    query: Mapping[str, Any]
    headers: Mapping[str, Any]
    options: Mapping[str, Any]

    def call(self, send: Callable[[Call[Any]], Any]) -> Call[Any]:
        """GET the page that `query` names. It asks for its successors through `send`."""

        def ask(query: Mapping[str, Any]) -> Any:
            return send(replace(self, query=query).call(send))

        read = page_reader(self.page, self.item, self.query, ask)
        return make_call(
            "GET", self.path, read, query=self.query, headers=self.headers, options=self.options, kind="free"
        )


def listing(
    path: str,
    item: type[Model],
    page: type[AnyPage[Any]],
    arguments: Mapping[str, Any],
    names: frozenset[str] = PAGE_NAMES,
    betas: Sequence[str] = (),
) -> Listing:
    """Return the list that these arguments of `list()` ask for."""
    parsed = parse_call(arguments, names, "list", betas)
    extra_body(parsed.options, "GET", "list")
    extra = parsed.options.pop("extra_query", None) or {}
    query = Overrides({**{name: parsed.params[name] for name in sorted(parsed.params)}, **extra})
    return Listing(path, item, page, query, parsed.headers, parsed.options)
