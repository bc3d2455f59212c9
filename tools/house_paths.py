"""How many files of the house five calls pass through, traced as they run: hops, not time.

Run it with `python tools/house_paths.py`; `-v` names the files. A hop is a call whose caller stands in another file.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import tercet
from tercet.local import LocalAPI, local_api

HOUSE = str(Path(tercet.__file__).parent)
MODEL, OTHER = "claude-opus-4-6", "claude-sonnet-4-6"
HELLO = {"model": MODEL, "max_tokens": 100, "messages": [{"role": "user", "content": "Count to 5"}]}
TOOLS = [{"name": "get_weather", "input_schema": {"type": "object", "properties": {}}}]


class Trace(NamedTuple):
    """What a call passed through: calls into the house, functions, files, and calls across files."""

    calls: int
    functions: int
    files: tuple[str, ...]
    hops: int


class Tracer:
    """A profile function that counts calls into the house while `on` is set."""

    def __init__(self) -> None:
        self.on = False
        self._functions: Counter[tuple[str, str, int]] = Counter()
        self._files: dict[str, None] = {}
        self._hops = 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if not self.on or event != "call" or not code.co_filename.startswith(HOUSE):
            return
        self._functions[code.co_filename, code.co_qualname, code.co_firstlineno] += 1
        self._files[code.co_filename[len(HOUSE) + 1 :]] = None
        caller = frame.f_back
        self._hops += caller is not None and caller.f_code.co_filename not in (code.co_filename, __file__)

    def found(self) -> Trace:
        return Trace(sum(self._functions.values()), len(self._functions), tuple(self._files), self._hops)


def traced(work: Callable[[], Any]) -> Trace:
    """Return what `work` passes through in this thread, once everything it needs is loaded."""
    work()
    tracer = Tracer()
    sys.setprofile(tracer)
    try:
        tracer.on = True
        work()
    finally:
        sys.setprofile(None)
    return tracer.found()


def blocking_create(api: LocalAPI) -> Trace:
    with api.client(max_retries=0) as client:
        return traced(lambda: client.messages.create(**HELLO))


def async_stream(api: LocalAPI) -> Trace:
    async def twice() -> Trace:
        async with api.async_client(max_retries=0) as client:

            async def once() -> None:
                async with client.messages.stream(**HELLO) as stream:
                    async for _ in stream.text_stream:
                        pass

            await once()
            tracer = Tracer()
            sys.setprofile(tracer)
            tracer.on = True
            await once()
            sys.setprofile(None)
            return tracer.found()

    return asyncio.run(twice())


def retry_and_fallback(api: LocalAPI) -> Trace:
    busy = {"error": {"status": 529, "retry_after": 0}}
    with api.client(max_retries=1, fallbacks=[OTHER]) as client:

        def call() -> None:
            api.queue(busy, busy, "Hello.")
            client.messages.create(**HELLO)

        call()
        api.queue(busy, busy, "Hello.")
        tracer = Tracer()
        sys.setprofile(tracer)
        tracer.on = True
        client.messages.create(**HELLO)
        sys.setprofile(None)
        return tracer.found()


def tool_runner(api: LocalAPI) -> Trace:
    @tercet.beta_tool
    def get_weather() -> str:
        """Get the weather."""
        return "It is 7 degrees."

    asked = {**HELLO, "messages": [{"role": "user", "content": "What is the weather?"}]}
    with api.client(max_retries=0) as client:
        return traced(lambda: client.beta.messages.tool_runner(**asked, tools=[get_weather]).until_done())


def server_request() -> Trace:
    """Return what one `messages.create` passes through in the server: from the bytes on the socket to those of the answer."""
    tracer = Tracer()
    threading.setprofile(tracer)
    try:
        with local_api() as api, api.client(max_retries=0) as client:
            for _ in range(3):
                client.messages.create(**HELLO)
            tracer.on = True
            client.messages.create(**HELLO)
            tracer.on = False
    finally:
        threading.setprofile(None)
    return tracer.found()


def paths() -> dict[str, Trace]:
    """Return the five paths by name."""
    with local_api() as api:
        found = {
            "a  blocking create": blocking_create(api),
            "b  async stream": async_stream(api),
            "c  529, retry, fallback": retry_and_fallback(api),
        }
        found["d  server request"] = server_request()
        found["e  tool runner, two requests"] = tool_runner(api)
    return found


def main() -> None:
    print(f"{'path':30} {'calls':>6} {'functions':>10} {'files':>6} {'hops':>6}")
    for name, path in paths().items():
        print(f"{name:30} {path.calls:6} {path.functions:10} {len(path.files):6} {path.hops:6}")
        if "-v" in sys.argv:
            print("    " + "\n    ".join(path.files))


if __name__ == "__main__":
    main()
