"""Whatever happens at any event of a turn, in both worlds: the conversation loads, and what it sends next is accepted.

The events of a turn are the rows of `EVENTS`; a play of each way to talk is interrupted at every one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from tests.toolkit.conversation.kept_log import KeptLog

import tercet
from tercet.toolkit.conversation.entries import LogStep
from tercet.wire.stream.message_builder import MessageBuilder

MODEL: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 3000,
    "thinking": {"type": "enabled", "budget_tokens": 1024},
}
COMMITS = {
    "question": lambda step: bool(step.entries) and step.entries[-1].starts_turn,
    "answer": lambda step: bool(step.entries) and step.entries[-1].role == "assistant",
    "results": lambda step: bool(step.entries) and step.entries[-1].role == "user" and not step.entries[-1].starts_turn,
    "call": lambda step: bool(step.calls),
}
STREAMED = (
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
)
EVENTS = (
    *(f"{when} the {what} is committed" for what in COMMITS for when in ("before", "after")),
    "before a request",
    "after a request",
    "a tool starts",
    "a tool ends",
    *(f"stream: {kind}" for kind in STREAMED),
)
"""Everything that happens in a turn with tools."""


class Trap:
    """Tell of each event, and at one of them do what the test wants."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.at = -1
        self.spring: Callable[[], None] = lambda: None

    def __call__(self, event: str) -> None:
        self.seen.append(event)
        if len(self.seen) - 1 == self.at:
            self.spring()

    def watch(self, log: KeptLog) -> KeptLog:
        """Tell of what is committed."""

        def telling(when: str) -> Callable[[LogStep], None]:
            def tell(step: LogStep) -> None:
                for what, fits in COMMITS.items():
                    if fits(step):
                        self(f"{when} the {what} is committed")
                        return

            return tell

        log.before, log.after = telling("before"), telling("after")
        return log


@pytest.fixture(scope="module")
def server() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        yield api


@pytest.fixture
def trap(monkeypatch: pytest.MonkeyPatch) -> Trap:
    """Tells of requests and of the events of streams."""
    trap = Trap()
    add = MessageBuilder.add

    def added(self: MessageBuilder, event: Any) -> Any:
        trap(f"stream: {event['type']}")
        return add(self, event)

    monkeypatch.setattr(MessageBuilder, "add", added)
    return trap


def tools_of(trap: Trap, *, is_async: bool) -> list[Any]:
    """Two tools that tell when they start and end."""

    def work(x: int) -> str:
        """Work."""
        trap("a tool starts")
        trap("a tool ends")
        return str(x)

    async def awork(x: int) -> str:
        """Work."""
        trap("a tool starts")
        await asyncio.sleep(0)
        trap("a tool ends")
        return str(x)

    if is_async:
        return [tercet.beta_async_tool(awork, name="work"), tercet.beta_async_tool(awork, name="other")]
    return [tercet.beta_tool(work, name="work"), tercet.beta_tool(work, name="other")]


def queue(api: tercet.LocalAPI) -> None:
    api.queue(
        [
            {"type": "thinking", "thinking": "Let me see: both tools."},
            {"type": "text", "text": "I will look."},
            {"type": "tool_use", "id": "toolu_a", "name": "work", "input": {"x": 1}},
            {"type": "tool_use", "id": "toolu_b", "name": "other", "input": {"x": 2}},
        ],
        [{"type": "thinking", "thinking": "Now I know."}, {"type": "text", "text": "It is one and two."}],
    )


def watched(trap: Trap, client: Any) -> Any:
    """The client, whose `create` and `stream` tell when they begin and end."""
    messages = client.messages
    create = messages.create

    def created(**arguments: Any) -> Any:
        trap("before a request")
        made = create(**arguments)
        trap("after a request")
        return made

    async def acreated(**arguments: Any) -> Any:
        trap("before a request")
        made = await create(**arguments)
        trap("after a request")
        return made

    messages.create = acreated if client._is_async else created
    return client


def play(api: tercet.LocalAPI, trap: Trap, log: KeptLog, way: str) -> Any:
    """Talk one turn with tools, and return the conversation, whatever happened to it."""
    chat = tercet.Conversation.on_log(
        watched(trap, api.client(max_retries=0)), trap.watch(log), {**MODEL, "tools": tools_of(trap, is_async=False)}
    )
    if way == "say":
        chat.say("Look")
    else:
        for _ in chat.stream("Look"):
            pass
    return chat


async def aplay(api: tercet.LocalAPI, trap: Trap, log: KeptLog, way: str, client: Any) -> None:
    chat = tercet.AsyncConversation.on_log(
        watched(trap, client), trap.watch(log), {**MODEL, "tools": tools_of(trap, is_async=True)}
    )
    if way == "say":
        await chat.say("Look")
    else:
        async for _ in chat.stream("Look"):
            pass


