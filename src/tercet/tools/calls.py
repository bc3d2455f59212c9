"""Calls of tools, in both worlds: within their time limits, and whatever they raise is for the model to read.

A call that is out of time is given up, and never waited for: an async tool is cancelled, and a plain function, which nobody can
stop, is left behind in its thread. Whoever runs the program finds in the log what the model was told.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tercet.flow.daemon_threads import run_in_daemon_thread, run_in_daemon_thread_for
from tercet.flow.effects import CallTool
from tercet.tools.results import Result, failure_result, out_of_time_result, success_result
from tercet.wire.headers import without_credentials

if TYPE_CHECKING:
    import asyncio

_left: set[asyncio.Task[Any]] = set()
"""Tasks of tools that were cancelled and have not ended yet: without a reference they might be collected in the midst of it."""


def call_plain_tool(effect: CallTool) -> Result:
    """Call a plain tool. Whatever it raises is for the model to read."""
    limit = time_limit(effect)
    if limit is None:
        return _called(effect)
    outcome = run_in_daemon_thread_for(limit, lambda: _called(effect))
    return _given_up(effect, limit, True) if outcome is None else outcome()


def _called(effect: CallTool) -> Result:
    try:
        return success_result(effect.call, effect.tool.call(effect.call.input))
    except Exception as problem:
        return _failed(effect, problem)


async def call_any_tool(effect: CallTool) -> Result:
    """Call an async tool, or a plain one in another thread. Whatever it raises is for the model to read."""
    from asyncio import CancelledError, current_task

    is_plain = not inspect.iscoroutinefunction(effect.tool.call)
    running = run_in_daemon_thread(lambda: _called(effect)) if is_plain else _awaited(effect)
    limit = time_limit(effect)
    try:
        if limit is None:
            return await running
        result = await _finished_within(limit, running)
    except CancelledError as problem:
        task = current_task()
        if task is None or task.cancelling():
            raise
        return _failed(effect, problem)  # the tool's own, such as one of a task that it had cancelled
    return _given_up(effect, limit, is_plain) if result is None else result


async def _awaited(effect: CallTool) -> Result:
    try:
        return success_result(effect.call, await effect.tool.call(effect.call.input))
    except Exception as problem:
        return _failed(effect, problem)


async def _finished_within(seconds: float, running: Coroutine[Any, Any, Result]) -> Result | None:
    """Return the result, or None once the time is up: what runs is cancelled then, and its end not awaited."""
    import asyncio

    task = asyncio.ensure_future(running)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        raise
    if task.done():
        return task.result()
    _left.add(task)
    task.add_done_callback(_forget)
    task.cancel()
    await asyncio.sleep(0)  # so that it has heard of it
    return None


def _forget(task: asyncio.Task[Any]) -> None:
    _left.discard(task)
    if not task.cancelled():
        task.exception()


def time_limit(effect: CallTool) -> float | None:
    """Return the seconds that a call may take: the tool's own limit, or that of whoever calls it if it is sooner."""
    own = getattr(effect.tool, "timeout", None)
    own = own if isinstance(own, int | float) and not isinstance(own, bool) else None
    if own is None or effect.seconds is None:
        return effect.seconds if own is None else own
    return min(own, effect.seconds)


# --- the log ----------------------------------------------------------------------------------------------------------


def _given_up(effect: CallTool, seconds: float, left_behind: bool) -> Result:
    result = out_of_time_result(effect.call, seconds, left_behind)
    _log(effect, str(result["content"]).removeprefix("Error: the tool "))
    return result


def _failed(effect: CallTool, problem: BaseException) -> Result:
    """Tell the model of an exception, and in the log whoever runs the program."""
    import traceback

    _log(effect, "failed", lambda: "".join(traceback.format_exception(problem)).rstrip("\n"))
    return failure_result(effect.call, problem)


def _log(effect: CallTool, said: str, details: Any = None) -> None:
    """Write down what a call came to; a traceback as text: the exception itself may carry credentials, and what keeps records
    keeps its frames."""
    import logging

    logger = logging.getLogger("tercet")
    if not logger.isEnabledFor(logging.WARNING):
        return
    where, line, function, _ = logger.findCaller()
    name = getattr(effect.tool, "name", "?")
    record = logger.makeRecord("tercet", logging.WARNING, where, line, "tool %s %s", (name, said), None, function)
    if details is not None:
        hidden = getattr(effect.tool, "hidden_from_logs", ())
        record.exc_text = without_values(without_credentials(details()), hidden_values(effect.call, hidden))
    logger.handle(record)


def hidden_values(call: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Return the texts of an input that no log shows: the values of these parameters, and what is in them."""
    given = call.get("input")
    return [text for name in names if isinstance(given, Mapping) for text in _texts(given.get(name))]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def without_values(text: str, values: Iterable[str]) -> str:
    """Return a text in which none of these values stands, as it is or as Python and JSON write it."""
    forms = {form for value in values if value for form in (value, repr(value)[1:-1], json.dumps(value)[1:-1])}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "[hidden]")
    return text
