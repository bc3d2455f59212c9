"""What a conversation adds to the requests that it sends: in memory, in SQLite, with many messages, on disk.

Ours are measured without a network, as the ledger's are: a socket costs more than what is measured. Each figure is the least of
some turns. Words are those of a seeded choice, so that every run says and stores the same.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from typing import Any

import peers

URL = sys.argv[3]
MODEL = "claude-sonnet-4-6"
SETTINGS: dict[str, Any] = {"model": MODEL, "max_tokens": 1024}
QUESTION = "What is a decorator, and when would I want one?"
ANSWER = "It is a function that takes a function and gives another one, such as functools.cache. " * 3
ROUNDS, CHATS, TURNS = 9, 40, 5
LONG, SHORT = 10_000, 100
"""Messages of a long conversation and of a short one."""
STORED_TURNS = 5_000
Figures = dict[str, float]


def words(choice: random.Random, count: int) -> str:
    """So many words, which repeat as little as those of people."""
    return " ".join("".join(choice.choices("etaoinshrdlu", k=choice.randint(2, 9))) for _ in range(count))


def answer(text: str) -> bytes:
    usage = {
        "input_tokens": 12, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 40,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}, "service_tier": "standard",
        "inference_geo": "global",
    }  # fmt: skip
    told = {"id": "msg_01TercetBench", "type": "message", "role": "assistant", "model": MODEL, "usage": usage}
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    return json.dumps({**told, "content": [{"type": "text", "text": text}], **ending}).encode()


class Memory:
    """Answer every request at once, without a network. `body` is what is answered."""

    def __init__(self) -> None:
        from tercet.transport.base import Reply
        from tercet.wire.http import Headers

        self._reply, self._headers = Reply, Headers
        self.body = answer(ANSWER)

    def send(self, request: object) -> object:
        headers = [("content-type", "application/json"), ("request-id", "req_011CBench")]
        return self._reply(200, self._headers(headers), self.body)

    def close(self) -> None:
        """Hold nothing."""


class AsyncMemory(Memory):
    """The same, awaited."""

    async def send(self, request: object) -> object:  # type: ignore[override]
        return super().send(request)

    async def close(self) -> None:  # type: ignore[override]
        """Hold nothing."""


def client(memory: Memory | None = None) -> Any:
    import tercet

    return tercet.Anthropic(api_key="sk-ant-bench", http_client=memory or Memory(), max_retries=0)


def history(count: int) -> list[dict[str, Any]]:
    """So many messages of both sides, the last one an answer."""
    choice = random.Random(7)
    return [
        {"role": role, "content": [{"type": "text", "text": words(choice, 30)}]}
        for _ in range(count // 2)
        for role in ("user", "assistant")
    ]


def least(act: Callable[[], object], times: int) -> float:
    """The least CPU time of a call."""
    best = float("inf")
    for _ in range(ROUNDS):
        gc.collect()
        began = process_time()
        for _ in range(times):
            act()
        best = min(best, (process_time() - began) / times)
    return best


def requests_of_turns(create: Callable[..., object]) -> Callable[[], object]:
    """The bare requests of a conversation's first turns, as `create` takes them."""
    said = {"role": "user", "content": [{"type": "text", "text": QUESTION}]}
    answered = {"role": "assistant", "content": [{"type": "text", "text": ANSWER}]}

    def ask() -> None:
        for turn in range(TURNS):
            create(**SETTINGS, messages=[*[said, answered] * turn, said])

    return ask


@contextmanager
def store() -> Iterator[Any]:
    import tercet

    with tempfile.TemporaryDirectory(dir=".") as folder, tercet.Conversations(f"{folder}/chats.db") as opened:
        yield opened


