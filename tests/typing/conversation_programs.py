# pyright: strict
"""Programs with conversations, as users write them. Type-checked, never run; see `programs.py`."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_type

import tercet
from tercet.types import Message, MessageParam

client = tercet.Anthropic(defaults={"model": "claude-sonnet-4-6", "max_tokens": 1024})
chat = tercet.Conversation(client, system="You are a Python tutor.", examples=[("2+2?", "4")])


@tercet.beta_tool
def get_weather(city: str) -> str:
    """Tell the weather."""
    return city


def talk() -> str:
    answer = chat.say("What is a decorator?", temperature=0.2)
    assert_type(answer, Message)
    return answer.text


def listen() -> str:
    with chat.stream("Show me one", {"type": "text", "text": "in Python"}) as answer:
        for text in answer:
            assert_type(text, str)
            print(text, end="")
    assert_type(answer.message, Message)
    for text in chat.stream("And another"):
        print(text.upper())
    return answer.text


def change_what_was_said() -> None:
    chat.retry(model="claude-opus-4-8")
    chat.edit(chat.turns[0], "What is a generator?")
    first = chat.turns[0]
    versions = chat.versions(first)
    print(f"‹{versions.index(first) + 1}/{len(versions)}›", first.said, first.text)
    chat.switch(versions[0])
    chat.clear()


def count() -> None:
    assert_type(chat.cost, Decimal)
    assert_type(chat.cost_range, tuple[Decimal, Decimal | None])
    assert_type(chat.usage.input_tokens, int)
    told = chat.next_request("And now?")
    assert_type(told.tokens, int)
    assert_type(told.cost, Decimal | None)


def begin_elsewhere(history: list[MessageParam]) -> tercet.Conversation:
    return tercet.Conversation(
        client,
        model="claude-sonnet-4-6",
        max_tokens=100,
        tools=[get_weather],
        messages=history,
        on_cut="continue",
        view=tercet.views.window(tokens=40_000, down_to=20_000),
        cache="auto",
    )


def send_the_messages_oneself() -> Message:
    return client.messages.create(model="claude-sonnet-4-6", max_tokens=5, messages=chat.messages)


def what_goes_wrong() -> Message | None:
    try:
        return chat.say("Go on", on_cut="raise")
    except tercet.ConversationBusyError:
        return None
    except tercet.ConversationLimitError as error:
        assert_type(error.limit, str | None)
        return None


async def talk_in_a_loop() -> None:
    async with tercet.AsyncAnthropic() as async_client:
        achat = tercet.AsyncConversation(async_client, model="claude-sonnet-4-6", max_tokens=100)
        assert_type(await achat.say("Hello"), Message)
        async with achat.stream("Tell me more") as answer:
            async for text in answer:
                assert_type(text, str)
        assert_type(answer.message, Message)
        async for _ in achat.stream("And more"):
            break
        await achat.retry()
        await achat.edit(achat.turns[0], "Hi")
        await achat.switch(achat.versions(achat.turns[0])[0])
        await achat.clear()
