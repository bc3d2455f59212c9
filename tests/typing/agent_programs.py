"""Users' programs with agents: type checkers accept them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, assert_type

import tercet
from tercet import Anthropic, AsyncAnthropic
from tercet.types import Message

client = Anthropic(defaults={"model": "claude-sonnet-4-6", "max_tokens": 1024})


@tercet.beta_tool(timeout=10, repeatable=True, alone=True, hidden_from_logs=["city"])
def get_weather(city: str) -> str:
    return city


@tercet.beta_async_tool(timeout=10)
async def send_mail(to: str, text: str) -> str:
    return to + text


def use_agent(chat: tercet.Conversation) -> str:
    agent = tercet.Agent(
        client,
        tools=[get_weather, tercet.ask_first(get_weather, until=60)],
        conversation=chat,
        limits=tercet.Limits(requests=20, calls=50, usd=0.50, seconds=120),
    )
    run = agent.run("Tell Oslo's weather to Kari", temperature=0.2)
    assert_type(run.outcome, Literal["done", "waiting", "limit", "refused", "cut", "stopped"])
    assert_type(run.limit, Literal["requests", "calls", "usd", "seconds"] | None)
    run = agent.resume(run.id, {call.id: tercet.approve() for call in run.waiting})
    run = agent.resume(run.id, {"toolu_1": tercet.deny("why"), "toolu_2": tercet.approve(input={"city": "Oslo"})})
    run = agent.resume(run.id, limits=tercet.Limits(usd="1.50"))
    assert_type(run.message, Message)
    assert_type(run.cost, Decimal)
    for step in run.steps:
        print(step.kind, step.name, step.seconds, step.cost)
    with agent.stream("And now?") as stream:
        for item in stream:
            assert_type(item, str | tercet.RunStep)
    try:
        agent.run("More")
    except tercet.APIError as error:
        print(error.run)
    return run.message.text + stream.run.id


async def use_async_agent(remote: AsyncAnthropic, chat: tercet.AsyncConversation) -> tercet.AgentRun:
    agent = tercet.AsyncAgent(
        remote, tools=[get_weather, tercet.ask_first(send_mail)], conversation=chat, system="Short."
    )
    run = await agent.run("Tell Oslo's weather to Kari")
    async with agent.stream("And now?") as stream:
        async for item in stream:
            print(item if isinstance(item, str) else item.name)
    return await agent.resume(run, {call.id: tercet.approve() for call in run.waiting})
