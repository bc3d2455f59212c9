"""One request for a message with its circumstances, as every route, platform and batch hands it to the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tercet.server.access import Caller
from tercet.server.service.fallback_credit import Credit
from tercet.server.service.responder import Responder

IMAGE_SIZE, DOCUMENT_SIZE = 10_000, 1_000_000
"""Bytes of text that an image or document may be worth: more than its tokens can come to."""
Json = dict[str, Any]


@dataclass(slots=True)
class MessageRequest:
    """One request with its circumstances. `platform` is the part of ids that tells Bedrock and Vertex apart."""

    request: Any
    caller: Caller
    headers: Mapping[str, str] = field(default_factory=dict)
    size: int = 1 << 30
    platform: str = ""
    batch: bool = False
    counting: bool = False
    model: str = ""
    """The model that answers, once it is known."""
    warnings: list[str] = field(default_factory=list)
    answerer: Responder | None = None
    """Who answers this request alone."""
    credit: Credit | None = None
    """What the token of an earlier refusal is worth."""
    transformed: list[Json] | None = None
    """What was changed of the request before it was answered; None where the response does not tell."""


def content_size(body: bytes) -> int:
    """Return how many bytes of text a body may be worth, at most."""
    return len(body) + IMAGE_SIZE * body.count(b'"image"') + DOCUMENT_SIZE * body.count(b'"document"')
