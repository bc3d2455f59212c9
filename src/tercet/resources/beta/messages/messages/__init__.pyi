# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.beta.messages.messages`."""

from tercet.client.resources.beta_messages import (
    AsyncBetaMessages as AsyncMessages,
    BetaMessages as Messages,
)

__all__ = [
    "AsyncMessages",
    "Messages",
]
