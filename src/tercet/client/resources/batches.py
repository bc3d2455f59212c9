"""Batches of messages: create, look at, list, cancel, delete, and read the results as they come."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Unpack
from urllib.parse import urlsplit

from tercet.client.call import Call, ignore_body, make_call, model_reader
from tercet.client.options import DEFAULT_BASE_URL
from tercet.client.overrides import NO_OVERRIDES, Overrides
from tercet.client.resources.arguments import parse_call, path_segment, simple_call
from tercet.client.resources.batch_requests import encode_batch
from tercet.client.resources.listing import PAGE_NAMES, Listing, listing
from tercet.client.resources.pages import AsyncPage, AsyncPaginator, SyncPage
from tercet.client.resources.resource import Resource, underlying_client
from tercet.transport.base import AsyncWholeBody, WholeBody
from tercet.wire.errors import AnthropicError
from tercet.wire.requests.arguments import mapping
from tercet.wire.responses.batches import DeletedMessageBatch, MessageBatch, MessageBatchIndividualResponse

if TYPE_CHECKING:
    from tercet.client.core import AsyncCore, Core
    from tercet.client.raw.types import (
        AsyncBatchesWithRawResponse,
        AsyncBatchesWithStreamingResponse,
        BatchesWithRawResponse,
        BatchesWithStreamingResponse,
    )
    from tercet.client.resources.parameters import BatchCreateArguments, BatchListArguments, WorkspaceOptions
    from tercet.client.streams.jsonl import AsyncJSONLDecoder, JSONLDecoder


PATH = "/v1/messages/batches"
CREATE_NAMES = frozenset({"requests", "user_profile_id"})
COUNTS = ("succeeded", "errored", "canceled", "expired")
read_batch = model_reader(MessageBatch, "id", "processing_status")
read_deleted = model_reader(DeletedMessageBatch, "id")


def create_call(
    arguments: Mapping[str, Any], betas: Sequence[str] = (), defaults: Overrides = NO_OVERRIDES
) -> Call[MessageBatch]:
    """Describe POST /v1/messages/batches."""
    parsed = parse_call(arguments, CREATE_NAMES, "create", betas)
    if "requests" not in parsed.params:
        raise TypeError("create() needs requests=")
    extra = parsed.options.get("extra_body")
    laid_over = mapping("extra_body", extra) if extra is not None else {}
    content = encode_batch(parsed.params["requests"], laid_over, defaults)
    return make_call(
        "POST", PATH, read_batch, content=content, headers=parsed.headers, options=parsed.options, kind="batch"
    )


def retrieve_call(batch_id: str, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Call[MessageBatch]:
    """Describe GET /v1/messages/batches/{id}."""
    return simple_call("GET", _path(batch_id), read_batch, arguments, "retrieve", betas)


def cancel_call(batch_id: str, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Call[MessageBatch]:
    """Describe POST /v1/messages/batches/{id}/cancel."""
    return simple_call("POST", f"{_path(batch_id)}/cancel", read_batch, arguments, "cancel", betas)


def delete_call(batch_id: str, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Call[DeletedMessageBatch]:
    """Describe DELETE /v1/messages/batches/{id}."""
    return simple_call("DELETE", _path(batch_id), read_deleted, arguments, "delete", betas)


def make_list(page: Any, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Listing:
    """Describe GET /v1/messages/batches, page by page."""
    return listing(PATH, MessageBatch, page, arguments, PAGE_NAMES, betas)


def _path(batch_id: str) -> str:
    return f"{PATH}/{path_segment('message_batch_id', batch_id)}"


# --- results ---------------------------------------------------------------------------------------------------------


def results_call(
    batch: MessageBatch, base_url: str, arguments: Mapping[str, Any], betas: Sequence[str], started: float
) -> Call[None]:
    """GET the results of a batch that has ended, its body left unread. What the deadline had, this call has what is
    left of since `started`."""
    url = batch.results_url
    if not url:
        status = batch.processing_status
        raise AnthropicError(f"batch {batch.id} has no results yet: its status is {status!r}; wait until it is 'ended'")
    if not may_receive_key(url, base_url):
        url = f"{_path(batch.id)}/results"
    call = simple_call("GET", url, ignore_body, arguments, "results", betas)
    call.headers = Overrides({"Accept": "application/binary", **call.headers})
    call.stream = True
    if call.deadline is not None:
        call.deadline = max(0.0, call.deadline - (time.monotonic() - started))
    return call


def may_receive_key(url: str, base_url: str) -> bool:
    """Return whether requests to `url` may carry the credentials: it is on the origin of `base_url`, or the API's own.

    An address that two parsers could read differently is on no origin at all.
    """
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\@"):
        return False
    return _origin(url) in (_origin(base_url), _origin(DEFAULT_BASE_URL))


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80)


def result_count(batch: MessageBatch) -> int:
    """Return the number of results that a batch which has ended must have, as far as its counts tell."""
    counts = batch.get("request_counts") or {}
    return sum(counts[name] for name in COUNTS if isinstance(counts.get(name), int))


class Batches(Resource):
    """`client.messages.batches`, also as `client.batches`."""

    _client: Core

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> BatchesWithRawResponse: ...
        @property
        def with_streaming_response(self) -> BatchesWithStreamingResponse: ...

    betas: ClassVar[Sequence[str]] = ()
    """Beta features that every call of this resource names."""

    def create(self, **params: Unpack[BatchCreateArguments]) -> MessageBatch:
        """Send many requests at once, at half the price; they are answered within 24 hours.

        `requests` may be any iterable of `{"custom_id": ..., "params": {...}}`, at most 100,000 or 256 MB. Every one
        is checked before anything is sent.
        """
        return self._client._send(create_call(params, self.betas, self._client._defaults))

    def retrieve(self, message_batch_id: str, **params: Unpack[WorkspaceOptions]) -> MessageBatch:
        """Ask how far a batch is. `processing_status` is `ended` when its results can be read."""
        return self._client._send(retrieve_call(message_batch_id, params, self.betas))

    def list(self, **params: Unpack[BatchListArguments]) -> SyncPage[MessageBatch]:
        """List batches, newest first. Iterate the page to go through all pages."""
        call = make_list(SyncPage, params, self.betas).call(underlying_client(self._client)._send)
        page: SyncPage[MessageBatch] = self._client._send(call)
        return page

    def cancel(self, message_batch_id: str, **params: Unpack[WorkspaceOptions]) -> MessageBatch:
        """Stop a batch. Requests that are being answered may still be, and are billed."""
        return self._client._send(cancel_call(message_batch_id, params, self.betas))

    def delete(self, message_batch_id: str, **params: Unpack[WorkspaceOptions]) -> DeletedMessageBatch:
        """Delete a batch that has ended, with its results."""
        return self._client._send(delete_call(message_batch_id, params, self.betas))

    def results(
        self, message_batch_id: str, **params: Unpack[WorkspaceOptions]
    ) -> JSONLDecoder[MessageBatchIndividualResponse]:
        """Read the results of a batch that has ended, one for each request, in any order: look at `custom_id`.

        They are read as you iterate. Raises AnthropicError while there are none yet.
        """
        from tercet.client.streams.jsonl import JSONLDecoder

        client, started = underlying_client(self._client), time.monotonic()
        batch = client._send(retrieve_call(message_batch_id, params, self.betas))
        call = results_call(batch, client._settings.base_url, params, self.betas, started)
        expected = result_count(batch)
        return self._client._open(
            call,
            lambda response, source: JSONLDecoder(
                response, source or WholeBody(response.content), MessageBatchIndividualResponse, expected
            ),
        )


class AsyncBatches(Resource):
    """`client.messages.batches` of the async client. See `Batches`."""

    _client: AsyncCore

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> AsyncBatchesWithRawResponse: ...
        @property
        def with_streaming_response(self) -> AsyncBatchesWithStreamingResponse: ...

    betas: ClassVar[Sequence[str]] = ()
    """Beta features that every call of this resource names."""

    async def create(self, **params: Unpack[BatchCreateArguments]) -> MessageBatch:
        """Send many requests at once, at half the price; they are answered within 24 hours."""
        return await self._client._send(create_call(params, self.betas, self._client._defaults))

    async def retrieve(self, message_batch_id: str, **params: Unpack[WorkspaceOptions]) -> MessageBatch:
        """Ask how far a batch is. `processing_status` is `ended` when its results can be read."""
        return await self._client._send(retrieve_call(message_batch_id, params, self.betas))

    def list(self, **params: Unpack[BatchListArguments]) -> AsyncPaginator[MessageBatch, AsyncPage[MessageBatch]]:
        """List batches, newest first. Await it for one page, or `async for` over all batches."""
        call = make_list(AsyncPage, params, self.betas).call(underlying_client(self._client)._send)
        return AsyncPaginator(lambda: self._client._send(call))

    async def cancel(self, message_batch_id: str, **params: Unpack[WorkspaceOptions]) -> MessageBatch:
        """Stop a batch. Requests that are being answered may still be, and are billed."""
        return await self._client._send(cancel_call(message_batch_id, params, self.betas))

    async def delete(self, message_batch_id: str, **params: Unpack[WorkspaceOptions]) -> DeletedMessageBatch:
        """Delete a batch that has ended, with its results."""
        return await self._client._send(delete_call(message_batch_id, params, self.betas))

    async def results(
        self, message_batch_id: str, **params: Unpack[WorkspaceOptions]
    ) -> AsyncJSONLDecoder[MessageBatchIndividualResponse]:
        """Read the results of a batch that has ended, one for each request, in any order: look at `custom_id`."""
        from tercet.client.streams.jsonl import AsyncJSONLDecoder

        client, started = underlying_client(self._client), time.monotonic()
        batch = await client._send(retrieve_call(message_batch_id, params, self.betas))
        call = results_call(batch, client._settings.base_url, params, self.betas, started)
        expected = result_count(batch)
        return await self._client._open(
            call,
            lambda response, source: AsyncJSONLDecoder(
                response, source or AsyncWholeBody(response.content), MessageBatchIndividualResponse, expected
            ),
        )
