"""`beta.messages.tool_runner()`: drives the tool loop, blocking and async. What follows what is `loop.py`'s; here
requests are sent, tools called, and each answer handed to the caller between the two."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from tercet.flow.daemon_threads import run_in_daemon_thread
from tercet.tools.eager import EagerCalls
from tercet.tools.loop import CallTool, RunTools, tool_loop, tool_results
from tercet.tools.results import Result, succeeded
from tercet.tools.run_state import RunState, is_runnable
from tercet.tools.runner_base import Runner, called, failed_call, next_effect
from tercet.wire.responses.message import Message
from tercet.wire.responses.parsed import ParsedMessage

if TYPE_CHECKING:
    from tercet.client.resources.beta_messages import AsyncBetaMessages, BetaMessages
    from tercet.client.streams.message import AsyncMessageStream, MessageStream
    from tercet.wire.params import MessageParam

T = TypeVar("T")
Item = TypeVar("Item")


class _BlockingRunner(Runner, Generic[Item, T]):
    """A tool runner in this thread."""

    def __init__(self, messages: BetaMessages, run: RunState, output_format: Any, eager: bool = False) -> None:
        for tool in run.tools.values():
            self._check_tool(tool)
        self._messages, self._run, self._eager = messages, run, eager
        self._format = {} if output_format is None else {"output_format": output_format}
        self._calls: EagerCalls | None = None
        self._current: Item | None = None
        self._iterator = self._items()

    def _check_tool(self, tool: Any) -> None:
        if is_runnable(tool) and inspect.iscoroutinefunction(tool.call):
            raise TypeError(f"{tool!r} is async; use AsyncAnthropic for it, or @beta_tool")

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        return next(self._iterator)

    def _items(self) -> Generator[Item, None, None]:
        plan, outcome = tool_loop(self._run), cast("Any", None)
        while (effect := next_effect(plan, outcome)) is not None:
            if isinstance(effect, RunTools):
                outcome = self.generate_tool_call_response()
                continue
            self._current = None
            item = self._current = self._ask(effect.arguments)
            try:
                yield item
                outcome = self._run.last = self._whole(item)
            finally:
                self._close(item)

    def _ask(self, arguments: dict[str, Any]) -> Item:
        raise TypeError("a tool runner is made by client.beta.messages.tool_runner()")

    def _whole(self, item: Item) -> Message:
        return cast("Message", item)

    def _close(self, item: Item) -> None:
        """Free what an item holds."""

    def until_done(self) -> ParsedMessage[T]:
        """Run the loop to its end and return the last answer."""
        for _ in self:
            pass
        return cast("ParsedMessage[T]", self._run.last_answer())

    def generate_tool_call_response(self) -> MessageParam | None:
        """Run the tools that the current answer calls, and return the message that answers it; None if it calls none.

        Each call is run once, however often this is asked for. The loop does it for you when you do not.
        """
        if self._current is None:
            return None
        plan, outcome = tool_results(self._run, self._whole(self._current)), cast("Any", None)
        try:
            while True:
                effect: CallTool = plan.send(outcome)
                outcome = self._call(effect.tool, effect.call)
        except StopIteration as done:
            return cast("MessageParam | None", done.value)

    def _call(self, tool: Any, call: Any) -> Result:
        self._calling = True
        try:
            return called(tool, call)
        finally:
            self._calling = False

    def close(self) -> None:
        """Stop early. A runner that is closed gives nothing more, and sends nothing."""
        self._run.closed = True
        if not self._calling and inspect.getgeneratorstate(self._iterator) != inspect.GEN_RUNNING:
            self._iterator.close()


class BetaToolRunner(_BlockingRunner["ParsedMessage[T]", T]):
    """Iterate it for each answer of the model; between two, the tools that it called are run."""

    def _ask(self, arguments: dict[str, Any]) -> ParsedMessage[T]:
        if self._format:
            return cast("ParsedMessage[T]", self._messages.parse(**arguments, **self._format))
        return cast("ParsedMessage[T]", self._messages.create(**arguments))


class BetaStreamingToolRunner(_BlockingRunner["MessageStream[T]", T]):
    """Iterate it for a stream of each answer of the model; what you leave unread of one is read before the next."""

    def _ask(self, arguments: dict[str, Any]) -> MessageStream[T]:
        stream: Any = self._messages.stream(**arguments, **self._format).__enter__()
        if self._eager:
            self._calls = EagerCalls()
            stream._iterator = self._running_tools(stream._iterator, self._calls)
        return cast("MessageStream[T]", stream)

    def _whole(self, item: MessageStream[T]) -> Message:
        return item.get_final_message()

    def _close(self, item: MessageStream[T]) -> None:
        item.close()

    def _running_tools(self, events: Iterator[Any], calls: EagerCalls) -> Iterator[Any]:
        """The events; before each, the call that the one before showed to be whole is run."""
        ready: tuple[int, Any] | None = None
        for event in events:
            if ready is not None:
                number, call = ready
                tool = self._run.tool_for(call)
                if tool is not None and call.input_complete and number not in self._run.results:
                    self._run.results[number] = self._call(tool, call)
            ready = calls.track(event)
            yield event

    def defer_tool_call(self, tool_use: Any) -> None:
        """Keep a call, or the id of one, from being run before you are done with the answer (`run_tools_eagerly`)."""
        if self._calls is not None:
            self._calls.hold(tool_use)

    @property
    def deferred_tool_calls(self) -> list[Any]:
        """The calls that `defer_tool_call` holds, as far as they have come whole and were not run."""
        return [] if self._calls is None else self._calls.held()


class _AsyncRunner(Runner, Generic[Item, T]):
    """A tool runner in the running event loop. Takes async tools, and plain ones, which run in another thread."""

    def __init__(self, messages: AsyncBetaMessages, run: RunState, output_format: Any, eager: bool = False) -> None:
        self._messages, self._run, self._eager = messages, run, eager
        self._format = {} if output_format is None else {"output_format": output_format}
        self._calls: EagerCalls | None = None
        self._current: Item | None = None
        self._iterator = self._items()

    def __aiter__(self) -> AsyncIterator[Item]:
        return self

    async def __anext__(self) -> Item:
        return await anext(self._iterator)

    async def _items(self) -> AsyncGenerator[Item, None]:
        plan, outcome = tool_loop(self._run), cast("Any", None)
        while (effect := next_effect(plan, outcome)) is not None:
            if isinstance(effect, RunTools):
                outcome = await self.generate_tool_call_response()
                continue
            self._current = None
            item = self._current = await self._ask(effect.arguments)
            try:
                yield item
                outcome = self._run.last = await self._whole(item)
            finally:
                await self._close(item)

    async def _ask(self, arguments: dict[str, Any]) -> Item:
        raise TypeError("a tool runner is made by client.beta.messages.tool_runner()")

    async def _whole(self, item: Item) -> Message:
        return cast("Message", item)

    async def _close(self, item: Item) -> None:
        """Free what an item holds."""

    async def until_done(self) -> ParsedMessage[T]:
        """Run the loop to its end and return the last answer."""
        async for _ in self:
            pass
        return cast("ParsedMessage[T]", self._run.last_answer())

    async def generate_tool_call_response(self) -> MessageParam | None:
        """Run the tools that the current answer calls, and return the message that answers it; None if it calls none."""
        if self._current is None:
            return None
        plan, outcome = tool_results(self._run, await self._whole(self._current)), cast("Any", None)
        try:
            while True:
                effect: CallTool = plan.send(outcome)
                outcome = await self._call(effect.tool, effect.call)
        except StopIteration as done:
            return cast("MessageParam | None", done.value)

    async def _call(self, tool: Any, call: Any) -> Result:
        self._calling = True
        try:
            if not inspect.iscoroutinefunction(tool.call):
                return await run_in_daemon_thread(lambda: called(tool, call))
            return succeeded(call, await tool.call(call.input))
        except Exception as problem:  # whatever a tool raises is for the model to read
            return failed_call(tool, call, problem)
        finally:
            self._calling = False

    async def close(self) -> None:
        """Stop early. A runner that is closed gives nothing more, and sends nothing."""
        self._run.closed = True
        if not self._calling and not cast("Any", self._iterator).ag_running:
            await self._iterator.aclose()


class BetaAsyncToolRunner(_AsyncRunner["ParsedMessage[T]", T]):
    """The async twin of `BetaToolRunner`."""

    async def _ask(self, arguments: dict[str, Any]) -> ParsedMessage[T]:
        if self._format:
            return cast("ParsedMessage[T]", await self._messages.parse(**arguments, **self._format))
        return cast("ParsedMessage[T]", await self._messages.create(**arguments))


class BetaAsyncStreamingToolRunner(_AsyncRunner["AsyncMessageStream[T]", T]):
    """The async twin of `BetaStreamingToolRunner`."""

    async def _ask(self, arguments: dict[str, Any]) -> AsyncMessageStream[T]:
        stream: Any = await self._messages.stream(**arguments, **self._format).__aenter__()
        if self._eager:
            self._calls = EagerCalls()
            stream._iterator = self._running_tools(stream._iterator, self._calls)
        return cast("AsyncMessageStream[T]", stream)

    async def _whole(self, item: AsyncMessageStream[T]) -> Message:
        return await item.get_final_message()

    async def _close(self, item: AsyncMessageStream[T]) -> None:
        await item.close()

    async def _running_tools(self, events: AsyncIterator[Any], calls: EagerCalls) -> AsyncIterator[Any]:
        """The events; before each, the call that the one before showed to be whole is run."""
        ready: tuple[int, Any] | None = None
        async for event in events:
            if ready is not None:
                number, call = ready
                tool = self._run.tool_for(call)
                if tool is not None and call.input_complete and number not in self._run.results:
                    self._run.results[number] = await self._call(tool, call)
            ready = calls.track(event)
            yield event

    def defer_tool_call(self, tool_use: Any) -> None:
        """Keep a call, or the id of one, from being run before you are done with the answer (`run_tools_eagerly`)."""
        if self._calls is not None:
            self._calls.hold(tool_use)

    @property
    def deferred_tool_calls(self) -> list[Any]:
        """The calls that `defer_tool_call` holds, as far as they have come whole and were not run."""
        return [] if self._calls is None else self._calls.held()
