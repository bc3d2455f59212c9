"""`/v1/models`: what the catalog knows, as ModelInfo objects. Reads the catalog, holds no facts of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tercet.catalog import models
from tercet.catalog.facts import EFFORTS, Features, ModelFacts
from tercet.server.access import Caller, caller
from tercet.server.endpoints.lists import page, several
from tercet.server.errors import invalid, not_found
from tercet.server.exchange import PlainResponse, ServerExchange, json_response
from tercet.server.service.fallbacks import BETA, permitted
from tercet.server.state import State

LIFECYCLES = ("active", "deprecated", "retired")
UNKNOWN_DAY = date(1970, 1, 1)
"""Shown as `created_at` of models whose day is not established, as the API does."""


async def listed(state: State, exchange: ServerExchange) -> PlainResponse:
    """`GET /v1/models`: newest first. Retired ones only when `lifecycle[]` asks for them."""
    shown = _shown_to(caller(exchange, state.settings))
    wanted = several(exchange, "lifecycle") or ["active", "deprecated"]
    for value in wanted:
        if value not in LIFECYCLES:
            raise invalid("lifecycle.0: Input should be 'active', 'deprecated' or 'retired'")
    today = state.settings.now().date()
    chosen = [facts for facts in models.all_models() if facts.lifecycle.on(today) in wanted]
    chosen.sort(key=lambda facts: facts.released or UNKNOWN_DAY, reverse=True)
    return json_response(page(exchange, chosen, lambda facts: facts.id, lambda facts: shown(facts, today)))


async def retrieve(state: State, exchange: ServerExchange, model_id: str) -> PlainResponse:
    """`GET /v1/models/{id}`: an id or an alias."""
    shown = _shown_to(caller(exchange, state.settings))
    facts = models.exact(model_id) if state.settings.strict else models.find(model_id)
    if facts is None:
        raise not_found(f"model: {model_id[:200]}")
    return json_response(shown(facts, state.settings.now().date()))


def _shown_to(who: Caller) -> Callable[[ModelFacts, date], dict[str, Any]]:
    """Return how models are shown: with their fallbacks, where the beta asks for them."""
    return _with_fallbacks if any(beta.startswith(BETA) for beta in who.betas) else model_info


def _with_fallbacks(facts: ModelFacts, today: date) -> dict[str, Any]:
    targets = permitted(facts)
    shown = model_info(facts, today)
    return shown if targets is None else {**shown, "allowed_fallback_models": targets}


def model_info(facts: ModelFacts, today: date) -> dict[str, Any]:
    """Return one model as the API shows it."""
    lifecycle = facts.lifecycle
    return {
        "type": "model",
        "id": facts.id,
        "display_name": facts.name or facts.id,
        "created_at": _day(facts.released or UNKNOWN_DAY),
        "lifecycle": lifecycle.on(today),
        "line": facts.line,
        "deprecated_at": _day(lifecycle.deprecated),
        "retires_at": _day(lifecycle.retires),
        "max_input_tokens": facts.limits.context,
        "max_tokens": facts.limits.output,
        "capabilities": capabilities(facts) if _established(facts) else None,
    }


def _day(day: date | None) -> str | None:
    return f"{day.isoformat()}T00:00:00Z" if day is not None else None


def _established(facts: ModelFacts) -> bool:
    """Return whether anything is known of what the model can do."""
    return facts.thinking is not None or facts.effort is not None or facts.features != Features()


def _supported(known: bool | None) -> dict[str, Any]:
    return {"supported": known is not False}


def capabilities(facts: ModelFacts) -> dict[str, Any]:
    """Return what the model can do, in the API's tree. What is not established counts as possible."""
    features, thinking, effort = facts.features, facts.thinking, facts.effort
    levels = effort.levels if effort is not None else ()
    kinds = thinking.accepts if thinking is not None else ()
    return {
        "batch": {"supported": True},
        "citations": {"supported": True},
        "code_execution": _supported(features.tools),
        "image_input": _supported(features.images),
        "pdf_input": _supported(features.pdfs),
        "structured_outputs": _supported(features.structured_outputs),
        "context_management": {
            "supported": features.context_editing is not False,
            "clear_thinking_20251015": _supported(features.context_editing),
            "clear_tool_uses_20250919": _supported(features.context_editing),
            "compact_20260112": _supported(features.compaction),
        },
        "effort": {"supported": bool(levels), **{level: {"supported": level in levels} for level in EFFORTS}},
        "server_tools": {
            "supported": features.tools is not False,
            "web_search": _supported(features.tools),
            "code_execution": _supported(features.tools),
        },
        "thinking": {
            "supported": bool(kinds),
            "types": {
                kind: {"supported": kind in kinds} for kind in ("adaptive", "between_tools", "disabled", "enabled")
            },
        },
    }
