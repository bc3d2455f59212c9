# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.foundry`."""

from tercet.client.platforms.foundry import (
    AnthropicFoundry as AnthropicFoundry,
    AsyncAnthropicFoundry as AsyncAnthropicFoundry,
)

__all__ = [
    "AnthropicFoundry",
    "AsyncAnthropicFoundry",
]
