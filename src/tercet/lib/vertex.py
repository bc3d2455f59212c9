"""The clients of a platform, where code written for the official SDK looks for them."""

from __future__ import annotations

from tercet.client.platforms.vertex import AnthropicVertex as AnthropicVertex
from tercet.client.platforms.vertex import AsyncAnthropicVertex as AsyncAnthropicVertex
