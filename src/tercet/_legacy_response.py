"""HTTP responses, under the module path and the names of SDK 0.x."""

from __future__ import annotations

from tercet.client.raw.responses import APIResponse as LegacyAPIResponse

HttpxBinaryResponseContent = LegacyAPIResponse[bytes]

__all__ = ["HttpxBinaryResponseContent", "LegacyAPIResponse"]
