"""The only code that acts: `run` carries a plan out in this thread, `arun` in the running event loop. They differ in
nine awaits. Failures go into plans as values, so neither driver catches anything.

`iterate` and `aiterate` carry out plans that hand values out on their way: each is run up to its next `Hand`.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tercet.flow.body import AsyncMeteredBody, AsyncPrefixedBody, MeteredBody, PrefixedBody, put_back
from tercet.flow.daemon_threads import run_in_daemon_threads
from tercet.flow.effects import (
    Ask,
    CallTool,
    Close,
    Effect,
    Emit,
    Hand,
    Metering,
    Outcome,
    Plan,
    Read,
    Rewind,
    Send,
    Sleep,
    Together,
    Wait,
    Work,
)
from tercet.transport.base import AsyncByteStream
from tercet.wire.http import Request

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future as ThreadFuture

T = TypeVar("T")
MOST_THREADS = 32

SendNow = Callable[[Request], Outcome]
SendLater = Callable[[Request], Awaitable[Outcome]]
Listen = Callable[[object], None]


def ignore(event: object) -> None:
    """Do nothing with an event."""


def refuse(effect: object) -> Any:
    """Raise for an effect that this run of a plan has nobody for."""
    raise RuntimeError(f"nobody carries out {type(effect).__name__} here")


def run(
    plan: Plan[T],
    send: SendNow = refuse,
    *,
    sleep: Callable[[float], None] = time.sleep,
    listen: Listen = ignore,
    ask: Callable[[Ask], Any] = refuse,
    call_tool: Callable[[CallTool], Any] = refuse,
) -> T:
    """Carry out `plan` in this thread and return what it returns."""
    with closing(plan):
        answer: Any = None
        while True:
            try:
                effect = plan.send(answer)
            except StopIteration as done:
                return cast(T, done.value)
            answer = None
            match effect:
                case Send():
                    answer = send(effect.request)
                case Sleep():
                    sleep(effect.seconds)
                case Emit():
                    listen(effect.event)
                case Together():
                    again = partial(run, send=send, sleep=sleep, listen=listen, ask=ask, call_tool=call_tool)
                    answer = _in_threads(effect, again)
                case Read():
                    answer = effect.stream.read()
                case Close():
                    effect.stream.close()
                case Work():
                    answer = effect.act()
                case Wait():
                    effect.future.exception()
                case Rewind() | Metering():
                    answer = _wrapped(effect)
                case _:
                    answer = _answered(effect, ask, call_tool)


def _wrapped(effect: Rewind | Metering) -> Any:
    if isinstance(effect, Metering):
        return MeteredBody(effect.stream, effect.meter)
    return put_back(effect) or PrefixedBody(effect)


def _async_wrapped(effect: Rewind | Metering) -> Any:
    if isinstance(effect, Metering):
        return AsyncMeteredBody(effect.stream, effect.meter, effect.blocking)
    return put_back(effect) or AsyncPrefixedBody(effect)


def _answered(effect: Effect, ask: Callable[[Ask], Any], call_tool: Callable[[CallTool], Any]) -> Any:
    """Return what the plan's user answers; raise for an effect that nobody here carries out."""
    if isinstance(effect, Ask):
        return ask(effect)
    return call_tool(effect) if isinstance(effect, CallTool) else refuse(effect)


