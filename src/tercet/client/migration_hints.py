"""Names that programs of 2023 and 2024 ask a client for and no version of today has: what to write instead, as data."""

from __future__ import annotations

HUMAN_PROMPT, AI_PROMPT = "\n\nHuman:", "\n\nAssistant:"
"""Parts of a prompt for text completions. Programs that still build one learn at `client.completions` what to do."""

_MESSAGES = "client.messages.create(model=..., max_tokens=..., messages=[{'role': 'user', 'content': ...}])"
_COMPLETIONS = f"text completions are gone from the API; write {_MESSAGES}, without HUMAN_PROMPT and AI_PROMPT"
_HTTP = "pass http_client=tercet.DefaultHttpxClient({}) (DefaultAsyncHttpxClient for the async client)"
_ENDPOINT = "it has no methods of its own here; client.get(), client.post() and their kin reach the endpoint {}"

ATTRIBUTES: dict[str, str] = {
    **dict.fromkeys(
        ("completions", "completion", "acompletion", "completion_stream", "acompletion_stream"), _COMPLETIONS
    ),
    **dict.fromkeys(
        ("get_tokenizer", "tokenizer"), "client.messages.count_tokens() asks the API; client.count_tokens(text) too"
    ),
    "organization": _ENDPOINT.format("/v1/organizations"),
    "skills": _ENDPOINT.format("/v1/skills"),
    "user_profiles": _ENDPOINT.format("/v1/user_profiles"),
}
"""Attribute of a client -> what to write instead."""

BETA_ATTRIBUTES: dict[str, str] = {
    name: _ENDPOINT.format(f"/v1/{name}?beta=true")
    for name in (
        "agents",
        "deployments",
        "dreams",
        "environments",
        "memory_stores",
        "sessions",
        "skills",
        "tunnels",
        "user_profiles",
        "vaults",
        "webhooks",
    )
} | {"compliance": _ENDPOINT.format("/v1/compliance/review?beta=true")}
"""Attribute of `client.beta` -> what to write instead."""

ARGUMENTS: dict[str, str] = {
    "proxies": _HTTP.format("proxy='http://...'"),
    "transport": _HTTP.format("transport=..."),
    "connection_pool_limits": _HTTP.format("limits=..."),
    "custom_auth": "pass auth_token=, or the header itself in default_headers=",
}
"""Argument of a constructor -> what to write instead."""


def missing_attribute(owner: object, name: str, instead: dict[str, str]) -> AttributeError:
    """Return the error for an attribute that is not there; says what to write, if we know what was meant."""
    text = f"{type(owner).__name__!r} object has no attribute {name!r}"
    return AttributeError(f"{text}: {instead[name]}" if name in instead else text, name=name, obj=owner)
