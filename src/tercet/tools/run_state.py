"""The state of one tool runner: its arguments, its history, its tools, and what is still to be done. Sends nothing."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from tercet.tools.results import Result
from tercet.tools.server_history import ServerThread, check_can_compact, for_compaction, holds_summary
from tercet.wire.requests.json_body import materialize
from tercet.wire.requests.sentinels import is_absent
from tercet.wire.responses.message import Message

Step: TypeAlias = Literal["run tools", "send back", "stop"]
Json: TypeAlias = dict[str, Any]

STEPS: Mapping[str, Step] = {
    "tool_use": "run tools",
    "pause_turn": "send back",
    "compaction": "send back",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "stop",
    "model_context_window_exceeded": "stop",
    "refusal": "stop",
}
READ_IN_EVERY_REQUEST = frozenset({"system", "metadata", "mcp_servers", "context_management", "output_config"})
KEPT = ("betas", "user_profile_id", "workspace_id")
"""Arguments that stay when new ones are set without them."""


def step_after(stop_reason: str | None) -> Step:
    """Return what follows an answer. Reasons that are absent or unknown end the loop, and no tool is run for them."""
    return STEPS.get(stop_reason or "", "stop")


class RunState:
    """Holds what one tool runner knows: the arguments of its requests, the history, its tools, and what is still to do."""

    def __init__(self, arguments: Mapping[str, Any], tools: Iterable[Any], max_iterations: int | None) -> None:
        refuse_compaction(arguments)
        self.arguments = settle_arguments(arguments)
        self.messages: list[Any] = settle_messages(self.arguments.pop("messages"))
        thread = self.arguments.pop("thread", None)
        self.thread = ServerThread.of(thread) if thread else None
        self.tools: dict[str, Any] = {}
        self.arguments["tools"] = self.take_in(tools)
        self.max_iterations = max_iterations
        self.answers = 0
        self.checked = True
        """Whether the arguments of the next request were checked: at the beginning, or with an earlier request."""
        self.closed = False
        self.ended = False
        """Whether the loop came to its own end."""
        self.last: Message | None = None
        self.results: dict[int, Result] = {}
        """The results of the last message's calls by their number: no call is run twice."""
        self.rewritten = False
        """Whether the caller appended messages while an answer was handled: the history of this turn is theirs then."""
        self.handling = False
        self.compaction: Json | None = None
        self.compacting = False
        self._changes: list[Json] = []

    # --- tools -------------------------------------------------------------------------------------------------------

    def take_in(self, tools: Iterable[Any]) -> list[Any]:
        """Return their definitions; those that can be called are remembered under their names."""
        definitions: list[Any] = []
        for tool in tools:
            if is_runnable(tool):
                self.tools[tool.name] = tool
                definitions.append(tool.to_dict())
            else:
                definitions.append(materialize(tool, "", name="tools"))
        refuse_equal_names(definitions)
        return definitions

    def add_tools(self, tools: Iterable[Any]) -> None:
        """Offer more tools from the next request on, by messages: `tools` stays as it is, and its cache good."""
        for tool in tools:
            definition = tool.to_dict() if is_runnable(tool) else dict(tool)
            if is_runnable(tool):
                self.tools[tool.name] = tool
            else:
                self.tools.pop(str(definition.get("name")), None)
            changed = {"type": "tool_definition", "definition": definition}
            self._changes.append({"type": "tool_addition", "tool": changed})

    def remove_tools(self, tools: Iterable[Any]) -> None:
        """Take tools away from the next request on. They are no longer run from now on."""
        for tool in tools:
            name = tool if isinstance(tool, str) else tool.name
            self.tools.pop(name, None)
            self._changes.append({"type": "tool_removal", "tool": {"type": "tool_reference", "name": name}})

    def tool_for(self, call: Mapping[str, Any]) -> Any:
        """Return the tool that a call names, or None if there is none, or none any more."""
        name = call.get("name")
        if (
            not isinstance(name, str)
            or call.get("toolset_name") is not None
            or name in removed_names([*self.messages, *self._pending()])
        ):
            return None
        return self.tools.get(name)

    def _pending(self) -> list[Json]:
        return [{"role": "system", "content": self._changes}] if self._changes else []

    # --- the history -------------------------------------------------------------------------------------------------

    def params(self) -> Json:
        """Return the arguments of the next request, `messages` and all."""
        params = {**self.arguments, "messages": list(self.messages)}
        return {**params, "thread": self.thread.base} if self.thread else params

    def set_params(self, change: Mapping[str, Any] | Callable[[Json], Mapping[str, Any]]) -> None:
        """Put other arguments in the place of these."""
        params = dict(change(self.params()) if callable(change) else change)
        refuse_compaction(params)
        if "messages" not in params:
            raise ValueError("the new params have no 'messages'; keep those that the function is given, or set others")
        messages = settle_messages(params.pop("messages"))
        self._refuse_while_compacting(messages != self.messages)
        params.pop("thread", None)
        kept = {name: self.arguments[name] for name in KEPT if name in self.arguments}
        if "tools" in params:
            self._replace_tools(params)
        self.arguments, self.messages = {**kept, **settle_arguments(params)}, messages
        self.checked = False

    def _replace_tools(self, params: Json) -> None:
        """Let definitions keep the tool that runs under their name; a name that is left out runs no more."""
        before = self.tools
        self.tools = {}
        params["tools"] = self.take_in(params["tools"] or ())
        for definition in params["tools"]:
            name = definition.get("name")
            if name in before and name not in self.tools:
                self.tools[name] = before[name]

    def append(self, messages: Sequence[Any]) -> None:
        """Add messages to the history. While an answer is handled, it and its results are then for the caller to add."""
        self._refuse_while_compacting(True)
        self.messages = [*self.messages, *settle_messages(map(as_param, messages))]
        self.rewritten = self.rewritten or self.handling
        self.checked = False

    def _refuse_while_compacting(self, changed: bool) -> None:
        if self.compacting and changed:
            raise ValueError(
                "the conversation is being compacted: the summary replaces it; change it at the next answer"
            )

    # --- one turn ----------------------------------------------------------------------------------------------------

    def goes_on(self) -> bool:
        """Whether another answer may be asked for."""
        return not self.closed and (self.max_iterations is None or self.answers < self.max_iterations)

    def next_request(self, paused: bool) -> Json:
        """Return the arguments to ask with now. A turn that was paused has to stay last, so changes of tools wait for it."""
        if not paused:
            self.messages, self._changes = [*self.messages, *self._pending()], []
        self.results, self.rewritten, self.handling = {}, False, True
        if self.thread:
            return self.thread.request(self.arguments, self.messages)
        return {**self.arguments, "messages": self.messages}

    def take(self, message: Message, sent: Sequence[Any]) -> Step:
        """Take an answer into the history, unless the caller saw to that."""
        self.handling = False
        self.answers += 1
        answer = message.to_param()
        if self.thread:
            self.thread.keep([*sent, answer], message)
        if not self.rewritten:
            self.messages = [*self.messages, answer]
        self._stay_in_container(message)
        return step_after(message.stop_reason)

    def _stay_in_container(self, message: Message) -> None:
        """Code that runs at the API goes on in the container of the last answer."""
        made, asked = message.container, self.arguments.get("container")
        if made is None:
            return
        if asked is None:
            self.arguments["container"] = made.id
        elif isinstance(asked, Mapping) and not asked.get("id"):
            self.arguments["container"] = {**asked, "id": made.id}

    def last_answer(self) -> Message:
        """Return the last answer of a run that is over. A run that an error ended has none: the one before is no end."""
        if self.last is None:
            raise RuntimeError("the tool runner has no answer: it was closed, or may ask for none (max_iterations)")
        if not (self.ended or self.closed):
            raise RuntimeError("the tool runner broke off at an error; make a new one of the history so far")
        return self.last

    # --- compaction --------------------------------------------------------------------------------------------------

    def schedule_compaction(self, compaction: Mapping[str, Any] | None) -> None:
        """Compact before the next turn."""
        if not self.compacting:
            check_can_compact(self.arguments)
            self.compaction = {"type": "summarize"} if compaction is None else dict(compaction)

    def compaction_request(self) -> Json:
        """Return the arguments that ask for a summary of the whole history."""
        compaction, self.compaction = self.compaction, None
        self.compacting = True
        arguments = for_compaction({**self.arguments, "compaction": compaction})
        return self.thread.whole(arguments, self.messages) if self.thread else {**arguments, "messages": self.messages}

    def take_summary(self, message: Message, before: Message | None) -> None:
        """Go on from the summary, if there is one."""
        self.compacting = False
        if holds_summary(message):
            gone = removed_names(self.messages)
            self.tools = {name: tool for name, tool in self.tools.items() if name not in gone}
            self.messages = [message.to_param()]
            return
        warnings.warn("the compaction gave no summary; the conversation stays as it is", UserWarning, stacklevel=2)
        self.last = before or message

    def compacts_at_the_end(self, message: Message) -> bool:
        """Whether a compaction that waits can still be made: not after calls that nobody answered."""
        return self.compaction is not None and (self.rewritten or not tool_calls(message))