async def sleep_in_loop(seconds: float) -> None:
    """Sleep in asyncio, or in trio where that runs the tasks. Imported when first needed: blocking programs never pay for
    asyncio."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        import trio

        await trio.sleep(seconds)
    else:
        await asyncio.sleep(seconds)


async def arun(
    plan: Plan[T],
    send: SendLater = refuse,
    *,
    sleep: Callable[[float], Awaitable[None]] = sleep_in_loop,
    listen: Listen = ignore,
    ask: Callable[[Ask], Awaitable[Any]] = refuse,
    call_tool: Callable[[CallTool], Awaitable[Any]] = refuse,
) -> T:
    """Carry out `plan` in the running event loop and return what it returns."""
    with closing(plan):
        answer: Any = None
        while True:
            try:
                effect = plan.send(answer)
            except StopIteration as done:
                return cast(T, done.value)
            answer = None
            match effect:
                case Send():
                    answer = await send(effect.request)
                case Sleep():
                    await sleep(effect.seconds)
                case Emit():
                    listen(effect.event)
                case Together():
                    again = partial(arun, send=send, sleep=sleep, listen=listen, ask=ask, call_tool=call_tool)
                    answer = await _in_tasks(effect, again)
                case Read():
                    answer = await cast(AsyncByteStream, effect.stream).read()
                case Close():
                    await cast(AsyncByteStream, effect.stream).close()
                case Work():
                    answer = await _in_thread(effect.act)
                case Wait():
                    await _wait_for(effect.future)
                case Rewind() | Metering():
                    answer = _async_wrapped(effect)
                case _:
                    answer = await _answered(effect, ask, call_tool)


def iterate(
    plan: Plan[Any],
    *,
    ask: Callable[[Ask], Any],
    call_tool: Callable[[CallTool], Any],
    whole: Callable[[Any], Any],
    close: Callable[[Any], object],
) -> Generator[Any, None, None]:
    """Carry out `plan` in this thread and give each value that it hands out; go on when the next one is asked for.

    `whole` makes of such a value the plan's answer, and `close` frees it, however the caller leaves.
    """
    with closing(plan):
        answer: Any = None
        while (hand := run(_up_to_hand(plan, answer), ask=ask, call_tool=call_tool)) is not None:
            try:
                yield hand.value
                answer = whole(hand.value)
            finally:
                close(hand.value)


async def aiterate(
    plan: Plan[Any],
    *,
    ask: Callable[[Ask], Awaitable[Any]],
    call_tool: Callable[[CallTool], Awaitable[Any]],
    whole: Callable[[Any], Awaitable[Any]],
    close: Callable[[Any], Awaitable[object]],
) -> AsyncGenerator[Any, None]:
    """Carry out `plan` in the running event loop as `iterate` does in a thread."""
    with closing(plan):
        answer: Any = None
        while (hand := await arun(_up_to_hand(plan, answer), ask=ask, call_tool=call_tool)) is not None:
            try:
                yield hand.value
                answer = await whole(hand.value)
            finally:
                await close(hand.value)


def _up_to_hand(plan: Plan[Any], answer: Any) -> Plan[Hand | None]:
    """Return the next value that `plan` hands out, or None at its end. Does not close it."""
    while True:
        try:
            effect: Effect = plan.send(answer)
        except StopIteration:
            return None
        if isinstance(effect, Hand):
            return effect
        answer = yield effect


def _in_threads(effect: Together, carry_out: Callable[[Plan[Any]], Any]) -> Sequence[Any]:
    if len(effect.plans) < 2:
        return [carry_out(plan) for plan in effect.plans]
    acts = [partial(carry_out, plan) for plan in effect.plans]
    return run_in_daemon_threads(acts, min(effect.limit or MOST_THREADS, MOST_THREADS))


async def _in_tasks(effect: Together, carry_out: Callable[[Plan[Any]], Awaitable[Any]]) -> Sequence[Any]:
    import asyncio

    gate = asyncio.Semaphore(effect.limit or max(1, len(effect.plans)))

    async def one(plan: Plan[Any]) -> Any:
        async with gate:
            return await carry_out(plan)

    tasks = [asyncio.ensure_future(one(plan)) for plan in effect.plans]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def _in_thread(act: Callable[[], Any]) -> Any:
    """Do it beside the event loop."""
    import asyncio

    return await _to_its_end(asyncio.get_running_loop().run_in_executor(None, act))


async def _wait_for(future: ThreadFuture[Any]) -> None:
    """Wait for another thread's future, and occupy none. How it ended is the plan's matter."""
    import asyncio

    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    def tell(_: object) -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(end)

    future.add_done_callback(tell)
    await _to_its_end(ended)


async def _to_its_end(work: asyncio.Future[Any]) -> Any:
    """Wait for it. Who is cancelled meanwhile waits for its end all the same, so that the plan can undo it."""
    import asyncio

    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        while not work.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([work])
        raise
