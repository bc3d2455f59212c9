# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.beta.beta`."""

from tercet.client.resources.beta import (
    AsyncBeta as AsyncBeta,
    Beta as Beta,
)

__all__ = [
    "AsyncBeta",
    "Beta",
]
