# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._utils._utils`."""

from tercet import _utils as __utils
from tercet._utils import *

__all__ = [
]
__all__ += __utils.__all__
