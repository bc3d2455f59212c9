# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.files`."""

from tercet.client.resources.files import (
    AsyncFiles as AsyncFiles,
    Files as Files,
)

__all__ = [
    "AsyncFiles",
    "Files",
]
