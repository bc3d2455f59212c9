"""The request that is being validated, and its circumstances. Refusals go through here: refused, or let pass with a warning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tercet.catalog.facts import ModelFacts
from tercet.server.errors import invalid
from tercet.server.stores.thinking_bindings import ThinkingBindings
from tercet.server.validation.error_texts import TEXTS, text


@dataclass(slots=True)
class ValidationContext:
    """One request under examination. `facts` is None for models that the catalog does not know."""

    request: dict[str, Any]
    model: str = ""
    facts: ModelFacts | None = None
    version: str = "2023-06-01"
    betas: frozenset[str] = frozenset()
    strict: bool = False
    strict_roles: bool = False
    counting: bool = False
    """For count_tokens: `max_tokens` and what only matters for sampling is not needed."""
    batch: bool = False
    size: int = 1 << 30
    """Bytes of the request's JSON, to know cheaply that it is short."""
    verify: Callable[[dict[str, Any]], bool] | None = None
    """Whether a thinking block is one that this server gave out."""
    bindings: ThinkingBindings | None = None
    """Which conversations thinking blocks belong to, where that is checked."""
    warnings: list[str] = field(default_factory=list)

    is_text: bool = False
    """Whether all messages are plain strings, once that was looked at."""

    def refuse(self, row: str, **values: Any) -> None:
        """Raise the row's 400, unless this server lets it pass: then the text becomes a warning."""
        when = TEXTS[row].when
        if when == "always" or (when == "strict" and self.strict) or (when == "roles" and self.strict_roles):
            raise invalid(text(row, **values))
        if when == "strict":
            self.warnings.append(text(row, **values))

    def part(self, name: str) -> dict[str, Any]:
        """Return an object of the request, checked to be one before; empty if absent or null."""
        return self.request.get(name) or {}
