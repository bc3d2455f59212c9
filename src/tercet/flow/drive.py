"""The only code that acts: `run` carries a plan out in this thread, `arun` in the running event loop. They differ in
seven awaits. Failures go into plans as values, so neither driver catches anything."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tercet.flow.effects import Close, Emit, Metering, Outcome, Plan, Read, Rewind, Send, Sleep, Together, Wait, Work
from tercet.flow.rewound import AsyncRewound, Rewound, put_back
from tercet.flow.usage import AsyncMetered, Metered
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
    """Listens to nothing."""


def run(plan: Plan[T], send: SendNow, *, sleep: Callable[[float], None] = time.sleep, listen: Listen = ignore) -> T:
    """Carry out `plan` in this thread and return what it returns."""
    with closing(plan):
        answer: Any = None
        while True:
            try:
                effect = plan.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            answer = None
            match effect:
                case Send():
                    answer = send(effect.request)
                case Sleep():
                    sleep(effect.seconds)
                case Emit():
                    listen(effect.event)
                case Together():
                    answer = _in_threads(effect, lambda each: run(each, send, sleep=sleep, listen=listen))
                case Read():
                    answer = effect.stream.read()
                case Close():
                    effect.stream.close()
                case Rewind():
                    answer = put_back(effect) or Rewound(effect)
                case Work():
                    answer = effect.act()
                case Wait():
                    effect.future.exception()
                case Metering():
                    answer = Metered(effect.stream, effect.meter)


async def sleep_in_loop(seconds: float) -> None:
    """asyncio.sleep, imported when first needed: blocking programs never pay for asyncio."""
    from asyncio import sleep

    await sleep(seconds)


async def arun(
    plan: Plan[T],
    send: SendLater,
    *,
    sleep: Callable[[float], Awaitable[None]] = sleep_in_loop,
    listen: Listen = ignore,
) -> T:
    """Carry out `plan` in the running event loop and return what it returns."""
    with closing(plan):
        answer: Any = None
        while True:
            try:
                effect = plan.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            answer = None
            match effect:
                case Send():
                    answer = await send(effect.request)
                case Sleep():
                    await sleep(effect.seconds)
                case Emit():
                    listen(effect.event)
                case Together():
                    answer = await _in_tasks(effect, lambda each: arun(each, send, sleep=sleep, listen=listen))
                case Read():
                    answer = await cast(AsyncByteStream, effect.stream).read()
                case Close():
                    await cast(AsyncByteStream, effect.stream).close()
                case Rewind():
                    answer = put_back(effect) or AsyncRewound(effect)
                case Work():
                    answer = await _in_thread(effect.act)
                case Wait():
                    await _ended(effect.future)
                case Metering():
                    answer = AsyncMetered(effect.stream, effect.meter, effect.blocking)


def _in_threads(effect: Together, carry_out: Callable[[Plan[Any]], Any]) -> Sequence[Any]:
    if len(effect.plans) < 2:
        return [carry_out(plan) for plan in effect.plans]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(effect.limit or MOST_THREADS, len(effect.plans), MOST_THREADS)) as pool:
        futures = [pool.submit(carry_out, plan) for plan in effect.plans]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:  # what has not started shall not start
                future.cancel()
            raise


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


async def _ended(future: ThreadFuture[Any]) -> None:
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
