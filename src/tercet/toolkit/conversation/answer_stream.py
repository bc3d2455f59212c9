"""A turn whose answers are handed out while they come: texts for the user's loop, the message afterwards.

A stream ends in one of three ways: read to its end, broken off, or left. In each the plan of the turn is told what had come
and carries on to its own end, so that the log holds it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from tercet.flow.effects import Plan
from tercet.toolkit.conversation.entries import LogEntry, LoggedCall
from tercet.toolkit.conversation.occupancy import Occupancy
from tercet.toolkit.conversation.turn import AskFailed, TurnEnding
from tercet.wire.errors import AnthropicError
from tercet.wire.responses.message import Message

Item = TypeVar("Item")


class AnswerLeftError(AnthropicError):
    """Nobody reads the stream any more. Users never see it: it tells the plan of the turn."""


def is_step(item: object) -> bool:
    """Return whether what a plan hands out is a step that was committed, and no stream."""
    return isinstance(item, LogEntry | LoggedCall)


class StreamedTurn:
    """What both worlds know of a turn that is streamed."""

    def __init__(self, occupancy: Occupancy) -> None:
        self.occupancy = occupancy
        self.streams: Any = None
        """The generator that carries the turn out."""
        self.texts: list[str] = []
        self.over = False
        """Whether nobody reads it any more, or there is no more to read."""
        self.ending: TurnEnding | None = None
        self.current: Any = None
        """The stream that is being read."""
        self.error: BaseException | None = None
        """What broke it off."""

    def watched(self, plan: Plan[TurnEnding]) -> Plan[None]:
        """Carry out the turn and note how it ended."""
        self.ending = yield from plan

    def failure(self, most: int | None) -> AskFailed:
        """Return what the plan is told of a stream that was not read to its end."""
        part = None
        with suppress(AssertionError):
            part = self.current.current_message_snapshot
        return AskFailed(self.error or AnswerLeftError("the answer was left before its end"), part, most)

    def is_known(self, error: BaseException) -> bool:
        """Return whether this is the error that the user is told anyway, or none for the user."""
        return error is self.error or isinstance(error, AnswerLeftError)

    @property
    def message(self) -> Message:
        """Return the answer, or as much of it as has come. RuntimeError before anything has."""
        if self.ending is not None and self.ending.message is not None:
            return self.ending.message
        if self.current is None:
            raise RuntimeError("nothing of the answer has come yet: iterate the stream first")
        part: Message = self.current.current_message_snapshot
        return part


class TurnStream(Generic[Item]):
    """Base of what is read while a turn goes on, inside a `with` block or without one."""

    def __init__(self, turn: StreamedTurn, streams: Generator[Any, None, None], enter: Callable[[], Occupancy]) -> None:
        """`streams` carries the turn out and gives each of its streams; `enter` comes before its first step."""
        self._turn, self._streams, self._enter = turn, streams, enter
        turn.streams = streams
        self._read: Iterator[str] = iter(())
        self._begun = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Item:
        turn = self._turn
        if turn.over:
            raise StopIteration
        with turn.occupancy if self._begun else self._enter() as occupancy:
            self._begun = True
            occupancy.reads(turn, self)
            try:
                return self._next_item()
            except BaseException as error:
                if not isinstance(error, StopIteration):
                    turn.error = turn.error or error
                finish(turn, self._streams)
                raise

    def _next_item(self) -> Item:
        turn = self._turn
        while True:
            for text in self._read:
                turn.texts.append(text)
                return cast("Item", text)
            item = next(self._streams)
            if is_step(item):
                return self._step_of(item)
            turn.current = item
            self._read = item.text_stream

    def _step_of(self, committed: Any) -> Item:
        """Return what is handed on of a step; only agents' streams are given any."""
        return cast("Item", committed)

    @property
    def message(self) -> Message:
        """The answer, or as much of it as has come: the last one, if tools were called."""
        return self._turn.message

    @property
    def text(self) -> str:
        """The text that has come, of every answer of the turn."""
        return "".join(self._turn.texts)

    def until_done(self) -> Message:
        """Read the answer to its end and return it."""
        for _ in self:
            pass
        return self.message

    def close(self) -> None:
        """Stop reading. What had come stays in the conversation."""
        if self._begun and not self._turn.over:
            with self._turn.occupancy:
                finish(self._turn, self._streams)
        self._turn.over = True

    def __del__(self) -> None:
        if getattr(self, "_begun", False) and not self._turn.over:
            with suppress(Exception):  # a call is under way, or nothing can be stored any more
                self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turn.error = self._turn.error or error
        self.close()


class AnswerStream(TurnStream[str]):
    """The answer to what was said, as it comes. Iterate it for its texts, inside a `with` block or without one."""


def finish(turn: StreamedTurn, streams: Generator[Any, None, None]) -> None:
    """Let the plan of a turn come to its end with what there is."""
    if turn.over:
        return
    turn.over = True
    try:
        for _ in streams:
            pass
    except BaseException as error:
        if not turn.is_known(error):
            raise


class AsyncTurnStream(Generic[Item]):
    """The async twin of `TurnStream`."""

    def __init__(self, turn: StreamedTurn, streams: AsyncGenerator[Any, None], enter: Callable[[], Any]) -> None:
        """`streams` carries the turn out and gives each of its streams; `enter` comes before its first step."""
        self._turn, self._streams, self._enter = turn, streams, enter
        turn.streams = streams
        self._read: AsyncIterator[str] | None = None
        self._begun = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        turn = self._turn
        if turn.over:
            raise StopAsyncIteration
        with turn.occupancy if self._begun else await self._enter() as occupancy:
            self._begun = True
            occupancy.reads(turn, self)
            try:
                return await self._next_item()
            except BaseException as error:
                if not isinstance(error, StopAsyncIteration):
                    turn.error = turn.error or error
                await afinish(turn, self._streams)
                raise

    async def _next_item(self) -> Item:
        turn = self._turn
        while True:
            if self._read is not None:
                async for text in self._read:
                    turn.texts.append(text)
                    return cast("Item", text)
            item = await anext(self._streams)
            if is_step(item):
                return self._step_of(item)
            turn.current = item
            self._read = item.text_stream

    def _step_of(self, committed: Any) -> Item:
        """Return what is handed on of a step; only agents' streams are given any."""
        return cast("Item", committed)

    @property
    def message(self) -> Message:
        """The answer, or as much of it as has come: the last one, if tools were called."""
        return self._turn.message

    @property
    def text(self) -> str:
        """The text that has come, of every answer of the turn."""
        return "".join(self._turn.texts)

    async def until_done(self) -> Message:
        """Read the answer to its end and return it."""
        async for _ in self:
            pass
        return self.message

    async def close(self) -> None:
        """Stop reading. What had come stays in the conversation."""
        if self._begun and not self._turn.over:
            with self._turn.occupancy:
                await afinish(self._turn, self._streams)
        self._turn.over = True

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turn.error = self._turn.error or error
        await self.close()


class AsyncAnswerStream(AsyncTurnStream[str]):
    """The async twin of `AnswerStream`."""


async def afinish(turn: StreamedTurn, streams: AsyncGenerator[Any, None]) -> None:
    """Do the same as `finish`."""
    if turn.over:
        return
    turn.over = True
    try:
        async for _ in streams:
            pass
    except BaseException as error:
        if not turn.is_known(error):
            raise
