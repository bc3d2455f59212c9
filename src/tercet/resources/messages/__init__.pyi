# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.messages`."""

from tercet.resources.messages import batches as batches
from tercet.resources.messages import messages as messages
from tercet.resources.messages import messages as _resources_messages_messages
from tercet.resources.messages.messages import *
from tercet.resources.messages import batches as _resources_messages_batches
from tercet.resources.messages.batches import *

__all__ = [
]
__all__ += _resources_messages_messages.__all__
__all__ += _resources_messages_batches.__all__
