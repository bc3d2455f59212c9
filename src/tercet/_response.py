"""HTTP responses, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.raw.responses import APIResponse as APIResponse
from tercet.client.raw.responses import AsyncAPIResponse as AsyncAPIResponse
from tercet.client.raw.responses import StreamAlreadyConsumed as StreamAlreadyConsumed
from tercet.client.raw.views import AsyncResponseContextManager as AsyncResponseContextManager
from tercet.client.raw.views import ResponseContextManager as ResponseContextManager

BinaryAPIResponse = StreamedBinaryAPIResponse = APIResponse[bytes]
AsyncBinaryAPIResponse = AsyncStreamedBinaryAPIResponse = AsyncAPIResponse[bytes]
