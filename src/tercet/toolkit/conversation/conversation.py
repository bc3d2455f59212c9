"""`tercet.Conversation` and `tercet.AsyncConversation`: a few lines a method over the plans of `turn.py`."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING, Any, Unpack

from tercet.client.preflight import warn
from tercet.flow.drivers import aiterate, arun, iterate, run
from tercet.flow.effects import Ask, Plan
from tercet.toolkit.conversation.answer_stream import (
    AnswerStream,
    AsyncAnswerStream,
    StreamedTurn,
    afinish,
    finish,
    is_step,
)
from tercet.toolkit.conversation.conversation_base import ConversationBase
from tercet.toolkit.conversation.occupancy import Occupancy
from tercet.toolkit.conversation.request import uses_beta
from tercet.toolkit.conversation.state import TurnOptions
from tercet.toolkit.conversation.turn import AskFailed, AskWhole, Opening, TurnEnding, turn
from tercet.tools.calls import call_any_tool, call_plain_tool
from tercet.wire.responses.message import Message

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic, AsyncAnthropic
    from tercet.toolkit.conversation.parameters import ConversationParameters, Said, TurnParameters
    from tercet.toolkit.conversation.turns import Turn


class Conversation(ConversationBase):
    """A conversation: it keeps what was said, and sends what the API accepts.

        chat = tercet.Conversation(client, system="You are a tutor.", model="claude-sonnet-4-6", max_tokens=1024)
        chat.say("What is a decorator?").text

    `examples` are pairs (question, answer) that always stand before what is said; `messages` a history to go on with.
    Whatever `messages.create` takes is given here for every turn, or to one call. Tools are run until the model is done.
    `view` chooses what is sent (`tercet.views`), `cache="auto"` marks it for the API's cache, `limits` bound the tools' loop,
    and `on_cut` says what becomes of an answer that `max_tokens` cut: "keep", "continue" or "raise".

    One call at a time: another task or thread gets ConversationBusyError.
    """

    _client: Anthropic
    _is_async = False

    def __init__(self, client: Anthropic, **arguments: Unpack[ConversationParameters]) -> None:
        super().__init__(client, **arguments)

    def say(self, *content: Said, **parameters: Unpack[TurnParameters]) -> Message:
        """Say something and return the answer, once every tool that it calls has been run.

        Takes texts and content blocks, and parameters of `messages.create` for this turn. Raises ValueError for empty words
        before anything is sent; whatever the API refuses or the network loses is raised, and the conversation can be gone on
        with.
        """
        return self._turn(self._opening_of(content, "say"), self._options_of(parameters, "say"))

    def stream(self, *content: Said, **parameters: Unpack[TurnParameters]) -> AnswerStream:
        """Say something and return the answer as it comes: iterate it for its texts. The request leaves with the first step."""
        return self._stream(self._opening_of(content, "stream"), self._options_of(parameters, "stream", streams=True))

    def retry(self, **parameters: Unpack[TurnParameters]) -> Message:
        """Ask for the last turn again: another version of it, while the old one is kept.

        If tools were run and the request with their results failed, that request is sent again, and no tool runs twice.
        """
        options = self._options_of(parameters, "retry")
        with self._entered():
            return self._ended(self._carry_out(turn(self._state, self._retried(), options)), options)

    def edit(self, turn: Turn, *content: Said, **parameters: Unpack[TurnParameters]) -> Message:
        """Say something else in the place of a turn, and return the answer. What followed the old words is kept as a version."""
        return self._turn(self._edited(turn, content), self._options_of(parameters, "edit"))

    def switch(self, version: Turn) -> None:
        """Go on from another version of a turn, with what followed it last."""
        with self._entered():
            self._carry_out(self._state.commit(self._switched(version)))

    def clear(self) -> None:
        """Begin anew. What was said stays in the log, and counts in `usage` and `cost`."""
        with self._entered():
            self._carry_out(self._state.commit(self._cleared()))

    def _turn(self, opening: Opening, options: TurnOptions) -> Message:
        with self._entered():
            return self._ended(self._carry_out(turn(self._state, opening, options)), options)

    def _stream(self, opening: Opening, options: TurnOptions) -> AnswerStream:
        streamed = StreamedTurn(self._occupancy)
        plan = turn(self._state, opening, options)
        streams = self._streams(streamed, plan, lambda ending: self._ended(ending, options))
        return AnswerStream(streamed, streams, self._entered)

    def _streams(
        self, streamed: StreamedTurn, plan: Plan[TurnEnding], ended: Callable[[TurnEnding], object]
    ) -> Generator[Any, None, None]:
        def whole(stream: Any) -> Any:
            if streamed.over or streamed.error is not None:
                return self._broken(streamed)
            if is_step(stream):
                return None
            try:
                return stream.get_final_message()
            except BaseException as error:
                streamed.error = error
                return self._broken(streamed)

        def close(stream: Any) -> None:
            if not is_step(stream):
                stream.close()

        watched = streamed.watched(plan)
        yield from iterate(watched, ask=self._open, call_tool=call_plain_tool, whole=whole, close=close)
        if streamed.ending is not None:
            ended(streamed.ending)

    def _entered(self) -> Occupancy:
        """Return the conversation for one call, once a stream that was left is closed."""
        self._warn_in_loop()
        with self._occupancy as occupancy:
            if (left := occupancy.left_stream()) is not None:
                finish(left, left.streams)
            if self._state.needs_recovery:
                self._carry_out(self._state.recover())
        return occupancy

    def _carry_out(self, plan: Plan[Any]) -> Any:
        return run(plan, ask=self._ask, call_tool=call_plain_tool)

    def _ask(self, effect: Ask) -> Any:
        arguments = effect.arguments
        try:
            with self._tagged:
                return self._nouns(arguments).create(**arguments)
        except BaseException as error:
            return AskFailed(error, most=self._most_cost(arguments))

    def _open(self, effect: Ask) -> Any:
        arguments = self._opened = effect.arguments
        if type(effect) is AskWhole:
            return self._ask(effect)
        try:
            with self._tagged:
                return self._nouns(arguments).stream(**arguments).__enter__()
        except BaseException as error:
            return AskFailed(error, most=self._most_cost(arguments))

    def _nouns(self, arguments: dict[str, Any]) -> Any:
        return self.client.beta.messages if uses_beta(arguments) else self.client.messages

    def _warn_in_loop(self) -> None:
        if "asyncio" in sys.modules:
            warn_in_loop()


_warned = False


def warn_in_loop() -> None:
    """Warn once if an event loop runs in this thread: a blocking call stops everything in it."""
    global _warned
    from asyncio import _get_running_loop

    if not _warned and _get_running_loop() is not None:
        _warned = True
        warn(
            "a blocking Conversation is used inside a running event loop, which stands still meanwhile; use "
            "AsyncConversation with AsyncAnthropic",
            RuntimeWarning,
        )


class AsyncConversation(ConversationBase):
    """The async twin of `Conversation`, for `AsyncAnthropic`."""

    _client: AsyncAnthropic
    _is_async = True

    def __init__(self, client: AsyncAnthropic, **arguments: Unpack[ConversationParameters]) -> None:
        super().__init__(client, **arguments)

    async def say(self, *content: Said, **parameters: Unpack[TurnParameters]) -> Message:
        """Say something and return the answer. See `Conversation.say`."""
        return await self._turn(self._opening_of(content, "say"), self._options_of(parameters, "say"))

    def stream(self, *content: Said, **parameters: Unpack[TurnParameters]) -> AsyncAnswerStream:
        """Say something and return the answer as it comes: `async for text in chat.stream(...)`."""
        return self._stream(self._opening_of(content, "stream"), self._options_of(parameters, "stream", streams=True))

    async def retry(self, **parameters: Unpack[TurnParameters]) -> Message:
        """Ask for the last turn again. See `Conversation.retry`."""
        options = self._options_of(parameters, "retry")
        with await self._entered():
            return self._ended(await self._carry_out(turn(self._state, self._retried(), options)), options)

    async def edit(self, turn: Turn, *content: Said, **parameters: Unpack[TurnParameters]) -> Message:
        """Say something else in the place of a turn, and return the answer. See `Conversation.edit`."""
        return await self._turn(self._edited(turn, content), self._options_of(parameters, "edit"))

    async def switch(self, version: Turn) -> None:
        """Go on from another version of a turn, with what followed it last."""
        with await self._entered():
            await self._carry_out(self._state.commit(self._switched(version)))

    async def clear(self) -> None:
        """Begin anew. What was said stays in the log, and counts in `usage` and `cost`."""
        with await self._entered():
            await self._carry_out(self._state.commit(self._cleared()))

    async def _turn(self, opening: Opening, options: TurnOptions) -> Message:
        with await self._entered():
            return self._ended(await self._carry_out(turn(self._state, opening, options)), options)

    def _stream(self, opening: Opening, options: TurnOptions) -> AsyncAnswerStream:
        streamed = StreamedTurn(self._occupancy)
        plan = turn(self._state, opening, options)
        streams = self._streams(streamed, plan, lambda ending: self._ended(ending, options))
        return AsyncAnswerStream(streamed, streams, self._entered)

    async def _streams(
        self, streamed: StreamedTurn, plan: Plan[TurnEnding], ended: Callable[[TurnEnding], object]
    ) -> AsyncGenerator[Any, None]:
        async def whole(stream: Any) -> Any:
            if streamed.over or streamed.error is not None:
                return self._broken(streamed)
            if is_step(stream):
                return None
            try:
                return await stream.get_final_message()
            except BaseException as error:
                streamed.error = error
                return self._broken(streamed)

        async def close(stream: Any) -> None:
            if not is_step(stream):
                await stream.close()

        watched = streamed.watched(plan)
        async for stream in aiterate(watched, ask=self._open, call_tool=call_any_tool, whole=whole, close=close):
            yield stream
        if streamed.ending is not None:
            ended(streamed.ending)

    async def _entered(self) -> Occupancy:
        with self._occupancy as occupancy:
            if (left := occupancy.left_stream()) is not None:
                await afinish(left, left.streams)
            if self._state.needs_recovery:
                await self._carry_out(self._state.recover())
        return occupancy

    async def _carry_out(self, plan: Plan[Any]) -> Any:
        return await arun(plan, ask=self._ask, call_tool=call_any_tool)

    async def _ask(self, effect: Ask) -> Any:
        arguments = effect.arguments
        try:
            with self._tagged:
                return await self._nouns(arguments).create(**arguments)
        except BaseException as error:
            return AskFailed(error, most=self._most_cost(arguments))

    async def _open(self, effect: Ask) -> Any:
        arguments = self._opened = effect.arguments
        if type(effect) is AskWhole:
            return await self._ask(effect)
        try:
            with self._tagged:
                return await self._nouns(arguments).stream(**arguments).__aenter__()
        except BaseException as error:
            return AskFailed(error, most=self._most_cost(arguments))

    def _nouns(self, arguments: dict[str, Any]) -> Any:
        return self.client.beta.messages if uses_beta(arguments) else self.client.messages
