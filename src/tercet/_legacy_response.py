"""HTTP responses, under the module path and the names of SDK 0.x."""

from __future__ import annotations

from tercet.client.raw import APIResponse as LegacyAPIResponse

HttpxBinaryResponseContent = LegacyAPIResponse[bytes]

__all__ = ["HttpxBinaryResponseContent", "LegacyAPIResponse"]
