"""Bases of the tool runners of both worlds: changes of the run that they lead, and calls before the answer is whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tercet.tools.loop import EagerCalls
from tercet.tools.run_state import RunState
from tercet.wire.frames import Guarded
from tercet.wire.responses.message import Message

if TYPE_CHECKING:
    from tercet.wire.params import AnyMessageParam


class Runner(Guarded):
    """Base of all tool runners: changes of the conversation that they lead."""

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
        """Return the calls that `defer_tool_call` holds, as far as they have come whole and were not run."""
        return [] if self._calls is None else self._calls.held()