def is_runnable(tool: Any) -> bool:
    """Whether it is a tool that can be called here, and no mere definition."""
    return not isinstance(tool, Mapping) and callable(getattr(tool, "call", None)) and hasattr(tool, "to_dict")


def refuse_equal_names(definitions: Iterable[Any]) -> None:
    """Raise ValueError for two tools of one name, be they functions, dicts or the API's own: no call says which one it means."""
    seen: set[str] = set()
    for definition in definitions:
        name = definition.get("name") if isinstance(definition, Mapping) else getattr(definition, "name", None)
        if not isinstance(name, str):
            continue
        if name in seen:
            raise ValueError(f"two tools are named {name!r}: give each a name of its own, such as @beta_tool(name=...)")
        seen.add(name)


def refuse_compaction(arguments: Mapping[str, Any]) -> None:
    """`compaction` on every request of a loop would compact again and again."""
    if arguments.get("compaction"):
        raise ValueError(
            "a tool runner takes no compaction=: each of its requests would compact again. Call "
            "runner.compact_before_next_turn() when the conversation is to be compacted"
        )


def settle_arguments(arguments: Mapping[str, Any]) -> Json:
    """Return arguments that are equal each time they are sent, as far as they are sent as JSON."""
    made = dict(arguments)
    for name in READ_IN_EVERY_REQUEST & made.keys():
        if not is_absent(made[name]):
            made[name] = materialize(made[name], "blocks", name=name)
    if isinstance(extra := made.get("extra_body"), Mapping):
        made["extra_body"] = {
            name: item if is_absent(item) else materialize(item, str(name), name=str(name))
            for name, item in extra.items()
        }
    return made


