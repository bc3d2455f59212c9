"""The two clients: lifetime and wiring only. What a call sends stands with its resource, how patiently in `flow`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from tercet.client.base import BaseClient, response_or_error, unread_body
from tercet.client.call import Call
from tercet.client.generic import AsyncVerbs, Verbs
from tercet.client.log import active_logger, log_call
from tercet.client.replaced_verbs import Verb, replaced_verb, send_through
from tercet.flow.drivers import arun, run
from tercet.flow.retry import CallResult
from tercet.transport.base import AsyncByteStream, AsyncTransport, AsyncWholeBody, ByteStream, Transport, WholeBody
from tercet.wire.frames import forget
from tercet.wire.http import Response

if TYPE_CHECKING:
    from tercet.client.raw.types import (
        AsyncClientWithRawResponse,
        AsyncClientWithStreamingResponse,
        ClientWithRawResponse,
        ClientWithStreamingResponse,
    )
    from tercet.client.resources.batches import AsyncBatches, Batches
    from tercet.client.resources.beta import AsyncBeta, Beta
    from tercet.client.resources.files import AsyncFiles, Files
    from tercet.client.resources.messages import AsyncMessages, Messages
    from tercet.client.resources.models import AsyncModels, Models

T = TypeVar("T")
S = TypeVar("S")


class Anthropic(BaseClient, Verbs):
    """The Claude API, blocking.

    Credentials: `api_key` or `auth_token`, else the environment (`ANTHROPIC_API_KEY`, `ANTHROPIC_AUTH_TOKEN`).
    `base_url` (`ANTHROPIC_BASE_URL`), `timeout` in seconds or a `Timeout` (600 s, 5 s to connect), `max_retries` (2),
    `deadline`: seconds for a whole call, retries included (none). `stream_idle_timeout`: seconds without an event within a
    stream, pings not counted (300). `http_client`: an `httpx.Client` or `httpx2.Client` of your own carries the requests.
    `anthropic_version`: the API version header (2023-06-01). `defaults`: parameters of every call that takes them, such as
    `{"model": "claude-sonnet-4-6", "max_tokens": 1024}`; what a call says wins.

    When things go wrong: `retry_ambiguous=False` sends nothing twice that may be billed; `retry_quota` bounds the retries
    of an outage; `breaker=True` ends calls at once while a model is down; `fallbacks=[...]` asks other models;
    `on_event` hears what happens; `open_telemetry=True` records spans. Before anything goes wrong: `pace=True` keeps within
    the rate limits, `max_concurrency` bounds what is under way, `budget=Budget(usd=5, per="day")` what it may cost.

    One client may be used by many threads. Close it, or use it as a context manager, to give its connections up.
    """

    @cached_property
    def _transport(self) -> Transport:
        from tercet.transport.factory import transport_for

        self._warn_if_insecure()
        transport = transport_for(self._http_client)
        if self._platform is not None:
            from tercet.platforms.transport import PlatformTransport

            transport = PlatformTransport(transport, self._platform)
        if not self._middleware:
            return transport
        from tercet.client.middleware import MiddlewareTransport

        return MiddlewareTransport(transport, self._middleware)

    def _exchange(self, call: Call[Any]) -> tuple[Response, CallResult]:
        """Carry out a call. Whatever is no success is raised."""
        try:
            started = perf_counter()
            ending = run(self._plan(call), self._transport.send, listen=self._listen)
            if (logger := active_logger()) is not None:
                log_call(logger, ending, perf_counter() - started)
            return response_or_error(ending, call.asked), ending
        except BaseException as error:
            forget(error)
            raise

    def _send(self, call: Call[T]) -> T:
        """Carry out a call whose answer is read whole."""
        if (verb := self._replaced(call)) is not None:
            return send_through(verb, call)  # type: ignore[no-any-return]
        return call.read(self._exchange(call)[0])

    def _open(self, call: Call[Any], make: Callable[[Response, ByteStream], S]) -> S:
        """Carry out a call whose answer is a stream."""
        if (verb := self._replaced(call)) is not None:
            return self._opened_through(verb, call, make)  # type: ignore[no-any-return]
        response, ending = self._exchange(call)
        return make(response, unread_body(ending) or WholeBody(response.content))

    def _replaced(self, call: Call[Any]) -> Verb | None:
        return replaced_verb(self, Verbs, call)

    @cached_property
    def messages(self) -> Messages:
        """Create messages, count tokens."""
        from tercet.client.resources.messages import Messages

        return Messages(self)

    @cached_property
    def batches(self) -> Batches:
        """`messages.batches`, under its older name."""
        return self.messages.batches

    @cached_property
    def files(self) -> Files:
        """Upload, list, download and delete files."""
        from tercet.client.resources.files import Files

        return Files(self)

    def count_tokens(self, text: str) -> int:
        """Count the input tokens that a message of this text has, as the API does for the model `COUNTING_MODEL`.

        The method of SDK 0.x. `messages.count_tokens` counts whole requests, for the model that they name.
        """
        from tercet.client.resources.messages import count_text_call

        return self._send(count_text_call(text)).input_tokens

    @cached_property
    def models(self) -> Models:
        """List models."""
        from tercet.client.resources.models import Models

        return Models(self)

    @cached_property
    def beta(self) -> Beta:
        """The same resources with beta features, and the tool runner."""
        from tercet.client.resources.beta import Beta

        return Beta(self)

    @property
    def with_raw_response(self) -> ClientWithRawResponse:
        """This client with resources whose methods return an `APIResponse`."""
        from tercet.client.raw.views import raw_client

        view: ClientWithRawResponse = raw_client(self)
        return view

    @property
    def with_streaming_response(self) -> ClientWithStreamingResponse:
        """This client with resources whose methods are context managers over an `APIResponse` that is still unread."""
        from tercet.client.raw.views import deferred_client

        view: ClientWithStreamingResponse = deferred_client(self)
        return view

    def close(self) -> None:
        """Give all connections up. A later call opens new ones."""
        self._was_closed = True
        transport = self.__dict__.pop("_transport", None)
        if transport is not None:
            transport.close()
        if self._closes_http_client:
            self._http_client.close()
            self._http_client, self._closes_http_client = None, False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncAnthropic(BaseClient, AsyncVerbs):
    """The Claude API, async. The same arguments as `Anthropic`; `http_client` is an async client of httpx or httpx2.

    One client may be used from several event loops in turn.
    """

    _is_async = True

    @cached_property
    def _transport(self) -> AsyncTransport:
        from tercet.transport.factory import async_transport_for

        self._warn_if_insecure()
        transport = async_transport_for(self._http_client)
        if self._platform is not None:
            from tercet.platforms.transport import AsyncPlatformTransport

            transport = AsyncPlatformTransport(transport, self._platform)
        if not self._middleware:
            return transport
        from tercet.client.middleware import AsyncMiddlewareTransport

        return AsyncMiddlewareTransport(transport, self._middleware)

    async def _exchange(self, call: Call[Any]) -> tuple[Response, CallResult]:
        """Carry out a call. Whatever is no success is raised."""
        try:
            started = perf_counter()
            ending = await arun(self._plan(call), self._transport.send, listen=self._listen)
            if (logger := active_logger()) is not None:
                log_call(logger, ending, perf_counter() - started)
            return response_or_error(ending, call.asked), ending
        except BaseException as error:
            forget(error)
            raise

    async def _send(self, call: Call[T]) -> T:
        """Carry out a call whose answer is read whole."""
        if (verb := self._replaced(call)) is not None:
            return await send_through(verb, call)  # type: ignore[no-any-return]
        return call.read((await self._exchange(call))[0])

    async def _open(self, call: Call[Any], make: Callable[[Response, AsyncByteStream], S]) -> S:
        """Carry out a call whose answer is a stream."""
        if (verb := self._replaced(call)) is not None:
            return await self._opened_through(verb, call, make)  # type: ignore[no-any-return]
        response, ending = await self._exchange(call)
        return make(response, unread_body(ending) or AsyncWholeBody(response.content))

    def _replaced(self, call: Call[Any]) -> Verb | None:
        return replaced_verb(self, AsyncVerbs, call)

    @cached_property
    def messages(self) -> AsyncMessages:
        """Create messages, count tokens."""
        from tercet.client.resources.messages import AsyncMessages

        return AsyncMessages(self)

    @cached_property
    def batches(self) -> AsyncBatches:
        """`messages.batches`, under its older name."""
        return self.messages.batches

    @cached_property
    def files(self) -> AsyncFiles:
        """Upload, list, download and delete files."""
        from tercet.client.resources.files import AsyncFiles

        return AsyncFiles(self)

    async def count_tokens(self, text: str) -> int:
        """Count the input tokens that a message of this text has, as the API does for the model `COUNTING_MODEL`."""
        from tercet.client.resources.messages import count_text_call

        return (await self._send(count_text_call(text))).input_tokens

    @cached_property
    def models(self) -> AsyncModels:
        """List models."""
        from tercet.client.resources.models import AsyncModels

        return AsyncModels(self)

    @cached_property
    def beta(self) -> AsyncBeta:
        """The same resources with beta features, and the tool runner."""
        from tercet.client.resources.beta import AsyncBeta

        return AsyncBeta(self)

    @property
    def with_raw_response(self) -> AsyncClientWithRawResponse:
        """This client with resources whose methods return an `APIResponse`."""
        from tercet.client.raw.views import raw_client

        view: AsyncClientWithRawResponse = raw_client(self)
        return view

    @property
    def with_streaming_response(self) -> AsyncClientWithStreamingResponse:
        """This client with resources whose methods are context managers over an `AsyncAPIResponse` that is still unread."""
        from tercet.client.raw.views import deferred_client

        view: AsyncClientWithStreamingResponse = deferred_client(self)
        return view

    async def close(self) -> None:
        """Give all connections up. A later call opens new ones."""
        self._was_closed = True
        transport = self.__dict__.pop("_transport", None)
        if transport is not None:
            await transport.close()
        if self._closes_http_client:
            await self._http_client.aclose()
            self._http_client, self._closes_http_client = None, False

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


Client, AsyncClient = Anthropic, AsyncAnthropic
