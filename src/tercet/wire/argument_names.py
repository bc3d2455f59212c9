"""The names of the arguments of `messages.create` and its siblings, as plain sets.

The TypedDicts of `params/messages.py` say the same with types, and cost 20 ms to import; these cost nothing.
"""

from __future__ import annotations

OPTIONS = frozenset({"extra_headers", "extra_query", "extra_body", "timeout"})
LIMITS = frozenset({"deadline", "max_retries"})

PROMPT = frozenset(
    {
        "cache_control",
        "messages",
        "model",
        "output_config",
        "speed",
        "system",
        "thinking",
        "tool_choice",
        "tools",
        "user_profile_id",
        "workspace_id",
    }
)
MESSAGE = PROMPT | {
    "container",
    "diagnostics",
    "inference_geo",
    "max_tokens",
    "metadata",
    "service_tier",
    "stop_sequences",
    "temperature",
    "top_k",
    "top_p",
}
BETA_PROMPT = PROMPT | {"betas", "billing_policy", "compaction", "context_management", "mcp_servers"}
BETA_MESSAGE = MESSAGE | BETA_PROMPT | {"fallback_credit_token", "fallbacks", "thread"}

CREATE = MESSAGE | OPTIONS | LIMITS | {"fallbacks"}
COUNT_TOKENS = PROMPT | OPTIONS | LIMITS
BETA_CREATE = BETA_MESSAGE | OPTIONS | LIMITS
BETA_COUNT_TOKENS = BETA_PROMPT | OPTIONS | LIMITS

REQUIRED = frozenset({"model", "max_tokens", "messages"})
COUNT_TOKENS_REQUIRED = frozenset({"model", "messages"})
