"""Processes talk in the conversations of one store and are killed: each conversation loads, holds every answer that anybody was
given, and is gone on with. `python -m tests.faults.conversation_kills --rounds 200`; the suite plays three.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tercet

PROCESSES = 4
THREADS = 3
"""Conversations, each of which any process may be in."""
OWNER = "u1"
PROGRAM = """
import json, os, random, sys, time
import tercet
path, address, given, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
client = tercet.Anthropic(api_key="sk-ant-canary", base_url=address, max_retries=0)
store = tercet.Conversations(path)

@tercet.beta_tool
def get_weather(city: str) -> str:
    "Get the weather of a city."
    return f"sunny in {city}"

def talk(seed):
    chance, told = random.Random(seed), os.open(given, os.O_WRONLY | os.O_APPEND)
    while True:
        id = f"t{chance.randrange(3)}"
        kind = chance.choice(["raise", "branch"])
        chat = store.open(id, owner="u1", client=client, tools=[get_weather], model="claude-sonnet-4-6", max_tokens=64, on_conflict=kind)
        for _ in range(chance.randrange(1, 4)):
            words = chance.choice(["What is 2+2?", "What is the weather in Oslo, and what is the weather in Rome?", "x" * 3000])
            try:
                if chance.random() < 0.5:
                    answer = chat.say(words)
                else:
                    with chat.stream(words) as stream:
                        for _ in stream:
                            pass
                    answer = stream.message
            except tercet.ConversationError:
                break
            os.write(told, (json.dumps({"id": id, "answer": answer.id}) + "\\n").encode())

for _ in range(count):
    child = os.fork()
    if child == 0:
        os.close(1)
        talk(time.monotonic_ns() ^ os.getpid())
        os._exit(1)
    print(child, flush=True)
os._exit(0)
"""


@dataclass
class Tally:
    """Say what all rounds have come to."""

    given: int = 0
    """Answers that somebody was given."""
    lost: int = 0
    """Those that are in no conversation."""
    opened: int = 0
    """Conversations that were opened after a round, and gone on with."""
    broken: int = 0
    """Those that did not load, or whose next request was refused."""
    damaged: int = 0
    """Rounds after which SQLite found the file damaged."""


def play(rounds: int, seed: int = 0) -> Tally:
    """Play rounds on one store, and return what is in it beside what was answered."""
    chance, tally = random.Random(seed), Tally()
    with TemporaryDirectory() as folder, tercet.local_api(strict=True) as api:
        path, given = Path(folder) / "chats.db", Path(folder) / "given"
        for number in range(rounds):
            if number % 20 == 0:  # short histories: what is killed is writing, not reading
                with tercet.Conversations(path) as store:
                    store.delete(owner=OWNER)
                given.write_bytes(b"")
            before = given.stat().st_size
            kill_some(path, api.base_url, given, chance.uniform(0.0, 0.25))
            _count(path, api, given, before, tally)
    return tally


def kill_some(path: Path, address: str, given: Path, after: float) -> None:
    """Let processes talk, and kill them all so many seconds after the first answers."""
    arguments = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(path), address, str(given), str(PROCESSES)]
    program = subprocess.run(arguments, stdout=subprocess.PIPE, check=True, timeout=60)
    children = [int(line) for line in program.stdout.split()]
    before, deadline = given.stat().st_size, time.monotonic() + 30
    while given.stat().st_size == before and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(after)
    for child in children:
        os.kill(child, signal.SIGKILL)
    while any(map(_lives, children)) and time.monotonic() < deadline:
        time.sleep(0.002)


def _lives(child: int) -> bool:
    try:
        state = Path(f"/proc/{child}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def _count(path: Path, api: tercet.LocalAPI, given: Path, before: int, tally: Tally) -> None:
    lines = [json.loads(line) for line in given.read_bytes()[before:].splitlines()]
    with closing(sqlite3.connect(path)) as connection:
        tally.damaged += connection.execute("pragma quick_check").fetchone() != ("ok",)
    with tercet.Conversations(path) as store:
        there = {found.id: _gone_on_with(store, api, found.id, tally) for found in store.list(owner=OWNER)}
    tally.given += len(lines)
    tally.lost += sum(line["answer"] not in there.get(line["id"], ()) for line in lines)


def _gone_on_with(store: tercet.Conversations, api: tercet.LocalAPI, id: str, tally: Tally) -> set[Any]:
    """Go on with a conversation, and return the ids of its answers."""
    tally.opened += 1
    try:
        chat = store.open(id, owner=OWNER, client=api.client(max_retries=0))
        if tercet.check_messages(chat.messages) or not chat.say("And now?"):
            tally.broken += 1
        return {(entry.answer or {}).get("id") for entry in chat._state.thread.entries.values()}
    except tercet.AnthropicError as error:
        print(f"{id}: {type(error).__name__}: {error}", file=sys.stderr)
        tally.broken += 1
        return set()


def main() -> int:
    """Play as many rounds as were asked for, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    tally = play(rounds)
    print(
        f"{rounds} rounds of {PROCESSES} processes in {THREADS} conversations: {tally.given} answers given, {tally.lost} of them "
        f"in no conversation, {tally.opened} conversations gone on with, {tally.broken} broken, {tally.damaged} files damaged"
    )
    return 0 if tally.given and not (tally.lost or tally.broken or tally.damaged) else 1


if __name__ == "__main__":
    sys.exit(main())
