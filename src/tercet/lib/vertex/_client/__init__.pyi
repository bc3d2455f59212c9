# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.vertex._client`."""

from tercet.client.platforms.vertex import (
    AnthropicVertex as AnthropicVertex,
    AsyncAnthropicVertex as AsyncAnthropicVertex,
)

__all__ = [
    "AnthropicVertex",
    "AsyncAnthropicVertex",
]
