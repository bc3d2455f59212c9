"""The tool loop as a plan: ask, run what the model calls, ask again, until its `stop_reason` says that it is done.

Whoever drives it (`runner.py`) sends the requests and calls the tools.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from tercet.tools.results import Result, cut_off, not_found
from tercet.tools.run_state import Json, RunState, tool_calls
from tercet.wire.responses.message import Message

CUT_SHORT = frozenset({"max_tokens", "model_context_window_exceeded"})
"""Stop reasons after which the last block may be a part of what the model wanted to write."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a request of these arguments; the answer to this is the whole Message."""

    arguments: Json


@dataclass(frozen=True, slots=True)
class RunTools:
    """Answer the last message's tool calls; the answer to this is a user message, or None if there are none."""


@dataclass(frozen=True, slots=True)
class CallTool:
    """Call this tool with the input of `call`, a `tool_use` block; the answer to this is a `tool_result` block."""

    tool: Any
    call: Any


def tool_loop(run: RunState) -> Generator[Ask | RunTools, Any, None]:
    """Ask, run tools, ask again. Asks nothing once the conversation does not go on."""
    yield from _turns(run)
    run.ended = True


def _turns(run: RunState) -> Generator[Ask | RunTools, Any, None]:
    paused = False
    while run.goes_on():
        if run.compaction is not None and not paused:
            yield from _compacted(run)
            continue
        request = run.next_request(paused)
        sent = run.messages
        message: Message = yield Ask(request)
        step = run.take(message, sent)
        paused = step == "send back"
        if step == "run tools" and not tool_calls(message):
            step = "stop"
        if step == "run tools" and not run.rewritten:
            run.messages = [*run.messages, (yield RunTools())]
        if step == "stop":
            if run.compacts_at_the_end(message) and not run.closed:
                yield from _compacted(run)
            return


def _compacted(run: RunState) -> Generator[Ask | RunTools, Any, None]:
    before = run.last
    message: Message = yield Ask(run.compaction_request())
    run.take_summary(message, before)


def tool_results(run: RunState, message: Message) -> Generator[CallTool, Result, Json | None]:
    """Answer the calls of a message in their order, each once. None if there are none.

    A call whose input did not come whole is never run: the block says so, or the answer was cut inside it.
    """
    calls = tool_calls(message)
    cut = message.content[-1] if calls and message.stop_reason in CUT_SHORT else None
    for number, call in enumerate(calls):
        if number in run.results:
            continue
        tool = run.tool_for(call)
        if tool is None:
            _warn_of_unknown(call, run.tools)
            run.results[number] = not_found(call)
        elif call is cut or not call.input_complete:
            run.results[number] = cut_off(call)
        else:
            run.results[number] = yield CallTool(tool, call)
    return {"role": "user", "content": [run.results[number] for number in range(len(calls))]} if calls else None


def _warn_of_unknown(call: Mapping[str, Any], tools: Mapping[str, Any]) -> None:
    warnings.warn(
        f"the model called the tool {str(call.get('name'))[:200]!r}, which the tool runner cannot run; it can run "
        f"{', '.join(tools) or 'none'}. For a tool that you gave as a dict, answer the call yourself with append_messages()",
        UserWarning,
        stacklevel=2,
    )
