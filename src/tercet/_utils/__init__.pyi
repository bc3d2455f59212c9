# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._utils`."""

from tercet.client.resources.multipart import file_from_path as file_from_path
from tercet.compat.values import is_given as is_given
from tercet._utils import _utils as _utils

__all__ = [
    "file_from_path",
    "is_given",
]
