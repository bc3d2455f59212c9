"""Walks one path with one library and prints what it cost, as JSON: paths.py LIBRARY PATH URL

LIBRARY is tercet or anthropic: the same lines run with either, as a user would write them. Each path checks what it
got, so that no library is fast by doing less. Every figure is the CPU time (user and system) of this process alone, but for budgets: what those cost is waiting for a disk,
so it is told in calls a second.
"""

from __future__ import annotations

import sys

from measure import peak_memory, process_time, reset_peak, resident

LIBRARY, PATH, URL = sys.argv[1:4]
MODEL = "claude-sonnet-4-6"
SHORT = {"model": MODEL, "max_tokens": 1024, "messages": [{"role": "user", "content": "Hello, Claude"}]}
Figures = dict[str, float]


def library():
    if LIBRARY == "tercet":
        import tercet as anthropic
    else:
        import anthropic
    return anthropic


def made(case, asynchronous=False):
    """A client of the case's answers."""
    kind = library().AsyncAnthropic if asynchronous else library().Anthropic
    return kind(api_key="sk-ant-bench", base_url=f"{URL}/{case}", max_retries=0)


def import_():
    began = process_time()
    client = made("message")
    spent = process_time() - began
    assert client.messages is not None
    return {"cpu": spent, "memory": peak_memory()}


def first_answer():
    began = process_time()
    answer = made("message").messages.create(**SHORT)
    spent = process_time() - began
    assert answer.stop_reason == "end_turn"
    return {"cpu": spent, "memory": peak_memory()}


def second_client():
    first, count = made("message"), 20
    first.messages.create(**SHORT)
    began = process_time()
    others = [made("message") for _ in range(count)]
    spent = process_time() - began
    assert others[-1].messages.create(**SHORT).stop_reason == "end_turn"
    return {"cpu": spent / count}


def create():
    client, count = made("message"), 400
    for _ in range(20):
        client.messages.create(**SHORT)
    began = process_time()
    for _ in range(count):
        answer = client.messages.create(**SHORT)
        assert answer.content[0].text.startswith("Four score")
        assert answer.usage.output_tokens == 40
    return {"cpu": (process_time() - began) / count}


def create_async():
    import asyncio

    at_once, times = 50, 12

    async def walk():
        client = made("message", asynchronous=True)

        async def ask():
            answer = await client.messages.create(**SHORT)
            assert answer.content[0].text.startswith("Four score")
            assert answer.usage.output_tokens == 40

        await asyncio.gather(*(ask() for _ in range(at_once)))
        began = process_time()
        for _ in range(times):
            await asyncio.gather(*(ask() for _ in range(at_once)))
        spent = process_time() - began
        await client.close()
        return spent

    return {"cpu": asyncio.run(walk()) / (at_once * times)}


def burst(consume, times=3):
    """The cost of a text event when the whole answer comes at once."""
    from payloads import BURST_TEXTS

    client = made("burst")
    assert consume(client) == BURST_TEXTS
    began = process_time()
    for _ in range(times):
        assert consume(client) == BURST_TEXTS
    return {"cpu": (process_time() - began) / (times * BURST_TEXTS)}


def stream():
    def consume(client):
        texts = 0
        with client.messages.stream(**SHORT) as events:
            for event in events:
                if event.type == "text":
                    texts += 1
            assert events.get_final_message().stop_reason == "end_turn"
        return texts

    return burst(consume)


def text_stream():
    def consume(client):
        with client.messages.stream(**SHORT) as events:
            return sum(1 for text in events.text_stream if text)

    return burst(consume)


def create_stream():
    def consume(client):
        texts = 0
        for event in client.messages.create(**SHORT, stream=True):
            if event.type == "content_block_delta" and event.delta.text:
                texts += 1
        return texts

    return burst(consume)


def paced():
    """Streams whose events arrive alone, twenty streams at once, in one event loop."""
    import asyncio

    from payloads import PACED_TEXTS

    at_once = 20

    async def walk():
        client = made("paced", asynchronous=True)
        await made("message", asynchronous=True).messages.create(**SHORT)

        async def listen():
            texts = 0
            async with client.messages.stream(**SHORT) as events:
                async for event in events:
                    if event.type == "text":
                        texts += 1
            return texts

        began = process_time()
        heard = await asyncio.gather(*(listen() for _ in range(at_once)))
        spent = process_time() - began
        assert heard == [PACED_TEXTS] * at_once
        await client.close()
        return spent

    return {"cpu": asyncio.run(walk()) / (at_once * PACED_TEXTS)}


def tool(case, characters):
    import json

    from payloads import tool_input

    client, expected = made(case), json.loads(tool_input(characters))
    with made("burst").messages.stream(**SHORT) as events:  # warm up with something short
        events.get_final_message()
    deltas = 0
    began = process_time()
    with client.messages.stream(**SHORT) as events:
        for event in events:
            if event.type == "input_json":
                deltas += 1
        answer = events.get_final_message()
    spent = process_time() - began
    assert answer.content[0].input == expected
    assert deltas >= characters // 8
    return {"cpu": spent}


def tool_json():
    from payloads import TOOL_CHARACTERS

    return tool("tool", TOOL_CHARACTERS)


