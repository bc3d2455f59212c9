# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.beta.messages.batches`."""

from tercet.resources.messages import batches as _resources_messages_batches
from tercet.resources.messages.batches import *

__all__ = [
]
__all__ += _resources_messages_batches.__all__
