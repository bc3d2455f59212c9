"""What the tool runners of both worlds share: changes of the run that they lead, and how a tool is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tercet.flow.daemon_threads import run_in_daemon_thread
from tercet.flow.effects import CallTool
from tercet.tools.loop import EagerCalls
from tercet.tools.results import Result, failed, succeeded
from tercet.tools.run_state import RunState
from tercet.wire.frames import Guarded
from tercet.wire.headers import without_credentials
from tercet.wire.responses.message import Message

if TYPE_CHECKING:
    from tercet.wire.params import AnyMessageParam


class Runner(Guarded):
    """What all runners have: changes of the conversation that they lead."""

    _run: RunState
    _calling = False
    """Whether a tool is being called: closed from within, the runner stops at its next step."""

    def set_messages_params(self, params: Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
        """Go on with other arguments: new ones, or a function of the present ones.

        What they leave out is no longer sent, but for `betas`, `user_profile_id` and `workspace_id`.
        """
        self._run.set_params(params)

    def append_messages(self, *messages: AnyMessageParam | Message) -> None:
        """Add messages to the history.

        While an answer is handled, the history of this turn is yours then: neither the answer nor tool results are
        added, and no tool is run for it that was not run already.
        """
        self._run.append(messages)

    def add_tools(self, *tools: Any) -> None:
        """Offer the model more tools, by messages, so that `tools` and its cache stay. Needs `inline-tools-2026-09-15`."""
        for tool in tools:
            self._check_tool(tool)
        self._run.add_tools(tools)

    def remove_tools(self, *tools: Any) -> None:
        """Take tools, or the names of tools, away from the model. They are not run from now on. Needs the same beta."""
        self._run.remove_tools(tools)

    def compact_before_next_turn(self, compaction: Mapping[str, Any] | None = None) -> None:
        """Have the conversation summarized before the model's next turn; the summary then stands for it.

        It comes as an answer like any other, with the stop reason `compaction`. Needs the beta `compact-2026-09-04`.
        """
        self._run.schedule_compaction(compaction)

    def _check_tool(self, tool: Any) -> None:
        """Raise for a tool that this runner cannot call."""


class EagerRunner(Runner):
    """Adds to a runner that hands out streams: calls that run before their answer is whole (`run_tools_eagerly`)."""

    _calls: EagerCalls | None

    def defer_tool_call(self, tool_use: Any) -> None:
        """Keep a call, or the id of one, from being run before you are done with the answer (`run_tools_eagerly`)."""
        if self._calls is not None:
            self._calls.hold(tool_use)

    @property
    def deferred_tool_calls(self) -> list[Any]:
        """The calls that `defer_tool_call` holds, as far as they have come whole and were not run."""
        return [] if self._calls is None else self._calls.held()


def call_plain_tool(effect: CallTool) -> Result:
    """Call a plain tool. Whatever it raises is for the model to read."""
    try:
        return succeeded(effect.call, effect.tool.call(effect.call.input))
    except Exception as problem:
        return _failed(effect, problem)


async def call_any_tool(effect: CallTool) -> Result:
    """Call an async tool, or a plain one in another thread. Whatever it raises is for the model to read."""
    tool, call = effect.tool, effect.call
    if not inspect.iscoroutinefunction(tool.call):
        return await run_in_daemon_thread(lambda: call_plain_tool(effect))
    try:
        return succeeded(call, await tool.call(call.input))
    except Exception as problem:
        return _failed(effect, problem)


def _failed(effect: CallTool, problem: Exception) -> Result:
    """Tell the model of an exception, and in the log whoever runs the program."""
    log_tool_failure(getattr(effect.tool, "name", "?"), problem)
    return failed(effect.call, problem)


def log_tool_failure(tool: str, problem: BaseException) -> None:
    """Write down what a tool raised, its traceback as text: the exception itself may carry credentials, and what keeps
    records keeps its frames."""
    import logging
    import traceback

    logger = logging.getLogger("tercet")
    if not logger.isEnabledFor(logging.WARNING):
        return
    where, line, function, _ = logger.findCaller()
    record = logger.makeRecord("tercet", logging.WARNING, where, line, "tool %s failed", (tool,), None, function)
    record.exc_text = without_credentials("".join(traceback.format_exception(problem)).rstrip("\n"))
    logger.handle(record)
