# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.messages.messages`."""

from tercet.client.resources.messages import (
    AsyncMessages as AsyncMessages,
    Messages as Messages,
)

__all__ = [
    "AsyncMessages",
    "Messages",
]
