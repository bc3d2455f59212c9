# pyright: strict
"""Mistakes that type checkers must find: each line that ends in a comment naming the mistake, and no other."""

from __future__ import annotations

import tercet as anthropic
from tercet.types import ContentBlock, Message, MessageParam, ToolParam

client = anthropic.Anthropic()
HELLO: list[MessageParam] = [{"role": "user", "content": "Hi"}]


def arguments() -> None:
    client.messages.create(model="claude-opus-5-5", messages=HELLO)  # MISTAKE: max_tokens is missing
    client.messages.create(model="claude-opus-5-5", max_tokens="10", messages=HELLO)  # MISTAKE: text for a number
    client.messages.create(model="claude-opus-5-5", max_tokens=10, messages=HELLO, temprature=1)  # MISTAKE: misspelt
    client.messages.create(model="claude-opus-5-5", max_tokens=10, messages=HELLO, betas=["x"])  # MISTAKE: beta only
    client.messages.count_tokens(model="claude-opus-5-5", messages=HELLO, max_tokens=1)  # MISTAKE: nothing to limit


def structured() -> int:
    message = client.messages.parse(model="claude-opus-5-5", max_tokens=10, messages=HELLO, output_format=float)
    client.messages.parse(model="claude-opus-5-5", max_tokens=10, messages=HELLO, stream=True)  # MISTAKE: not streamed
    return message.parsed_output  # MISTAKE: may be None, and is a float


def messages() -> None:
    robot: MessageParam = {"role": "robot", "content": "Hi"}  # MISTAKE: no such role
    silent: MessageParam = {"role": "user"}  # MISTAKE: content is missing
    print(robot, silent)


def tools() -> None:
    nameless: ToolParam = {"input_schema": {"type": "object"}}  # MISTAKE: name is missing
    print(nameless)


def answers(message: Message, block: ContentBlock) -> None:
    print(message.contnt)  # MISTAKE: misspelt
    print(message.usage.input_token)  # MISTAKE: misspelt
    print(block.text)  # MISTAKE: not every block has text
    print(message.stop_reason == "end_trun")  # MISTAKE: no such reason


def raw_responses() -> None:
    client.messages.with_raw_response.create(model="claude-opus-5-5", messages=HELLO)  # MISTAKE: max_tokens is missing
    client.models.with_raw_response.list(limt=5)  # MISTAKE: misspelt
    print(client.with_raw_response.mesages)  # MISTAKE: misspelt
    client.models.with_raw_response.list().has_next_page()  # MISTAKE: a response is no page


def clients() -> None:
    anthropic.Anthropic(max_retris=5)  # MISTAKE: misspelt
    anthropic.AnthropicBedrock(max_retries="5")  # MISTAKE: text for a number
    print(client.completions)  # MISTAKE: gone
    print(client.beta.agents)  # MISTAKE: not offered


def conversation_mistakes(client: anthropic.Anthropic, async_client: anthropic.AsyncAnthropic) -> None:
    chat = anthropic.Conversation(client, modell="claude-sonnet-4-6")  # MISTAKE
    anthropic.Conversation(async_client)  # MISTAKE
    chat.say("Hello", temperatur=0.2)  # MISTAKE
    chat.say(5)  # MISTAKE
    chat.edit("Hello")  # MISTAKE
    chat.say("Hello", on_cut="drop")  # MISTAKE
