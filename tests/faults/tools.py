"""Rows 129 and 132–135: what tools, models and streams do to a tool runner, and lines to a batch's results.

Each check yields its problems by name; `python -m tests.faults.tools` prints them all. Real sockets, both worlds.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from tests.faults import bodies, limits
from tests.faults.children import Child, until
from tests.faults.server import FaultServer, Fin, Step, Steps, response
from tests.faults.subject import KEY

import tercet
from tercet import beta_async_tool, beta_tool

Problems = Iterator[tuple[str, list[str]]]
ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Work."}],
}
WORLDS = ("blocking", "async")
ran: list[str] = []


@beta_tool
def echo(text: str = "") -> str:
    """Say it again."""
    ran.append(text)
    return text


@beta_tool
def fails(text: str = "") -> str:
    """Fail."""
    raise LookupError(f"no {text}: sk-ant-api03-canary-of-a-tool")


@beta_tool
def huge(text: str = "") -> str:
    """Print 100 MB."""
    return "x" * 100_000_000


@beta_tool
def odd(text: str = "") -> object:
    """Return what has no JSON form."""
    return {1, object()}


@beta_tool
def kills(text: str = "") -> str:
    """End the process."""
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def use(number: int, name: str = "echo", **more: Any) -> dict[str, Any]:
    """A call of a tool."""
    return {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": {"text": str(number)}, **more}


def answer(*content: Any, stop_reason: str = "tool_use") -> Steps:
    """A whole answer with these blocks."""
    return (response(bodies.dumped({**bodies.MESSAGE, "content": list(content), "stop_reason": stop_reason})),)


DONE = answer({"type": "text", "text": "Done."}, stop_reason="end_turn")


def client_of(server: FaultServer, world: str) -> Any:
    cls = tercet.Anthropic if world == "blocking" else tercet.AsyncAnthropic
    return cls(api_key=KEY, base_url=server.url, max_retries=0, timeout=30.0)


def finished(server: FaultServer, world: str, tools: list[Any], **more: Any) -> Any:
    """The last answer of a run, or the error that ended it."""
    try:
        if world == "blocking":
            with client_of(server, world) as client:
                return client.beta.messages.tool_runner(**{**ASK, **more}, tools=tools).until_done()
        return asyncio.run(_finished(server, tools, more))
    except Exception as error:
        return error


async def _finished(server: FaultServer, tools: list[Any], more: dict[str, Any]) -> Any:
    async with client_of(server, "async") as client:
        return await client.beta.messages.tool_runner(**{**ASK, **more}, tools=tools).until_done()


def sent(server: FaultServer, request: int = -1) -> list[dict[str, Any]]:
    """The messages of a request."""
    found: list[dict[str, Any]] = json.loads(server.bodies[request])["messages"]
    return found


def unpaired(messages: list[dict[str, Any]]) -> list[str]:
    """What the API would refuse in a history: calls without their results in the next message, results without calls."""
    problems, open_calls = [], []
    for message in messages:
        content = message["content"] if isinstance(message["content"], list) else []
        results = [block["tool_use_id"] for block in content if block["type"] == "tool_result"]
        if results != open_calls:
            problems.append(f"{len(open_calls)} calls are followed by {len(results)} results")
        open_calls = [block["id"] for block in content if block["type"] == "tool_use"]
    return problems + [f"{len(open_calls)} calls at the end"] * bool(open_calls)


BAD: dict[str, tuple[Any, str]] = {
    "132 a tool that raises": (fails, "LookupError: no 1: sk-ant-[hidden]"),
    "132 a tool that prints 100 MB": (huge, "100,000,000 characters"),
    "132 a tool that returns no JSON": (odd, "TypeError"),
    "134 a tool that is not there": (None, "not found"),
}
"""Name -> the tool, what the model must read."""


def results(server: FaultServer) -> Problems:
    """132, 134: whatever a tool does, the model reads what went wrong, and the run goes on."""
    for name, (tool, words) in BAD.items():
        for world in WORLDS:
            called = "nobody" if tool is None else tool.name
            server.play([answer(use(1, called), use(2)), DONE])
            ended = finished(server, world, [echo, *([tool] if tool else [])])
            first, second = sent(server)[-1]["content"] if server.requests == 2 else ({}, {})
            problems = unpaired(sent(server))
            if not first.get("is_error") or words not in str(first.get("content")) or second.get("content") != "2":
                problems.append(f"the results are {str(first)[:200]} {str(second)[:200]}")
            if getattr(ended, "text", "") != "Done." or len(server.bodies[-1]) > 10_000:
                problems.append(f"ended with {ended!r}, {len(server.bodies[-1])} bytes were sent")
            yield f"{name} · {world}", problems


def calls(server: FaultServer) -> Problems:
    """134: duplicate ids, a thousand calls, calls that are none, a model that never ends."""
    anonymous = {key: value for key, value in use(1).items() if key != "id"}
    shapes: dict[str, tuple[list[Any], int]] = {
        "the same id twice": ([use(1), use(1)], 2),
        "a thousand calls": ([use(number) for number in range(1_000)], 1_000),
        "a call without an id": ([anonymous, use(2)], 2),
        "a name that is none": ([use(1, name=["echo"]), use(2)], 1),
        "input that is none": ([use(1, input="{}"), use(2, input=[1]), use(3)], 1),
    }
    for world in WORLDS:
        for name, (content, runs) in shapes.items():
            ran.clear()
            server.play([answer(*content), DONE])
            ended = finished(server, world, [echo])
            problems = [] if getattr(ended, "text", "") == "Done." else [f"ended with {ended!r}"]
            if len(ran) != runs or (server.requests == 2 and len(sent(server)[-1]["content"]) != len(content)):
                problems.append(f"{len(ran)} tools ran, {len(sent(server)[-1]['content'])} results")
            yield f"134 {name} · {world}", problems
        server.play([answer(use(1))])
        ended = finished(server, world, [echo], max_iterations=25)
        right = (server.requests, getattr(ended, "stop_reason", "")) == (25, "tool_use")
        yield f"134 a model that never ends · {world}", [] if right else [f"{server.requests} requests, {ended!r}"]


def hanging(server: FaultServer) -> Problems:
    """132: a tool that hangs ends with Ctrl-C at once, and with its task; 132, 133: a tool that kills its process."""
    for world in WORLDS:
        for kind in ("plain", "async")[: 1 if world == "blocking" else 2]:
            server.play([answer(use(1, "hangs", input={})), DONE])
            inside, tell = os.pipe()
            child = Child(lambda world=world, kind=kind, tell=tell: _hang(server, world, kind, tell))
            until(lambda inside=inside, child=child: _is_called(inside) or child.has_ended(), "the call")
            began = time.monotonic()
            if not child.has_ended():
                child.send(signal.SIGINT)
            child.end()
            seconds = time.monotonic() - began
            os.close(inside)
            os.close(tell)
            problems = [] if child.status == 130 else [f"it ended with {child.status}: {child.told}"]
            yield f"132 Ctrl-C in a tool that hangs · {world}, {kind}", problems + _late(seconds)
        server.play([answer(use(1, "kills")), DONE])
        child = Child(lambda world=world: repr(finished(server, world, [kills])))
        child.end()
        right = (child.status, server.requests) == (-signal.SIGKILL, 1)
        yield f"133 killed by a tool · {world}", [] if right else [f"{child.status}, {server.requests} requests"]


def _is_called(inside: int) -> bool:
    return bool(select.select([inside], [], [], 0)[0])


def _late(seconds: float) -> list[str]:
    return [f"after {seconds:.0f} s"] * (seconds > 15)  # the tool would hang for twice as long


def _hang(server: FaultServer, world: str, kind: str, tell: int) -> None:
    def hangs() -> str:
        os.write(tell, b"x")
        time.sleep(30)
        return ""

    async def hangs_async() -> str:
        os.write(tell, b"x")
        await asyncio.sleep(30)
        return ""

    tool: Any = beta_tool(name="hangs")(hangs) if kind == "plain" else beta_async_tool(name="hangs")(hangs_async)
    if world == "blocking":
        client_of(server, world).beta.messages.tool_runner(**ASK, tools=[tool]).until_done()
    else:
        asyncio.run(_finished(server, [tool], {}))


PARTS: tuple[bytes, ...] = (
    bodies.started(),
    bodies.block_started(type="tool_use", id="toolu_1", name="echo", input={}),
    bodies.tool_delta('{"text": '),
    bodies.tool_delta('"1"}'),
    bodies.block_stopped(),
    bodies.changed("tool_use"),
    bodies.STOPPED,
)


def streams(server: FaultServer) -> Problems:
    """135: a stream that breaks at any event of a turn: the turn is whole or absent, and no tool ran for a part of it."""
    for world in WORLDS:
        for eager in (False, True):
            problems = []
            for cut in range(1, len(PARTS)):
                ran.clear()
                broken: tuple[Step, ...] = (bodies.of("sse", *PARTS[:cut], end=False), Fin())
                history = list(ASK["messages"])
                server.play([(bodies.of("sse", *PARTS),), broken, (bodies.of("sse", *PARTS),)])
                more = {"stream": True, "run_tools_eagerly": eager, "messages": history}
                ended = finished(server, world, [echo], max_iterations=2, **more)
                whole = cut >= PARTS.index(bodies.changed("tool_use")) + 1
                if isinstance(ended, tercet.APIError) == whole:
                    problems.append(f"cut after {cut} events: {ended!r}")
                if len(ran) != 1 + whole or history != ASK["messages"] or server.requests != 2:
                    problems.append(f"cut after {cut} events: {len(ran)} tools ran, {server.requests} requests")
                problems += unpaired(sent(server))
            yield f"135 a stream broken at each event{', eagerly run' * eager} · {world}", problems


GOOD = [line.rstrip(b"\n") for line in bodies.RESULTS]
LINES: dict[str, tuple[list[bytes], int, str]] = {
    "a line that is no JSON": ([GOOD[0], b'{"custom_id": "it', GOOD[2]], 2, "line 2"),
    "a line that is no object": ([GOOD[0], b"[1]", GOOD[2]], 2, "line 2"),
    "a line of 100 MB": ([GOOD[0], b'"' + b"x" * 100_000_000 + b'"', GOOD[2]], 2, "line 2"),
    "a byte order mark, blank lines, CRLF": ([b"\xef\xbb\xbf" + GOOD[0], b"", GOOD[1] + b"\r", GOOD[2]], 3, ""),
    "the same id twice": ([GOOD[0], GOOD[0], GOOD[2]], 3, "2 of 3"),
    "bad UTF-8": ([GOOD[0], b'{"custom_id": "\xff\xfe"}', GOOD[2]], 2, "line 2"),
}


def lines(server: FaultServer) -> Problems:
    """129: bad lines of a batch's results are named by their number, and the others are read."""
    for name, (content, good, word) in LINES.items():
        server.play([(response(b"\n".join(content) + b"\n", bodies.LINES),)])
        read, problems = [], []
        with client_of(server, "blocking") as client:
            found = client.messages.batches.results("msgbatch_1")
            while True:
                try:
                    read.append(next(found).custom_id)
                except StopIteration:
                    break
                except tercet.APIError as error:
                    problems.append(str(error))
                    if "incomplete" in str(error):
                        break
        right = len(read) == good and (not word or (word in problems[0] and max(map(len, problems)) < 2_000))
        yield f"129 {name}", [] if right and bool(problems) == bool(word) else [f"{read}: {str(problems)[:300]}"]


