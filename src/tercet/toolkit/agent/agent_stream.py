"""A run as it comes: texts of the model, and steps, each once it is in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tercet.toolkit.agent.run import AgentRun, RunStep, asked_step, called_step
from tercet.toolkit.conversation.answer_stream import AsyncTurnStream, TurnStream
from tercet.toolkit.conversation.entries import LogEntry, LoggedCall
from tercet.toolkit.conversation.thread import calls_of

if TYPE_CHECKING:
    from tercet.toolkit.agent.run_plan import RunPlan

RunItem: TypeAlias = "str | RunStep"


class AgentStream(TurnStream[RunItem]):
    """A run as it comes. Iterate it for texts (`str`) and steps (`RunStep`), inside a `with` block or without one."""

    plan: RunPlan

    @property
    def run(self) -> AgentRun:
        """Return what came of the run, or what has come so far."""
        return self.plan.result(self._turn.ending)

    def _step_of(self, committed: Any) -> RunItem:
        return step_of(self.plan, committed)


class AsyncAgentStream(AsyncTurnStream[RunItem]):
    """The async twin of `AgentStream`."""

    plan: RunPlan

    @property
    def run(self) -> AgentRun:
        """Return what came of the run, or what has come so far."""
        return self.plan.result(self._turn.ending)

    def _step_of(self, committed: Any) -> RunItem:
        return step_of(self.plan, committed)


def step_of(plan: RunPlan, committed: LogEntry | LoggedCall) -> RunStep:
    """Return what was committed as a step."""
    if isinstance(committed, LogEntry):
        return asked_step(committed, plan.seconds_of(committed.id))
    entry = plan.state.thread.entries[committed.entry]
    call = next(call for call in calls_of(entry) if call["id"] == committed.id)
    return called_step(call, committed)
