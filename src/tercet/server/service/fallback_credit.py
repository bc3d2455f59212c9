"""Fallback credit (beta): a refusal carries a token, and the retry that presents it reads the refused model's cache.

Tokens are sealed and hold all that is known of them; the server keeps nothing. Refusals here have no partial content, so
that the unchanged request is the only form in which a token is redeemed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from tercet.catalog import models
from tercet.server.access import Caller
from tercet.server.service.fallbacks import permitted
from tercet.server.validation.fields import refusal

SEALED_BY = b"tercet local fallback credit, version 1"
SEAL_BYTES = 16
LIFETIME_SECONDS = 300
BETAS = ("fallback-credit-", "server-side-fallback-")
"""How the betas begin that bring tokens; they need not be the same on the retry, all others must."""
MATCHED = (
    "system", "messages", "tools", "tool_choice", "thinking", "cache_control", "output_config", "mcp_servers",
    "context_management", "container",
)  # fmt: skip
"""Fields that must be the same on the retry."""
PROBLEMS = {
    "expired": "the token has expired; retry without it",
    "wrong_platform": "the token was issued on another platform",
    "wrong_organization": "the token was issued to another organization",
    "invalid_target_model": "the model is not one that the refused model may fall back to",
    "continuation_excluded": "this refusal cannot be continued; resend the refused request body unchanged",
    "body_mismatch": "the request body for redemption does not match the refused request",
}
"""Reason -> what is said of it where a failing token is an error. The reasons are the API's, the words ours."""
Json = dict[str, Any]


class Sealed(msgspec.Struct, array_like=True):
    """The content of a token."""

    issued: float
    key: str
    platform: str
    model: str
    body: bytes
    cached: int
    """Tokens of the prompt that the refused model had in its cache."""


@dataclass(frozen=True, slots=True)
class Credit:
    """The fate of a token that was presented."""

    cached: int = 0
    reason: str | None = None
    """Why it is not applied."""

    def apply(self, usage: Json) -> None:
        """Bill as read what the retry wrote to its cache, as far as the refused model had it, and tell the outcome."""
        if self.reason is not None:
            usage["fallback_credit"] = {"status": {"type": "not_applied", "reason": self.reason}}
            return
        moved = min(self.cached, usage["cache_creation_input_tokens"])
        usage["cache_creation_input_tokens"] -= moved
        usage["cache_read_input_tokens"] += moved
        written = dict(usage["cache_creation"])
        for name in ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"):
            part = min(moved, written[name])
            written[name], moved = written[name] - part, moved - part
        usage["cache_creation"] = written
        usage["fallback_credit"] = {"status": {"type": "redeemed"}}


def asked_for(betas: frozenset[str]) -> bool:
    """Return whether refusals shall bring a token."""
    return any(beta.startswith(BETAS) for beta in betas)


def offered(request: Json, details: Json, caller: Caller, platform: str, cached: int, now: datetime) -> Json:
    """Return a refusal's `stop_details` with a token, or with none where the model's refusals bring none. `cached` is
    what the
    model had in its cache of the request."""
    if permitted(models.find(request["model"])) == []:
        return {**details, "fallback_credit_token": None, "fallback_has_prefill_claim": None}
    body = _digest(request, request["messages"], caller)
    token = _sealed(Sealed(now.timestamp(), caller.key, platform, request["model"], body, cached))
    return {**details, "fallback_credit_token": token, "fallback_has_prefill_claim": False}


def presented(request: Json, caller: Caller, platform: str, now: datetime) -> Credit:
    """Return what the token of a request is worth. Raises 400 for a malformed one, and for a failing one unless
    `best_effort`."""
    given = request["fallback_credit_token"]
    token, mode = (given, None) if isinstance(given, str) else (given.get("token"), given.get("mode"))
    if mode not in (None, "strict", "best_effort"):
        raise refusal("literal", path="fallback_credit_token.mode", expected="'strict' or 'best_effort'")
    if request.get("fallbacks"):
        raise refusal("credit_with_fallbacks")
    found = _opened(token)
    if found is None:
        raise refusal("credit_malformed")
    reason = _failing(found, request, caller, platform, now)
    if reason is not None and mode != "best_effort":
        raise refusal("credit", problem=PROBLEMS[reason])
    return Credit(found.cached, reason)


def _failing(found: Sealed, request: Json, caller: Caller, platform: str, now: datetime) -> str | None:
    targets = permitted(models.find(found.model))
    messages = request["messages"]
    if not 0 <= now.timestamp() - found.issued <= LIFETIME_SECONDS:
        return "expired"
    if found.platform != platform:
        return "wrong_platform"
    if found.key != caller.key:
        return "wrong_organization"
    if request["model"] == found.model or (targets and request["model"] not in targets):
        return "invalid_target_model"
    if hmac.compare_digest(found.body, _digest(request, messages, caller)):
        return None
    is_continued = len(messages) > 1 and messages[-1]["role"] == "assistant"
    if is_continued and hmac.compare_digest(found.body, _digest(request, messages[:-1], caller)):
        return "continuation_excluded"
    return "body_mismatch"


def _digest(request: Mapping[str, Any], messages: list[Json], caller: Caller) -> bytes:
    """Return what must be the same on both requests, betas included."""
    matched = {**{name: request.get(name) for name in MATCHED}, "messages": messages}
    betas = sorted(beta for beta in caller.betas if not beta.startswith(BETAS))
    return blake2b(msgspec.json.encode((matched, betas), order="sorted"), digest_size=16).digest()


def _sealed(content: Sealed) -> str:
    data = msgspec.msgpack.encode(content)
    return base64.urlsafe_b64encode(_seal(data) + data).decode()


def _opened(token: Any) -> Sealed | None:
    """Return what a token holds; None for one that is not of this server's making."""
    if not isinstance(token, str):
        return None
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        if not hmac.compare_digest(raw[:SEAL_BYTES], _seal(raw[SEAL_BYTES:])):
            return None
        return msgspec.msgpack.decode(raw[SEAL_BYTES:], type=Sealed)
    except (UnicodeEncodeError, binascii.Error, msgspec.DecodeError):
        return None


def _seal(data: bytes) -> bytes:
    return blake2b(data, key=SEALED_BY, digest_size=SEAL_BYTES).digest()
