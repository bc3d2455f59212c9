"""Defaults, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.http_clients import DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS
from tercet.client.settings import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES
from tercet.client.settings import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT
