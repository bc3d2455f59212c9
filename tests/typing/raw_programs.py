# pyright: strict
"""What type checkers see behind `with_raw_response` and `with_streaming_response`: nothing of this is ever run."""

from __future__ import annotations

from typing import assert_type

import tercet as anthropic
from tercet import APIResponse, AsyncAPIResponse, AsyncStream, Stream
from tercet.client.streams.jsonl import JSONLDecoder
from tercet.pagination import AsyncPage, SyncPage, SyncPageCursor
from tercet.types import FileMetadata, Message, MessageParam, MessageTokensCount, ModelInfo, RawMessageStreamEvent
from tercet.types.beta import BetaMessage, BetaMessageParam
from tercet.types.messages import MessageBatch, MessageBatchIndividualResponse

client = anthropic.Anthropic()
remote = anthropic.AsyncAnthropic()
HELLO: list[MessageParam] = [{"role": "user", "content": "Hi"}]
BETA_HELLO: list[BetaMessageParam] = [{"role": "user", "content": "Hi"}]
MODEL = "claude-sonnet-4-6"


def messages() -> str | None:
    prefix = client.messages.with_raw_response
    response = prefix.create(model=MODEL, max_tokens=64, messages=HELLO)
    assert_type(response.parse(), Message)
    events = prefix.create(model=MODEL, max_tokens=64, messages=HELLO, stream=True)
    assert_type(events, APIResponse[Stream[RawMessageStreamEvent]])
    assert_type(prefix.count_tokens(model=MODEL, messages=HELLO).parse(), MessageTokensCount)
    assert_type(prefix.batches.retrieve("b").parse(), MessageBatch)
    return response.request_id


def read_late() -> None:
    with client.messages.with_streaming_response.create(
        model=MODEL, max_tokens=64, stream=True, messages=HELLO
    ) as unread:
        assert_type(unread.parse(), Stream[RawMessageStreamEvent])
    with client.messages.batches.with_streaming_response.results("b") as results:
        assert_type(results.parse(), JSONLDecoder[MessageBatchIndividualResponse])
    with client.files.with_streaming_response.download("f") as download:
        assert_type(download, APIResponse[bytes])


def nouns() -> None:
    assert_type(client.models.with_raw_response.list(limit=2).parse(), SyncPage[ModelInfo])
    assert_type(client.models.with_raw_response.retrieve(MODEL).parse(), ModelInfo)
    assert_type(client.files.with_raw_response.upload(file=b"x").parse(), FileMetadata)
    assert_type(client.files.with_raw_response.list().parse(), SyncPageCursor[FileMetadata])
    assert_type(client.files.with_raw_response.download("f"), APIResponse[bytes])
    assert_type(client.batches.with_raw_response.cancel("b").parse(), MessageBatch)
    assert_type(client.beta.models.with_raw_response.retrieve(MODEL).parse(), ModelInfo)


def of_beta() -> None:
    response = client.beta.messages.with_raw_response.create(
        model=MODEL, max_tokens=64, messages=BETA_HELLO, betas=["context-1m-2025-08-07"]
    )
    assert_type(response.parse(), BetaMessage)


def of_the_client() -> None:
    assert_type(client.with_raw_response.models.retrieve(MODEL).parse(), ModelInfo)
    whole = client.with_raw_response.beta.messages.create(model=MODEL, max_tokens=64, messages=BETA_HELLO)
    assert_type(whole.parse(), BetaMessage)
    with client.with_streaming_response.messages.create(model=MODEL, max_tokens=64, messages=HELLO) as response:
        assert_type(response, APIResponse[Message])


async def of_the_async_client() -> None:
    response = await remote.messages.with_raw_response.create(model=MODEL, max_tokens=64, messages=HELLO)
    assert_type(await response.parse(), Message)
    events = await remote.beta.messages.with_raw_response.create(
        model=MODEL, max_tokens=64, messages=BETA_HELLO, stream=True
    )
    assert_type(await events.parse(), AsyncStream[RawMessageStreamEvent])
    assert_type(await remote.models.with_raw_response.list(), AsyncAPIResponse[AsyncPage[ModelInfo]])
    async with remote.files.with_streaming_response.download("f") as download:
        assert_type(download, AsyncAPIResponse[bytes])
    async with remote.with_streaming_response.messages.create(
        model=MODEL, max_tokens=64, messages=HELLO, stream=True
    ) as unread:
        assert_type(await unread.parse(), AsyncStream[RawMessageStreamEvent])
