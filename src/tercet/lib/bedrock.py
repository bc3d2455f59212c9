"""The clients of a platform, where code written for the official SDK looks for them."""

from __future__ import annotations

from tercet.client.platforms.bedrock import AnthropicBedrock as AnthropicBedrock
from tercet.client.platforms.bedrock import AsyncAnthropicBedrock as AsyncAnthropicBedrock
from tercet.client.platforms.signed_api import AnthropicBedrockMantle as AnthropicBedrockMantle
from tercet.client.platforms.signed_api import AsyncAnthropicBedrockMantle as AsyncAnthropicBedrockMantle
