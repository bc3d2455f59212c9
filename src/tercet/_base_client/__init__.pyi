# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._base_client`."""

from tercet.client.anthropic import (
    Anthropic as SyncAPIClient,
    AsyncAnthropic as AsyncAPIClient,
)
from tercet.client.base import BaseClient as BaseClient
from tercet.client.http_clients import (
    DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS,
    DefaultAsyncHttpxClient as AsyncHttpxClientWrapper,
    DefaultAsyncHttpxClient as DefaultAsyncHttpxClient,
    DefaultHttpxClient as DefaultHttpxClient,
    DefaultHttpxClient as SyncHttpxClientWrapper,
)
from tercet.client.options import (
    DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT as DEFAULT_TIMEOUT,
)
from tercet.client.resources.pages import AsyncPaginator as AsyncPaginator
from tercet.compat.values import make_request_options as make_request_options

__all__ = [
    "AsyncAPIClient",
    "AsyncHttpxClientWrapper",
    "AsyncPaginator",
    "BaseClient",
    "DEFAULT_CONNECTION_LIMITS",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "SyncAPIClient",
    "SyncHttpxClientWrapper",
    "make_request_options",
]
