"""Changes of a request before the model sees it (beta): thinking blocks of another conversation, dropped or told of.

System, tools and the messages before a block are checked. Models that may not read each other's thinking are not established, and there is one
organization here.
"""

from __future__ import annotations

from typing import Any

from tercet.catalog import models
from tercet.server.stores.thinking_bindings import THOUGHTS, ThinkingBindings, digests, head
from tercet.server.validation.thinking import BINDING_SINCE

BETA = "thinking-binding-controls-"
Json = dict[str, Any]


def asked_for(betas: frozenset[str]) -> bool:
    """Return whether the response shall tell."""
    return any(beta.startswith(BETA) for beta in betas)


def transformed(request: Json, bindings: ThinkingBindings) -> tuple[Json, list[Json]]:
    """Return the request as the model sees it, and one entry for each block that does not fit, in the request's
    order."""
    facts = models.find(request["model"])
    if facts is None or (facts.generation or "") < BINDING_SINCE:
        return request, []
    foreign = _foreign(request, bindings)
    binding = (request.get("thinking") or {}).get("block_binding") or {}
    if not foreign or binding.get("prefix_mismatch_behavior") != "drop_block":
        return request, [_entry("thinking_mismatch_allowed", place) for place in foreign]
    dropped = _with_following(request["messages"], foreign)
    messages = [kept for i, message in enumerate(request["messages"]) if (kept := _without(i, message, dropped))]
    return {**request, "messages": messages}, [_entry("thinking_dropped", place) for place in sorted(dropped)]


def _entry(kind: str, place: tuple[int, int]) -> Json:
    i, j = place
    return {"type": kind, "path": f"messages.{i}.content.{j}", "reason": "prefix_binding_mismatch"}


def _foreign(request: Json, bindings: ThinkingBindings) -> list[tuple[int, int]]:
    """Return where the blocks are that belong to another conversation."""
    messages = request["messages"]
    before = digests(messages, head=head(request))
    return [
        (i, j)
        for i, message in enumerate(messages)
        if message["role"] == "assistant" and type(message["content"]) is list
        for j, block in enumerate(message["content"])
        if block["type"] == "thinking" and not bindings.fits(block["signature"], before[i])
    ]


def _with_following(messages: list[Json], foreign: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return these and the thinking blocks right after them, which go with them."""
    found: set[tuple[int, int]] = set()
    for i, j in foreign:
        content = messages[i]["content"]
        while j < len(content) and content[j]["type"] in THOUGHTS:
            found.add((i, j))
            j += 1
    return found


def _without(i: int, message: Json, dropped: set[tuple[int, int]]) -> Json | None:
    """Return the message without its dropped blocks; None if nothing is left of it."""
    if type(message["content"]) is not list or not any(place[0] == i for place in dropped):
        return message
    content = [block for j, block in enumerate(message["content"]) if (i, j) not in dropped]
    return {**message, "content": content} if content else None
