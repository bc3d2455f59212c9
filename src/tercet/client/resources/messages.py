"""Messages: create, stream, parse, count_tokens. Checks arguments, describes the call, and says how to read the answer;
blocking and async stand side by side and differ in `await`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, Unpack, overload

from tercet.client.arguments import ARGUMENTS, parse_arguments
from tercet.client.call import Call, make_call, model_reader
from tercet.client.defaults import with_defaults
from tercet.client.resources.resource import Resource
from tercet.client.streams.message import (
    AsyncMessageStream,
    AsyncMessageStreamManager,
    MessageStream,
    MessageStreamManager,
)
from tercet.client.streams.reader import AsyncStream, Stream, read_message
from tercet.wire import argument_names
from tercet.wire.requests.arguments import text, unknown_argument
from tercet.wire.requests.json_body import body
from tercet.wire.responses.message import Message, MessageTokensCount
from tercet.wire.responses.parsed import ParsedMessage
from tercet.wire.stream.message_builder import MessageBuilder

if TYPE_CHECKING:
    from tercet.client.core import AsyncCore, Core
    from tercet.client.raw.types import (
        AsyncMessagesWithRawResponse,
        AsyncMessagesWithStreamingResponse,
        MessagesWithRawResponse,
        MessagesWithStreamingResponse,
    )
    from tercet.client.resources.batches import AsyncBatches, Batches
    from tercet.schema.answers import OutputFormat
    from tercet.tools.runner import OnEvent
    from tercet.wire.http import Response
    from tercet.wire.params import (
        MessageCountTokensParams,
        MessageCreateParams,
        MessageParseParams,
        MessageStreamParams,
    )
    from tercet.wire.stream.events import RawMessageStreamEvent
    from tercet.wire.typing_compat import Absent

F = TypeVar("F")

COUNTING_MODEL = "claude-haiku-5-5"
"""Counts texts for `client.count_tokens`, which names no model: the cheapest current one. Counting is free."""
read_count = model_reader(MessageTokensCount, "input_tokens")
read_parsed: Callable[[Response], ParsedMessage[Any]] = model_reader(ParsedMessage, "content", "role")

CREATE_REQUIRES = tuple(name for name in ARGUMENTS if name in argument_names.REQUIRED)
COUNT_REQUIRES = tuple(name for name in ARGUMENTS if name in argument_names.COUNT_TOKENS_REQUIRED)
Arguments: TypeAlias = Mapping[str, Any]
"""Keyword arguments as they came, before they were checked."""

STREAM_NAMES = argument_names.CREATE
CREATE_NAMES = STREAM_NAMES | {"stream"}
COUNT_NAMES = argument_names.COUNT_TOKENS


def create_call(
    arguments: Arguments, names: frozenset[str] = CREATE_NAMES, caller: str = "create", checked: bool = False
) -> Call[Message]:
    """Describe POST /v1/messages. `stream=True` among the arguments leaves the body unread. `checked`: they are right by now."""
    parsed = parse_arguments(arguments, names, caller, CREATE_REQUIRES, checked=checked)
    params, headers = parsed.params, parsed.headers
    stream = params.get("stream")
    if stream is None:
        params.pop("stream", None)
    elif stream:
        headers["Accept"] = "text/event-stream"
    fallbacks = None if "betas" in names else params.pop("fallbacks", None)  # with betas they are the API's own
    call = make_call(
        "POST",
        "/v1/messages",
        read_message,
        content=body(params, parsed.options.get("extra_body")),
        headers=headers,
        stream=stream is True,
        options=parsed.options,
        kind="message",
    )
    call.model, call.asked, call.fallbacks = params["model"], params, fallbacks
    call.whole = None if parsed.options.get("extra_body") else params
    return call


def stream_call(
    arguments: Arguments, caller: str = "stream", names: frozenset[str] = CREATE_NAMES, checked: bool = False
) -> Call[Message]:
    """Describe POST /v1/messages with `stream: true`, for the helper."""
    if "stream" in arguments and caller == "stream":
        raise unknown_argument("stream", STREAM_NAMES, caller)
    return create_call({**arguments, "stream": True}, names, caller, checked)


def parse_call(
    arguments: Arguments, output: OutputFormat | None, names: frozenset[str] = STREAM_NAMES, checked: bool = False
) -> Call[ParsedMessage[Any]]:
    """Describe POST /v1/messages, for an answer with data. `arguments` say the format already."""
    call: Call[Any] = create_call(arguments, names, "parse", checked)
    call.read = read_parsed if output is None else partial(read_filled, output)
    return call


def read_filled(output: OutputFormat, response: Response) -> ParsedMessage[Any]:
    """Return a whole response as a message with its data. OutputValidationError if a finished answer does not fit."""
    message = read_parsed(response)
    output.fill(message, response)
    return message


def with_any_output(arguments: Arguments) -> tuple[Arguments, OutputFormat | None]:
    """Return the arguments of `parse` so, which also reads by the schema of an `output_config.format`."""
    from tercet.schema.answers import with_any_format

    if "stream" in arguments:
        raise unknown_argument("stream", STREAM_NAMES, "parse")
    return with_any_format(arguments)


def with_output(arguments: Arguments) -> tuple[Arguments, OutputFormat | None]:
    """Return the arguments as `create` takes them, with `output_format` in its place, and how to read the answer by it."""
    if "output_format" not in arguments:
        return arguments, None
    from tercet.schema.answers import with_output_format

    return with_output_format(arguments)


def count_call(arguments: Arguments, names: frozenset[str] = COUNT_NAMES) -> Call[MessageTokensCount]:
    """Describe POST /v1/messages/count_tokens."""
    arguments, _ = with_output(arguments)
    parsed = parse_arguments(arguments, names, "count_tokens", COUNT_REQUIRES)
    return make_call(
        "POST",
        "/v1/messages/count_tokens",
        read_count,
        content=body(parsed.params, parsed.options.get("extra_body")),
        headers=parsed.headers,
        options=parsed.options,
        kind="free",
    )


def count_text_call(content: str) -> Call[MessageTokensCount]:
    """Describe POST /v1/messages/count_tokens for a text alone, as `client.count_tokens` of SDK 0.x is asked."""
    return count_call({"model": COUNTING_MODEL, "messages": [{"role": "user", "content": text("text", content)}]})


whole_stream = partial(MessageStream[None], assembler=MessageBuilder)
async_whole_stream = partial(AsyncMessageStream[None], assembler=MessageBuilder)
"""For `create`, which streams long answers inside: the message is what it would be unstreamed."""


class MessageCalls(Resource):
    """Describes the calls of messages from their arguments; subclasses send them, and may take other arguments."""

    _create_names = CREATE_NAMES
    _stream_names = _parse_names = STREAM_NAMES
    _count_names = COUNT_NAMES
    _counting: tuple[str, ...] = ()
    """Beta features that counting stands for."""

    def _arguments(self, params: Arguments, *betas: str) -> Arguments:
        """Return the arguments as the API's calls have them; `betas` are features that the method stands for."""
        return params

    def _with_defaults(self, params: Arguments, names: frozenset[str]) -> Arguments:
        """Return the parameters, and the client's own where these say nothing."""
        return with_defaults(params, self._client._defaults, names)

    def _create_arguments(self, params: Arguments) -> Arguments:
        arguments = self._arguments(self._with_defaults(params, self._create_names))
        return with_output(arguments)[0] if "output_format" in self._create_names else arguments

    def _stream_call(
        self, cls: Any, params: Arguments, checked: bool = False, on_event: OnEvent | None = None
    ) -> tuple[Call[Message], Any]:
        """Return the call of a streamed answer, and what makes a stream of what comes."""
        arguments, output = with_output(self._arguments(self._with_defaults(params, self._stream_names)))
        call = stream_call(arguments, "stream", self._create_names, checked)
        return call, partial(cls, output=output, on_event=on_event)

    def _count_call(self, params: Arguments) -> Call[MessageTokensCount]:
        params = self._with_defaults(params, self._count_names)
        return count_call(self._arguments(params, *self._counting), self._count_names)


