# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.aws`."""

from tercet.client.platforms.signed_api import (
    AnthropicAWS as AnthropicAWS,
    AsyncAnthropicAWS as AsyncAnthropicAWS,
)

__all__ = [
    "AnthropicAWS",
    "AsyncAnthropicAWS",
]
