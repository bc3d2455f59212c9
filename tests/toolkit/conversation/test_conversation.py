"""Conversations against the local API, in both worlds: what users do with them, and what is sent."""

from __future__ import annotations

import asyncio
import gc
import pickle
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.toolkit.conversation.kept_log import KeptLog

import tercet
from tercet.toolkit.conversation.entries import LogStep, SavedConversation

MODEL = {"model": "claude-sonnet-4-6", "max_tokens": 200}


@pytest.fixture(scope="module")
def server() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        yield api


@pytest.fixture
def api(server: tercet.LocalAPI) -> tercet.LocalAPI:
    server.reset()
    return server


def chat_with(api: tercet.LocalAPI, **arguments: Any) -> tercet.Conversation:
    return tercet.Conversation(api.client(max_retries=0), **{**MODEL, **arguments})


def in_loop(
    api: tercet.LocalAPI, play: Callable[[tercet.AsyncConversation], Coroutine[Any, Any, None]], **arguments: Any
) -> tercet.AsyncConversation:
    """Play with an async conversation, and return it."""

    async def main() -> tercet.AsyncConversation:
        async with api.async_client(max_retries=0) as client:
            chat = tercet.AsyncConversation(client, **{**MODEL, **arguments})
            await play(chat)
            return chat

    return asyncio.run(main())


def sent(api: tercet.LocalAPI) -> list[dict[str, Any]]:
    """The bodies of the requests so far."""
    return [entry.json for entry in api.journal.entries()]


def said(chat: Any) -> list[tuple[str, str]]:
    """What both have said: roles and texts."""
    return [
        (message["role"], "".join(block.get("text", "") for block in message["content"])) for message in chat.messages
    ]


def test_a_conversation_sends_everything_said_before(api: tercet.LocalAPI) -> None:
    api.queue("a function", "like this")
    chat = chat_with(api, system="You teach.", examples=[("2+2?", "4")])

    assert chat.say("What is a decorator?").text == "a function"
    assert chat.say("Show me one").text == "like this"
    assert said(chat) == [
        ("user", "2+2?"),
        ("assistant", "4"),
        ("user", "What is a decorator?"),
        ("assistant", "a function"),
        ("user", "Show me one"),
        ("assistant", "like this"),
    ]


def test_an_async_conversation_does_the_same(api: tercet.LocalAPI) -> None:
    api.queue("a function", "like this")

    async def play(chat: tercet.AsyncConversation) -> None:
        assert (await chat.say("What is a decorator?")).text == "a function"
        assert [text async for text in chat.stream("Show me one")] == ["like", " this"]

    chat = in_loop(api, play)

    assert [text for _, text in said(chat)] == ["What is a decorator?", "a function", "Show me one", "like this"]


def test_a_stream_that_is_left_keeps_what_had_come(api: tercet.LocalAPI) -> None:
    api.queue("one two three four", "fine")
    chat = chat_with(api)

    for _ in chat.stream("Count"):
        break
    assert chat.say("Go on").text == "fine"

    assert said(chat)[1] == ("assistant", "one[stopped by the user]")
    assert chat.turns[0].state.name == "STOPPED"


def test_a_stream_that_is_dropped_is_closed_at_once(api: tercet.LocalAPI) -> None:
    api.queue("one two three four")
    chat = chat_with(api)
    stream = chat.stream("Count")
    next(stream)
    assert chat.turns[-1].state.name == "PENDING"
    del stream
    gc.collect()

    assert chat.turns[-1].text == "one"


def test_an_answer_that_is_cut_inside_a_streamed_call_goes_on(api: tercet.LocalAPI) -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "double", "input": {"number": 4}}
    api.queue({"content": [call], "stop_reason": "max_tokens"}, "so be it")
    chat = chat_with(api, tools=[double])
    stream = chat.stream("Double 4", on_cut="continue")

    assert list(stream) == ["so", " be", " it"]
    assert "cut off" in str(sent(api)[-1]["messages"][2])


