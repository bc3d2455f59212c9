"""`client.beta.messages`: the messages API with beta features, and the tool runner. `betas` become a header; everything
else is what `messages.py` does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Unpack, overload

from tercet.client.resources.messages import AsyncMessageCalls, MessageCalls, SyncMessageCalls
from tercet.client.resources.resource import underlying_client
from tercet.client.streams.message import (
    AsyncMessageStream,
    AsyncMessageStreamManager,
    MessageStream,
    MessageStreamManager,
)
from tercet.client.streams.reader import AsyncStream, Stream
from tercet.wire import argument_names
from tercet.wire.requests.arguments import strings
from tercet.wire.requests.sentinels import is_absent

if TYPE_CHECKING:
    from tercet.client.raw.types import (
        AsyncBetaMessagesWithRawResponse,
        AsyncBetaMessagesWithStreamingResponse,
        BetaMessagesWithRawResponse,
        BetaMessagesWithStreamingResponse,
    )
    from tercet.client.resources.tool_runners import BetaAsyncStreamingToolRunner, BetaStreamingToolRunner
    from tercet.tools.runner import BetaAsyncToolRunner, BetaToolRunner, OnEvent
    from tercet.wire.params import (
        BetaMessageCountTokensParams,
        BetaMessageCreateParams,
        BetaMessageParseParams,
        BetaMessageStreamParams,
        BetaToolRunnerParams,
    )
    from tercet.wire.responses.message import Message, MessageTokensCount
    from tercet.wire.responses.parsed import ParsedMessage
    from tercet.wire.stream.events import RawMessageStreamEvent
    from tercet.wire.typing_compat import Absent

F = TypeVar("F")


def beta_arguments(arguments: Mapping[str, Any], *own: str) -> dict[str, Any]:
    """Return the arguments with `betas` as the header `anthropic-beta`, together with those that `extra_headers` name.

    `own` are the betas that the method itself stands for.
    """
    rest = dict(arguments)
    betas, headers = rest.pop("betas", None), rest.get("extra_headers") or {}
    asked = [] if betas is None or is_absent(betas) else strings("betas", betas)
    if not (asked or own) or not isinstance(headers, Mapping):
        return rest
    names = [name for name in headers if name.lower() == "anthropic-beta"]
    named = [headers[name] for name in names]
    if any(not isinstance(value, str) for value in named):
        return rest  # the caller takes the header away
    every = [*asked, *own, *(beta.strip() for value in named for beta in value.split(","))]
    others = {name: value for name, value in headers.items() if name not in names}
    text = ",".join(dict.fromkeys(beta for beta in every if beta))
    return {**rest, "extra_headers": {**others, "anthropic-beta": text} if text else others}


class BetaArguments(MessageCalls):
    """The arguments of beta features, which both worlds take."""

    _create_names = argument_names.BETA_CREATE | {"stream", "output_format"}
    _stream_names = _parse_names = argument_names.BETA_CREATE
    _count_names = argument_names.BETA_COUNT_TOKENS
    _counting = ("token-counting-2024-11-01",)
    """Without meaning by now; code for beta features names it when it counts, and so do we."""

    def _arguments(self, params: Mapping[str, Any], *betas: str) -> Mapping[str, Any]:
        return beta_arguments(params, *betas)


class BetaMessages(BetaArguments, SyncMessageCalls):
    """`client.beta.messages`. See `client.messages`; `betas=[...]` names the features to use."""

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> BetaMessagesWithRawResponse: ...
        @property
        def with_streaming_response(self) -> BetaMessagesWithStreamingResponse: ...

    @overload
    def create(self, *, stream: Literal[False] = False, **params: Unpack[BetaMessageCreateParams]) -> Message: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[BetaMessageCreateParams]
    ) -> Stream[RawMessageStreamEvent]: ...
    @overload
    def create(
        self, *, stream: bool, **params: Unpack[BetaMessageCreateParams]
    ) -> Message | Stream[RawMessageStreamEvent]: ...
    def create(self, **params: Any) -> Any:
        """Send a conversation and return the answer, or with `stream=True` its events as they come."""
        return self._create(params)

    @overload
    def stream(
        self, *, output_format: type[F], **params: Unpack[BetaMessageStreamParams]
    ) -> MessageStreamManager[F]: ...
    @overload
    def stream(
        self, *, output_format: Absent | None = None, **params: Unpack[BetaMessageStreamParams]
    ) -> MessageStreamManager[None]: ...
    @overload
    def stream(
        self, *, output_format: object, **params: Unpack[BetaMessageStreamParams]
    ) -> MessageStreamManager[Any]: ...
    def stream(self, **params: Any) -> MessageStreamManager[Any]:
        """Stream the answer. See `Messages.stream`."""
        return self._stream(params)

    @overload
    def parse(self, *, output_format: type[F], **params: Unpack[BetaMessageParseParams]) -> ParsedMessage[F]: ...
    @overload
    def parse(
        self, *, output_format: Absent | None = None, **params: Unpack[BetaMessageParseParams]
    ) -> ParsedMessage[Any]: ...
    @overload
    def parse(self, *, output_format: object, **params: Unpack[BetaMessageParseParams]) -> ParsedMessage[Any]: ...
    def parse(self, **params: Any) -> Any:
        """Ask for an answer of a type. See `Messages.parse`."""
        return self._parse(params)

    def count_tokens(self, **params: Unpack[BetaMessageCountTokensParams]) -> MessageTokensCount:
        """Count the input tokens that a request of these parameters would have, by the API's own estimate."""
        return self._client._send(self._count_call(params))

    @overload
    def tool_runner(
        self, *, output_format: type[F], stream: Literal[False] = False, **params: Unpack[BetaToolRunnerParams]
    ) -> BetaToolRunner[F]: ...
    @overload
    def tool_runner(
        self,
        *,
        output_format: Absent | None = None,
        stream: Literal[False] = False,
        **params: Unpack[BetaToolRunnerParams],
    ) -> BetaToolRunner[None]: ...
    @overload
    def tool_runner(
        self, *, output_format: type[F], stream: Literal[True], **params: Unpack[BetaToolRunnerParams]
    ) -> BetaStreamingToolRunner[F]: ...
    @overload
    def tool_runner(
        self, *, output_format: Absent | None = None, stream: Literal[True], **params: Unpack[BetaToolRunnerParams]
    ) -> BetaStreamingToolRunner[None]: ...
    @overload
    def tool_runner(
        self, *, output_format: object = None, stream: bool, **params: Unpack[BetaToolRunnerParams]
    ) -> BetaToolRunner[Any] | BetaStreamingToolRunner[Any]: ...
    def tool_runner(self, **params: Any) -> Any:
        """Let the model call your tools until it is done: iterate the runner for each answer, or call `until_done()`.

        `tools`: functions made tools by `@beta_tool`, and definitions as dicts, which you answer yourself. Whatever a
        tool raises, and input that does not fit, is for the model to read. A call that was cut off is never run. With
        `stream=True` each answer comes as a stream. Every request sends the whole history; `thread=True` lets the API
        keep it, which needs a beta feature (named for you) that not every account and platform has.
        """
        from tercet.client.resources.tool_runners import BetaStreamingToolRunner, runner_arguments
        from tercet.tools.runner import BetaToolRunner

        passed = runner_arguments(self._with_defaults(params, self._parse_names))
        state, output, client = passed.state, passed.output, underlying_client(self._client)
        messages = type(self)(client)
        if passed.stream:

            def open_stream(arguments: dict[str, Any], checked: bool, on_event: OnEvent | None) -> Any:
                return client._open(
                    *messages._stream_call(MessageStream[Any], {**arguments, **output}, checked, on_event)
                )

            return BetaStreamingToolRunner(state, open_stream, passed.eager)
        ask = messages._parse if output else messages._create
        return BetaToolRunner(state, lambda arguments, checked: ask({**arguments, **output}, checked))


