"""Eight processes write one ledger and are killed: it holds the answers that the server gave, but for those in flight; none twice,
and no line torn but the last of a file. `python -m tests.faults.ledger_kills --rounds 200`; the suite plays three.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.client.scripted import MESSAGE

PROCESSES = 8
PROGRAM = """
import os, sys
import tercet
ledger, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = tercet.Anthropic(api_key="sk-ant-canary", base_url=address, ledger=ledger, max_retries=0)
for _ in range(count):
    child = os.fork()
    if child == 0:
        os.close(1)
        while True:
            client.messages.create(model="claude-sonnet-4-6", max_tokens=64, messages=[{"role": "user", "content": "x"}])
    print(child, flush=True)
os._exit(0)
"""


class Answering(ThreadingHTTPServer):
    """Answer every message, each under an id of its own, and keep the ids."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.given: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Answering

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        number = f"req_{id(self.connection):x}_{time.monotonic_ns():x}"
        self.server.given.append(number)
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: {number}\r\ncontent-length: {len(MESSAGE)}\r\n\r\n"
        try:
            self.wfile.write(head.encode() + MESSAGE)
        except OSError:
            self.close_connection = True

    def handle(self) -> None:
        with suppress(OSError):  # the other side was killed
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass
class Tally:
    """Say what all rounds have come to."""

    given: int = 0
    missing: int = 0
    twice: int = 0
    torn: int = 0
    foreign: int = 0


def play(rounds: int, seed: int = 0) -> Tally:
    """Play rounds on one ledger, and return what is in it beside what was answered."""
    chance, server, tally = random.Random(seed), Answering(), Tally()
    with TemporaryDirectory() as folder:
        ledger = Path(folder) / "calls.db"
        try:
            for _ in range(rounds):
                kill_some(server, ledger, chance.uniform(0.02, 0.3))
        finally:
            server.shutdown()
            server.server_close()
        _count(ledger, server.given, tally)
    return tally


def kill_some(server: Answering, ledger: Path, after: float) -> None:
    """Let processes write, and kill them all after so many seconds of answers."""
    arguments = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(ledger), server.address, str(PROCESSES)]
    program = subprocess.run(arguments, stdout=subprocess.PIPE, check=True, timeout=60)
    children = [int(line) for line in program.stdout.split()]
    before, deadline = len(server.given), time.monotonic() + 30
    while len(server.given) < before + PROCESSES and time.monotonic() < deadline:
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


def _count(ledger: Path, given: list[str], tally: Tally) -> None:
    seen: Counter[str] = Counter()
    for file in ledger.with_name(ledger.name + ".d").iterdir():
        *lines, _last = file.read_bytes().split(b"\n")
        for line in lines:
            try:
                read = json.loads(line)
            except ValueError:
                tally.torn += 1
                continue
            if read.get("status") == 200:
                seen[read["request_id"]] += 1
    tally.given = len(given)
    tally.twice = sum(count - 1 for count in seen.values())
    tally.missing = len(set(given) - set(seen))
    tally.foreign = len(set(seen) - set(given))


def main() -> int:
    """Play as many rounds as were asked for, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    tally = play(rounds)
    print(
        f"{rounds} rounds of {PROCESSES} processes: {tally.given} answers given, {tally.missing} in no line (at most "
        f"{rounds * PROCESSES} were in flight), {tally.twice} twice, {tally.torn} torn, {tally.foreign} never given"
    )
    good = tally.missing <= rounds * PROCESSES and not (tally.twice or tally.torn or tally.foreign)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
