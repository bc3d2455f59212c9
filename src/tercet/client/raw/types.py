"""Made by tools/generate.py, which says from what. Change that, and run `make generate`.

Types behind `with_raw_response` and `with_streaming_response`: each resource's methods, with the same arguments, and an
`APIResponse` around what they return. For type checkers and editors alone: in a running program, the resource itself stands
behind the prefix."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from tercet.client.anthropic import Anthropic
from tercet.client.anthropic import AsyncAnthropic
from tercet.client.raw.responses import APIResponse, AsyncAPIResponse
from tercet.client.raw.views import AsyncResponseContextManager, ResponseContextManager
from tercet.client.resources.batches import AsyncBatches
from tercet.client.resources.batches import Batches
from tercet.client.resources.beta import AsyncBeta
from tercet.client.resources.beta import Beta
from tercet.client.resources.beta_messages import AsyncBetaMessages
from tercet.client.resources.beta_messages import BetaMessages
from tercet.client.resources.files import AsyncFiles
from tercet.client.resources.files import Files
from tercet.client.resources.messages import AsyncMessages
from tercet.client.resources.messages import Messages
from tercet.client.resources.models import AsyncModels
from tercet.client.resources.models import Models

P = ParamSpec("P")
R = TypeVar("R")


def raw(method: Callable[P, R]) -> Callable[P, APIResponse[R]]:
    """Return the method behind `with_raw_response`."""
    raise TypeError("for type checkers alone")


def async_raw(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[AsyncAPIResponse[R]]]:
    """Return the same of the async client."""
    raise TypeError("for type checkers alone")


def opened(method: Callable[P, R]) -> Callable[P, ResponseContextManager[R]]:
    """Return the method behind `with_streaming_response`, if it gives a response anyway."""
    raise TypeError("for type checkers alone")


def async_opened(method: Callable[P, Awaitable[R]]) -> Callable[P, AsyncResponseContextManager[R]]:
    """Return the same of the async client."""
    raise TypeError("for type checkers alone")


def streamed(method: Callable[P, R]) -> Callable[P, ResponseContextManager[APIResponse[R]]]:
    """Return the method behind `with_streaming_response`."""
    return opened(raw(method))


def async_streamed(method: Callable[P, Awaitable[R]]) -> Callable[P, AsyncResponseContextManager[AsyncAPIResponse[R]]]:
    """Return the same of the async client."""
    return async_opened(async_raw(method))


class BatchesWithRawResponse:
    def __init__(self, resource: Batches) -> None:
        self.create = raw(resource.create)
        self.retrieve = raw(resource.retrieve)
        self.list = raw(resource.list)
        self.cancel = raw(resource.cancel)
        self.delete = raw(resource.delete)
        self.results = raw(resource.results)


class BatchesWithStreamingResponse:
    def __init__(self, resource: Batches) -> None:
        self.create = streamed(resource.create)
        self.retrieve = streamed(resource.retrieve)
        self.list = streamed(resource.list)
        self.cancel = streamed(resource.cancel)
        self.delete = streamed(resource.delete)
        self.results = streamed(resource.results)


class MessagesWithRawResponse:
    def __init__(self, resource: Messages) -> None:
        self.create = raw(resource.create)
        self.parse = raw(resource.parse)
        self.count_tokens = raw(resource.count_tokens)
        self.batches = BatchesWithRawResponse(resource.batches)


class MessagesWithStreamingResponse:
    def __init__(self, resource: Messages) -> None:
        self.create = streamed(resource.create)
        self.parse = streamed(resource.parse)
        self.count_tokens = streamed(resource.count_tokens)
        self.batches = BatchesWithStreamingResponse(resource.batches)


class FilesWithRawResponse:
    def __init__(self, resource: Files) -> None:
        self.upload = raw(resource.upload)
        self.list = raw(resource.list)
        self.retrieve_metadata = raw(resource.retrieve_metadata)
        self.download = resource.download
        self.delete = raw(resource.delete)


class FilesWithStreamingResponse:
    def __init__(self, resource: Files) -> None:
        self.upload = streamed(resource.upload)
        self.list = streamed(resource.list)
        self.retrieve_metadata = streamed(resource.retrieve_metadata)
        self.download = opened(resource.download)
        self.delete = streamed(resource.delete)


class ModelsWithRawResponse:
    def __init__(self, resource: Models) -> None:
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)


class ModelsWithStreamingResponse:
    def __init__(self, resource: Models) -> None:
        self.list = streamed(resource.list)
        self.retrieve = streamed(resource.retrieve)


class BetaMessagesWithRawResponse:
    def __init__(self, resource: BetaMessages) -> None:
        self.create = raw(resource.create)
        self.parse = raw(resource.parse)
        self.count_tokens = raw(resource.count_tokens)
        self.batches = BatchesWithRawResponse(resource.batches)


class BetaMessagesWithStreamingResponse:
    def __init__(self, resource: BetaMessages) -> None:
        self.create = streamed(resource.create)
        self.parse = streamed(resource.parse)
        self.count_tokens = streamed(resource.count_tokens)
        self.batches = BatchesWithStreamingResponse(resource.batches)


class BetaWithRawResponse:
    def __init__(self, resource: Beta) -> None:
        self.messages = BetaMessagesWithRawResponse(resource.messages)
        self.models = ModelsWithRawResponse(resource.models)
        self.files = FilesWithRawResponse(resource.files)


class BetaWithStreamingResponse:
    def __init__(self, resource: Beta) -> None:
        self.messages = BetaMessagesWithStreamingResponse(resource.messages)
        self.models = ModelsWithStreamingResponse(resource.models)
        self.files = FilesWithStreamingResponse(resource.files)


class ClientWithRawResponse:
    def __init__(self, resource: Anthropic) -> None:
        self.messages = MessagesWithRawResponse(resource.messages)
        self.batches = BatchesWithRawResponse(resource.batches)
        self.files = FilesWithRawResponse(resource.files)
        self.models = ModelsWithRawResponse(resource.models)
        self.beta = BetaWithRawResponse(resource.beta)


class ClientWithStreamingResponse:
    def __init__(self, resource: Anthropic) -> None:
        self.messages = MessagesWithStreamingResponse(resource.messages)
        self.batches = BatchesWithStreamingResponse(resource.batches)
        self.files = FilesWithStreamingResponse(resource.files)
        self.models = ModelsWithStreamingResponse(resource.models)
        self.beta = BetaWithStreamingResponse(resource.beta)


class AsyncBatchesWithRawResponse:
    def __init__(self, resource: AsyncBatches) -> None:
        self.create = async_raw(resource.create)
        self.retrieve = async_raw(resource.retrieve)
        self.list = async_raw(resource.list)
        self.cancel = async_raw(resource.cancel)
        self.delete = async_raw(resource.delete)
        self.results = async_raw(resource.results)


class AsyncBatchesWithStreamingResponse:
    def __init__(self, resource: AsyncBatches) -> None:
        self.create = async_streamed(resource.create)
        self.retrieve = async_streamed(resource.retrieve)
        self.list = async_streamed(resource.list)
        self.cancel = async_streamed(resource.cancel)
        self.delete = async_streamed(resource.delete)
        self.results = async_streamed(resource.results)


class AsyncMessagesWithRawResponse:
    def __init__(self, resource: AsyncMessages) -> None:
        self.create = async_raw(resource.create)
        self.parse = async_raw(resource.parse)
        self.count_tokens = async_raw(resource.count_tokens)
        self.batches = AsyncBatchesWithRawResponse(resource.batches)


class AsyncMessagesWithStreamingResponse:
    def __init__(self, resource: AsyncMessages) -> None:
        self.create = async_streamed(resource.create)
        self.parse = async_streamed(resource.parse)
        self.count_tokens = async_streamed(resource.count_tokens)
        self.batches = AsyncBatchesWithStreamingResponse(resource.batches)


class AsyncFilesWithRawResponse:
    def __init__(self, resource: AsyncFiles) -> None:
        self.upload = async_raw(resource.upload)
        self.list = async_raw(resource.list)
        self.retrieve_metadata = async_raw(resource.retrieve_metadata)
        self.download = resource.download
        self.delete = async_raw(resource.delete)


class AsyncFilesWithStreamingResponse:
    def __init__(self, resource: AsyncFiles) -> None:
        self.upload = async_streamed(resource.upload)
        self.list = async_streamed(resource.list)
        self.retrieve_metadata = async_streamed(resource.retrieve_metadata)
        self.download = async_opened(resource.download)
        self.delete = async_streamed(resource.delete)


class AsyncModelsWithRawResponse:
    def __init__(self, resource: AsyncModels) -> None:
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)


class AsyncModelsWithStreamingResponse:
    def __init__(self, resource: AsyncModels) -> None:
        self.list = async_streamed(resource.list)
        self.retrieve = async_streamed(resource.retrieve)


class AsyncBetaMessagesWithRawResponse:
    def __init__(self, resource: AsyncBetaMessages) -> None:
        self.create = async_raw(resource.create)
        self.parse = async_raw(resource.parse)
        self.count_tokens = async_raw(resource.count_tokens)
        self.batches = AsyncBatchesWithRawResponse(resource.batches)


class AsyncBetaMessagesWithStreamingResponse:
    def __init__(self, resource: AsyncBetaMessages) -> None:
        self.create = async_streamed(resource.create)
        self.parse = async_streamed(resource.parse)
        self.count_tokens = async_streamed(resource.count_tokens)
        self.batches = AsyncBatchesWithStreamingResponse(resource.batches)


class AsyncBetaWithRawResponse:
    def __init__(self, resource: AsyncBeta) -> None:
        self.messages = AsyncBetaMessagesWithRawResponse(resource.messages)
        self.models = AsyncModelsWithRawResponse(resource.models)
        self.files = AsyncFilesWithRawResponse(resource.files)


class AsyncBetaWithStreamingResponse:
    def __init__(self, resource: AsyncBeta) -> None:
        self.messages = AsyncBetaMessagesWithStreamingResponse(resource.messages)
        self.models = AsyncModelsWithStreamingResponse(resource.models)
        self.files = AsyncFilesWithStreamingResponse(resource.files)


class AsyncClientWithRawResponse:
    def __init__(self, resource: AsyncAnthropic) -> None:
        self.messages = AsyncMessagesWithRawResponse(resource.messages)
        self.batches = AsyncBatchesWithRawResponse(resource.batches)
        self.files = AsyncFilesWithRawResponse(resource.files)
        self.models = AsyncModelsWithRawResponse(resource.models)
        self.beta = AsyncBetaWithRawResponse(resource.beta)


class AsyncClientWithStreamingResponse:
    def __init__(self, resource: AsyncAnthropic) -> None:
        self.messages = AsyncMessagesWithStreamingResponse(resource.messages)
        self.batches = AsyncBatchesWithStreamingResponse(resource.batches)
        self.files = AsyncFilesWithStreamingResponse(resource.files)
        self.models = AsyncModelsWithStreamingResponse(resource.models)
        self.beta = AsyncBetaWithStreamingResponse(resource.beta)
