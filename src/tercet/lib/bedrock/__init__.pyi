# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.bedrock`."""

from tercet.client.platforms.bedrock import (
    AnthropicBedrock as AnthropicBedrock,
    AsyncAnthropicBedrock as AsyncAnthropicBedrock,
)
from tercet.client.platforms.signed_api import (
    AnthropicBedrockMantle as AnthropicBedrockMantle,
    AsyncAnthropicBedrockMantle as AsyncAnthropicBedrockMantle,
)
from tercet.lib.bedrock import _client as _client

__all__ = [
    "AnthropicBedrock",
    "AnthropicBedrockMantle",
    "AsyncAnthropicBedrock",
    "AsyncAnthropicBedrockMantle",
]
