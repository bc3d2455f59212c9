"""The tool loop as a plan: ask, run what the model calls, ask again, until its `stop_reason` says that it is done.

Each answer is handed to the caller before it is acted upon. `runner.py` has the plan carried out.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from typing import Any

from tercet.flow.effects import Ask, CallTool, Hand, Plan, Together
from tercet.tools.results import cut_off_result, not_found_result
from tercet.tools.run_state import Json, RunState, tool_calls
from tercet.wire.responses.message import Message

CUT_SHORT = frozenset({"max_tokens", "model_context_window_exceeded"})
"""Stop reasons after which the last block may be a part of what the model wanted to write."""
MOST_TOGETHER = 32
"""Calls of one answer that run side by side; the others wait for their turn."""


def tool_loop(run: RunState) -> Plan[None]:
    """Ask, run tools, ask again. Asks nothing once the conversation does not go on."""
    yield from _turns(run)
    run.ended = True


def _turns(run: RunState) -> Plan[None]:
    paused = False
    while run.goes_on():
        if run.compaction is not None and not paused:
            yield from _compacted(run)
            continue
        request = run.next_request(paused)
        sent = run.messages
        message = yield from _answer(run, request)
        step = run.take(message, sent)
        paused = step == "send back"
        if step == "run tools" and not tool_calls(message):
            step = "stop"
        if step == "run tools" and not run.rewritten:
            run.messages = [*run.messages, (yield from tool_results(run, message))]
        if step == "stop":
            if run.compacts_at_the_end(message) and not run.closed:
                yield from _compacted(run)
            return


def _answer(run: RunState, request: Json) -> Plan[Message]:
    """Ask, and hand the answer out: a message, or a stream that is read to its end once the caller goes on."""
    checked, run.checked = run.checked, True
    message: Message = yield Hand((yield Ask(request, checked)))
    run.last = message
    return message


def _compacted(run: RunState) -> Plan[None]:
    before = run.last
    message = yield from _answer(run, run.compaction_request())
    run.take_summary(message, before)


def tool_results(run: RunState, message: Message) -> Plan[Json | None]:
    """Answer the calls of a message in their order, each once; return None if there are none.

    Async tools that follow one another run side by side; see `runs_alone`. A call whose input did not come whole is never
    run: the block says so, or the answer was cut inside it.
    """
    calls = tool_calls(message)
    cut = message.content[-1] if calls and message.stop_reason in CUT_SHORT else None
    together: list[Plan[None]] = []
    for number, call in enumerate(calls):
        if number in run.results:
            continue
        tool = run.tool_for(call)
        alone = tool is not None and runs_alone(tool)
        if alone and together:
            yield Together(together, MOST_TOGETHER)
            together, tool = [], run.tool_for(call)  # what ran may have taken it away
        if tool is None:
            _warn_of_unknown(call, run.tools)
            run.results[number] = not_found_result(call)
        elif call is cut or not call.input_complete:
            run.results[number] = cut_off_result(call)
        elif alone:
            yield from _call(run, number, tool, call)
        else:
            together.append(_call(run, number, tool, call))
    if together:
        yield Together(together, MOST_TOGETHER)
    return {"role": "user", "content": [run.results[number] for number in range(len(calls))]} if calls else None


def _call(run: RunState, number: int, tool: Any, call: Any) -> Plan[None]:
    run.results[number] = yield CallTool(tool, call)


def runs_alone(tool: Any) -> bool:
    """Whether no other call of the same answer may run at the same time. A tool says so by `alone`; else async tools share
    their time, and plain functions, which may not expect other threads, do not."""
    alone = getattr(tool, "alone", None)
    return bool(alone) if alone is not None else not inspect.iscoroutinefunction(getattr(tool, "call", None))


def _warn_of_unknown(call: Mapping[str, Any], tools: Mapping[str, Any]) -> None:
    warnings.warn(
        f"the model called the tool {str(call.get('name'))[:200]!r}, which the tool runner cannot run; it can run "
        f"{', '.join(tools) or 'none'}. For a tool that you gave as a dict, answer the call yourself with append_messages()",
        UserWarning,
        stacklevel=2,
    )


class EagerCalls:
    """Follows the events of an answer and finds the calls that may run before it is whole: those that the model has moved on
    from. The end of a call's block is not enough, since an answer that is cut off ends its last block, too."""

    def __init__(self, run: RunState) -> None:
        self._run = run
        self.begin()

    def begin(self) -> None:
        """Forget the answer before."""
        self._ended: list[Any] = []
        self._held: set[str] = set()
        self._last_ended: int | None = None
        self._ready: int | None = None
        self._fallback = False
        """Whether the API handed the answer to another model: the call before may be a part only."""

    def hold(self, call: Any) -> None:
        """Leave a call, or the id of one, until the answer was handled."""
        self._held.add(call if isinstance(call, str) else call.id)

    def held(self) -> list[Any]:
        """Return the calls that are held, as far as they have come whole."""
        return [call for call in self._ended if call.id in self._held]

    def due(self) -> Plan[None] | None:
        """Return the plan of the call that the last event showed to be whole; None if there is none to run."""
        number, self._ready = self._ready, None
        if number is None:
            return None
        call = self._ended[number]
        tool = self._run.tool_for(call)
        wanted = tool is not None and call.input_complete and number not in self._run.results
        return _call(self._run, number, tool, call) if wanted else None

    def track(self, event: Any) -> None:
        """Take note of an event that is about to be shown."""
        kind = event.get("type")
        if kind == "content_block_stop" and event.content_block.type == "tool_use":
            self._last_ended = None if self._fallback else len(self._ended)
            self._ended.append(event.content_block)
            return
        if kind == "content_block_start" and event.content_block.type == "fallback":
            self._fallback, self._last_ended = True, None
        moved_on = kind == "content_block_start" or (kind == "message_delta" and event.delta.stop_reason == "tool_use")
        if not moved_on or self._last_ended is None:
            return
        number, self._last_ended = self._last_ended, None
        self._ready = None if self._ended[number].id in self._held else number
