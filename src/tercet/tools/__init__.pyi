# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.tools`."""

from tercet.tools import memory as memory

__all__ = [
]
