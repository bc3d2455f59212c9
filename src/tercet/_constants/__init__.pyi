# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._constants`."""

from tercet.client.http_clients import DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS
from tercet.client.options import (
    API_VERSION as ANTHROPIC_API_VERSION,
    DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT as DEFAULT_TIMEOUT,
)
from tercet.flow.retry import (
    FIRST_DELAY as INITIAL_RETRY_DELAY,
    LONGEST_DELAY as MAX_RETRY_DELAY,
)

__all__ = [
    "ANTHROPIC_API_VERSION",
    "DEFAULT_CONNECTION_LIMITS",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "INITIAL_RETRY_DELAY",
    "MAX_RETRY_DELAY",
]
