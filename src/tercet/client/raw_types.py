"""What type checkers and editors see behind `client.messages.with_raw_response` and `with_streaming_response`. Never
imported by a running program: there, the noun itself stands behind the prefix."""

from __future__ import annotations

from typing import Any, Literal, Protocol, Unpack, overload

from tercet.client.raw import APIResponse, AsyncAPIResponse
from tercet.client.stream import AsyncStream, Stream
from tercet.client.views import AsyncResponseContextManager, ResponseContextManager
from tercet.wire.events import RawMessageStreamEvent
from tercet.wire.messages import Message, MessageTokensCount
from tercet.wire.params import MessageCountTokensParams, MessageCreateParams


class MessagesWithRawResponse(Protocol):
    """`client.messages.with_raw_response`."""

    @overload
    def create(
        self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]
    ) -> APIResponse[Message]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[MessageCreateParams]
    ) -> APIResponse[Stream[RawMessageStreamEvent]]: ...
    def count_tokens(self, **params: Unpack[MessageCountTokensParams]) -> APIResponse[MessageTokensCount]: ...
    def parse(self, *, output_format: Any, **params: Unpack[MessageCreateParams]) -> APIResponse[Any]: ...
    @property
    def batches(self) -> Any: ...


class AsyncMessagesWithRawResponse(Protocol):
    """The same of the async client."""

    @overload
    async def create(
        self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]
    ) -> AsyncAPIResponse[Message]: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[MessageCreateParams]
    ) -> AsyncAPIResponse[AsyncStream[RawMessageStreamEvent]]: ...
    async def count_tokens(
        self, **params: Unpack[MessageCountTokensParams]
    ) -> AsyncAPIResponse[MessageTokensCount]: ...
    async def parse(self, *, output_format: Any, **params: Unpack[MessageCreateParams]) -> AsyncAPIResponse[Any]: ...
    @property
    def batches(self) -> Any: ...


class MessagesWithStreamingResponse(Protocol):
    """`client.messages.with_streaming_response`."""

    @overload
    def create(
        self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]
    ) -> ResponseContextManager[APIResponse[Message]]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[MessageCreateParams]
    ) -> ResponseContextManager[APIResponse[Stream[RawMessageStreamEvent]]]: ...
    def count_tokens(
        self, **params: Unpack[MessageCountTokensParams]
    ) -> ResponseContextManager[APIResponse[MessageTokensCount]]: ...
    @property
    def batches(self) -> Any: ...


class AsyncMessagesWithStreamingResponse(Protocol):
    """The same of the async client."""

    @overload
    def create(
        self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[Message]]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[MessageCreateParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[AsyncStream[RawMessageStreamEvent]]]: ...
    def count_tokens(
        self, **params: Unpack[MessageCountTokensParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[MessageTokensCount]]: ...
    @property
    def batches(self) -> Any: ...
