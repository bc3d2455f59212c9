"""Whatever interrupts a run, at any of its events, in both worlds: it goes on over what the log holds, every request is
accepted by the strict local API, and no call that may not be repeated runs twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from tests.toolkit.conversation.kept_log import KeptLog

import tercet

MODEL: dict[str, Any] = {"model": "claude-sonnet-4-6", "max_tokens": 200}
SCHEMA: Any = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
CALLS = [
    {"type": "tool_use", "name": "look", "input": {"n": 0}},
    {"type": "tool_use", "name": "send", "input": {"n": 1}},
    {"type": "tool_use", "name": "look", "input": {"n": 2}},
]
UNKNOWN = "Error: this call was interrupted while it ran; its result is not known"


RAISED = {"OSError: no space left on device", "CancelledError"}
"""What the model reads of a tool that one of the endings came from."""


class Stop(BaseException):
    """What ends a run in the midst of it, as Ctrl-C does."""


class Events:
    """Count what happens, and interrupt at the event of this number."""

    def __init__(self, at: int, raised: Callable[[], BaseException]) -> None:
        self.at, self.raised, self.seen = at, raised, 0
        self.ran: list[int] = []

    def __call__(self, *_: Any) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise self.raised()

    def tools(self, world: str) -> list[Any]:
        def run(n: int) -> str:
            self()
            self.ran.append(n)
            self()
            return f"ran {n}"

        async def arun(n: int) -> str:
            return run(n)

        def made(name: str) -> Any:
            options: Any = {"name": name, "input_schema": SCHEMA}
            return tercet.beta_async_tool(arun, **options) if world == "async" else tercet.beta_tool(run, **options)

        return [made("look"), tercet.ask_first(made("send"))]

    def log(self, steps: list[bytes], world: str) -> KeptLog:
        log = KeptLog(steps, waits=world == "async")
        log.before = log.after = self
        return log


@pytest.fixture(scope="module")
def api() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        api.script(
            [
                {"match": {"body": {"messages.-1.content.0.type": "tool_result"}}, "answer": {"text": "All done."}},
                {"answer": {"content": CALLS}},
            ]
        )
        yield api


def go_on(api: tercet.LocalAPI, steps: list[bytes], events: Events) -> str:
    """Begin the run, or go on with it, until it is done; return its last words."""
    with api.client(max_retries=0) as client:
        chat = tercet.Conversation.on_log(client, events.log(steps, "blocking"), MODEL)
        agent = tercet.Agent(client, tools=events.tools("blocking"), conversation=chat)
        facts = chat._state.thread.facts
        begun = [name.removeprefix("run:") for name in facts if name.startswith("run:")]
        if begun and facts[f"run:{begun[0]}"]["outcome"] == "done":
            return chat.turns[-1].text
        run = agent.resume(begun[0]) if begun else agent.run("Go")
        while run.outcome == "waiting":
            run = agent.resume(run.id, {each.id: tercet.approve() for each in run.waiting})
        return run.message.text


async def ago_on(api: tercet.LocalAPI, steps: list[bytes], events: Events) -> str:
    """Do the same in the other world."""
    async with api.async_client(max_retries=0) as client:
        chat = tercet.AsyncConversation.on_log(client, events.log(steps, "async"), MODEL)
        agent = tercet.AsyncAgent(client, tools=events.tools("async"), conversation=chat)
        facts = chat._state.thread.facts
        begun = [name.removeprefix("run:") for name in facts if name.startswith("run:")]
        if begun and facts[f"run:{begun[0]}"]["outcome"] == "done":
            return chat.turns[-1].text
        run = await agent.resume(begun[0]) if begun else await agent.run("Go")
        while run.outcome == "waiting":
            run = await agent.resume(run.id, {each.id: tercet.approve() for each in run.waiting})
        return run.message.text


def carry_out(api: tercet.LocalAPI, world: str, steps: list[bytes], events: Events) -> str:
    return go_on(api, steps, events) if world == "blocking" else asyncio.run(ago_on(api, steps, events))


ENDINGS: dict[str, Callable[[], BaseException]] = {
    "Ctrl-C": Stop,
    "an exception of a tool's or of the disk": lambda: OSError("no space left on device"),
    "a cancelled task": asyncio.CancelledError,
}


@pytest.mark.parametrize("world", ["blocking", "async"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_that_was_interrupted_goes_on_and_runs_nothing_twice(
    api: tercet.LocalAPI, world: str, ending: str
) -> None:
    whole = Events(0, Stop)
    assert carry_out(api, world, [], whole) == "All done."
    assert whole.seen >= 20
    assert sorted(whole.ran) == [0, 1, 2]
    wrong = []
    for at in range(1, whole.seen + 1):
        steps: list[bytes] = []
        broken, later = Events(at, ENDINGS[ending]), Events(0, Stop)
        with suppress(Stop, OSError, asyncio.CancelledError, tercet.ConversationError):
            carry_out(api, world, steps, broken)
        assert carry_out(api, world, steps, later) == "All done."
        told = [block["content"] for block in api.journal.entries()[-1].json["messages"][-1]["content"]]
        for n, content in enumerate(told):
            times = [*broken.ran, *later.ran].count(n)
            allowed = (
                {f"ran {n}"} if n in later.ran else {f"ran {n}", UNKNOWN, *RAISED} if times else {UNKNOWN, *RAISED}
            )
            if times > 1 or content not in allowed:
                wrong.append((at, n, times, content))
    assert wrong == []
