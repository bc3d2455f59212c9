"""Copies of conversations in memory: what a pickle holds of one. No key is in it, and tools are found again by their names."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from tercet.client.overrides import Overrides
from tercet.toolkit.conversation.entries import SavedConversation
from tercet.toolkit.conversation.state import TurnOptions
from tercet.toolkit.conversation.thread import Thread


def saved_thread(thread: Thread) -> SavedConversation:
    """Return everything that a thread holds, as a log would."""
    return SavedConversation(
        revision=thread.revision,
        tip=thread.tip,
        entries=list(thread.entries.values()),
        calls=list(thread.calls.values()),
        cuts=list(thread.cuts.values()),
        facts=thread.facts,
    )


def pickled_options(options: TurnOptions) -> TurnOptions:
    """Return options without credentials, and with tools that can be found again. PicklingError for one that cannot."""
    parameters = dict(options.parameters)
    if isinstance(headers := parameters.get("extra_headers"), Mapping):
        parameters["extra_headers"] = Overrides(headers).public()
    if isinstance(servers := parameters.get("mcp_servers"), list):
        parameters["mcp_servers"] = [
            {name: value for name, value in server.items() if name != "authorization_token"} for server in servers
        ]
    tools = {name: PickledTool(name, tool) for name, tool in options.tools.items()}
    return msgspec.structs.replace(options, parameters=parameters, tools=tools)


def unpickled_options(options: TurnOptions) -> TurnOptions:
    """Return options with their tools."""
    return msgspec.structs.replace(options, tools={name: kept.tool for name, kept in options.tools.items()})


class PickledTool:
    """A tool as a pickle holds it: by the name of its function where that leads to it, else as it pickles itself."""

    def __init__(self, name: str, tool: Any) -> None:
        self.name, self.tool = name, tool

    def __reduce__(self) -> Any:
        func = getattr(self.tool, "func", None)
        module, path = getattr(func, "__module__", None), getattr(func, "__qualname__", "")
        if module is not None and _found(module, path) is self.tool:
            return _tool_at, (self.name, module, path)
        try:
            pickle.dumps(self.tool)
        except Exception as problem:
            raise pickle.PicklingError(
                f"the tool {self.name!r} cannot be pickled with its conversation, as it is no global of a module; pickle a "
                "conversation without it, and give the tool to the copy's calls: chat.say(…, tools=[…])"
            ) from problem
        return PickledTool, (self.name, self.tool)


def _found(module: str, path: str) -> Any:
    found: Any = sys.modules.get(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _tool_at(name: str, module: str, path: str) -> PickledTool:
    from importlib import import_module

    import_module(module)
    return PickledTool(name, _found(module, path))