class SyncMessageCalls(MessageCalls):
    """Sends the calls of messages for the blocking client."""

    _client: Core

    @cached_property
    def batches(self) -> Batches:
        """Many requests at once, at half the price, answered within 24 hours."""
        from tercet.client.resources.batches import Batches

        return Batches(self._client)

    def _create(self, params: Arguments, checked: bool = False) -> Any:
        arguments, names = self._create_arguments(params), self._create_names
        if self._client._takes_too_long(arguments):
            call = stream_call(arguments, "create", names, checked)
            return self._client._open(call, whole_stream).get_final_message()
        call = create_call(arguments, names, checked=checked)
        return self._client._open(call, Stream) if call.stream else self._client._send(call)

    def _stream(self, params: Arguments) -> MessageStreamManager[Any]:
        """Check the arguments now; the request goes out on entering the block."""
        call, made = self._stream_call(MessageStream[Any], params)
        return MessageStreamManager(lambda: self._client._open(call, made))

    def _parse(self, params: Arguments, checked: bool = False) -> Any:
        arguments, output = with_any_output(self._arguments(self._with_defaults(params, self._parse_names)))
        if self._client._takes_too_long(arguments):
            call = stream_call(arguments, "parse", self._create_names, checked)
            return self._client._open(call, partial(MessageStream[Any], output=output)).get_final_message()
        return self._client._send(parse_call(arguments, output, self._parse_names, checked))


