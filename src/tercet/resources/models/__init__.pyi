# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.models`."""

from tercet.client.resources.models import (
    AsyncModels as AsyncModels,
    Models as Models,
)

__all__ = [
    "AsyncModels",
    "Models",
]
