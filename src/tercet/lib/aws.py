"""The clients of a platform, where code written for the official SDK looks for them."""

from __future__ import annotations

from tercet.client.platforms.signed_api import AnthropicAWS as AnthropicAWS
from tercet.client.platforms.signed_api import AsyncAnthropicAWS as AsyncAnthropicAWS
