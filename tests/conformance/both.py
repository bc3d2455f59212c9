"""One program for two libraries: carries out calls that are described as data, and tells as data what came of them.

    python both.py anthropic|tercet sync|async  < cases.json

It runs in the official SDK's environment too, so it imports nothing but the standard library and the library it is told.
Waits are counted, not waited; chance is always 0.5, and the time is always that of `NOW`.
"""

from __future__ import annotations

import asyncio
import base64
import builtins
import contextlib
import importlib
import inspect
import io
import json
import os
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

TOLD_OF_ERRORS = ("status_code", "type", "error_code", "message", "request_id", "body")
NOW = 1_795_000_000.0
"""Wed, 18 Nov 2026 11:06:40 GMT."""
waits: list[float] = []
_sleep_in_loop = asyncio.sleep


async def _noted(seconds: float, *_: Any) -> None:
    if seconds > 0:
        waits.append(seconds)
    await _sleep_in_loop(0)


class Revived:
    """Arguments that JSON cannot hold: `{"$": kind, "of": …}` becomes the thing that a program would pass."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self._folder = tempfile.TemporaryDirectory(prefix="conformance-")

    def __call__(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self(item) for item in value]
        if not isinstance(value, dict):
            return value
        kind = value.get("$")
        if kind is None:
            return {key: self(item) for key, item in value.items()}
        return getattr(self, kind)(self(value.get("of")), value)

    def bytes(self, of: str, _: Any) -> Any:
        return base64.b64decode(of)

    def file(self, of: str, _: Any) -> Any:
        return io.BytesIO(base64.b64decode(of))

    def path(self, of: str, value: Any) -> Any:
        path = Path(tempfile.mkdtemp(dir=self._folder.name)) / value.get("name", "data.bin")
        path.write_bytes(base64.b64decode(of))
        return path

    def tuple(self, of: list[Any], _: Any) -> Any:
        return tuple(of)

    def iterator(self, of: list[Any], _: Any) -> Any:
        return iter(of)

    def named(self, of: str, _: Any) -> Any:
        return getattr(self.module, of)

    def builtin(self, of: str, _: Any) -> Any:
        return getattr(builtins, of)

    def shape(self, of: str, _: Any) -> Any:
        return getattr(importlib.import_module("shapes"), of)

    def timeout(self, of: dict[str, Any], _: Any) -> Any:
        return self.module.Timeout(**of)

    def model(self, of: dict[str, Any], value: Any) -> Any:
        holder = self.module.types
        for part in value["name"].split("."):
            holder = getattr(holder, part)
        return holder(**of)


async def settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


async def each(stream: Any) -> Any:
    if hasattr(stream, "__aiter__"):
        async for item in stream:
            yield item
    else:
        for item in stream:
            yield item


def told(value: Any) -> Any:
    """What came, as JSON: class and content of objects, bytes and text as they are."""
    if hasattr(value, "to_dict") or hasattr(value, "model_dump"):
        dumped = (
            value.to_dict(mode="json")
            if hasattr(value, "to_dict")
            else value.model_dump(mode="json", exclude_unset=True)
        )
        name = (
            type(value).__name__.partition("[")[0].replace("ParsedBetaText", "Text").replace("Beta", "")
        )  # Tercet's beta objects are of the same classes
        return {"class": name, "is": json.loads(json.dumps(dumped, default=str))}
    if isinstance(value, bytes):
        return {"class": "bytes", "is": base64.b64encode(value).decode()}
    return {"class": type(value).__name__, "is": value if isinstance(value, str | int | float | None) else None}


def told_of(error: BaseException, module: Any) -> dict[str, Any]:
    known = [cls.__name__ for cls in type(error).__mro__ if getattr(module, cls.__name__, None) is cls]
    facts = {name: getattr(error, name, None) for name in TOLD_OF_ERRORS}
    return {
        "class": type(error).__name__,
        "caught_as": known,
        "text": str(error),
        **json.loads(json.dumps(facts, default=str)),
    }


class Player:
    """Carries out one case after the other with one library, in one world."""

    def __init__(self, module: Any, world: str) -> None:
        self.module, self.world = module, world
        self.client_class = getattr(module, "Anthropic" if world == "sync" else "AsyncAnthropic")
        self.revived = Revived(module)
        self.root: Any = None

    async def play(self, case: dict[str, Any]) -> dict[str, Any]:
        waits.clear()
        about: dict[str, Any] = {}
        try:
            await self._use(self._client(case), case, about)
        except Exception as error:
            about["raised"] = told_of(error, self.module)
        return {**about, "waits": [round(seconds, 3) for seconds in waits]}

    def _client(self, case: dict[str, Any]) -> Any:
        """A client of its own for each case; the official SDK's are copies of one, since making one takes it 20 ms."""
        options = {"base_url": case["base_url"], **self.revived(case.get("client", {}))}
        if "platform" in case:
            name = case["platform"] if self.world == "sync" else f"Async{case['platform']}"
            return getattr(self.module, name)(**options)
        key = {} if "auth_token" in options else {"api_key": "sk-ant-conformance"}
        if "auth_token" in options or self.module.__name__ != "anthropic":
            return self.client_class(**key, **options)
        if self.root is None:
            self.root = self.client_class(**key)
        return self.root.copy(**options)

    async def _use(self, client: Any, case: dict[str, Any], about: dict[str, Any]) -> None:
        called = client
        for part in case["call"].split("."):
            called = getattr(called, part)
        args, named = self.revived(case.get("args", [])), self.revived(case.get("named", {}))
        try:
            result = called(*args, **named)
        except Exception:  # the blocking client has sent it, and could not read what came
            if case.get("use") != "request":
                raise
            return
        await getattr(self, "use_" + case.get("use", "call"))(result, about)

    async def use_call(self, result: Any, about: dict[str, Any]) -> None:
        about["returned"] = told(await settled(result))

    async def use_request(self, result: Any, about: dict[str, Any]) -> None:
        """The request alone matters: what came does not fit it."""
        with contextlib.suppress(Exception):
            await settled(result)

    async def use_events(self, result: Any, about: dict[str, Any]) -> None:
        """A raw stream, or pages: all of its items."""
        if not hasattr(result, "__aiter__"):
            result = await settled(result)
        async for item in each(result):
            about.setdefault("items", []).append(told(item))
        about.setdefault("items", [])

    async def use_helper(self, result: Any, about: dict[str, Any]) -> None:
        """`stream()`: its events as they come, then the message."""
        about["events"] = []
        async with entered(result) as stream:
            async for event in each(stream):
                about["events"].append({"type": event.type, **told(event)})
            about["final"] = told(await settled(stream.get_final_message()))

    async def use_final_text(self, result: Any, about: dict[str, Any]) -> None:
        async with entered(result) as stream:
            about["texts"] = [text async for text in each(stream.text_stream)]
            about["final_text"] = await settled(stream.get_final_text())

    async def use_raw(self, result: Any, about: dict[str, Any]) -> None:
        response = await settled(result)
        about["status"] = response.status_code
        about["returned"] = told(await settled(response.parse()))

    async def use_unread_whole(self, result: Any, about: dict[str, Any]) -> None:
        """A response without a block around it, such as a download."""
        about["body"] = base64.b64encode(await settled((await settled(result)).read())).decode()

    async def use_unread(self, result: Any, about: dict[str, Any]) -> None:
        async with entered(result) as response:
            about["status"] = response.status_code
            about["body"] = (await settled(response.read())).decode()


class entered:
    """A context manager of either world."""

    def __init__(self, manager: Any) -> None:
        self.manager = manager

    async def __aenter__(self) -> Any:
        is_async = hasattr(self.manager, "__aenter__")
        return await self.manager.__aenter__() if is_async else self.manager.__enter__()

    async def __aexit__(self, *raised: Any) -> Any:
        is_async = hasattr(self.manager, "__aexit__")
        return await self.manager.__aexit__(*raised) if is_async else self.manager.__exit__(*raised)


async def play_all(module_name: str, world: str, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    player = Player(importlib.import_module(module_name), world)
    return [await player.play(case) for case in cases]


def main(module_name: str, world: str) -> None:
    warnings.simplefilter("ignore")
    for name in [name for name in os.environ if name.upper().endswith("_PROXY") or name.startswith("ANTHROPIC_")]:
        del os.environ[name]
    random.random = lambda: 0.5  # type: ignore[method-assign]
    time.time = lambda: NOW
    time.sleep = waits.append  # type: ignore[assignment]
    asyncio.sleep = _noted  # type: ignore[assignment]
    print(json.dumps(asyncio.run(play_all(module_name, world, json.load(sys.stdin)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
