"""What all clients have in common, under the module path and the names of the official SDK."""

from __future__ import annotations

from tercet.client.anthropic import Anthropic as SyncAPIClient
from tercet.client.anthropic import AsyncAnthropic as AsyncAPIClient
from tercet.client.http_clients import DefaultAsyncHttpxClient as AsyncHttpxClientWrapper
from tercet.client.http_clients import DefaultHttpxClient as SyncHttpxClientWrapper
from tercet.client.making import MadeClient as BaseClient
from tercet.client.nouns.pages import AsyncPaginator as AsyncPaginator
from tercet.client.settings import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES
from tercet.client.settings import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "AsyncAPIClient",
    "AsyncHttpxClientWrapper",
    "AsyncPaginator",
    "BaseClient",
    "SyncAPIClient",
    "SyncHttpxClientWrapper",
]
