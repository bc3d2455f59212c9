# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._response`."""

from tercet.client.raw.responses import (
    APIResponse as APIResponse,
    AsyncAPIResponse as AsyncAPIResponse,
    StreamAlreadyConsumed as StreamAlreadyConsumed,
)
from tercet.client.raw.views import (
    AsyncResponseContextManager as AsyncResponseContextManager,
    ResponseContextManager as ResponseContextManager,
)
from tercet.compat.values import (
    AsyncBinaryAPIResponse as AsyncBinaryAPIResponse,
    AsyncStreamedBinaryAPIResponse as AsyncStreamedBinaryAPIResponse,
    BinaryAPIResponse as BinaryAPIResponse,
    StreamedBinaryAPIResponse as StreamedBinaryAPIResponse,
)

__all__ = [
    "APIResponse",
    "AsyncAPIResponse",
    "AsyncBinaryAPIResponse",
    "AsyncResponseContextManager",
    "AsyncStreamedBinaryAPIResponse",
    "BinaryAPIResponse",
    "ResponseContextManager",
    "StreamAlreadyConsumed",
    "StreamedBinaryAPIResponse",
]
