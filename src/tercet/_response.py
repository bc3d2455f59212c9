"""HTTP responses, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.raw import APIResponse as APIResponse
from tercet.client.raw import AsyncAPIResponse as AsyncAPIResponse
from tercet.client.raw import StreamAlreadyConsumed as StreamAlreadyConsumed
from tercet.client.views import AsyncResponseContextManager as AsyncResponseContextManager
from tercet.client.views import ResponseContextManager as ResponseContextManager

BinaryAPIResponse = StreamedBinaryAPIResponse = APIResponse[bytes]
AsyncBinaryAPIResponse = AsyncStreamedBinaryAPIResponse = AsyncAPIResponse[bytes]