def settle_messages(messages: Iterable[Any]) -> list[Any]:
    """Return messages that are equal each time they are sent: iterators and open files among them are read once, here."""
    made: list[Any] = materialize(list(messages), "messages", name="messages")
    return made


def as_param(message: Any) -> Any:
    """Return a message for the history; an answer without what only answers have."""
    return message.to_param() if isinstance(message, Message) else message


def tool_calls(message: Message) -> list[Any]:
    """Return the calls of the caller's own tools."""
    return [block for block in message.content if block.type == "tool_use"]


def removed_names(messages: Iterable[Any]) -> set[str]:
    """Return the names of tools that the history took away and did not give back."""
    names: set[str] = set()
    for change in (change for message in messages for change in _changes_in(message)):
        tool = change.get("tool") or {}
        name = tool.get("name") if tool.get("type") == "tool_reference" else (tool.get("definition") or {}).get("name")
        if isinstance(name, str):
            (names.add if change.get("type") == "tool_removal" else names.discard)(name)
    return names


def _changes_in(message: Any) -> list[Any]:
    if not isinstance(message, Mapping) or not isinstance(message.get("content"), list | tuple):
        return []
    blocks = [block for block in message["content"] if isinstance(block, Mapping)]
    if message.get("role") == "assistant":
        summaries = [block.get("tool_changes") or () for block in blocks if block.get("type") == "compaction"]
        blocks = [change for changes in summaries for change in changes if isinstance(change, Mapping)]
    elif message.get("role") != "system":
        return []
    return [block for block in blocks if block.get("type") in ("tool_addition", "tool_removal")]
