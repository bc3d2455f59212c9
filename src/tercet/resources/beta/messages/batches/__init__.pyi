# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.beta.messages.batches`."""

from tercet.client.resources.batches import (
    AsyncBatches as AsyncBatches,
    Batches as Batches,
)

__all__ = [
    "AsyncBatches",
    "Batches",
]
