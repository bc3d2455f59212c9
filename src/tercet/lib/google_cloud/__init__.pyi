# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.google_cloud`."""

from tercet.client.platforms.google_cloud import (
    AnthropicGoogleCloud as AnthropicGoogleCloud,
    AsyncAnthropicGoogleCloud as AsyncAnthropicGoogleCloud,
)

__all__ = [
    "AnthropicGoogleCloud",
    "AsyncAnthropicGoogleCloud",
]