def test_a_copy_by_pickle_goes_on_without_the_key(api: tercet.LocalAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = chat_with(api)
    chat.say("Hello")

    data = pickle.dumps(chat)
    assert b"sk-ant" not in data
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-local")
    copy = pickle.loads(data)

    assert copy.messages == chat.messages
    assert copy.say("Again").text
    assert len(copy.turns) == 2
    assert len(chat.turns) == 1


@tercet.beta_tool
def double(number: int) -> str:
    """Double it."""
    return str(2 * number)


def test_a_copy_has_its_tools_and_no_token(api: tercet.LocalAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-local")
    servers = [{"type": "url", "url": "https://a.example", "name": "a", "authorization_token": "a-secret-token"}]
    chat = chat_with(api, tools=[double], extra_headers={"x-api-key": "another-secret", "x-team": "blue"})
    with_servers = chat_with(api, mcp_servers=servers)

    data = pickle.dumps((chat, with_servers))
    assert b"secret" not in data
    copy, _ = pickle.loads(data)
    api.queue([{"type": "tool_use", "id": "toolu_1", "name": "double", "input": {"number": 4}}], "8")
    assert copy.say("Double 4").text == "8"
    assert sent(api)[-1]["messages"][-1]["content"][0]["content"] == "8"
    local = chat_with(
        api, tools=[tercet.beta_tool(lambda: "x", name="x", description="x", input_schema={"type": "object"})]
    )
    with pytest.raises(pickle.PicklingError, match="the tool 'x'"):
        pickle.dumps(local)


def test_what_can_be_read_once_is_sent_each_time(api: tercet.LocalAPI) -> None:
    chat = chat_with(api, system=({"type": "text", "text": text} for text in ["Be kind."]))
    chat.say("One")
    chat.say("Two")

    assert [body["system"] for body in sent(api)] == [[{"type": "text", "text": "Be kind."}]] * 2


def test_what_a_user_does_with_the_messages_changes_nothing(api: tercet.LocalAPI) -> None:
    chat = chat_with(api)
    chat.say("One")
    before = said(chat)
    for message in chat.messages:
        message["content"][0]["text"] = "changed"  # type: ignore[index]

    assert said(chat) == before


def test_an_answer_without_words_is_kept_and_not_sent(api: tercet.LocalAPI) -> None:
    api.queue({"content": [], "stop_reason": "end_turn"}, "fine")
    chat = chat_with(api)
    assert chat.say("One").text == ""

    assert chat.say("Two").text == "fine"
    assert [role for role, _ in said(chat)] == ["user", "user", "assistant"]


def test_the_question_is_in_the_log_before_its_request_leaves(api: tercet.LocalAPI) -> None:
    log, seen = KeptLog(), []
    client = api.client()
    create = client.messages.create

    def created(**arguments: Any) -> Any:
        seen.append([(entry.content, entry.state.name) for entry in log.load().entries])
        return create(**arguments)

    client.messages.create = created  # type: ignore[method-assign, assignment]
    tercet.Conversation.on_log(client, log, MODEL).say("Hello")

    assert seen == [[([{"type": "text", "text": "Hello"}], "PENDING")]]


def test_two_threads_in_one_conversation_are_told(api: tercet.LocalAPI) -> None:
    chat = chat_with(api)
    create, busy = chat.client.messages.create, []

    def created(**arguments: Any) -> Any:
        def other() -> None:
            with pytest.raises(tercet.ConversationBusyError) as caught:
                chat.say("Two")
            busy.append(caught.value)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return create(**arguments)

    chat.client.messages.create = created

    assert chat.say("One").text
    assert len(busy) == 1
    assert len(chat.turns) == 1


# --- what can go wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "  \n", [], ["fine", ""], [{"type": "text", "text": " "}]])
def test_empty_words_are_refused_before_anything_is_sent(api: tercet.LocalAPI, words: Any) -> None:
    chat = chat_with(api)
    with pytest.raises(ValueError, match="say"):
        chat.say(words)
    with pytest.raises(ValueError, match="say"):
        chat.say()

    assert sent(api) == []
    assert chat.turns == []


def test_a_failed_question_is_left_out_and_can_be_asked_again_with_another_model(api: tercet.LocalAPI) -> None:
    api.queue("hello", {"error": 529}, "here it is")
    chat = chat_with(api)
    chat.say("Hello")
    with pytest.raises(tercet.OverloadedError):
        chat.say("Explain")

    assert chat.turns[-1].state.name == "FAILED"
    assert chat.turns[-1].error is not None
    assert chat.turns[-1].error["billed"] == "no"
    assert said(chat) == [("user", "Hello"), ("assistant", "hello")]
    assert chat.retry(model="claude-haiku-4-5").text == "here it is"
    assert sent(api)[-1]["model"] == "claude-haiku-4-5"
    assert [turn.said for turn in chat.turns] == ["Hello", "Explain"]
    assert [version.state.name for version in chat.versions(chat.turns[-1])] == ["FAILED", "DONE"]


def test_a_question_that_may_have_been_billed_widens_the_range_of_costs(api: tercet.LocalAPI) -> None:
    api.queue({"error": 500})
    chat = chat_with(api)
    with pytest.raises(tercet.InternalServerError):
        chat.say("Hello")

    low, high = chat.cost_range
    assert chat.cost == low == 0
    assert high is not None
    assert high > 0


IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "bm8gaW1hZ2U="}}


