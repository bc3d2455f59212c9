"""The clients of a platform, where code written for the official SDK looks for them."""

from __future__ import annotations

from tercet.client.platforms.foundry import AnthropicFoundry as AnthropicFoundry
from tercet.client.platforms.foundry import AsyncAnthropicFoundry as AsyncAnthropicFoundry
