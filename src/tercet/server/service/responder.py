"""The interface of responders, between the protocol (routes, validation, streaming) and what produces the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(slots=True)
class Answer:
    """A model's answer to one request: finished content blocks as they stand in `Message.content`, and why it stopped.

    The protocol side cuts the same blocks into stream events, so that streamed and plain answers are equal.
    `output_tokens` includes `thinking_tokens`.
    """

    content: list[dict[str, Any]]
    stop_reason: str
    output_tokens: int
    stop_sequence: str | None = None
    thinking_tokens: int = 0
    stop_details: dict[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """More top-level fields of the message, such as `container` or `context_management`."""
    usage: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `usage` that are told as they stand here, whatever was counted."""
    input_tokens: int | None = None
    """What `count_request` says of the request as the model saw it, where it was asked already; nobody asks again."""


class Responder(Protocol):
    """The simulated model, a script, a recording or an upstream. Must be deterministic for equal requests, and is
    called only with requests that passed validation. `headers` have lower-case names and no credentials."""

    def answer(self, request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer: ...
