"""Which calls of a streamed answer may run before it is whole: those that the model has moved on from. Pure.

The end of a call's block is not enough, since an answer that is cut off ends its last block, too.
"""

from __future__ import annotations

from typing import Any


class EagerCalls:
    """Follows the events of one answer. `track` names the call that may run now."""

    def __init__(self) -> None:
        self._ended: list[Any] = []
        self._held: set[str] = set()
        self._last_ended: int | None = None
        self._fallback = False
        """Whether the API handed the answer to another model: the call before may be a part only."""

    def hold(self, call: Any) -> None:
        """Leave a call, or the id of one, until the answer was handled."""
        self._held.add(call if isinstance(call, str) else call.id)

    def held(self) -> list[Any]:
        """The calls that are held, as far as they have come whole."""
        return [call for call in self._ended if call.id in self._held]

    def track(self, event: Any) -> tuple[int, Any] | None:
        """The number and the block of the call that this event shows to be whole; None if there is none to run."""
        kind = event.get("type")
        if kind == "content_block_stop" and event.content_block.type == "tool_use":
            self._last_ended = None if self._fallback else len(self._ended)
            self._ended.append(event.content_block)
            return None
        if kind == "content_block_start" and event.content_block.type == "fallback":
            self._fallback, self._last_ended = True, None
        moved_on = kind == "content_block_start" or (kind == "message_delta" and event.delta.stop_reason == "tool_use")
        if not moved_on or self._last_ended is None:
            return None
        number, self._last_ended = self._last_ended, None
        call = self._ended[number]
        return None if call.id in self._held else (number, call)