REQUEST = {"custom_id": "a", "params": {**ASK}}
INPUT: dict[str, tuple[Any, str]] = {
    "no list": ("requests", "requests"),
    "a request that is none": ([REQUEST, "x"], "requests[1]"),
    "the same id twice": ([REQUEST, REQUEST], "requests[1].custom_id"),
    "an id of 65 characters": ([{**REQUEST, "custom_id": "x" * 65}], "requests[0].custom_id"),
    "an id that leads elsewhere": ([{**REQUEST, "custom_id": "../a"}], "requests[0].custom_id"),
    "no params": ([{"custom_id": "a"}], "requests[0]"),
    "messages that are none": ([{"custom_id": "a", "params": {**ASK, "messages": "Hi"}}], "requests[0].params"),
    "100,001 requests": ([{**REQUEST, "custom_id": str(number)} for number in range(100_001)], "100,000"),
    "300 MB": ([{**REQUEST, "params": {**ASK, "system": "x" * 300_000_000}}], "256 MB"),
}


def batches(server: FaultServer) -> Problems:
    """129: the requests of a batch that are not what they should be are named, and nothing is sent."""
    server.play([(response(bodies.ERROR),)])
    with client_of(server, "blocking") as client:
        for name, (requests, word) in INPUT.items():
            said = ""
            try:
                client.messages.batches.create(requests=requests)
            except (TypeError, ValueError) as error:
                said = str(error)
            right = word in said and len(said) < 2_000 and server.requests == 0
            yield f"129 a batch of {name}", [] if right else [f"{said[:300]!r}, {server.requests} requests"]


CHECKS: tuple[Callable[[FaultServer], Problems], ...] = (results, calls, hanging, streams, lines, batches)


def main() -> None:
    limits.listen_to_signals()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    for check in CHECKS:
        server = FaultServer(batch=bodies.batch)
        limits.tell(check.__name__, check(server))
        with contextlib.suppress(OSError):
            server.close()


if __name__ == "__main__":
    sys.exit(main())
