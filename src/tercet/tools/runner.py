"""Tool runners: iterate one for each answer of the model; between two, the tools that it called are run.

A runner needs somebody to ask, not a client: `ask` takes the arguments of a request and whether they were checked, and
gives a message, or a stream of one. What follows what is `loop.py`'s; `flow/drivers.py` carries it out.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

from tercet.flow.drivers import aiterate, arun, iterate, run
from tercet.flow.effects import Ask, Plan
from tercet.tools.calls import call_any_tool, call_plain_tool
from tercet.tools.loop import EagerCalls, tool_loop, tool_results
from tercet.tools.run_state import RunState, is_runnable
from tercet.tools.runner_base import EagerRunner, Runner
from tercet.wire.responses.message import Message
from tercet.wire.responses.parsed import ParsedMessage

if TYPE_CHECKING:
    from tercet.wire.params import MessageParam

T = TypeVar("T")
Item = TypeVar("Item")
AskNow: TypeAlias = Callable[[dict[str, Any], bool], Any]
AskLater: TypeAlias = Callable[[dict[str, Any], bool], Awaitable[Any]]
OnEvent: TypeAlias = Callable[[Any], Any]


class BlockingRunner(Runner, Generic[Item, T]):
    """A tool runner in this thread."""

    def __init__(self, state: RunState, ask: AskNow) -> None:
        for tool in state.tools.values():
            self._check_tool(tool)
        self._run, self._ask = state, ask
        self._current: Item | None = None
        self._iterator = iterate(
            tool_loop(state), ask=self._answer, call_tool=call_plain_tool, whole=self._whole, close=self._close
        )

    def _check_tool(self, tool: Any) -> None:
        if is_runnable(tool) and inspect.iscoroutinefunction(tool.call):
            raise TypeError(f"{tool!r} is async; use AsyncAnthropic for it, or @beta_tool")

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        return cast("Item", next(self._iterator))

    def _answer(self, effect: Ask) -> Item:
        self._current = None
        self._current = answer = cast("Item", self._ask(effect.arguments, effect.checked))
        return answer

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
        message = self._whole(self._current)
        return cast("MessageParam | None", self._carry_out(tool_results(self._run, message)))

    def _carry_out(self, plan: Plan[Any]) -> Any:
        """Call tools between two steps of the loop."""
        self._calling = True
        try:
            return run(plan, call_tool=call_plain_tool)
        finally:
            self._calling = False

    def close(self) -> None:
        """Stop early. A runner that is closed gives nothing more, and sends nothing."""
        self._run.closed = True
        if not self._calling and inspect.getgeneratorstate(self._iterator) != inspect.GEN_RUNNING:
            self._iterator.close()


class BetaToolRunner(BlockingRunner["ParsedMessage[T]", T]):
    """Iterate it for each answer of the model; between two, the tools that it called are run."""


class StreamingRunner(EagerRunner, BlockingRunner[Item, T]):
    """A tool runner that hands out streams. `ask` is given, as a third, what to call before each event is shown."""

    def __init__(
        self, state: RunState, ask: Callable[[dict[str, Any], bool, OnEvent | None], Any], eager: bool
    ) -> None:
        super().__init__(state, self._opened)
        self._open = ask
        self._calls = EagerCalls(state) if eager else None

    def _opened(self, arguments: dict[str, Any], checked: bool) -> Item:
        calls = self._calls
        if calls is not None:
            calls.begin()
        return cast("Item", self._open(arguments, checked, None if calls is None else self._before_event))

    def _before_event(self, event: Any) -> None:
        """Run the call that the event before showed to be whole."""
        assert self._calls is not None
        if (due := self._calls.due()) is not None:
            self._carry_out(due)
        self._calls.track(event)

    def _whole(self, item: Any) -> Message:
        return cast("Message", item.get_final_message())

    def _close(self, item: Any) -> None:
        item.close()


class AsyncRunner(Runner, Generic[Item, T]):
    """A tool runner in the running event loop. Takes async tools, and plain ones, which run in another thread."""

    def __init__(self, state: RunState, ask: AskLater) -> None:
        self._run, self._ask = state, ask
        self._current: Item | None = None
        self._iterator = aiterate(
            tool_loop(state), ask=self._answer, call_tool=call_any_tool, whole=self._whole, close=self._close
        )

    def __aiter__(self) -> AsyncIterator[Item]:
        return self

    async def __anext__(self) -> Item:
        return cast("Item", await anext(self._iterator))

    async def _answer(self, effect: Ask) -> Item:
        self._current = None
        self._current = answer = cast("Item", await self._ask(effect.arguments, effect.checked))
        return answer

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
        message = await self._whole(self._current)
        return cast("MessageParam | None", await self._carry_out(tool_results(self._run, message)))

    async def _carry_out(self, plan: Plan[Any]) -> Any:
        """Call tools between two steps of the loop."""
        self._calling = True
        try:
            return await arun(plan, call_tool=call_any_tool)
        finally:
            self._calling = False

    async def close(self) -> None:
        """Stop early. A runner that is closed gives nothing more, and sends nothing."""
        self._run.closed = True
        if not self._calling and not cast("Any", self._iterator).ag_running:
            await self._iterator.aclose()


class BetaAsyncToolRunner(AsyncRunner["ParsedMessage[T]", T]):
    """The async twin of `BetaToolRunner`."""


class AsyncStreamingRunner(EagerRunner, AsyncRunner[Item, T]):
    """The async twin of `StreamingRunner`."""

    def __init__(
        self, state: RunState, ask: Callable[[dict[str, Any], bool, OnEvent | None], Awaitable[Any]], eager: bool
    ) -> None:
        super().__init__(state, self._opened)
        self._open = ask
        self._calls = EagerCalls(state) if eager else None

    async def _opened(self, arguments: dict[str, Any], checked: bool) -> Item:
        calls = self._calls
        if calls is not None:
            calls.begin()
        return cast("Item", await self._open(arguments, checked, None if calls is None else self._before_event))

    async def _before_event(self, event: Any) -> None:
        """Run the call that the event before showed to be whole."""
        assert self._calls is not None
        if (due := self._calls.due()) is not None:
            await self._carry_out(due)
        self._calls.track(event)

    async def _whole(self, item: Any) -> Message:
        return cast("Message", await item.get_final_message())

    async def _close(self, item: Any) -> None:
        await item.close()
