"""The floor under every client: the same bytes with the bare transport (pyreqwest) and the bare JSON (msgspec).

No errors, no retries, no types, no messages put together. What a client costs above this is its own doing.
"""

from __future__ import annotations

import os
import sys

from measure import peak_memory, process_time, reset_peak, resident

URL = sys.argv[3]
SHORT = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 1024,
    "messages": [{"role": "user", "content": "Hello, Claude"}],
}


def blocking():
    from pyreqwest.client import SyncClientBuilder

    return SyncClientBuilder().build()


def asynchronous():
    from pyreqwest.client import ClientBuilder

    builder = ClientBuilder()
    authority = os.environ.get("SSL_CERT_FILE")
    if authority and URL.startswith("https"):
        with open(authority, "rb") as file:
            builder = builder.add_root_certificate_pem(file.read())
    return builder.build()


def asked(client, case, params=SHORT):
    """A request with the headers that every client has to send."""
    import msgspec

    request = client.post(f"{URL}/{case}/v1/messages").body_bytes(msgspec.json.encode(params))
    return request.headers(
        {"x-api-key": "sk-ant-bench", "anthropic-version": "2023-06-01", "content-type": "application/json"}
    )


def answered(response):
    import msgspec

    return msgspec.json.decode(response.bytes())


def import_():
    began = process_time()
    import msgspec

    client = blocking()
    spent = process_time() - began
    assert client is not None
    assert msgspec is not None
    return {"cpu": spent, "memory": peak_memory()}


def first_answer():
    began = process_time()
    answer = answered(asked(blocking(), "message").build().send())
    spent = process_time() - began
    assert answer["stop_reason"] == "end_turn"
    return {"cpu": spent, "memory": peak_memory()}


def whole(count, params=SHORT):
    client = blocking()
    for _ in range(min(20, count)):
        asked(client, "message", params).build().send()
    began = process_time()
    for _ in range(count):
        assert answered(asked(client, "message", params).build().send())["stop_reason"] == "end_turn"
    return {"cpu": (process_time() - began) / count}


def create():
    return whole(400)


def history():
    roles = ("user", "assistant")
    turns = [{"role": roles[n % 2], "content": [{"type": "text", "text": f"Turn {n}. " * 20}]} for n in range(999)]
    return whole(30, {**SHORT, "messages": [*turns, {"role": "user", "content": "And?"}]})


def image():
    client, count, size = blocking(), 4, 20_000_000
    answered(asked(client, "message").build().send())
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo0" * (size // 12)}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]
    params = {**SHORT, "messages": [{"role": "user", "content": content}]}
    reset_peak()
    before = resident()
    asked(client, "message", params).build().send()
    grown = peak_memory() - before
    began = process_time()
    for _ in range(count):
        assert answered(asked(client, "message", params).build().send())["stop_reason"] == "end_turn"
    return {"cpu": (process_time() - began) / count, "memory": grown, "payloads": grown / size}


def create_async():
    import asyncio

    at_once, times = 50, 12

    async def walk():
        import msgspec

        client = asynchronous()

        async def ask():
            response = await asked(client, "message").build().send()
            assert msgspec.json.decode(await response.bytes())["stop_reason"] == "end_turn"

        await asyncio.gather(*(ask() for _ in range(at_once)))
        began = process_time()
        for _ in range(times):
            await asyncio.gather(*(ask() for _ in range(at_once)))
        return process_time() - began

    return {"cpu": asyncio.run(walk()) / (at_once * times)}


class Texts:
    """Counts the text events in the bytes of a stream."""

    def __init__(self):
        import msgspec

        self.decode = msgspec.json.Decoder().decode
        self.rest = b""
        self.count = 0

    def feed(self, chunk):
        *events, self.rest = (self.rest + bytes(chunk)).split(b"\n\n")
        for event in events:
            data = self.decode(event[event.index(b"data: ") + 6 :])
            if data["type"] == "content_block_delta" and data["delta"].get("text"):
                self.count += 1


def burst():
    from payloads import BURST_TEXTS

    client, times = blocking(), 3

    def consume():
        texts = Texts()
        with asked(client, "burst").build_streamed() as response:
            while (chunk := response.body_reader.read_chunk()) is not None:
                texts.feed(chunk)
        assert texts.count == BURST_TEXTS

    consume()
    began = process_time()
    for _ in range(times):
        consume()
    return {"cpu": (process_time() - began) / (times * BURST_TEXTS)}


def paced():
    import asyncio

    from payloads import PACED_TEXTS

    at_once = 20

    async def walk():
        client = asynchronous()
        await asked(client, "message").build().send()

        async def listen():
            texts = Texts()
            async with asked(client, "paced").build_streamed() as response:
                while (chunk := await response.body_reader.read_chunk()) is not None:
                    texts.feed(chunk)
            return texts.count

        began = process_time()
        heard = await asyncio.gather(*(listen() for _ in range(at_once)))
        spent = process_time() - began
        assert heard == [PACED_TEXTS] * at_once
        return spent

    return {"cpu": asyncio.run(walk()) / (at_once * PACED_TEXTS)}


PATHS = {
    "import": import_,
    "first_answer": first_answer,
    "create": create,
    "create_async": create_async,
    "stream": burst,
    "text_stream": burst,
    "create_stream": burst,
    "paced": paced,
    "history": history,
    "image": image,
}
