# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._legacy_response`."""

from tercet.client.raw.responses import APIResponse as LegacyAPIResponse
from tercet.compat.values import HttpxBinaryResponseContent as HttpxBinaryResponseContent

__all__ = [
    "HttpxBinaryResponseContent",
    "LegacyAPIResponse",
]
