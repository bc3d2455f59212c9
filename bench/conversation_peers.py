"""What other people's libraries take for the same, run in their environments: conversation_peers.py PEER URL"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from time import process_time

PEER, URL = sys.argv[1:3]
MODEL = "claude-sonnet-4-6"
QUESTION = "What is a decorator, and when would I want one?"
ROUNDS, CHATS, TURNS = 3, 10, 5
RUNS = 20
SAVED_TURNS, MEASURED_AT = 200, 100
"""Turns that LangGraph saves, and how many there are when a turn of its is measured."""


def least(act, times):
    best = float("inf")
    for _ in range(ROUNDS):
        gc.collect()
        began = process_time()
        for _ in range(times):
            act()
        best = min(best, (process_time() - began) / times)
    return best


def claudette():
    """What a turn of claudette's Chat adds to `create()` of the SDK that it calls."""
    import anthropic
    import claudette as library

    client = anthropic.Anthropic(api_key="sk-ant-bench", base_url=f"{URL}/message", max_retries=0)
    asking = library.Client(MODEL, cli=client)

    def bare():
        messages = []
        for _ in range(TURNS):
            messages.append({"role": "user", "content": QUESTION})
            answer = client.messages.create(model=MODEL, max_tokens=4096, messages=messages)
            messages.append({"role": "assistant", "content": answer.content[0].text})

    def talk():
        chat = library.Chat(cli=asking)
        for _ in range(TURNS):
            chat(QUESTION)
        assert len(chat.h) == 2 * TURNS

    for act in (bare, talk):
        act()
    return {"cpu": (least(talk, CHATS) - least(bare, CHATS)) / TURNS}


def langgraph():
    """A turn that its SQLite saver keeps, without a model; its file by what was said; and reading it again."""
    from langchain_core.messages import AIMessage, HumanMessage
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph import START, MessagesState, StateGraph

    said = 0

    def answer(state):
        return {"messages": [AIMessage("word " * 220)]}

    with tempfile.TemporaryDirectory(dir=".") as folder:
        place = {"configurable": {"thread_id": "long"}}
        with SqliteSaver.from_conn_string(f"{folder}/chats.db") as saver:
            graph = (
                StateGraph(MessagesState)
                .add_node("answer", answer)
                .add_edge(START, "answer")
                .compile(checkpointer=saver)
            )
            for turn in range(SAVED_TURNS):
                began = process_time()
                graph.invoke({"messages": [HumanMessage("word " * 80)]}, place)
                if turn == MEASURED_AT - 5:
                    costs = []
                if MEASURED_AT - 5 <= turn < MEASURED_AT + 5:
                    costs.append(process_time() - began)
                said += 300 * 5
            size = sum(each.stat().st_size for each in os.scandir(folder))
        best = float("inf")
        for _ in range(ROUNDS):
            began = process_time()
            with SqliteSaver.from_conn_string(f"{folder}/chats.db") as saver:
                state = saver.get(place)
            best = min(best, process_time() - began)
            assert len(state["channel_values"]["messages"]) == 2 * SAVED_TURNS
    return {"cpu": min(costs), "disk": size / said, "load": best}


def pydantic_ai():
    """A run of an agent: a request, a tool, another request."""
    from pydantic_ai import Agent
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider
    from pydantic_ai.usage import UsageLimits

    provider = AnthropicProvider(api_key="sk-ant-bench", base_url=f"{URL}/loop")
    agent = Agent(AnthropicModel(MODEL, provider=provider))
    called = []

    @agent.tool_plain
    def get_weather(city: str) -> str:
        """Say what the weather in a city is."""
        called.append(city)
        return f"12 degrees in {city}"

    def act():
        assert agent.run_sync("Weather in Oslo?", usage_limits=UsageLimits(request_limit=20)).output

    act()
    figures = {"cpu": least(act, RUNS)}
    assert called == ["Oslo"] * (ROUNDS * RUNS + 1)
    return figures


if __name__ == "__main__":
    print(json.dumps({"claudette": claudette, "langgraph": langgraph, "pydantic-ai": pydantic_ai}[PEER]()))
