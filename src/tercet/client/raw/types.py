"""Made by tools/generate.py, which says from what. Change that, and run `make generate`.

Types behind `with_raw_response` and `with_streaming_response`: each noun's methods, with the same arguments, and an
`APIResponse` around what they return. For type checkers and editors alone: in a running program, the noun itself stands
behind the prefix."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from tercet.client.anthropic import Anthropic
from tercet.client.anthropic import AsyncAnthropic
from tercet.client.nouns.batches import AsyncBatches
from tercet.client.nouns.batches import Batches
from tercet.client.nouns.beta import AsyncBeta
from tercet.client.nouns.beta import Beta
from tercet.client.nouns.beta_messages import AsyncBetaMessages
from tercet.client.nouns.beta_messages import BetaMessages
from tercet.client.nouns.files import AsyncFiles
from tercet.client.nouns.files import Files
from tercet.client.nouns.messages import AsyncMessages
from tercet.client.nouns.messages import Messages
from tercet.client.nouns.models import AsyncModels
from tercet.client.nouns.models import Models
from tercet.client.raw.responses import APIResponse, AsyncAPIResponse
from tercet.client.raw.views import AsyncResponseContextManager, ResponseContextManager

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
    def __init__(self, noun: Batches) -> None:
        self.create = raw(noun.create)
        self.retrieve = raw(noun.retrieve)
        self.list = raw(noun.list)
        self.cancel = raw(noun.cancel)
        self.delete = raw(noun.delete)
        self.results = raw(noun.results)


class BatchesWithStreamingResponse:
    def __init__(self, noun: Batches) -> None:
        self.create = streamed(noun.create)
        self.retrieve = streamed(noun.retrieve)
        self.list = streamed(noun.list)
        self.cancel = streamed(noun.cancel)
        self.delete = streamed(noun.delete)
        self.results = streamed(noun.results)


class MessagesWithRawResponse:
    def __init__(self, noun: Messages) -> None:
        self.create = raw(noun.create)
        self.parse = raw(noun.parse)
        self.count_tokens = raw(noun.count_tokens)
        self.batches = BatchesWithRawResponse(noun.batches)


class MessagesWithStreamingResponse:
    def __init__(self, noun: Messages) -> None:
        self.create = streamed(noun.create)
        self.parse = streamed(noun.parse)
        self.count_tokens = streamed(noun.count_tokens)
        self.batches = BatchesWithStreamingResponse(noun.batches)


class FilesWithRawResponse:
    def __init__(self, noun: Files) -> None:
        self.upload = raw(noun.upload)
        self.list = raw(noun.list)
        self.retrieve_metadata = raw(noun.retrieve_metadata)
        self.download = noun.download
        self.delete = raw(noun.delete)


class FilesWithStreamingResponse:
    def __init__(self, noun: Files) -> None:
        self.upload = streamed(noun.upload)
        self.list = streamed(noun.list)
        self.retrieve_metadata = streamed(noun.retrieve_metadata)
        self.download = opened(noun.download)
        self.delete = streamed(noun.delete)


class ModelsWithRawResponse:
    def __init__(self, noun: Models) -> None:
        self.list = raw(noun.list)
        self.retrieve = raw(noun.retrieve)


class ModelsWithStreamingResponse:
    def __init__(self, noun: Models) -> None:
        self.list = streamed(noun.list)
        self.retrieve = streamed(noun.retrieve)


class BetaMessagesWithRawResponse:
    def __init__(self, noun: BetaMessages) -> None:
        self.create = raw(noun.create)
        self.parse = raw(noun.parse)
        self.count_tokens = raw(noun.count_tokens)
        self.batches = BatchesWithRawResponse(noun.batches)


class BetaMessagesWithStreamingResponse:
    def __init__(self, noun: BetaMessages) -> None:
        self.create = streamed(noun.create)
        self.parse = streamed(noun.parse)
        self.count_tokens = streamed(noun.count_tokens)
        self.batches = BatchesWithStreamingResponse(noun.batches)


class BetaWithRawResponse:
    def __init__(self, noun: Beta) -> None:
        self.messages = BetaMessagesWithRawResponse(noun.messages)
        self.models = ModelsWithRawResponse(noun.models)
        self.files = FilesWithRawResponse(noun.files)


class BetaWithStreamingResponse:
    def __init__(self, noun: Beta) -> None:
        self.messages = BetaMessagesWithStreamingResponse(noun.messages)
        self.models = ModelsWithStreamingResponse(noun.models)
        self.files = FilesWithStreamingResponse(noun.files)


class ClientWithRawResponse:
    def __init__(self, noun: Anthropic) -> None:
        self.messages = MessagesWithRawResponse(noun.messages)
        self.batches = BatchesWithRawResponse(noun.batches)
        self.files = FilesWithRawResponse(noun.files)
        self.models = ModelsWithRawResponse(noun.models)
        self.beta = BetaWithRawResponse(noun.beta)


class ClientWithStreamingResponse:
    def __init__(self, noun: Anthropic) -> None:
        self.messages = MessagesWithStreamingResponse(noun.messages)
        self.batches = BatchesWithStreamingResponse(noun.batches)
        self.files = FilesWithStreamingResponse(noun.files)
        self.models = ModelsWithStreamingResponse(noun.models)
        self.beta = BetaWithStreamingResponse(noun.beta)


class AsyncBatchesWithRawResponse:
    def __init__(self, noun: AsyncBatches) -> None:
        self.create = async_raw(noun.create)
        self.retrieve = async_raw(noun.retrieve)
        self.list = async_raw(noun.list)
        self.cancel = async_raw(noun.cancel)
        self.delete = async_raw(noun.delete)
        self.results = async_raw(noun.results)


class AsyncBatchesWithStreamingResponse:
    def __init__(self, noun: AsyncBatches) -> None:
        self.create = async_streamed(noun.create)
        self.retrieve = async_streamed(noun.retrieve)
        self.list = async_streamed(noun.list)
        self.cancel = async_streamed(noun.cancel)
        self.delete = async_streamed(noun.delete)
        self.results = async_streamed(noun.results)


class AsyncMessagesWithRawResponse:
    def __init__(self, noun: AsyncMessages) -> None:
        self.create = async_raw(noun.create)
        self.parse = async_raw(noun.parse)
        self.count_tokens = async_raw(noun.count_tokens)
        self.batches = AsyncBatchesWithRawResponse(noun.batches)


class AsyncMessagesWithStreamingResponse:
    def __init__(self, noun: AsyncMessages) -> None:
        self.create = async_streamed(noun.create)
        self.parse = async_streamed(noun.parse)
        self.count_tokens = async_streamed(noun.count_tokens)
        self.batches = AsyncBatchesWithStreamingResponse(noun.batches)


class AsyncFilesWithRawResponse:
    def __init__(self, noun: AsyncFiles) -> None:
        self.upload = async_raw(noun.upload)
        self.list = async_raw(noun.list)
        self.retrieve_metadata = async_raw(noun.retrieve_metadata)
        self.download = noun.download
        self.delete = async_raw(noun.delete)


class AsyncFilesWithStreamingResponse:
    def __init__(self, noun: AsyncFiles) -> None:
        self.upload = async_streamed(noun.upload)
        self.list = async_streamed(noun.list)
        self.retrieve_metadata = async_streamed(noun.retrieve_metadata)
        self.download = async_opened(noun.download)
        self.delete = async_streamed(noun.delete)


class AsyncModelsWithRawResponse:
    def __init__(self, noun: AsyncModels) -> None:
        self.list = async_raw(noun.list)
        self.retrieve = async_raw(noun.retrieve)


class AsyncModelsWithStreamingResponse:
    def __init__(self, noun: AsyncModels) -> None:
        self.list = async_streamed(noun.list)
        self.retrieve = async_streamed(noun.retrieve)


class AsyncBetaMessagesWithRawResponse:
    def __init__(self, noun: AsyncBetaMessages) -> None:
        self.create = async_raw(noun.create)
        self.parse = async_raw(noun.parse)
        self.count_tokens = async_raw(noun.count_tokens)
        self.batches = AsyncBatchesWithRawResponse(noun.batches)


class AsyncBetaMessagesWithStreamingResponse:
    def __init__(self, noun: AsyncBetaMessages) -> None:
        self.create = async_streamed(noun.create)
        self.parse = async_streamed(noun.parse)
        self.count_tokens = async_streamed(noun.count_tokens)
        self.batches = AsyncBatchesWithStreamingResponse(noun.batches)


class AsyncBetaWithRawResponse:
    def __init__(self, noun: AsyncBeta) -> None:
        self.messages = AsyncBetaMessagesWithRawResponse(noun.messages)
        self.models = AsyncModelsWithRawResponse(noun.models)
        self.files = AsyncFilesWithRawResponse(noun.files)


class AsyncBetaWithStreamingResponse:
    def __init__(self, noun: AsyncBeta) -> None:
        self.messages = AsyncBetaMessagesWithStreamingResponse(noun.messages)
        self.models = AsyncModelsWithStreamingResponse(noun.models)
        self.files = AsyncFilesWithStreamingResponse(noun.files)


class AsyncClientWithRawResponse:
    def __init__(self, noun: AsyncAnthropic) -> None:
        self.messages = AsyncMessagesWithRawResponse(noun.messages)
        self.batches = AsyncBatchesWithRawResponse(noun.batches)
        self.files = AsyncFilesWithRawResponse(noun.files)
        self.models = AsyncModelsWithRawResponse(noun.models)
        self.beta = AsyncBetaWithRawResponse(noun.beta)


class AsyncClientWithStreamingResponse:
    def __init__(self, noun: AsyncAnthropic) -> None:
        self.messages = AsyncMessagesWithStreamingResponse(noun.messages)
        self.batches = AsyncBatchesWithStreamingResponse(noun.batches)
        self.files = AsyncFilesWithStreamingResponse(noun.files)
        self.models = AsyncModelsWithStreamingResponse(noun.models)
        self.beta = AsyncBetaWithStreamingResponse(noun.beta)
