"""A list of the API, described: everything that the calls for its pages share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tercet.client.call import Call, call_of
from tercet.client.nouns.arguments import asked, extra_body
from tercet.client.nouns.pages import AnyPage, bound_page
from tercet.client.settings import Overrides
from tercet.wire.model import Model

PAGE_NAMES = frozenset({"limit", "after_id", "before_id"})


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a list is, which of its items are asked for, and how."""

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

        read = bound_page(self.page, self.item, self.query, ask)
        return call_of(
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
    """The list that these arguments of `list()` ask for."""
    what = asked(arguments, names, "list", betas)
    extra_body(what.options, "GET", "list")
    extra = what.options.pop("extra_query", None) or {}
    query = Overrides({**{name: what.params[name] for name in sorted(what.params)}, **extra})
    return Listing(path, item, page, query, what.headers, what.options)
