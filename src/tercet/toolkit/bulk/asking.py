"""Whom a job asks: an async client, whichever client was given.

An async client is asked as it is, a blocking one through an async twin of the same settings and limits. Where there can be no
twin (an HTTP client or middleware of the caller's, a replaced method, a class of their own) it is asked in threads.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from tercet.toolkit.bulk.errors import BulkError

T = TypeVar("T")


@asynccontextmanager
async def asked_client(client: Any, threads: int) -> AsyncIterator[Any]:
    """Hold what is asked for this client, in the running loop. What was made for it is closed afterwards."""
    if _is_async(client):
        yield client
        return
    from tercet.client.twins import async_twin

    twin = async_twin(client)
    if twin is not None:
        async with twin:
            yield twin
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="tercet-bulk") as pool:
        yield InThreads(client, pool)


def check_client(client: Any) -> None:
    """Raise BulkError for what is no client."""
    if not callable(getattr(getattr(client, "messages", None), "create", None)):
        raise BulkError(f"client= is an Anthropic or AsyncAnthropic, not {type(client).__name__} {client!r:.60}.")


def run_in_loop(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Carry out a coroutine in an event loop and return what it returns: in this thread, or in another where a loop runs here."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(make())
    done: Future[T] = Future()

    def work() -> None:
        try:
            done.set_result(asyncio.run(make()))
        except BaseException as problem:  # it is raised where somebody waits for it
            done.set_exception(problem)

    threading.Thread(target=copy_context().run, args=(work,), name="tercet-bulk", daemon=True).start()
    return done.result()


def _is_async(client: Any) -> bool:
    create = client.messages.create
    return bool(getattr(client, "_is_async", False)) or iscoroutinefunction(create)


class InThreads:
    """A blocking client whose methods are awaited: each call is made in a thread of its pool, with the caller's tags."""

    def __init__(self, held: Any, pool: ThreadPoolExecutor) -> None:
        self._held, self._pool = held, pool

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._held, name)
        if isinstance(value, str | int | float | bool | bytes | None):
            return value
        return partial(self._call, value) if callable(value) else InThreads(value, self._pool)

    async def _call(self, function: Callable[..., Any], *args: Any, **arguments: Any) -> Any:
        act = partial(copy_context().run, partial(function, *args, **arguments))
        return await asyncio.get_running_loop().run_in_executor(self._pool, act)
