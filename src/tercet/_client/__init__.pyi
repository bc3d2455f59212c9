# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._client`."""

from tercet.client.anthropic import (
    Anthropic as Anthropic,
    AsyncAnthropic as AsyncAnthropic,
    AsyncClient as AsyncClient,
    Client as Client,
)
from tercet.client.streams.reader import (
    AsyncStream as AsyncStream,
    Stream as Stream,
)
from tercet.wire.http import Timeout as Timeout

__all__ = [
    "Anthropic",
    "AsyncAnthropic",
    "AsyncClient",
    "AsyncStream",
    "Client",
    "Stream",
    "Timeout",
]
