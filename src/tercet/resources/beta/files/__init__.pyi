# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.beta.files`."""

from tercet.resources import files as _resources_files
from tercet.resources.files import *

__all__ = [
]
__all__ += _resources_files.__all__
