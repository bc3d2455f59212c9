"""Names of beta features that real clients send and the official SDK does not list: how each is known, and as of when.

A table, to be held against what is seen. Marks as in the table of refusals: `✔` in the API's own documentation; `○` sent by
several independent programs; `~` seen in one. Names that the SDK lists stand in `wire/params/betas.py`.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

AS_OF = "2026-12-01"
"""The day on which the table was made."""
WELL_FORMED = re.compile(
    r"[a-z0-9]{1,40}(?:-[a-z0-9]{1,40}){0,12}-20[2-9]\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])"
)
"""The form of all names there have been: words and a day."""


class SeenBeta(NamedTuple):
    """One name, how well it is known, and where from."""

    name: str
    mark: Literal["✔", "○", "~"]
    seen: str


SEEN_BETAS = (
    SeenBeta("advanced-tool-use-2025-11-20", "✔", "documentation, Claude Code, AI SDK"),
    SeenBeta("afk-mode-2026-01-31", "○", "Claude Code"),
    SeenBeta("ccr-triggers-2026-01-30", "~", "Claude Code"),
    SeenBeta("claude-code-20250219", "○", "Claude Code"),
    SeenBeta("code-execution-2025-08-25", "✔", "documentation, AI SDK"),
    SeenBeta("context-hint-2026-04-09", "~", "Claude Code"),
    SeenBeta("effort-2025-11-24", "✔", "documentation, Claude Code, AI SDK"),
    SeenBeta("fallback-credit-2026-06-09", "✔", "documentation"),
    SeenBeta("fine-grained-tool-streaming-2025-05-14", "✔", "documentation, AI SDK"),
    SeenBeta("mid-conversation-system-2026-04-07", "○", "Claude Code"),
    SeenBeta("oauth-2025-04-20", "○", "Claude Code"),
    SeenBeta("oidc-federation-2026-04-01", "~", "Claude Code"),
    SeenBeta("prompt-caching-scope-2026-01-05", "○", "Claude Code"),
    SeenBeta("redact-thinking-2026-02-12", "○", "Claude Code"),
    SeenBeta("search-results-2025-06-09", "✔", "documentation"),
    SeenBeta("structured-outputs-2025-12-15", "○", "Claude Code"),
    SeenBeta("token-efficient-tools-2026-03-28", "~", "Claude Code"),
    SeenBeta("tool-examples-2025-10-29", "○", "Claude Code"),
    SeenBeta("tool-search-tool-2025-10-19", "✔", "documentation, Claude Code"),
    SeenBeta("web-fetch-2025-09-10", "✔", "documentation, AI SDK"),
    SeenBeta("web-search-2025-03-05", "○", "Claude Code, litellm"),
)