def test_an_image_that_the_api_refused_is_not_sent_again(api: tercet.LocalAPI) -> None:
    chat = chat_with(api)
    with pytest.raises(tercet.BadRequestError, match="process image"):
        chat.say("What is this?", IMAGE)

    chat.retry()
    chat.say("And now?")
    assert all("image" not in str(request["messages"]) for request in sent(api)[1:])


def test_an_image_of_a_tool_that_the_api_refused_is_told_as_such_and_no_tool_runs_twice(api: tercet.LocalAPI) -> None:
    runs = []

    @tercet.beta_tool
    def look() -> Any:
        """Look at the picture."""
        runs.append(1)
        return [IMAGE]

    api.queue([{"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}])
    chat = chat_with(api, tools=[look])
    with pytest.raises(tercet.BadRequestError, match="process image"):
        chat.say("Look")

    assert chat.retry().text
    assert runs == [1]
    assert "the API refused this result" in str(sent(api)[-1]["messages"][2])


def test_a_refused_turn_stays_in_the_log_and_out_of_later_requests(api: tercet.LocalAPI) -> None:
    api.queue({"text": "I cannot", "stop_reason": "refusal"}, "sure")
    chat = chat_with(api)
    assert chat.say("Something bad").stop_reason == "refusal"
    chat.say("Something good")

    assert [turn.said for turn in chat.turns] == ["Something bad", "Something good"]
    assert said(chat) == [("user", "Something good"), ("assistant", "sure")]


def test_a_retry_after_tools_sends_their_results_again_and_runs_none(api: tercet.LocalAPI) -> None:
    runs = []

    @tercet.beta_tool
    def work() -> str:
        """Work."""
        runs.append(1)
        return "worked"

    api.queue([{"type": "tool_use", "id": "toolu_1", "name": "work", "input": {}}], {"error": 529}, "done")
    chat = chat_with(api, tools=[work])
    with pytest.raises(tercet.OverloadedError):
        chat.say("Work")

    assert chat.retry().text == "done"
    assert runs == [1]
    assert len(chat.turns) == 1
    assert len(chat.versions(chat.turns[0])) == 1


# --- tools ------------------------------------------------------------------------------------------------------------

DESCRIBED = {"name": "ask", "description": "Ask.", "input_schema": {"type": "object", "properties": {}}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "ask", "input": {}}


def test_calls_that_nobody_answers_are_denied_when_the_user_goes_on(api: tercet.LocalAPI) -> None:
    api.queue([CALL], "fine")
    chat = chat_with(api, tools=[DESCRIBED])
    assert chat.say("Go").stop_reason == "tool_use"
    assert "not answered" in str(chat.messages[-1])
    chat.say("Never mind")

    assert "not answered" in str(sent(api)[-1]["messages"][2])


def test_a_user_answers_the_calls_of_tools_that_are_definitions_alone(api: tercet.LocalAPI) -> None:
    api.queue([CALL], "so it is 7")
    chat = chat_with(api, tools=[DESCRIBED])
    chat.say("Go")
    answer = chat.say({"type": "tool_result", "tool_use_id": "toolu_1", "content": "7"})

    assert answer.text == "so it is 7"
    assert len(chat.turns) == 1


def test_tools_that_ask_first_need_an_agent(api: tercet.LocalAPI) -> None:
    asking = tercet.beta_tool(lambda: "sent", name="send", description="Send.", input_schema={"type": "object"})
    asking.asks_first = True  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"'send' waits for an approval.*tercet\.Agent"):
        chat_with(api, tools=[asking])
    with pytest.raises(TypeError, match="'send'"):
        chat_with(api).say("Send it", tools=[asking])


# --- answers that are cut ---------------------------------------------------------------------------------------------

CUT = {"text": "One, two,", "stop_reason": "max_tokens"}


def test_a_cut_answer_is_kept_and_says_so(api: tercet.LocalAPI) -> None:
    api.queue(CUT)

    assert chat_with(api).say("Count").stop_reason == "max_tokens"


def test_a_cut_answer_is_continued_as_one(api: tercet.LocalAPI) -> None:
    api.queue(CUT, " three.")
    chat = chat_with(api)
    answer = chat.say("Count", on_cut="continue")

    assert answer.text == "One, two, three."
    assert answer.stop_reason == "end_turn"
    assert answer.usage.input_tokens == sum(
        entry.answer["usage"]["input_tokens"] for entry in chat.turns[0].entries if entry.answer
    )
    assert len(chat.turns) == 1


def test_an_answer_is_continued_five_times_and_no_more(api: tercet.LocalAPI) -> None:
    api.queue(*[CUT] * 9)
    answer = chat_with(api, on_cut="continue").say("Count")

    assert answer.text == "One, two," * 6
    assert answer.stop_reason == "max_tokens"


def test_a_cut_answer_is_an_error_that_holds_it(api: tercet.LocalAPI) -> None:
    api.queue(CUT, "fine")
    chat = chat_with(api, on_cut="raise")
    with pytest.raises(tercet.ConversationLimitError) as caught:
        chat.say("Count")

    assert caught.value.answer.text == "One, two,"
    assert caught.value.limit == "max_tokens"
    assert chat.say("Go on", on_cut="keep").text == "fine"


def test_an_answer_that_is_cut_inside_a_call_is_told_so(api: tercet.LocalAPI) -> None:
    api.queue({"content": [CALL], "stop_reason": "max_tokens"}, "fine")
    chat = chat_with(api, tools=[DESCRIBED])
    chat.say("Go")
    chat.say("Again")

    assert "cut off" in str(sent(api)[-1]["messages"][2])


def test_a_pause_goes_on_by_itself(api: tercet.LocalAPI) -> None:
    search = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
    api.queue({"content": [{"type": "text", "text": "Searching"}, search], "stop_reason": "pause_turn"}, " found.")
    chat = chat_with(api, tools=[{"type": "web_search_20250305", "name": "web_search"}])
    answer = chat.say("Search")

    assert answer.text == "Searching found."
    assert sent(api)[1]["messages"][-1]["role"] == "assistant"
    assert chat.say("Go on").text


# --- who may speak ----------------------------------------------------------------------------------------------------


def test_two_tasks_in_one_conversation_are_told(api: tercet.LocalAPI) -> None:
    async def play(chat: tercet.AsyncConversation) -> None:
        outcomes = await asyncio.gather(chat.say("One"), chat.say("Two"), return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["Message", "ConversationBusyError"]
        assert (await chat.say("Three")).text

    chat = in_loop(api, play)
    assert [turn.said for turn in chat.turns] == ["One", "Three"]


def test_a_stream_that_another_task_reads_is_not_closed(api: tercet.LocalAPI) -> None:
    async def play(chat: tercet.AsyncConversation) -> None:
        reading, go_on = asyncio.Event(), asyncio.Event()

        async def read() -> str:
            stream = chat.stream("One")
            await anext(stream)
            reading.set()
            await go_on.wait()
            return (await stream.until_done()).text

        task = asyncio.ensure_future(read())
        await reading.wait()
        with pytest.raises(tercet.ConversationBusyError, match="reads an answer"):
            await chat.say("Two")
        go_on.set()
        assert "One" in await task

    in_loop(api, play)


def test_a_blocking_client_in_a_running_loop_warns_once(api: tercet.LocalAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    from tercet.toolkit.conversation import conversation

    monkeypatch.setattr(conversation, "_warned", False)
    chat = chat_with(api)

    async def main() -> None:
        with pytest.warns(RuntimeWarning, match="AsyncConversation"):
            chat.say("One")
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            chat.say("Two")

    asyncio.run(main())


def test_a_client_of_the_other_world_is_refused(api: tercet.LocalAPI) -> None:
    with pytest.raises(TypeError, match="AsyncConversation"):
        tercet.Conversation(api.async_client())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="for this one take Conversation"):
        tercet.AsyncConversation(api.client())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [({"modell": "x"}, "did you mean 'model'"), ({"on_cut": "drop"}, "on_cut must be"), ({"examples": ["hm"]}, "pair")],
)
def test_what_is_no_argument_is_refused(api: tercet.LocalAPI, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises((TypeError, ValueError), match=says):
        chat_with(api, **arguments)


def test_an_answer_that_could_not_be_stored_is_on_the_error(api: tercet.LocalAPI) -> None:
    log = KeptLog()
    chat = tercet.Conversation.on_log(api.client(), log, MODEL)

    def full(step: LogStep) -> None:
        if step.entries and step.entries[-1].role == "assistant":
            raise tercet.ConversationError("the disk is full")

    log.before = full
    with pytest.raises(tercet.ConversationError, match="full") as caught:
        chat.say("Hello")

    assert caught.value.answer.text
    log.before = lambda step: None
    assert chat.retry().text


def test_what_a_log_raises_is_told_as_ours_and_holds_the_part_that_came(api: tercet.LocalAPI) -> None:
    log = KeptLog()
    chat = tercet.Conversation.on_log(api.client(), log, MODEL)
    stream = chat.stream("Hello")
    next(stream)

    def full(step: LogStep) -> None:
        raise OSError("no space left")

    log.before = full
    with pytest.raises(tercet.ConversationError, match="OSError: no space left") as caught:
        stream.close()

    assert caught.value.answer.text
    assert isinstance(caught.value.__cause__, Exception)


@pytest.mark.parametrize("on_conflict", ["raise", "branch"])
def test_two_who_answer_in_one_conversation_overwrite_nothing(api: tercet.LocalAPI, on_conflict: str) -> None:
    steps: list[bytes] = []
    ours, theirs = (
        tercet.Conversation.on_log(api.client(), KeptLog(steps), MODEL, on_conflict=on_conflict) for _ in range(2)
    )
    theirs.say("Theirs")
    if on_conflict == "raise":
        with pytest.raises(tercet.ConversationConflictError):
            ours.say("Ours")
        assert ours.say("Ours, after that").text
        assert [turn.said for turn in ours.turns] == ["Theirs", "Ours, after that"]
    else:
        ours.say("Ours")
        assert [turn.said for turn in ours.turns] == ["Ours"]
        assert [turn.said for turn in ours.versions(ours.turns[0])] == ["Theirs", "Ours"]


def test_who_waits_speaks_after_the_others(api: tercet.LocalAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[bytes] = []
    begun, waited = threading.Event(), threading.Event()

    class SeenLog(KeptLog):
        def load(self) -> SavedConversation:
            if begun.is_set():
                waited.set()
            return super().load()

    theirs, ours = (
        tercet.Conversation.on_log(api.client(), log, MODEL, on_conflict="wait")
        for log in (KeptLog(steps), SeenLog(steps))
    )
    answer = theirs.client.messages.create

    def slow(**arguments: Any) -> Any:
        begun.set()
        assert waited.wait(30)
        return answer(**arguments)

    monkeypatch.setattr(theirs.client.messages, "create", slow)
    talking = threading.Thread(target=theirs.say, args=["Theirs"])
    talking.start()
    assert begun.wait(30)
    ours.say("Ours")
    talking.join()

    assert [turn.said for turn in ours.turns] == ["Theirs", "Ours"]
    assert all(turn.state.name == "DONE" for turn in ours.turns)


def test_the_next_request_is_told_before_it_is_sent(api: tercet.LocalAPI) -> None:
    chat = chat_with(api, system="Be kind.")
    first = chat.next_request("Hello")
    answer = chat.say("Hello")
    told = chat.next_request("Again")

    assert answer.usage.input_tokens <= first.tokens < 100
    assert told.tokens > answer.usage.input_tokens + answer.usage.output_tokens
    assert abs(told.tokens - chat.say("Again").usage.input_tokens) < 10
    assert told.cost is not None
    assert told.most is not None
    assert 0 < told.cost < told.most
    assert len(sent(api)) == 2


def test_the_next_request_tells_what_thinking_it_invalidates(api: tercet.LocalAPI) -> None:
    thinking = {"model": "claude-opus-5-5", "max_tokens": 3000, "thinking": {"type": "adaptive"}}
    api.queue([{"type": "thinking", "thinking": "Let me see."}, {"type": "text", "text": "Yes."}])
    chat = chat_with(api, **thinking)
    chat.say("Is it?")

    assert chat.next_request("Sure?").invalidated == 0
    assert chat.next_request("Sure?", system="Be somebody else.").invalidated == 1
    assert chat.next_request("Sure?", model="claude-haiku-5-5").invalidated == 1
    assert chat.say("Sure?").text
    with pytest.warns(tercet.ThinkingInvalidatedWarning):
        chat.say("Really?", system="Be somebody else.")


def test_the_model_may_be_a_default_of_the_client(api: tercet.LocalAPI) -> None:
    chat = tercet.Conversation(api.client(defaults={**MODEL, "system": "Be kind."}))
    chat.say("Hello")

    assert sent(api)[0]["model"] == MODEL["model"]
    assert sent(api)[0]["system"] == "Be kind."
    assert chat.next_request().cost is not None


def test_the_ledger_knows_the_conversation(api: tercet.LocalAPI, tmp_path: Path) -> None:
    client = api.client(ledger=tmp_path / "ledger.db")
    chat = tercet.Conversation(client, **MODEL)
    chat.say("Hello")

    (journal,) = (tmp_path / "ledger.db.d").iterdir()
    assert f'"conversation":"{chat.id}"' in journal.read_text()


def test_a_foreign_history_that_is_broken_is_refused_with_the_way_out(api: tercet.LocalAPI) -> None:
    broken = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": [CALL]},
        {"role": "user", "content": "Hm"},
    ]
    with pytest.raises(ValueError, match="repair_messages"):
        chat_with(api, messages=broken)

    chat = chat_with(api, messages=tercet.repair_messages(broken), tools=[DESCRIBED])
    assert chat.say("Go on").text
    assert [turn.said for turn in chat.turns] == ["Hi", "Hm", "Go on"]


def test_versions_are_kept_apart_and_together(api: tercet.LocalAPI) -> None:
    chat = chat_with(api)
    chat.say("One")
    chat.say("Two")
    chat.edit(chat.turns[0], "Uno")
    first = chat.turns[0]

    assert [version.said for version in chat.versions(first)] == ["One", "Uno"]
    chat.switch(chat.versions(first)[0])
    assert [turn.said for turn in chat.turns] == ["One", "Two"]
    with pytest.raises(ValueError, match="none of this conversation"):
        chat_with(api).switch(first)
    before = chat.cost
    chat.clear()
    assert chat.turns == chat.messages == []
    assert chat.cost == before > 0
    chat.say("Anew")
    assert [version.said for version in chat.versions(chat.turns[0])] == ["Anew"]
