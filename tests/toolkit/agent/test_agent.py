"""Agents against the local API, in both worlds: how runs end, what they leave behind, and how they go on."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.toolkit.conversation.kept_log import KeptLog

import tercet
from tercet.toolkit.conversation.limits import Limits

MODEL: dict[str, Any] = {"model": "claude-sonnet-4-6", "max_tokens": 200}
WORLDS = pytest.mark.parametrize("world", ["blocking", "async"])


@pytest.fixture(scope="module")
def server() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        yield api


@pytest.fixture
def api(server: tercet.LocalAPI) -> tercet.LocalAPI:
    server.reset()
    return server


def play(api: tercet.LocalAPI, world: str, script: Callable[[Any, Any], Any], **arguments: Any) -> Any:
    """Do what a script does with an agent of this world: `do` awaits what has to be awaited. Returns the agent."""

    async def do(value: Any) -> Any:
        return await value if inspect.isawaitable(value) else value

    async def main() -> Any:
        if world == "blocking":
            agent: Any = tercet.Agent(api.client(max_retries=0), **{**MODEL, **arguments})
            await script(agent, do)
            return agent
        async with api.async_client(max_retries=0) as client:
            agent = tercet.AsyncAgent(client, **{**MODEL, **arguments})
            await script(agent, do)
            return agent

    if world == "async":
        return asyncio.run(main())
    running = main()  # nothing in it waits, so that no event loop is needed
    try:
        running.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a blocking agent has to be awaited for")


def call(name: str, **input_: Any) -> dict[str, Any]:
    return {"type": "tool_use", "name": name, "input": input_}


def told(api: tercet.LocalAPI) -> list[str]:
    """What the model read of its calls in the last request."""
    content = api.journal.entries()[-1].json["messages"][-1]["content"]
    return [block.get("content") for block in content if block["type"] == "tool_result"]


@tercet.beta_tool
def weather(city: str) -> str:
    """Say the weather."""
    return f"rain in {city}"


SENT: list[str] = []


@tercet.beta_tool
def send_mail(to: str, text: str) -> str:
    """Send a mail."""
    SENT.append(to)
    return f"sent to {to}"


@pytest.fixture(autouse=True)
def _nothing_sent() -> None:
    SENT.clear()


ASKS: Any = tercet.ask_first(send_mail)
MAIL = call("send_mail", to="kari", text="rain")


@WORLDS
def test_a_run_is_done_once_the_model_calls_nothing_more(api: tercet.LocalAPI, world: str) -> None:
    api.queue([call("weather", city="Oslo")], "It rains.")
    runs: list[tercet.AgentRun] = []

    async def script(agent: Any, do: Any) -> None:
        runs.append(await do(agent.run("Weather in Oslo?", temperature=0.2)))

    agent = play(api, world, script, tools=[weather])

    (run,) = runs
    assert (run.outcome, run.limit, run.waiting, run.message.text) == ("done", None, (), "It rains.")
    assert [(step.kind, step.name) for step in run.steps] == [
        ("asked", "claude-sonnet-4-6"),
        ("called", "weather"),
        ("asked", "claude-sonnet-4-6"),
    ]
    assert (run.steps[1].input, run.steps[1].result) == ({"city": "Oslo"}, "rain in Oslo")
    assert all(step.seconds is not None and step.seconds >= 0 for step in run.steps)
    assert run.cost == sum((step.cost or Decimal() for step in run.steps), Decimal()) == agent.conversation.cost > 0
    assert [entry.json["temperature"] for entry in api.journal.entries()] == [0.2, 0.2]


@WORLDS
def test_a_call_that_asks_first_waits_while_its_siblings_run_and_all_results_go_out_together(
    api: tercet.LocalAPI, world: str
) -> None:
    api.queue([call("weather", city="Oslo"), MAIL, call("weather", city="Bonn")], "Told her.")

    async def script(agent: Any, do: Any) -> None:
        run = await do(agent.run("Tell Kari"))
        assert (run.outcome, SENT) == ("waiting", [])
        (waiting,) = run.waiting
        assert (waiting.name, waiting.input, waiting.until) == ("send_mail", {"to": "kari", "text": "rain"}, None)
        assert [step.result for step in run.steps if step.kind == "called"] == ["rain in Oslo", "rain in Bonn"]
        still = await do(agent.resume(run.id))
        assert (still.outcome, [each.id for each in still.waiting]) == ("waiting", [waiting.id])
        run = await do(agent.resume(run.id, {waiting.id: tercet.approve()}))
        assert (run.outcome, run.message.text, SENT) == ("done", "Told her.", ["kari"])
        with pytest.raises(tercet.ConversationError, match="was approved already"):
            await do(agent.resume(run.id, {waiting.id: tercet.approve()}))
        with pytest.raises(tercet.ConversationError, match=r"is over \(done\)"):
            await do(agent.resume(run))

    play(api, world, script, tools=[weather, ASKS])
    assert told(api) == ["rain in Oslo", "sent to kari", "rain in Bonn"]
    assert len(api.journal.entries()) == 2


@WORLDS
def test_a_denial_is_told_with_its_reason(api: tercet.LocalAPI, world: str) -> None:
    api.queue([MAIL], "All right.")

    async def script(agent: Any, do: Any) -> None:
        run = await do(agent.run("Tell Kari"))
        run = await do(agent.resume(run.id, {each.id: tercet.deny("she sleeps") for each in run.waiting}))
        assert (run.outcome, run.message.text, SENT) == ("done", "All right.", [])

    play(api, world, script, tools=[ASKS])
    assert told(api) == ["Error: the user declined this call: she sleeps"]


@WORLDS
def test_other_input_is_used_and_named_and_what_the_model_said_stays(api: tercet.LocalAPI, world: str) -> None:
    api.queue([MAIL], "Told Ola.")

    async def script(agent: Any, do: Any) -> None:
        run = await do(agent.run("Tell Kari"))
        (waiting,) = run.waiting
        waiting.input["to"] = "eve"  # a copy: changes nothing
        with pytest.raises(tercet.ConversationError, match="does not fit the tool"):
            await do(agent.resume(run.id, {waiting.id: tercet.approve(input={"to": 5})}))
        run = await do(agent.resume(run.id, {waiting.id: tercet.approve(input={"to": "ola", "text": "rain"})}))
        assert (run.outcome, SENT, run.steps[1].input) == ("done", ["ola"], {"to": "ola", "text": "rain"})

    play(api, world, script, tools=[ASKS])
    asked = api.journal.entries()[-1].json["messages"][1]["content"][0]
    assert asked["input"] == {"to": "kari", "text": "rain"}
    assert told(api) == [
        '[The user changed the input of this call; it was run with {"to":"ola","text":"rain"}]\nsent to ola'
    ]


@WORLDS
def test_a_call_that_nobody_approved_in_time_counts_as_denied(api: tercet.LocalAPI, world: str) -> None:
    api.queue([MAIL], "All right.")

    async def script(agent: Any, do: Any) -> None:
        run = await do(agent.run("Tell Kari"))
        (waiting,) = run.waiting
        assert waiting.until is not None
        with pytest.raises(tercet.ConversationError, match="could be approved until"):
            await do(agent.resume(run.id, {waiting.id: tercet.approve()}))
        assert (await do(agent.resume(run.id))).outcome == "done"

    play(api, world, script, tools=[tercet.ask_first(send_mail, until=0)])
    assert (told(api), SENT) == (["Error: the user declined this call: nobody approved it in time"], [])


@WORLDS
def test_what_is_said_while_calls_wait_denies_them(api: tercet.LocalAPI, world: str) -> None:
    api.queue([MAIL], "Never mind, then.")

    async def script(agent: Any, do: Any) -> None:
        run = await do(agent.run("Tell Kari"))
        await do(agent.conversation.say("Leave it."))
        with pytest.raises(tercet.ConversationError, match="before the conversation went on, and is denied"):
            await do(agent.resume(run.id, {run.waiting[0].id: tercet.approve()}))
        with pytest.raises(tercet.ConversationError, match="the conversation has gone on without it"):
            await do(agent.resume(run.id))

    play(api, world, script, tools=[ASKS])
    assert SENT == []


# --- limits -----------------------------------------------------------------------------------------------------------


@WORLDS
def test_calls_beyond_the_limit_are_answered_as_stopped_and_the_run_goes_on_with_more(
    api: tercet.LocalAPI, world: str
) -> None:
    api.queue([call("weather", city=city) for city in ("Oslo", "Rome", "Bonn")], "So it rains.")

    async def script(agent: Any, do: Any) -> None:
        run = await do(agent.run("Weather?"))
        assert (run.outcome, run.limit) == ("limit", "calls")
        assert run.reason == "as many calls of tools were made as calls=2 allows"
        assert len([step for step in run.steps if step.kind == "called"]) == 2
        assert tercet.check_messages(agent.conversation.messages) == []
        run = await do(agent.resume(run.id, limits=Limits(calls=5)))
        assert (run.outcome, run.message.text, run.limit) == ("done", "So it rains.", None)

    play(api, world, script, tools=[weather], limits=Limits(calls=2))
    assert told(api) == [
        "rain in Oslo",
        "rain in Rome",
        "Error: not run, as the limit of calls that the user had set was reached",
    ]


@WORLDS
@pytest.mark.parametrize(
    ("limits", "limit", "requests"),
    [
        (Limits(requests=1), "requests", 1),
        (Limits(requests=0), "requests", 0),
        (Limits(usd=0), "usd", 0),
        (Limits(usd="0.0065"), "usd", 1),
        (Limits(seconds=0), "seconds", 0),
    ],
)
def test_a_limit_is_met_before_a_request_leaves(
    api: tercet.LocalAPI, world: str, limits: Limits, limit: str, requests: int
) -> None:
    api.queue([call("weather", city="Oslo")], "It rains.", "And so on.")

    async def script(agent: Any, do: Any) -> None:
        run = await do(agent.run("Weather?"))
        assert (run.outcome, run.limit) == ("limit", limit)
        assert len(api.journal.entries()) == requests
        assert tercet.check_messages(agent.conversation.messages) == []
        same = await do(agent.resume(run.id))
        assert (same.outcome, same.limit, len(api.journal.entries())) == ("limit", limit, requests)
        run = await do(agent.resume(run.id, limits=None))
        assert (run.outcome, run.message.text) == ("done", "It rains.")
        assert (await do(agent.conversation.say("And?"))).text == "And so on."

    play(api, world, script, tools=[weather], limits=limits)


@WORLDS
def test_a_run_without_an_answer_says_so(api: tercet.LocalAPI, world: str) -> None:
    async def script(agent: Any, do: Any) -> None:
        run = await do(agent.run("Weather?"))
        with pytest.raises(tercet.ConversationError, match=r"has no answer: it ended \(limit\) before one came"):
            run.message  # noqa: B018

    play(api, world, script, limits=Limits(requests=0))


def test_the_seconds_of_a_run_leave_a_running_function_behind(api: tercet.LocalAPI) -> None:
    free = threading.Event()

    @tercet.beta_tool
    def hang() -> str:
        free.wait()
        return ""

    api.queue([call("hang")], "I see.")
    try:
        agent = tercet.Agent(api.client(max_retries=0), **MODEL, tools=[hang], limits=Limits(seconds=0.5))
        run = agent.run("Go")
    finally:
        free.set()
    assert (run.outcome, run.limit) == ("limit", "seconds")
    assert agent.resume(run.id, limits=Limits(seconds=60)).message.text == "I see."
    (result,) = told(api)
    assert "may still be running; its result is not known" in result


def test_the_seconds_of_a_run_cancel_a_running_async_tool(api: tercet.LocalAPI) -> None:
    ended: list[str] = []

    @tercet.beta_async_tool
    async def hang() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")
        return ""

    api.queue([call("hang")], "I see.")

    async def script(agent: Any, do: Any) -> None:
        run = await do(agent.run("Go"))
        assert (run.outcome, run.limit, ended) == ("limit", "seconds", ["cancelled"])
        assert (await do(agent.resume(run.id, limits=None))).outcome == "done"

    play(api, "async", script, tools=[hang], limits=Limits(seconds=0.5))
    assert "the tool was stopped after" in told(api)[0]


# --- side by side -----------------------------------------------------------------------------------------------------


def test_async_calls_run_side_by_side_and_keep_their_order(api: tercet.LocalAPI) -> None:
    gate = {"here": 0}

    @tercet.beta_async_tool
    async def meet(n: int) -> str:
        gate["here"] += 1
        while gate["here"] < 4:  # none comes to its end before all have begun
            await asyncio.sleep(0)
        if n == 2:
            raise ValueError("not me")
        return str(n)

    api.queue([call("meet", n=n) for n in range(4)], "ok")

    async def script(agent: Any, do: Any) -> None:
        assert (await do(agent.run("Go"))).outcome == "done"

    play(api, "async", script, tools=[meet])
    assert told(api) == ["0", "1", "ValueError: not me", "3"]


@WORLDS
def test_plain_functions_run_side_by_side_in_threads_unless_they_are_alone(api: tercet.LocalAPI, world: str) -> None:
    barrier = threading.Barrier(4)
    alone: list[int] = []

    @tercet.beta_tool
    def meet(n: int) -> str:
        barrier.wait(timeout=30)
        return str(n)

    @tercet.beta_tool(alone=True)
    def single() -> str:
        alone.append(threading.active_count())
        return "alone"

    api.queue([*(call("meet", n=n) for n in range(4)), call("single")], "ok")

    async def script(agent: Any, do: Any) -> None:
        assert (await do(agent.run("Go"))).outcome == "done"

    play(api, world, script, tools=[meet, single])
    assert told(api) == ["0", "1", "2", "3", "alone"]


def test_a_cancelled_run_stops_its_tools_and_can_be_gone_on_with(api: tercet.LocalAPI) -> None:
    api.queue([call("hang"), call("hang")], "So be it.")
    ended: list[str] = []

    async def main() -> None:
        began = asyncio.Event()

        @tercet.beta_async_tool
        async def hang() -> str:
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("cancelled")
            return ""

        async with api.async_client(max_retries=0) as client:
            agent = tercet.AsyncAgent(client, **MODEL, tools=[hang])
            running = asyncio.ensure_future(agent.run("Go"))
            await began.wait()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert ended == ["cancelled", "cancelled"]
            (fact,) = agent.conversation._state.thread.facts
            assert (await agent.resume(fact.removeprefix("run:"))).message.text == "So be it."

    asyncio.run(main())
    assert told(api) == ["Error: this call was interrupted while it ran; its result is not known"] * 2


# --- errors and other endings -----------------------------------------------------------------------------------------


@WORLDS
@pytest.mark.parametrize("tools_first", [False, True])
def test_an_error_of_the_api_is_raised_with_the_run_which_can_go_on(
    api: tercet.LocalAPI, world: str, tools_first: bool
) -> None:
    if tools_first:
        api.queue([call("weather", city="Oslo")], {"error": {"type": "overloaded_error"}}, "It rains.")
    else:
        api.queue({"error": {"type": "overloaded_error"}}, "It rains.")

    async def script(agent: Any, do: Any) -> None:
        with pytest.raises(tercet.APIError) as failed:
            await do(agent.run("Weather?"))
        run = failed.value.run
        assert (run.outcome, len(run.steps)) == ("stopped", 2 if tools_first else 0)
        assert tercet.check_messages(agent.conversation.messages) == []
        assert (await do(agent.resume(run.id))).message.text == "It rains."

    play(api, world, script, tools=[weather])


@WORLDS
def test_refused_and_cut_are_outcomes_and_no_exceptions(api: tercet.LocalAPI, world: str) -> None:
    api.queue(
        {"content": "No.", "stop_reason": "refusal"}, {"content": "one two", "stop_reason": "max_tokens"}, "three"
    )

    async def script(agent: Any, do: Any) -> None:
        refused = await do(agent.run("Bad thing"))
        assert refused.outcome == "refused"
        with pytest.raises(tercet.ConversationError, match=r"is over \(refused\)"):
            await do(agent.resume(refused.id))
        cut = await do(agent.run("Count"))
        assert (cut.outcome, cut.message.stop_reason) == ("cut", "max_tokens")
        assert (await do(agent.resume(cut.id))).outcome == "done"

    play(api, world, script)


@WORLDS
def test_a_stream_gives_texts_and_steps_as_they_come(api: tercet.LocalAPI, world: str) -> None:
    api.queue([{"type": "text", "text": "Let me see."}, call("weather", city="Oslo")], "It rains.")
    items: list[Any] = []

    async def script(agent: Any, do: Any) -> None:
        stream = agent.stream("Weather?")
        with pytest.raises(RuntimeError, match="has not begun"):
            stream.run  # noqa: B018
        if world == "async":
            async with stream:
                async for item in stream:
                    items.append(item)
        else:
            with stream:
                items.extend(stream)
        assert (stream.run.outcome, stream.run.message.text, stream.text) == (
            "done",
            "It rains.",
            "Let me see.It rains.",
        )
        assert [item for item in items if not isinstance(item, str)] == list(stream.run.steps)

    play(api, world, script, tools=[weather])
    kinds = [item if isinstance(item, str) else item.kind for item in items]
    assert "".join(kinds) == "Let me see.askedcalledIt rains.asked"


def kind_of(item: Any) -> str:
    return "text" if isinstance(item, str) else item.kind


@WORLDS
@pytest.mark.parametrize("leave_at", ["text", "asked", "called"])
def test_a_stream_that_is_left_stops_the_run_and_sends_nothing_more(
    api: tercet.LocalAPI, world: str, leave_at: str
) -> None:
    api.queue([{"type": "text", "text": "Let me see."}, call("weather", city="Oslo")], "It rains.", "Yes.")

    async def script(agent: Any, do: Any) -> None:
        stream = agent.stream("Weather?")
        if world == "async":
            async for item in stream:
                if kind_of(item) == leave_at:
                    break
            await stream.close()
        else:
            for item in stream:
                if kind_of(item) == leave_at:
                    break
            stream.close()
        assert stream.run.outcome == "stopped"
        assert len(api.journal.entries()) == 1
        assert tercet.check_messages(agent.conversation.messages) == []
        run = await do(agent.resume(stream.run.id))
        assert run.outcome == "done"

    play(api, world, script, tools=[weather])


# --- what is given ----------------------------------------------------------------------------------------------------


def test_a_conversation_that_is_given_keeps_its_parameters_and_what_is_said(api: tercet.LocalAPI) -> None:
    api.queue("one", [call("weather", city="Oslo")], "two")
    client = api.client(max_retries=0)
    chat = tercet.Conversation(client, model="claude-opus-4-8", max_tokens=100, system="Short.")
    chat.say("first")
    agent = tercet.Agent(client, tools=[weather], conversation=chat, model="claude-sonnet-4-6", stop_sequences=["X"])

    assert agent.run("second").message.text == "two"
    sent = api.journal.entries()[-1].json
    assert (sent["model"], sent["system"], sent["stop_sequences"]) == ("claude-opus-4-8", "Short.", ["X"])
    assert [turn.said for turn in chat.turns] == ["first", "second"]


@tercet.beta_async_tool
async def later(n: int) -> str:
    return str(n)


LATER: Any = later


def test_what_cannot_be_meant_is_refused_with_a_sentence(api: tercet.LocalAPI) -> None:
    client = api.client()
    chat = tercet.Conversation(client, **MODEL)
    cases: list[tuple[Callable[[], Any], str]] = [
        (
            lambda: tercet.Agent(client, conversation=chat, examples=[("a", "b")]),
            r"Agent\(examples=…\) belongs to the conv",
        ),
        (lambda: tercet.Agent(client, conversation="t"), r"Agent\(conversation=…\) takes Conversation, not str"),  # type: ignore[arg-type]
        (lambda: tercet.Agent(client, conversation=chat, modle="m"), r"unexpected keyword argument 'modle'"),  # type: ignore[call-arg]
        (lambda: tercet.Agent(client, **MODEL, tools=[weather, weather]), r"two tools are named 'weather'"),
        (
            lambda: tercet.Agent(client, **MODEL, tools=[LATER]),
            r"the tool 'later' is async, and Agent is not: use AsyncAgent",
        ),
        (lambda: tercet.Agent(client, **MODEL).run("a", tools=[LATER]), r"the tool 'later' is async, and Agent is not"),
        (
            lambda: tercet.Conversation(client, **MODEL, tools=[LATER]),
            r"and Conversation is not: use AsyncConversation",
        ),
        (lambda: tercet.Agent(client, **MODEL, tools=[len]), r"len is a function, not a tool: put @tercet.beta_tool"),  # type: ignore[list-item]
        (lambda: tercet.Agent(client, **MODEL, limits=5), r"limits must be tercet.Limits"),  # type: ignore[arg-type]
        (lambda: tercet.Agent(client, **MODEL).run(""), r"run\(\) was given empty words"),
        (lambda: tercet.Agent(client, **MODEL).run("a", tmperature=1), r"unexpected keyword argument 'tmperature'"),  # type: ignore[call-arg]
        (lambda: tercet.Agent(client, **MODEL).resume(5), r"resume\(\) takes the id of a run, run.id, not int 5"),  # type: ignore[arg-type]
        (lambda: tercet.Agent(client, **MODEL).resume("x"), r"there is no run x in conversation"),
    ]
    for make, message in cases:
        with pytest.raises((TypeError, ValueError, tercet.ConversationError), match=message):
            make()


def test_a_conversation_takes_no_tools_that_ask_first(api: tercet.LocalAPI) -> None:
    with pytest.raises(TypeError, match=r"waits for an approval, which a conversation cannot give: use tercet.Agent"):
        tercet.Conversation(api.client(), **MODEL, tools=[ASKS])


@pytest.mark.parametrize("waits", [False, True])
def test_a_run_that_waits_goes_on_in_another_process_and_its_approval_is_taken_once(
    api: tercet.LocalAPI, waits: bool
) -> None:
    api.queue([MAIL], "Told her.")
    steps: list[bytes] = []

    def agent() -> tercet.Agent:
        client = api.client(max_retries=0)
        chat = tercet.Conversation.on_log(client, KeptLog(steps, waits=waits), MODEL, on_conflict="branch")
        return tercet.Agent(client, tools=[ASKS], conversation=chat)

    here, stale = agent(), agent()
    run = here.run("Tell Kari")
    answers = {each.id: tercet.approve() for each in run.waiting}
    assert stale.resume(run.id).waiting == run.waiting  # what it did not know, it reads
    there, beside = agent(), agent()
    beside.conversation._state.log.before = lambda step: there.resume(run.id, answers)  # type: ignore[attr-defined]
    with pytest.raises(tercet.ConversationConflictError):
        beside.resume(run.id, answers)
    beside.conversation._state.log.before = lambda step: None  # type: ignore[attr-defined]
    with pytest.raises(tercet.ConversationError, match="was approved already"):
        beside.resume(run.id, answers)
    assert SENT == ["kari"]
    assert there.conversation.turns[-1].text == "Told her."


def test_a_run_in_the_store_goes_on_days_later(api: tercet.LocalAPI, tmp_path: Path) -> None:
    api.queue([MAIL], "Told her.")
    client = api.client(max_retries=0)
    with tercet.Conversations(tmp_path / "chats.db") as store:
        chat = store.open("thread-7", owner="user-42", client=client, **MODEL)
        run = tercet.Agent(client, tools=[ASKS], conversation=chat).run("Tell Kari")
    with tercet.Conversations(tmp_path / "chats.db") as store:
        chat = store.open("thread-7", owner="user-42", client=client)
        agent = tercet.Agent(client, tools=[ASKS], conversation=chat)
        run = agent.resume(run.id, {each.id: tercet.approve() for each in run.waiting})
    assert (run.outcome, run.message.text, SENT) == ("done", "Told her.", ["kari"])


@WORLDS
def test_an_owner_s_memory_is_a_tool_of_the_agent(api: tercet.LocalAPI, world: str, tmp_path: Path) -> None:
    note = {"command": "create", "path": "/memories/kari.md", "file_text": "Kari likes rain."}
    api.queue([call("memory", **note)], "Noted.")
    with tercet.Conversations(tmp_path / "chats.db") as store:

        async def script(agent: Any, do: Any) -> None:
            assert (await do(agent.run("Kari likes rain."))).message.text == "Noted."

        play(api, world, script, tools=[store.amemory(owner="u") if world == "async" else store.memory(owner="u")])
        assert store.memory(owner="u").files() == {"/memories/kari.md": "Kari likes rain."}
        assert store.memory(owner="somebody else").files() == {}
