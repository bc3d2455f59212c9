"""The history at the API (beta features): conversations that it keeps (`thread`), and those that it summarizes (`compaction`).
Makes requests, sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tercet.wire.responses.message import Message

BETA = "message-threads-2026-08-12"
CREATED_WITH = ("system", "tools")
"""Arguments that the API takes from the request that created the thread, and nowhere else."""
SHAPE_ONLY = ("context_management", "stop_sequences", "output_format")
"""Arguments that shape a reply. A compaction has none, so the API refuses them."""


class ServerThread:
    """`base` is how the thread begins; from then on each request names the last answer and sends what came after it."""

    def __init__(self, base: Mapping[str, Any]) -> None:
        self.base = dict(base)
        self._held: Sequence[Any] | None = None
        self._last_id = ""

    @classmethod
    def of(cls, thread: Any) -> ServerThread:
        """Return the thread that an argument `thread` asks for: True for a new one, a dict as the API has it."""
        return cls({"type": "create"} if thread is True else thread)

    def request(self, arguments: Mapping[str, Any], messages: Sequence[Any]) -> dict[str, Any]:
        """Return the arguments of the next request. A history that was rewritten, or has nothing new, is sent whole again."""
        held = self._held
        if held is None or len(messages) <= len(held) or list(messages[: len(held)]) != list(held):
            return self.whole(arguments, messages)
        kept = {name: value for name, value in arguments.items() if name not in CREATED_WITH}
        thread = {"type": "continue", "previous_message_id": self._last_id}
        return _with_beta({**kept, "thread": thread, "messages": list(messages[len(held) :])})

    def whole(self, arguments: Mapping[str, Any], messages: Sequence[Any]) -> dict[str, Any]:
        """Return the arguments of a request that begins the thread anew."""
        return _with_beta({**arguments, "thread": self.base, "messages": list(messages)})

    def keep(self, messages: Sequence[Any], message: Message) -> None:
        """Remember what the API holds now. It keeps no turn that was refused or that a fallback model wrote."""
        iterations = message.usage.get("iterations") or ()
        kept = message.stop_reason != "refusal" and not any(
            part.get("type") == "fallback_message" for part in iterations
        )
        self._held, self._last_id = (list(messages), message.id) if kept else (None, "")


def _with_beta(arguments: dict[str, Any]) -> dict[str, Any]:
    betas = list(arguments.get("betas") or ())
    return {**arguments, "betas": betas if BETA in betas else [*betas, BETA]}


# --- compaction -------------------------------------------------------------------------------------------------------


def for_compaction(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments without what cannot go with `compaction`."""
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
