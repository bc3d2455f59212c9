# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._files`."""

from tercet.client.resources.multipart import file_from_path as file_from_path

__all__ = [
    "file_from_path",
]