INTERRUPTIONS = (
    RuntimeError,
    tercet.ConversationError,
    tercet.APITimeoutError,
    KeyboardInterrupt,
    asyncio.CancelledError,
)
WAYS = ("say", "stream")
ERRORS: dict[str, Callable[[], BaseException]] = {
    "exception": lambda: RuntimeError("out of order"),
    "timeout": lambda: tercet.APITimeoutError(message="too late"),
    "Ctrl-C": KeyboardInterrupt,
}


def goes_on(api: tercet.LocalAPI, log: KeptLog) -> None:
    """Say something more to what the log holds, with another tool call; the strict API takes it, twice."""
    log.before = log.after = lambda step: None
    chat = tercet.Conversation.on_log(api.client(max_retries=0), KeptLog(log.steps), MODEL)
    api.reset()
    chat.say("Are you still there?")
    chat.say("And now?")
    assert all(entry.status == 200 for entry in api.journal.entries())


def raises_at(trap: Trap, at: int, error: Callable[[], BaseException]) -> None:
    def spring() -> None:
        raise error()

    trap.at, trap.spring, trap.seen = at, spring, []


def count_of(api: tercet.LocalAPI, trap: Trap, way: str, *, is_async: bool) -> int:
    """Return how many events a turn has that nothing interrupts."""
    trap.at, trap.seen = -1, []
    queue(api)
    if is_async:
        asyncio.run(in_loop(api, trap, KeptLog(), way))
    else:
        play(api, trap, KeptLog(), way)
    return len(trap.seen)


async def in_loop(api: tercet.LocalAPI, trap: Trap, log: KeptLog, way: str) -> None:
    async with api.async_client(max_retries=0) as client:
        await aplay(api, trap, log, way, client)


def test_every_event_of_the_table_happens(server: tercet.LocalAPI, trap: Trap) -> None:
    seen = set()
    for way in WAYS:
        server.reset()
        count_of(server, trap, way, is_async=False)
        seen |= set(trap.seen)

    assert seen == set(EVENTS)


@pytest.mark.parametrize("ending", ERRORS)
@pytest.mark.parametrize("way", WAYS)
def test_a_blocking_turn_may_end_at_any_event(server: tercet.LocalAPI, trap: Trap, way: str, ending: str) -> None:
    server.reset()
    for at in range(count_of(server, trap, way, is_async=False)):
        server.reset()
        queue(server)
        log = KeptLog(waits=bool(at % 2))
        raises_at(trap, at, ERRORS[ending])
        with suppress(*INTERRUPTIONS):
            play(server, trap, log, way)
        assert len(trap.seen) > at
        trap.at = -1
        goes_on(server, log)


@pytest.mark.parametrize("ending", [*ERRORS, "cancelled"])
@pytest.mark.parametrize("way", WAYS)
def test_an_async_turn_may_end_at_any_event(server: tercet.LocalAPI, trap: Trap, way: str, ending: str) -> None:
    server.reset()
    for at in range(count_of(server, trap, way, is_async=True)):
        server.reset()
        queue(server)
        log = KeptLog(waits=bool(at % 2))

        async def main(at: int = at, log: KeptLog = log) -> None:
            task = asyncio.ensure_future(in_loop(server, trap, log, way))
            if ending == "cancelled":
                loop = asyncio.get_running_loop()
                trap.at, trap.seen = at, []
                trap.spring = lambda: loop.call_soon_threadsafe(task.cancel) and None
            else:
                raises_at(trap, at, ERRORS[ending])
            await task

        with suppress(*INTERRUPTIONS):
            asyncio.run(main())
        assert len(trap.seen) > at
        trap.at = -1
        goes_on(server, log)


@pytest.mark.parametrize("ending", ERRORS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("waits", [False, True])
def test_the_same_object_goes_on_as_well(
    server: tercet.LocalAPI, trap: Trap, way: str, ending: str, waits: bool
) -> None:
    server.reset()
    for at in range(count_of(server, trap, way, is_async=False)):
        server.reset()
        queue(server)
        log = trap.watch(KeptLog(waits=waits))
        raises_at(trap, at, ERRORS[ending])
        client = watched(trap, server.client(max_retries=0))
        chat = tercet.Conversation.on_log(client, log, {**MODEL, "tools": tools_of(trap, is_async=False)})
        with suppress(*INTERRUPTIONS):
            chat.say("Look") if way == "say" else list(chat.stream("Look"))
        trap.at = -1
        server.reset()
        chat.say("Are you still there?")
        assert [message["content"] for message in chat.messages] == [
            message["content"] for message in tercet.Conversation.on_log(client, KeptLog(log.steps), MODEL).messages
        ]
        assert all(entry.status == 200 for entry in server.journal.entries())
