"""A tool runner's conversation where the API keeps it (beta): which part it holds, and what is still to be sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tercet.wire.messages import Message

BETA = "message-threads-2026-08-12"
CREATED_WITH = ("system", "tools")
"""Arguments that the API takes from the request that created the thread, and nowhere else."""


class ServerThread:
    """`base` is how the thread begins; from then on each request names the last answer and sends what came after it."""

    def __init__(self, base: Mapping[str, Any]) -> None:
        self.base = dict(base)
        self._held: Sequence[Any] | None = None
        self._last_id = ""

    @classmethod
    def of(cls, thread: Any) -> ServerThread | None:
        """The thread that an argument `thread` asks for: True for a new one, a dict as the API has it, else none."""
        if not thread:
            return None
        return cls({"type": "create"} if thread is True else thread)

    def request(self, arguments: Mapping[str, Any], messages: Sequence[Any]) -> dict[str, Any]:
        """The arguments of the next request. A history that was rewritten, or has nothing new, is sent whole again."""
        held = self._held
        if held is None or len(messages) <= len(held) or list(messages[: len(held)]) != list(held):
            return self.whole(arguments, messages)
        kept = {name: value for name, value in arguments.items() if name not in CREATED_WITH}
        thread = {"type": "continue", "previous_message_id": self._last_id}
        return _with_beta({**kept, "thread": thread, "messages": list(messages[len(held) :])})

    def whole(self, arguments: Mapping[str, Any], messages: Sequence[Any]) -> dict[str, Any]:
        """The arguments of a request that begins the thread anew."""
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