def tool_json_half():
    from payloads import TOOL_CHARACTERS

    return tool("tool_half", TOOL_CHARACTERS // 2)


def history():
    client, count = made("message"), 30
    roles = ("user", "assistant")
    turns = [{"role": roles[n % 2], "content": [{"type": "text", "text": f"Turn {n}. " * 20}]} for n in range(999)]
    params = {**SHORT, "messages": [*turns, {"role": "user", "content": "And?"}]}
    client.messages.create(**params)
    began = process_time()
    for _ in range(count):
        assert client.messages.create(**params).stop_reason == "end_turn"
    return {"cpu": (process_time() - began) / count}


def image():
    client, count, size = made("message"), 4, 20_000_000  # 15 MB of image are 20 MB of base64
    client.messages.create(**SHORT)
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo0" * (size // 12)}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]
    params = {**SHORT, "messages": [{"role": "user", "content": content}]}
    reset_peak()
    before = resident()
    client.messages.create(**params)
    grown = peak_memory() - before
    began = process_time()
    for _ in range(count):
        assert client.messages.create(**params).stop_reason == "end_turn"
    return {"cpu": (process_time() - began) / count, "memory": grown, "payloads": grown / size}


def parse():
    import pydantic
    from payloads import fields

    expected = fields()
    kinds = {name: (type(value), ...) for name, value in expected.items()}
    shape = pydantic.create_model("Shape", **kinds)
    client, count = made("parse"), 150
    client.messages.parse(**SHORT, output_format=shape)
    began = process_time()
    for _ in range(count):
        assert client.messages.parse(**SHORT, output_format=shape).parsed_output.field_4 == 4
    return {"cpu": (process_time() - began) / count}


def budget(*kinds):
    """Calls a second of sixteen tasks of one process, with budgets that forbid nothing. A file lies on the disk of this folder."""
    import asyncio
    import tempfile
    from itertools import count
    from time import monotonic

    at_once, seconds = 16, 3.0

    async def walk(budgets):
        client = library().AsyncAnthropic(
            api_key="sk-ant-bench", base_url=f"{URL}/message", max_retries=0, **({"budget": budgets} if budgets else {})
        )
        await asyncio.gather(*(client.messages.create(**SHORT) for _ in range(at_once)))
        began, number = monotonic(), count()

        async def ask():
            while monotonic() < began + seconds:
                answer = await client.messages.create(**SHORT)
                assert answer.usage.output_tokens == 40
                next(number)

        await asyncio.gather(*(ask() for _ in range(at_once)))
        took, asked = monotonic() - began, next(number)
        for each in budgets:
            assert each.state().spent_tokens >= asked * 40
        await client.close()
        return asked / took

    with tempfile.TemporaryDirectory(dir=".") as folder:
        places = {"memory": None, "file": f"{folder}/budget.db"}
        budgets = [library().Budget(usd=10**6, tag=str(n), store=places[kind]) for n, kind in enumerate(kinds)]
        return {"rate": asyncio.run(walk(budgets))}


def agent():
    """A run of two requests and a tool: an agent of ours with limits, or the SDK's runner, which has none."""
    client, count, rounds, called = made("loop"), 20, 7, []

    def get_weather(city: str) -> str:
        """Say what the weather in a city is.

        Args:
            city: The city.
        """
        called.append(city)
        return f"12 degrees in {city}"

    tools = [library().beta_tool(get_weather)]
    asked = {"model": MODEL, "max_tokens": 1024}

    def ours():
        limits = library().Limits(requests=20, calls=50, usd=0.50, seconds=120)
        return library().Agent(client, **asked, tools=tools, limits=limits).run("Weather in Oslo?").message

    def theirs():
        said = [{"role": "user", "content": "Weather in Oslo?"}]
        return client.beta.messages.tool_runner(**asked, messages=said, tools=tools).until_done()

    run = ours if LIBRARY == "tercet" else theirs
    run()
    best = float("inf")
    for _ in range(rounds):
        began = process_time()
        for _ in range(count):
            assert run().stop_reason == "end_turn"
        best = min(best, (process_time() - began) / count)
    assert called == ["Oslo"] * (count * rounds + 1)
    return {"cpu": best}


PATHS = {
    "import": import_,
    "first_answer": first_answer,
    "second_client": second_client,
    "create": create,
    "create_async": create_async,
    "stream": stream,
    "text_stream": text_stream,
    "create_stream": create_stream,
    "paced": paced,
    "tool_json": tool_json,
    "tool_json_half": tool_json_half,
    "history": history,
    "image": image,
    "parse": parse,
    "budget_none": budget,
    "budget_memory": lambda: budget("memory"),
    "budget_file": lambda: budget("file"),
    "budget_two": lambda: budget("file", "file"),
    "agent": agent,
}


def walk():
    """The path's own function; `ledger:ours` is `ours` of ledger.py."""
    module, _, name = PATH.rpartition(":")
    if module:
        from importlib import import_module

        return getattr(import_module(module), name)()
    return PATHS[PATH]()


if __name__ == "__main__":
    if LIBRARY == "floor":
        from floor import PATHS  # type: ignore[no-redef]
    figures = walk()
    import json

    print(json.dumps(figures))
