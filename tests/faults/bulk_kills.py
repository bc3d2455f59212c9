"""A bulk job is killed at random moments and gone on with, until it is done: each row stands once in the output, in order, and no more
was asked twice than was under way at the kills. `python -m tests.faults.bulk_kills --rounds 200`; the suite plays two jobs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.client.scripted import MESSAGE

ITEMS, AT_ONCE, LATENCY = 400, 20, 0.02
PROGRAM = """
import sys
import tercet
source, to, address = sys.argv[1:4]
client = tercet.AsyncAnthropic(api_key="sk-ant-canary", base_url=address, max_retries=0)
job = tercet.bulk(source, to=to, client=client, ask="{text}", model="claude-sonnet-4-6", max_tokens=64, max_concurrency=%d)
print("begun", flush=True)
job.run(progress=False)
"""


class Counting:
    """Answer every message after a moment, and count what was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self._ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._ready.wait()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                size = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
                body = json.loads(await reader.readexactly(size))
                self.asked[body["messages"][0]["content"]] += 1
                await asyncio.sleep(LATENCY)
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(MESSAGE)
                    + MESSAGE
                )
                await writer.drain()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()


@dataclass
class KilledJobs:
    """Say what all rounds have come to."""

    kills: int = 0
    jobs: int = 0
    wrong: list[str] = field(default_factory=list)
    """Jobs whose output was not what it should be."""
    twice: int = 0
    lost: int = 0


def play(rounds: int, seed: int = 0) -> KilledJobs:
    """Kill runners `rounds` times, job after job, and return what came of it."""
    chance, server, tally = random.Random(seed), Counting(), KilledJobs()
    while tally.kills < rounds:
        with TemporaryDirectory() as folder:
            play_job(Path(folder), server, chance, tally, rounds - tally.kills)
    return tally


def play_job(folder: Path, server: Counting, chance: random.Random, tally: KilledJobs, most: int) -> None:
    """Begin a job, kill it as often as it lets itself be killed, finish it, and look at it."""
    source, out = folder / "in.jsonl", folder / "out.jsonl"
    texts = [f"job {tally.jobs} item {number}" for number in range(ITEMS)]
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    arguments = [sys.executable, "-W", "ignore", "-c", PROGRAM % AT_ONCE, str(source), str(out), server.address]
    kills = 0
    while kills < most and kill_once(arguments, server, chance):
        kills += 1
    subprocess.run(arguments, check=True, timeout=120, stdout=subprocess.DEVNULL)
    written = [json.loads(line) for line in out.read_text().splitlines()]
    if [row["text"] for row in written] != texts or {row["status"] for row in written} != {"ok"}:
        tally.wrong.append(f"job {tally.jobs}: {len(written)} rows of {ITEMS}")
    asked = [server.asked[text] for text in texts]
    twice = sum(count - 1 for count in asked if count)
    tally.jobs, tally.kills, tally.twice = tally.jobs + 1, tally.kills + kills, tally.twice + twice
    tally.lost += asked.count(0)
    if twice > kills * AT_ONCE:
        tally.wrong.append(f"job {tally.jobs - 1}: {twice} asked twice after {kills} kills")
    server.asked.clear()


def kill_once(arguments: list[str], server: Counting, chance: random.Random) -> bool:
    """Run the job and kill it at some moment after it has begun to ask. Returns whether it still ran then."""
    before = sum(server.asked.values())
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        runner.stdout.readline()
        deadline = time.monotonic() + 30
        while sum(server.asked.values()) == before and runner.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.3))
        ran = runner.poll() is None
        if ran:
            os.kill(runner.pid, signal.SIGKILL)
    return ran


def main() -> int:
    """Play as many rounds as were asked for, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    tally = play(parser.parse_args().rounds)
    print(
        f"{tally.kills} kills over {tally.jobs} jobs of {ITEMS} rows, {AT_ONCE} at once: {len(tally.wrong)} outputs wrong, "
        f"{tally.lost} rows never asked, {tally.twice} asked twice ({tally.twice / max(1, tally.kills):.1f} a kill)"
    )
    for wrong in tally.wrong:
        print(wrong)
    return 1 if tally.wrong or tally.lost else 0


if __name__ == "__main__":
    sys.exit(main())
