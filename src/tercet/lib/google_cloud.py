"""The clients of a platform, where code written for the official SDK looks for them."""

from __future__ import annotations

from tercet.client.platforms.google_cloud import AnthropicGoogleCloud as AnthropicGoogleCloud
from tercet.client.platforms.google_cloud import AsyncAnthropicGoogleCloud as AsyncAnthropicGoogleCloud
