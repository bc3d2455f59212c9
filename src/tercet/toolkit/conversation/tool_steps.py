"""The plan that answers the calls of an answer: each is logged before its tool starts, and after it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tercet.flow.effects import CallTool, Plan, Together
from tercet.toolkit.conversation.answers import CUT_SHORT
from tercet.toolkit.conversation.entries import Block, CallState, LogEntry, LoggedCall, LogStep
from tercet.tools.loop import MOST_TOGETHER, runs_alone
from tercet.tools.results import cut_off_result, not_found_result
from tercet.wire.responses.message import Message

if TYPE_CHECKING:
    from tercet.toolkit.conversation.state import ConversationState, TurnOptions


def answer_calls(
    state: ConversationState, entry: LogEntry, message: Message, options: TurnOptions
) -> Plan[list[Block] | None]:
    """Answer the calls of an answer and return their results, in the order of the calls; None if some wait for the user, who
    gave their tools as definitions alone."""
    calls: list[Any] = [block for block in message.content if block.type == "tool_use"]
    results: dict[str, Block] = {}
    together: list[Plan[None]] = []
    waits = False
    cut = message.content[-1] if calls and message.stop_reason in CUT_SHORT else None
    for call in calls:
        tool = options.tools.get(call.name)
        if call is cut or not call.input_complete:
            results[call.id] = cut_off_result(call)
        elif tool is None and call.name in options.described:
            waits = True
        elif tool is None:
            results[call.id] = not_found_result(call)
        elif runs_alone(tool):
            if together:
                yield Together(together, MOST_TOGETHER)
                together = []
            yield from _call(state, entry, tool, call, results)
        else:
            together.append(_call(state, entry, tool, call, results))
    if together:
        yield Together(together, MOST_TOGETHER)
    return None if waits else [results[call.id] for call in calls]


def _call(state: ConversationState, entry: LogEntry, tool: Any, call: Any, results: dict[str, Block]) -> Plan[None]:
    yield from state.commit(LogStep(calls=[LoggedCall(entry=entry.id, id=call.id, state=CallState.CALLED)]))
    result: Block = yield CallTool(tool, call)
    logged = LoggedCall(entry=entry.id, id=call.id, state=CallState.ANSWERED, result=result)
    yield from state.commit(LogStep(calls=[logged]))
    results[call.id] = result