def added(make: Callable[[Any], Any]) -> Figures:
    """What `say()` adds to `create()` in the first turns of a conversation."""
    asking = client()
    bare = least(requests_of_turns(asking.messages.create), CHATS) / TURNS
    best = float("inf")
    for _ in range(ROUNDS):
        chats = [make(asking) for _ in range(CHATS)]
        gc.collect()
        began = process_time()
        for chat in chats:
            for _ in range(TURNS):
                chat.say(QUESTION)
        best = min(best, (process_time() - began) / CHATS / TURNS)
        assert all(len(chat.messages) == 2 * TURNS for chat in chats)
    return {"cpu": best - bare}


def say_memory() -> Figures:
    import tercet

    return added(lambda asking: tercet.Conversation(asking, **SETTINGS))


def say_sqlite() -> Figures:
    with store() as opened:
        return added(lambda asking: opened.open(client=asking, **SETTINGS))


def say_async() -> Figures:
    """The same in an event loop: the file is written by a thread of its own."""
    import asyncio

    import tercet

    async def walk() -> float:
        asking = tercet.AsyncAnthropic(api_key="sk-ant-bench", http_client=AsyncMemory(), max_retries=0)
        said = {"role": "user", "content": [{"type": "text", "text": QUESTION}]}
        best, bare = float("inf"), float("inf")
        with store() as opened:
            for _ in range(ROUNDS):
                chats = [await opened.aopen(client=asking, **SETTINGS) for _ in range(CHATS)]
                began = process_time()
                for chat in chats:
                    for _ in range(TURNS):
                        await chat.say(QUESTION)
                best = min(best, (process_time() - began) / CHATS / TURNS)
                began = process_time()
                for _ in range(CHATS * TURNS):
                    await asking.messages.create(**SETTINGS, messages=[said])
                bare = min(bare, (process_time() - began) / CHATS / TURNS)
        return best - bare

    return {"cpu": asyncio.run(walk())}


def turn_of(count: int, *, stored: bool = False) -> Figures:
    """A turn of a conversation of so many messages, all of which are sent, once they have been sent before."""
    import tercet

    with store() as opened:
        make: Any = opened.open if stored else tercet.Conversation
        chat = make(client=client(), messages=history(count), **SETTINGS)
        chat.say(QUESTION)
        return {"cpu": least(lambda: chat.say(QUESTION), 10)}


def stored() -> Figures:
    """5,000 turns of some 1.5 KB in SQLite: the file by the words that were said, and what it takes to open it again."""
    import tercet

    choice, memory, said = random.Random(7), Memory(), 0
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = f"{folder}/chats.db"
        with tercet.Conversations(path) as opened:
            chat = opened.open(
                "long", client=client(memory), view=tercet.views.window(tokens=20_000), cache="auto", **SETTINGS
            )
            for _ in range(STORED_TURNS):
                question, answered = (words(choice, choice.randint(low, 3 * low)) for low in (30, 90))
                memory.body, said = answer(answered), said + len(question) + len(answered)
                assert chat.say(question).text == answered
            size = sum(each.stat().st_size for each in Path(folder).iterdir())
        best = float("inf")
        for _ in range(ROUNDS):
            gc.collect()
            began = process_time()
            with tercet.Conversations(path) as opened:
                again = opened.open("long", client=client(memory))
            best = min(best, process_time() - began)
            assert len(again.turns) == STORED_TURNS
    return {"disk": size / said, "cpu": best}


def turn_short() -> Figures:
    return turn_of(SHORT)


def turn_long() -> Figures:
    return turn_of(LONG)


def turn_short_sqlite() -> Figures:
    return turn_of(SHORT, stored=True)


def turn_long_sqlite() -> Figures:
    return turn_of(LONG, stored=True)


def claudette() -> Figures:
    return peers.walked("conversation_peers.py", "claudette", URL)


def langgraph() -> Figures:
    return peers.walked("conversation_peers.py", "langgraph", URL)


def pydantic_ai() -> Figures:
    return peers.walked("conversation_peers.py", "pydantic-ai", URL)
