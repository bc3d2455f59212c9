"""What the tool runners of both worlds share: changes of the conversation that they lead, and how one begins."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from tercet.client.resources.beta_messages import RUNNER_NAMES
from tercet.schema.answers import with_output_format
from tercet.tools.results import Result, failed, succeeded
from tercet.tools.run_state import RunState
from tercet.wire.arguments import check_arguments, count
from tercet.wire.frames import Guarded
from tercet.wire.responses.message import Message
from tercet.wire.sentinels import drop_not_given

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


def next_effect(plan: Generator[Any, Any, Any], outcome: Any) -> Any:
    """The plan's next effect; None at its end."""
    try:
        return plan.send(outcome)
    except StopIteration:
        return None


def called(tool: Any, call: Any) -> Result:
    """Call a plain tool. Whatever it raises is for the model to read."""
    try:
        return succeeded(call, tool.call(call.input))
    except Exception as problem:
        return failed_call(tool, call, problem)


def failed_call(tool: Any, call: Any, problem: Exception) -> Result:
    """A tool's exception goes to the model; whoever runs the program shall find it in the log, too."""
    from tercet.client.log import log_tool_failure

    log_tool_failure(getattr(tool, "name", "?"), problem)
    return failed(call, problem)


def conversation_of(arguments: Mapping[str, Any]) -> tuple[RunState, Any, bool]:
    """The conversation that these arguments of `tool_runner` begin, its output format, and whether tools run eagerly.

    Raises TypeError or ValueError for wrong arguments.
    """
    passed = dict(drop_not_given(arguments))
    tools = list(passed.get("tools") or ())
    params = check_arguments(passed, RUNNER_NAMES, ("model", "max_tokens", "messages"), "tool_runner")
    output_format = params.pop("output_format", None)
    if output_format is not None:
        with_output_format({"output_format": output_format, "output_config": params.get("output_config")})
    stream, eager = params.pop("stream", False), params.pop("run_tools_eagerly", False)
    if eager and not stream:
        raise ValueError("run_tools_eagerly=True needs stream=True: without a stream the answer comes whole")
    most = params.pop("max_iterations", None)
    return RunState(params, tools, None if most is None else count("max_iterations", most)), output_format, eager
