# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._models`."""

from tercet.compat.values import (
    construct_type as construct_type,
    construct_type_unchecked as construct_type_unchecked,
)
from tercet.wire.model import Model as BaseModel

__all__ = [
    "BaseModel",
    "construct_type",
    "construct_type_unchecked",
]
