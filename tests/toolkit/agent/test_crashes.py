"""A program that ends between any two writes of a run, and at each start and end of a tool: the run goes on in another
process, and each call that was approved has run exactly once, or is told as unknown. None runs twice.

Each row is a process of its own over the SQLite store, which ends by `os._exit` at one event; another one goes on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import tercet
from tercet.toolkit.conversation.entries import LogStep

MODEL: dict[str, Any] = {"model": "claude-sonnet-4-6", "max_tokens": 200}
UNKNOWN = "Error: this call was interrupted while it ran; its result is not known"
CALLS = [
    {"type": "tool_use", "name": "look", "input": {"n": 0}},
    {"type": "tool_use", "name": "send", "input": {"n": 1}},
    {"type": "tool_use", "name": "read", "input": {"n": 2}},
    {"type": "tool_use", "name": "send", "input": {"n": 3}},
]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")


class Program:
    """One process of a program that runs an agent, and may end at the event of this number."""

    def __init__(self, folder: Path, url: str, exit_at: int | None) -> None:
        self.folder, self.exit_at, self.events = folder, exit_at, 0
        self.client = tercet.Anthropic(base_url=url, api_key="k", max_retries=0)

    def event(self) -> None:
        self.events += 1
        if self.events == self.exit_at:
            os._exit(0)

    def ran(self, name: str, n: int) -> str:
        """What a tool does: leave a line in a file, before and after which the program may end."""
        self.event()
        with (self.folder / "ran").open("a") as file:
            file.write(f"{name}{n}\n")
        self.event()
        return f"{name} {n}"

    def tools(self) -> list[Any]:
        look = tercet.beta_tool(lambda n: self.ran("look", n), name="look", input_schema=SCHEMA, alone=True)
        read = tercet.beta_tool(
            lambda n: self.ran("read", n), name="read", input_schema=SCHEMA, alone=True, repeatable=True
        )
        send = tercet.beta_tool(
            lambda n: self.ran("send", n), name="send", input_schema=SCHEMA, alone=True, repeatable=True
        )
        return [look, read, tercet.ask_first(send)]

    def go_on(self) -> None:
        """Begin the run, or go on with it, and approve what waits, until it is done."""
        with tercet.Conversations(self.folder / "chats.db") as store:
            chat = store.open("t", owner="u", client=self.client, **MODEL)
            log: Any = chat._state.log
            commit: Callable[[LogStep, int], int] = log.commit

            def watched(step: LogStep, revision: int) -> int:
                self.event()
                done = commit(step, revision)
                self.event()
                return done

            log.commit = watched
            agent = tercet.Agent(self.client, tools=self.tools(), conversation=chat)
            begun = [name.removeprefix("run:") for name in chat._state.thread.facts if name.startswith("run:")]
            if begun and chat._state.thread.facts[f"run:{begun[0]}"]["outcome"] == "done":
                (self.folder / "done").write_text(chat.turns[-1].text)  # it had ended when the program did
                return
            run = agent.resume(begun[0]) if begun else agent.run("Go")
            while run.outcome == "waiting":
                run = agent.resume(run.id, {run.waiting[0].id: tercet.approve()})  # one after the other
            (self.folder / "done").write_text(run.message.text)


SCHEMA: Any = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def in_a_process(folder: Path, url: str, exit_at: int | None) -> int:
    """Let a process of its own go on, and return how many events there were, or 0 if it ended at one."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            program = Program(folder, url, exit_at)
            program.go_on()
            os.write(writer, str(program.events).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as answer:
        events = answer.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return int(events or 0)


@pytest.fixture
def api() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        yield api


def script(api: tercet.LocalAPI) -> None:
    """Call tools once, and be done once their results are read."""
    api.script(
        [
            {"match": {"body": {"messages.-1.content.0.type": "tool_result"}}, "answer": {"text": "All done."}},
            {"answer": {"content": CALLS}},
        ]
    )


def test_each_call_that_was_approved_runs_exactly_once_or_is_told_as_unknown(
    api: tercet.LocalAPI, tmp_path: Path
) -> None:
    script(api)
    whole = tmp_path / "whole"
    whole.mkdir()
    program = Program(whole, api.base_url, None)
    program.go_on()  # here: what is loaded now, no process has to load
    events = program.events
    assert events >= 24
    assert (whole / "ran").read_text().split() == ["look0", "read2", "send1", "send3"]
    broken = []
    for exit_at in range(1, events + 1):
        folder = tmp_path / str(exit_at)
        folder.mkdir()
        assert in_a_process(folder, api.base_url, exit_at) == 0, exit_at
        in_a_process(folder, api.base_url, None)
        broken += problems(folder, api.journal.entries()[-1].json, exit_at)
    assert broken == []


def problems(folder: Path, request: Any, exit_at: int) -> list[str]:
    """Return what is wrong after a run that ended at this event and went on."""
    found = []
    ran = (folder / "ran").read_text().split()
    told = [block["content"] for block in request["messages"][-1]["content"]]
    if (folder / "done").read_text() != "All done." or len(told) != 4:
        return [f"event {exit_at}: not done: {told}"]
    for place, name in ((0, "look0"), (1, "send1"), (3, "send3")):
        times = ran.count(name)
        if times > 1:
            found.append(f"event {exit_at}: {name} ran {times} times")
        elif told[place] == UNKNOWN:
            continue
        elif times != 1 or told[place] != f"{name[:4]} {name[4]}":
            found.append(f"event {exit_at}: {name} ran {times} times, and the model reads {told[place]!r}")
    if told[2] != "read 2" or not 1 <= ran.count("read2") <= 2:
        found.append(f"event {exit_at}: read2, which may be repeated: {ran} {told[2]!r}")
    return found
