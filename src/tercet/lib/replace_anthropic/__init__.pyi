# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.replace_anthropic`."""

from tercet.compat import replace_anthropic as replace_anthropic

__all__ = [
    "replace_anthropic",
]