class AsyncBetaMessages(BetaArguments, AsyncMessageCalls):
    """`client.beta.messages` of the async client. See `BetaMessages`."""

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> AsyncBetaMessagesWithRawResponse: ...
        @property
        def with_streaming_response(self) -> AsyncBetaMessagesWithStreamingResponse: ...

    @overload
    async def create(self, *, stream: Literal[False] = False, **params: Unpack[BetaMessageCreateParams]) -> Message: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[BetaMessageCreateParams]
    ) -> AsyncStream[RawMessageStreamEvent]: ...
    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[BetaMessageCreateParams]
    ) -> Message | AsyncStream[RawMessageStreamEvent]: ...
    async def create(self, **params: Any) -> Any:
        """Send a conversation and return the answer, or with `stream=True` its events as they come."""
        return await self._create(params)

    @overload
    def stream(
        self, *, output_format: type[F], **params: Unpack[BetaMessageStreamParams]
    ) -> AsyncMessageStreamManager[F]: ...
    @overload
    def stream(
        self, *, output_format: Absent | None = None, **params: Unpack[BetaMessageStreamParams]
    ) -> AsyncMessageStreamManager[None]: ...
    @overload
    def stream(
        self, *, output_format: object, **params: Unpack[BetaMessageStreamParams]
    ) -> AsyncMessageStreamManager[Any]: ...
    def stream(self, **params: Any) -> AsyncMessageStreamManager[Any]:
        """Stream the answer. See `AsyncMessages.stream`."""
        return self._stream(params)

    @overload
    async def parse(self, *, output_format: type[F], **params: Unpack[BetaMessageParseParams]) -> ParsedMessage[F]: ...
    @overload
    async def parse(
        self, *, output_format: Absent | None = None, **params: Unpack[BetaMessageParseParams]
    ) -> ParsedMessage[Any]: ...
    @overload
    async def parse(self, *, output_format: object, **params: Unpack[BetaMessageParseParams]) -> ParsedMessage[Any]: ...
    async def parse(self, **params: Any) -> Any:
        """Ask for an answer of a type. See `Messages.parse`."""
        return await self._parse(params)

    async def count_tokens(self, **params: Unpack[BetaMessageCountTokensParams]) -> MessageTokensCount:
        """Count the input tokens that a request of these parameters would have, by the API's own estimate."""
        return await self._client._send(self._count_call(params))

    @overload
    def tool_runner(
        self, *, output_format: type[F], stream: Literal[False] = False, **params: Unpack[BetaToolRunnerParams]
    ) -> BetaAsyncToolRunner[F]: ...
    @overload
    def tool_runner(
        self,
        *,
        output_format: Absent | None = None,
        stream: Literal[False] = False,
        **params: Unpack[BetaToolRunnerParams],
    ) -> BetaAsyncToolRunner[None]: ...
    @overload
    def tool_runner(
        self, *, output_format: type[F], stream: Literal[True], **params: Unpack[BetaToolRunnerParams]
    ) -> BetaAsyncStreamingToolRunner[F]: ...
    @overload
    def tool_runner(
        self, *, output_format: Absent | None = None, stream: Literal[True], **params: Unpack[BetaToolRunnerParams]
    ) -> BetaAsyncStreamingToolRunner[None]: ...
    @overload
    def tool_runner(
        self, *, output_format: object = None, stream: bool, **params: Unpack[BetaToolRunnerParams]
    ) -> BetaAsyncToolRunner[Any] | BetaAsyncStreamingToolRunner[Any]: ...
    def tool_runner(self, **params: Any) -> Any:
        """Let the model call your tools until it is done. See `BetaMessages.tool_runner`.

        Takes tools made by `@beta_async_tool` and by `@beta_tool`; the latter are called in another thread.
        """
        from tercet.client.resources.tool_runners import BetaAsyncStreamingToolRunner, runner_arguments
        from tercet.tools.runner import BetaAsyncToolRunner

        passed = runner_arguments(self._with_defaults(params, self._parse_names))
        state, output, client = passed.state, passed.output, underlying_client(self._client)
        messages = type(self)(client)
        if passed.stream:

            async def open_stream(arguments: dict[str, Any], checked: bool, on_event: OnEvent | None) -> Any:
                return await client._open(
                    *messages._stream_call(AsyncMessageStream[Any], {**arguments, **output}, checked, on_event)
                )

            return BetaAsyncStreamingToolRunner(state, open_stream, passed.eager)
        ask = messages._parse if output else messages._create
        return BetaAsyncToolRunner(state, lambda arguments, checked: ask({**arguments, **output}, checked))
