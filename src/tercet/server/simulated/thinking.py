"""Thinking blocks: when to think, what is thought, how it is shown, and signatures that verify.

A signature is an HMAC over the shown text with a fixed local key: it proves that a block is unchanged and ours,
and protects no secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from tercet.server.accounting.tokens import count_text, first_tokens
from tercet.server.service.model_facts import served
from tercet.server.simulated.conversation import Block, RequestView

KEY = b"tercet local thinking signatures, version 1"
PREFIX = base64.b64decode("EqQBCgIYAhIM")
NONCE = 12
REDACTED_WORDS = ("ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING", "TERCET_REDACT_THINKING")
"""A user text with one of these makes the thinking come redacted."""
DEPTH = {"low": 1, "medium": 2, "high": 3, "xhigh": 4, "max": 5}


def sign(text: str, secret: str = "") -> str:
    """Return a signature over the shown text; `secret` is what was thought, of which only a digest goes in."""
    nonce = hashlib.sha256(f"{secret}\0{text}".encode("utf-8", "surrogatepass")).digest()[:NONCE]
    return base64.b64encode(PREFIX + nonce + _code(nonce, text)).decode()


def _code(nonce: bytes, text: str) -> bytes:
    return hmac.new(KEY, nonce + text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def verify(block: Mapping[str, Any]) -> bool:
    """Return whether a thinking or redacted_thinking block came from the simulated model and is unchanged."""
    redacted = block.get("type") == "redacted_thinking"
    sealed, text = (block.get("data"), "redacted") if redacted else (block.get("signature"), block.get("thinking"))
    if not isinstance(sealed, str) or not isinstance(text, str):
        return False
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        return False
    nonce = raw[len(PREFIX) : len(PREFIX) + NONCE]
    return raw.startswith(PREFIX) and hmac.compare_digest(raw[len(PREFIX) + NONCE :], _code(nonce, text))


def think(conversation: RequestView, content: list[Block]) -> tuple[Block, int]:
    """Return the thinking block and the tokens thought, within the budget."""
    setting = conversation.request.get("thinking") or {}
    thought = _thought(conversation, content)
    budget = setting.get("budget_tokens")
    if isinstance(budget, int):
        thought = first_tokens(thought, budget, conversation.model)
    tokens = count_text(thought, conversation.model)
    if any(word in conversation.question for word in REDACTED_WORDS):
        return {"type": "redacted_thinking", "data": sign("redacted", thought)}, tokens
    return shown(thought, omitted=_omitted(conversation)), tokens


def shown(thought: str, *, omitted: bool) -> Block:
    """Return a thought as a block: its text, or an empty one that still carries its signature."""
    text = "" if omitted else thought
    return {"type": "thinking", "thinking": text, "signature": sign(text, thought)}


def _omitted(conversation: RequestView) -> bool:
    display = (conversation.request.get("thinking") or {}).get("display")
    return display == "omitted" if display else not served(conversation.model).shows_thinking


def _thought(conversation: RequestView, content: list[Block]) -> str:
    question = " ".join(conversation.question.split())
    steps = [
        f'(Simulated thinking.) The user asks: "{question[:300]}".',
        f"The conversation has {len(conversation.turns)} turns; {_material(conversation)}.",
        _plan(content),
        "I check that this rests only on what I was sent, and on small tables of my own.",
        "I state it plainly and mark what I cannot know.",
    ]
    effort = (conversation.request.get("output_config") or {}).get("effort") or "high"
    return "\n".join(steps[: max(1, DEPTH.get(effort, 3))])


def _material(conversation: RequestView) -> str:
    counts = {
        "tool results": len(conversation.results),
        "tools": len(conversation.tools) + len(conversation.server_tools),
        "images": len(conversation.images),
        "documents": len(conversation.documents),
    }
    found = [f"{count} {name}" for name, count in counts.items() if count]
    return "it brings " + ", ".join(found) if found else "it brings text alone"


def _plan(content: list[Block]) -> str:
    calls = [str(block["name"]) for block in content if block.get("type") == "tool_use"]
    if calls:
        return f"The best step is to call {', '.join(calls)}."
    text = next((str(block["text"]) for block in content if block.get("type") == "text"), "")
    return f"So I would answer: {' '.join(text.split())[:200]}"
