# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.beta.messages`."""

from tercet.client.resources.batches import (
    AsyncBatches as AsyncBatches,
    Batches as Batches,
)
from tercet.client.resources.beta_messages import (
    AsyncBetaMessages as AsyncMessages,
    BetaMessages as Messages,
)
from tercet.resources.beta.messages import batches as batches
from tercet.resources.beta.messages import messages as messages

__all__ = [
    "AsyncBatches",
    "AsyncMessages",
    "Batches",
    "Messages",
]
