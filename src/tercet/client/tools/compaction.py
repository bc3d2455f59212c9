"""The request that compacts a conversation (beta `compact-2026-09-04`), and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tercet.wire.messages import Message

SHAPE_ONLY = ("context_management", "stop_sequences", "output_format")
"""Arguments that shape a reply. A compaction has none, so the API refuses them."""


def for_compaction(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without what cannot go with `compaction`."""
    kept = {name: value for name, value in arguments.items() if name not in SHAPE_ONLY}
    if (kept.get("tool_choice") or {}).get("type") in ("any", "tool"):
        del kept["tool_choice"]
    if kept.get("output_config"):
        kept["output_config"] = _without_format(kept["output_config"])
    if isinstance(kept.get("fallbacks"), list | tuple):
        kept["fallbacks"] = [_fallback_without_format(fallback) for fallback in kept["fallbacks"]]
    return kept


def _without_format(config: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name != "format"}


def _fallback_without_format(fallback: Any) -> Any:
    if isinstance(fallback, Mapping) and fallback.get("output_config"):
        return {**fallback, "output_config": _without_format(fallback["output_config"])}
    return fallback


def check_can_compact(arguments: Mapping[str, Any]) -> None:
    """Raise ValueError where the request after the compaction would be refused: two ways to compact do not mix."""
    edits = (arguments.get("context_management") or {}).get("edits") or ()
    if any(str(edit.get("type")).startswith("compact_") for edit in edits):
        raise ValueError(
            "compact_before_next_turn() does not go with an edit in context_management that compacts, too; "
            "remove the edit first"
        )


def holds_summary(message: Message) -> bool:
    """Whether a compaction gave something to go on from."""
    return any(block.get("type") == "compaction" and block.get("content") for block in message["content"])
