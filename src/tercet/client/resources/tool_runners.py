"""Tool runners of the client: the arguments of `beta.messages.tool_runner()`, checked, and runners of the client's streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tercet.client.arguments import check_arguments
from tercet.client.streams.message import AsyncMessageStream, MessageStream
from tercet.schema.answers import with_output_format
from tercet.tools.run_state import RunState
from tercet.tools.runner import AsyncStreamingRunner, StreamingRunner
from tercet.wire import argument_names
from tercet.wire.requests.arguments import count
from tercet.wire.requests.sentinels import drop_not_given

T = TypeVar("T")
NAMES = argument_names.BETA_CREATE | {"stream", "max_iterations", "run_tools_eagerly", "output_format"}


class BetaStreamingToolRunner(StreamingRunner[MessageStream[T], T]):
    """Iterate it for a stream of each answer of the model; what you leave unread of one is read before the next."""


class BetaAsyncStreamingToolRunner(AsyncStreamingRunner[AsyncMessageStream[T], T]):
    """The async twin of `BetaStreamingToolRunner`."""


@dataclass(frozen=True, slots=True)
class RunnerArguments:
    """The arguments of a tool runner, sorted by what they are for."""

    state: RunState
    output: Mapping[str, Any]
    """`output_format`, which goes into every request."""
    stream: bool
    eager: bool


def runner_arguments(arguments: Mapping[str, Any]) -> RunnerArguments:
    """Check the arguments of `tool_runner`. Raises TypeError or ValueError for wrong ones."""
    passed = dict(drop_not_given(arguments))
    tools = list(passed.get("tools") or ())
    params = check_arguments(passed, NAMES, ("model", "max_tokens", "messages"), "tool_runner")
    output_format = params.pop("output_format", None)
    if output_format is not None:
        with_output_format({"output_format": output_format, "output_config": params.get("output_config")})
    stream, eager = params.pop("stream", False), params.pop("run_tools_eagerly", False)
    if eager and not stream:
        raise ValueError("run_tools_eagerly=True needs stream=True: without a stream the answer comes whole")
    most = params.pop("max_iterations", None)
    state = RunState(params, tools, None if most is None else count("max_iterations", most))
    return RunnerArguments(state, {} if output_format is None else {"output_format": output_format}, stream, eager)
