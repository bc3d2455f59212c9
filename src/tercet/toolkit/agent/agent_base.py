"""What the agents of both worlds know: the conversation that everything is kept in, tools, limits. Waits for nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from tercet.toolkit.agent.run import AgentRun
from tercet.toolkit.agent.run_plan import RunPlan
from tercet.toolkit.conversation.conversation_base import OWN_NAMES, TURN_NAMES, ConversationBase
from tercet.toolkit.conversation.limits import check_limits
from tercet.toolkit.conversation.request import ANSWER_NAMES
from tercet.toolkit.conversation.said import said_blocks
from tercet.toolkit.conversation.state import TurnOptions, check_on_cut, new_id, refuse_async_tools, with_tools
from tercet.toolkit.conversation.turn import Opening
from tercet.tools.run_state import refuse_equal_names
from tercet.wire.frames import Guarded
from tercet.wire.requests.arguments import unknown_argument


class AgentBase(Guarded):
    """The part of an agent that asks nobody."""

    _kind: ClassVar[type[ConversationBase]]
    conversation: Any

    def __init__(self, client: Any, parameters: Mapping[str, Any]) -> None:
        given = {name: value for name, value in parameters.items() if name not in ("conversation", "tools", "limits")}
        chat = parameters.get("conversation")
        if chat is None:
            chat, given = self._kind(client, **given), {}
        self._check(chat, given)
        self.conversation = chat
        options: TurnOptions = chat._options
        limits = check_limits(parameters.get("limits", options.limits))
        on_cut = check_on_cut(given.pop("on_cut", options.on_cut))
        options = msgspec.structs.replace(
            options, parameters={**given, **options.parameters}, limits=limits, on_cut=on_cut
        )
        self._options = self._checked(with_more_tools(options, parameters.get("tools") or ()))

    def _check(self, chat: Any, given: Mapping[str, Any]) -> None:
        name = type(self).__name__
        if not isinstance(chat, self._kind):
            raise TypeError(f"{name}(conversation=…) takes {self._kind.__name__}, not {type(chat).__name__}")
        for argument in given:
            if argument in OWN_NAMES:
                raise TypeError(f"{name}({argument}=…) belongs to the conversation that was given; set it there")
            if argument not in ANSWER_NAMES | TURN_NAMES:
                raise unknown_argument(argument, ANSWER_NAMES | TURN_NAMES, name)

    def _planned(self, id: str, given: Mapping[str, Any], caller: str, *, streams: bool = False) -> RunPlan:
        """Return the plan of a run, with what the call says over the agent's settings."""
        for name in given:
            if name not in ANSWER_NAMES | TURN_NAMES:
                raise unknown_argument(name, ANSWER_NAMES | TURN_NAMES, caller)
        options = self._options
        if given:
            own = {name: value for name, value in given.items() if name not in TURN_NAMES}
            options = msgspec.structs.replace(
                options,
                parameters={**options.parameters, **own},
                on_cut=check_on_cut(given.get("on_cut", options.on_cut)),
                limits=check_limits(given.get("limits", options.limits)),
            )
            if "tools" in given:
                options = self._checked(with_tools(options, given["tools"]))
        if streams:
            options = msgspec.structs.replace(options, streams=True, hands_steps=True)
        return RunPlan(self.conversation._state, id, options, self.conversation._most_cost)

    def _checked(self, options: TurnOptions) -> TurnOptions:
        if not self._kind._is_async:
            refuse_async_tools(options, type(self).__name__)
        return options

    def _begun(self, content: Sequence[Any], given: Mapping[str, Any], caller: str) -> tuple[RunPlan, Opening]:
        opening = Opening(content=said_blocks(content, caller))
        return self._planned(new_id(), given, caller, streams=caller == "stream"), opening

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {', '.join(self._options.tools) or 'no tools'} in {self.conversation!r}>"


def with_more_tools(options: TurnOptions, tools: Iterable[Any]) -> TurnOptions:
    """Return the options with these tools beside those that are there."""
    own = with_tools(options, tools)
    definitions = [*options.definitions, *own.definitions]
    refuse_equal_names(definitions)
    return msgspec.structs.replace(
        own,
        tools={**options.tools, **own.tools},
        definitions=definitions,
        described=options.described | own.described,
    )


def id_of(run: str | AgentRun) -> str:
    """Return the id of a run."""
    if isinstance(run, AgentRun):
        return run.id
    if not isinstance(run, str):
        raise TypeError(f"resume() takes the id of a run, run.id, not {type(run).__name__} {run!r:.80}")
    return run