class AsyncMessageCalls(MessageCalls):
    """Sends the calls of messages for the async client."""

    _client: AsyncCore

    @cached_property
    def batches(self) -> AsyncBatches:
        """Many requests at once, at half the price, answered within 24 hours."""
        from tercet.client.resources.batches import AsyncBatches

        return AsyncBatches(self._client)

    async def _create(self, params: Arguments, checked: bool = False) -> Any:
        arguments, names = self._create_arguments(params), self._create_names
        if self._client._takes_too_long(arguments):
            call = stream_call(arguments, "create", names, checked)
            return await (await self._client._open(call, async_whole_stream)).get_final_message()
        call = create_call(arguments, names, checked=checked)
        return await (self._client._open(call, AsyncStream) if call.stream else self._client._send(call))

    def _stream(self, params: Arguments) -> AsyncMessageStreamManager[Any]:
        call, made = self._stream_call(AsyncMessageStream[Any], params)
        return AsyncMessageStreamManager(lambda: self._client._open(call, made))

    async def _parse(self, params: Arguments, checked: bool = False) -> Any:
        arguments, output = with_any_output(self._arguments(self._with_defaults(params, self._parse_names)))
        if self._client._takes_too_long(arguments):
            call = stream_call(arguments, "parse", self._create_names, checked)
            stream = await self._client._open(call, partial(AsyncMessageStream[Any], output=output))
            return await stream.get_final_message()
        return await self._client._send(parse_call(arguments, output, self._parse_names, checked))


