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

from tests.faults import bodies
from tests.faults.judge import BREAKING, Outcome, Verdict, judged
from tests.faults.limits import HangError, limit, listen_to_signals
from tests.faults.matrix import Cell, cells, slice_of
from tests.faults.places import Place, Places, environment
from tests.faults.row import RETRIES
from tests.faults.surfaces import ASK, KIND, Seen, ask, ask_async

KEY = "sk-ant-api03-canary-of-the-fault-suite"
OWN_OPTIONS = ("stream_idle_timeout", "retry_ambiguous")
"""Arguments that only Tercet has."""
LONGEST = 60.0
"""Seconds after which a cell counts as hanging and the next is played."""
HELD_FOR = 5.0
"""Seconds for a client to close a connection that broke, before its next call."""
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
            drivers: Any = importlib.import_module("tercet.flow.drivers")
            drivers.run.__kwdefaults__["sleep"] = self.sleeps.append
            drivers.arun.__kwdefaults__["sleep"] = later
        else:
            import anyio

            time.sleep = self.sleeps.append  # type: ignore[assignment]
            anyio.sleep = later  # type: ignore[assignment]

    def client(self, world: str, url: str, **options: Any) -> Any:
        """A client of this world."""
        if not self.ours:
            options = {name: value for name, value in options.items() if name not in OWN_OPTIONS}
        cls = self.module.Anthropic if world == "blocking" else self.module.AsyncAnthropic
        return cls(api_key=KEY, base_url=url, **{"timeout": 5.0, "max_retries": RETRIES, **options})


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
            with limit(LONGEST, lambda: cell.name), environment(place.environment):
                self._play(cell, place, seen, outcome, more)
        except HangError as hang:
            outcome.error = hang
        finally:
            ASK.update(asked)
        outcome.seconds = time.perf_counter() - begun
        patience = PATIENCE if self.subject.ours else 2.0
        outcome.sockets = self.places.open(patience)
        outcome.tasks = self._tasks_left()
        outcome.descriptors = still_open(before, patience)
        return outcome

    def _play(self, cell: Cell, place: Place, seen: Seen, outcome: Outcome, more: dict[str, Any]) -> None:
        """The fault, and when it is over another call of the same client."""
        client = self.subject.client(cell.world, place.url, **cell.row.client)
        try:
            for _ in range(place.questions - 1):
                self._ask(cell, client, Seen(), more)
            while place.closes and place.server.open:
                time.sleep(0.001)
            self._outcome_of(cell, place, outcome, client, seen, more)
            if self.subject.ours and cell.row.answered:
                if cell.world == "async":
                    self.loop.run_until_complete(asyncio.sleep(0))
                breaks = cell.row.due_on(cell.surface).phase in BREAKING
                outcome.held = place.server.settled(HELD_FOR) if breaks and outcome.error is not None else 0
                place.server.play([(bodies.good(KIND[cell.surface]),)])
                self.subject.sleeps.clear()
                ASK["messages"] = [{"role": "user", "content": "And again?"}]
                outcome.next = Outcome()
                self._outcome_of(cell, place, outcome.next, client, Seen(), {**more, "timeout": 10.0})
        finally:
            closed = client.close()
            if cell.world == "async":
                self.loop.run_until_complete(closed)

    def _outcome_of(
        self, cell: Cell, place: Place, outcome: Outcome, client: Any, seen: Seen, more: dict[str, Any]
    ) -> None:
        try:
            outcome.value = self._ask(cell, client, seen, more)
        except HangError:
            raise
        except BaseException as error:
            outcome.error = error
            outcome.is_api_error = isinstance(error, self.subject.module.APIError)
            error.__traceback__ = None  # the program lets go of what it was doing
            if error.__context__ is not None:
                error.__context__.__traceback__ = None
        outcome.shown, outcome.events, outcome.usage = "".join(seen.text), seen.events, seen.usage
        outcome.requests, outcome.sleeps = place.server.requests, list(self.subject.sleeps)

    def _ask(self, cell: Cell, client: Any, seen: Seen, more: dict[str, Any]) -> Any:
        if cell.world == "async":
            return self.loop.run_until_complete(ask_async(client, cell.surface, seen, **more))
        return ask(client, cell.surface, seen, **more)

    def _tasks_left(self) -> int:
        """How many tasks are left once the loop has had its turns."""
        for _ in range(20):
            if not asyncio.all_tasks(self.loop):
                return 0
            self.loop.run_until_complete(asyncio.sleep(0.005))
        return len(asyncio.all_tasks(self.loop))

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
    listen_to_signals()
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
