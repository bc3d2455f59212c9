"""The ways in which a program asks: create, raw stream, helper, parse, batch results; blocking and async. Runs with Tercet
and with the official SDK alike, so it says nothing that only one of them knows."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Say a word."}],
}
KIND = {"create": "json", "parse": "json", "raw": "sse", "helper": "sse", "results": "lines", "batch": "batch"}
"""Surface -> kind of body that it reads."""
SURFACES = tuple(KIND)[:5]
"""Those that every fault is played on; `batch` makes a batch, and is played where making two would cost."""
EVENTS = frozenset(
    (
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    )
)
"""Events of the API; helpers add some of their own."""


class Word(BaseModel):
    """What `parse` asks for."""

    word: str


class Seen:
    """What a program has seen before something went wrong."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.inputs: list[Any] = []
        self.ids: list[str] = []
        self.stop_reason: Any = None
        self.events = 0
        self.usage: dict[str, Any] | None = None

    def event(self, event: Any) -> None:
        """One raw event."""
        kind = getattr(event, "type", None)
        self.events += kind in EVENTS
        if kind == "message_start":
            told = getattr(event.message, "usage", None)
            self.usage = None if told is None else dict(told)
        if kind == "content_block_delta" and getattr(event.delta, "type", None) == "text_delta":
            self.text.append(event.delta.text)
        elif kind == "message_delta":
            self.stop_reason = event.delta.stop_reason or self.stop_reason

    def result(self, line: Any) -> None:
        """One result of a batch."""
        self.ids.append(line.custom_id)
        self.events += 1

    def message(self, message: Any) -> dict[str, Any]:
        """What a whole message comes to; whatever else was handed out as one shows by its type."""
        if not isinstance(getattr(message, "content", None), list):
            return {"instead of a message": type(message).__name__}
        texts = [block.text for block in message.content if block.type == "text"]
        inputs = [block.input for block in message.content if block.type == "tool_use"]
        complete = [getattr(block, "input_complete", True) for block in message.content if block.type == "tool_use"]
        return {"text": "".join(texts), "inputs": inputs, "complete": complete, "stop_reason": message.stop_reason}

    def so_far(self) -> dict[str, Any]:
        """What the raw events come to."""
        return {"text": "".join(self.text), "stop_reason": self.stop_reason}


def ask(client: Any, surface: str, seen: Seen, **more: Any) -> Any:
    """Ask in this thread and read everything."""
    if surface == "create":
        return seen.message(client.messages.create(**ASK, **more))
    if surface == "parse":
        message = client.messages.parse(**ASK, **more, output_format=Word)
        return {**seen.message(message), "word": getattr(message.parsed_output, "word", None)}
    if surface == "raw":
        with client.messages.create(**ASK, **more, stream=True) as stream:
            for event in stream:
                seen.event(event)
        return seen.so_far()
    if surface == "helper":
        with client.messages.stream(**ASK, **more) as stream:
            for event in stream:
                seen.event(event)
            return seen.message(stream.get_final_message())
    if surface == "batch":
        return {"id": client.messages.batches.create(requests=[{"custom_id": "item-0", "params": ASK}], **more).id}
    for line in client.messages.batches.results("msgbatch_1", **more):
        seen.result(line)
    return {"ids": seen.ids}


async def ask_async(client: Any, surface: str, seen: Seen, **more: Any) -> Any:
    """The same in the event loop."""
    if surface == "create":
        return seen.message(await client.messages.create(**ASK, **more))
    if surface == "parse":
        message = await client.messages.parse(**ASK, **more, output_format=Word)
        return {**seen.message(message), "word": getattr(message.parsed_output, "word", None)}
    if surface == "raw":
        async with await client.messages.create(**ASK, **more, stream=True) as stream:
            async for event in stream:
                seen.event(event)
        return seen.so_far()
    if surface == "helper":
        async with client.messages.stream(**ASK, **more) as stream:
            async for event in stream:
                seen.event(event)
            return seen.message(await stream.get_final_message())
    if surface == "batch":
        made = await client.messages.batches.create(requests=[{"custom_id": "item-0", "params": ASK}], **more)
        return {"id": made.id}
    async for line in await client.messages.batches.results("msgbatch_1", **more):
        seen.result(line)
    return {"ids": seen.ids}
