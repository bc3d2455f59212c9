# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._streaming`."""

from tercet.client.streams.reader import (
    AsyncStream as AsyncStream,
    Stream as Stream,
)

__all__ = [
    "AsyncStream",
    "Stream",
]
