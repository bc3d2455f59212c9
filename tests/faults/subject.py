"""Runs cells with one library and prints a verdict on each, as JSON lines. The same program for Tercet and for the
official SDK in its own environment: `python -m tests.faults.subject --library anthropic --certificates DIR`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import json
import os
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.faults.judge import Outcome, Verdict, judged
from tests.faults.matrix import Cell, cells, slice_of
from tests.faults.places import Places, environment
from tests.faults.surfaces import ASK, KIND, Seen, ask, ask_async

KEY = "sk-ant-api03-canary-of-the-fault-suite"
OWN_OPTIONS = ("stream_idle_timeout", "retry_ambiguous")
"""Arguments that only Tercet has."""
PATIENCE = 15.0
"""Seconds for what is closing to close. The official SDK leaves much open, and gets less, or its run would have no end."""


class Subject:
    """A library under test: makes clients, and records how long they would have waited."""

    def __init__(self, library: str) -> None:
        self.name = library
        self.module: Any = importlib.import_module(library)
        self.ours = library == "tercet"
        self.sleeps: list[float] = []
        self._record_waits()

    def _record_waits(self) -> None:
        async def later(seconds: float, *_: Any) -> None:
            self.sleeps.append(seconds)

        if self.ours:
            drive: Any = importlib.import_module("tercet.flow.drive")
            drive.run.__kwdefaults__["sleep"] = self.sleeps.append
            drive.arun.__kwdefaults__["sleep"] = later
        else:
            import anyio

            time.sleep = self.sleeps.append  # type: ignore[assignment]
            anyio.sleep = later  # type: ignore[assignment]

    def client(self, world: str, url: str, **options: Any) -> Any:
        """A client of this world."""
        if not self.ours:
            options = {name: value for name, value in options.items() if name not in OWN_OPTIONS}
        cls = self.module.Anthropic if world == "blocking" else self.module.AsyncAnthropic
        return cls(api_key=KEY, base_url=url, **{"timeout": 5.0, "max_retries": 2, **options})


class Runner:
    """Runs cells one after another, each with a client of its own."""

    def __init__(self, subject: Subject, certificates: Path) -> None:
        self.subject = subject
        self.places = Places(certificates)
        self.loop = asyncio.new_event_loop()
        os.environ["SSL_CERT_FILE"] = str(certificates / "authority.pem")

    def run(self, cell: Cell) -> Verdict:
        """Carry a cell out and judge it."""
        return judged(cell, self.outcome(cell), strictly=self.subject.ours)

    def outcome(self, cell: Cell) -> Outcome:
        """Carry a cell out."""
        row, place = cell.row, self.places.at(cell.row.place)
        place.server.play(row.answers(KIND[cell.surface]), cell.chunking, row.on_accept, early=row.early)
        more = {**row.more}
        asked = dict(ASK)
        if row.before is not None:
            ASK["messages"] = [{"role": "user", "content": row.before()}]
        self.subject.sleeps.clear()
        seen, outcome = Seen(), Outcome()
        before = descriptors()
        begun = time.perf_counter()
        try:
            with environment(place.environment):
                outcome.value = self._asked(cell, place.url, place.questions, seen, more)
        except BaseException as error:
            outcome.error = error
            outcome.is_api_error = isinstance(error, self.subject.module.APIError)
        finally:
            ASK.update(asked)
        if outcome.error is not None:
            outcome.error.__traceback__ = None  # the program lets go of what it was doing
            if outcome.error.__context__ is not None:
                outcome.error.__context__.__traceback__ = None
        outcome.seconds = time.perf_counter() - begun
        outcome.shown = "".join(seen.text)
        outcome.requests, outcome.sleeps = place.server.requests, list(self.subject.sleeps)
        patience = PATIENCE if self.subject.ours else 2.0
        outcome.sockets = self.places.open(patience)
        outcome.tasks = self._tasks_left()
        outcome.descriptors = still_open(before, patience)
        return outcome

    def _tasks_left(self) -> int:
        """How many tasks are left once the loop has had its turns."""
        for _ in range(20):
            if not asyncio.all_tasks(self.loop):
                return 0
            self.loop.run_until_complete(asyncio.sleep(0.005))
        return len(asyncio.all_tasks(self.loop))

    def _asked(self, cell: Cell, url: str, questions: int, seen: Seen, more: dict[str, Any]) -> Any:
        if cell.world == "async":
            return self.loop.run_until_complete(self._asked_async(cell, url, questions, seen, more))
        client = self.subject.client(cell.world, url, **cell.row.client)
        try:
            for _ in range(questions - 1):
                ask(client, cell.surface, Seen(), **more)
            return ask(client, cell.surface, seen, **more)
        finally:
            client.close()

    async def _asked_async(self, cell: Cell, url: str, questions: int, seen: Seen, more: dict[str, Any]) -> Any:
        client = self.subject.client(cell.world, url, **cell.row.client)
        try:
            for _ in range(questions - 1):
                await ask_async(client, cell.surface, Seen(), **more)
            return await ask_async(client, cell.surface, seen, **more)
        finally:
            await client.close()

    def close(self) -> None:
        self.places.close()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


def descriptors() -> int:
    """How many descriptors this process has open; 0 where that cannot be told."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0


def still_open(before: int, seconds: float) -> int:
    """How many descriptors more than before are open, once what is closing has closed."""
    until = time.monotonic() + seconds
    while (more := descriptors() - before) > 0 and time.monotonic() < until:
        gc.collect()
    return max(more, 0)


def results(subject: Subject, certificates: Path, chosen: Iterable[Cell]) -> Iterator[tuple[Cell, Verdict, float]]:
    """Each cell with its verdict and seconds."""
    runner = Runner(subject, certificates)
    runner.places.server("")
    for cell in chosen:
        if cell.row.place:
            runner.places.at(cell.row.place)  # what a place opens once is not the client's
        begun = time.perf_counter()
        yield cell, runner.run(cell), time.perf_counter() - begun
    runner.close()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", choices=("tercet", "anthropic"), default="tercet")
    parser.add_argument("--certificates", type=Path, required=True)
    parser.add_argument("--shard", default="0/1")
    parser.add_argument("--rows", default="")
    parser.add_argument("--slice", action="store_true")
    given = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    numbers = {int(number) for number in given.rows.split(",") if number}
    chosen = slice_of() if given.slice else list(cells())
    chosen = [cell for cell in chosen if not numbers or cell.row.number in numbers]
    if given.library != "tercet":
        chosen = [cell for cell in chosen if not cell.row.costly and cell.chunking == cell.row.chunkings[0]]
    number, of = (int(part) for part in given.shard.split("/"))
    for cell, verdict, seconds in results(Subject(given.library), given.certificates, chosen[number::of]):
        told = {
            "row": cell.row.number,
            "fault": cell.row.name,
            "name": cell.name,
            "seconds": round(seconds, 3),
            **vars(verdict),
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