class Messages(SyncMessageCalls):
    """`client.messages`: say something, get the answer, whole or streamed. Source of every parameter's meaning: the
    API reference, in short on `MessageCreateParams`."""

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> MessagesWithRawResponse: ...
        @property
        def with_streaming_response(self) -> MessagesWithStreamingResponse: ...

    @overload
    def create(self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]) -> Message: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[MessageCreateParams]
    ) -> Stream[RawMessageStreamEvent]: ...
    @overload
    def create(
        self, *, stream: bool, **params: Unpack[MessageCreateParams]
    ) -> Message | Stream[RawMessageStreamEvent]: ...
    def create(self, **params: Any) -> Any:
        """Send a conversation and return the answer, or with `stream=True` its events as they come.

        Raises TypeError or ValueError for wrong arguments before anything is sent, and an APIError subclass for
        whatever the network or the API does.
        """
        return self._create(params)

    @overload
    def stream(self, *, output_format: type[F], **params: Unpack[MessageStreamParams]) -> MessageStreamManager[F]: ...
    @overload
    def stream(
        self, *, output_format: Absent | None = None, **params: Unpack[MessageStreamParams]
    ) -> MessageStreamManager[None]: ...
    @overload
    def stream(self, *, output_format: object, **params: Unpack[MessageStreamParams]) -> MessageStreamManager[Any]: ...
    def stream(self, **params: Any) -> MessageStreamManager[Any]:
        """Stream the answer: `with client.messages.stream(...) as stream: for text in stream.text_stream: ...`"""
        call, made = self._stream_call(MessageStream[Any], params)
        return MessageStreamManager(lambda: self._client._open(call, made))

    @overload
    def parse(self, *, output_format: type[F], **params: Unpack[MessageParseParams]) -> ParsedMessage[F]: ...
    @overload
    def parse(
        self, *, output_format: Absent | None = None, **params: Unpack[MessageParseParams]
    ) -> ParsedMessage[Any]: ...
    @overload
    def parse(self, *, output_format: object, **params: Unpack[MessageParseParams]) -> ParsedMessage[Any]: ...
    def parse(self, **params: Any) -> Any:
        """Ask for an answer of a type: `message.parsed_output` is a value of it, all its constraints checked here.

        `output_format`: a pydantic model, dataclass, TypedDict, msgspec Struct, Enum, a list or union of those, or a JSON
        schema. A refused or cut answer has `parsed_output` None and says why in `stop_reason`; a finished one that does
        not fit raises OutputValidationError, which holds the message. A type that the API cannot answer in (recursive,
        `Any`) is a ValueError before anything is sent.
        """
        return self._parse(params)

    def count_tokens(self, **params: Unpack[MessageCountTokensParams]) -> MessageTokensCount:
        """Count the input tokens that a request of these parameters would have, by the API's own estimate."""
        return self._client._send(self._count_call(params))


class AsyncMessages(AsyncMessageCalls):
    """`client.messages` of the async client. See `Messages`."""

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> AsyncMessagesWithRawResponse: ...
        @property
        def with_streaming_response(self) -> AsyncMessagesWithStreamingResponse: ...

    @overload
    async def create(self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]) -> Message: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[MessageCreateParams]
    ) -> AsyncStream[RawMessageStreamEvent]: ...
    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[MessageCreateParams]
    ) -> Message | AsyncStream[RawMessageStreamEvent]: ...
    async def create(self, **params: Any) -> Any:
        """Send a conversation and return the answer, or with `stream=True` its events as they come."""
        return await self._create(params)

    @overload
    def stream(
        self, *, output_format: type[F], **params: Unpack[MessageStreamParams]
    ) -> AsyncMessageStreamManager[F]: ...
    @overload
    def stream(
        self, *, output_format: Absent | None = None, **params: Unpack[MessageStreamParams]
    ) -> AsyncMessageStreamManager[None]: ...
    @overload
    def stream(
        self, *, output_format: object, **params: Unpack[MessageStreamParams]
    ) -> AsyncMessageStreamManager[Any]: ...
    def stream(self, **params: Any) -> AsyncMessageStreamManager[Any]:
        """Stream the answer: `async with client.messages.stream(...) as stream: async for text in stream.text_stream: ...`"""
        return self._stream(params)

    @overload
    async def parse(self, *, output_format: type[F], **params: Unpack[MessageParseParams]) -> ParsedMessage[F]: ...
    @overload
    async def parse(
        self, *, output_format: Absent | None = None, **params: Unpack[MessageParseParams]
    ) -> ParsedMessage[Any]: ...
    @overload
    async def parse(self, *, output_format: object, **params: Unpack[MessageParseParams]) -> ParsedMessage[Any]: ...
    async def parse(self, **params: Any) -> Any:
        """Ask for an answer of a type. See `Messages.parse`."""
        return await self._parse(params)

    async def count_tokens(self, **params: Unpack[MessageCountTokensParams]) -> MessageTokensCount:
        """Count the input tokens that a request of these parameters would have, by the API's own estimate."""
        return await self._client._send(self._count_call(params))


WRITTEN_CREATE = Messages.create
"""The method as it stands above: whoever compares sees whether it was replaced."""
