"""Made by tools/generate.py, which says from what. Change that, and run `make generate`.

The names of the arguments of `messages.create` and its siblings, as plain sets.

The TypedDicts of `params/messages.py` say the same with types, and cost 20 ms to import; these cost nothing.
"""

from __future__ import annotations

OPTIONS = frozenset(
    {
        "extra_body", "extra_headers", "extra_query", "timeout"
    }
)
LIMITS = frozenset(
    {
        "deadline", "max_retries"
    }
)
MESSAGE = frozenset(
    {
        "cache_control", "container", "diagnostics", "inference_geo", "max_tokens", "messages", "metadata", "model",
        "output_config", "service_tier", "speed", "stop_sequences", "system", "temperature", "thinking", "tool_choice",
        "tools", "top_k", "top_p", "user_profile_id", "workspace_id"
    }
)
BETA_MESSAGE = frozenset(
    {
        "betas", "billing_policy", "cache_control", "compaction", "container", "context_management", "diagnostics",
        "fallback_credit_token", "fallbacks", "inference_geo", "max_tokens", "mcp_servers", "messages", "metadata", "model",
        "output_config", "service_tier", "speed", "stop_sequences", "system", "temperature", "thinking", "thread",
        "tool_choice", "tools", "top_k", "top_p", "user_profile_id", "workspace_id"
    }
)
CREATE = frozenset(
    {
        "cache_control", "container", "deadline", "diagnostics", "extra_body", "extra_headers", "extra_query", "fallbacks",
        "inference_geo", "max_retries", "max_tokens", "messages", "metadata", "model", "output_config", "service_tier",
        "speed", "stop_sequences", "system", "temperature", "thinking", "timeout", "tool_choice", "tools", "top_k", "top_p",
        "user_profile_id", "workspace_id"
    }
)
COUNT_TOKENS = frozenset(
    {
        "cache_control", "deadline", "extra_body", "extra_headers", "extra_query", "max_retries", "messages", "model",
        "output_config", "output_format", "speed", "system", "thinking", "timeout", "tool_choice", "tools",
        "user_profile_id", "workspace_id"
    }
)
BETA_CREATE = frozenset(
    {
        "betas", "billing_policy", "cache_control", "compaction", "container", "context_management", "deadline",
        "diagnostics", "extra_body", "extra_headers", "extra_query", "fallback_credit_token", "fallbacks", "inference_geo",
        "max_retries", "max_tokens", "mcp_servers", "messages", "metadata", "model", "output_config", "service_tier",
        "speed", "stop_sequences", "system", "temperature", "thinking", "thread", "timeout", "tool_choice", "tools",
        "top_k", "top_p", "user_profile_id", "workspace_id"
    }
)
BETA_COUNT_TOKENS = frozenset(
    {
        "betas", "billing_policy", "cache_control", "compaction", "context_management", "deadline", "extra_body",
        "extra_headers", "extra_query", "max_retries", "mcp_servers", "messages", "model", "output_config", "output_format",
        "speed", "system", "thinking", "timeout", "tool_choice", "tools", "user_profile_id", "workspace_id"
    }
)
REQUIRED = frozenset(
    {
        "max_tokens", "messages", "model"
    }
)
COUNT_TOKENS_REQUIRED = frozenset(
    {
        "messages", "model"
    }
)
