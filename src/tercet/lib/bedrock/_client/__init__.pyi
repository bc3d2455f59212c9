# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.bedrock._client`."""

from tercet.client.platforms.bedrock import (
    AnthropicBedrock as AnthropicBedrock,
    AsyncAnthropicBedrock as AsyncAnthropicBedrock,
)

__all__ = [
    "AnthropicBedrock",
    "AsyncAnthropicBedrock",
]
