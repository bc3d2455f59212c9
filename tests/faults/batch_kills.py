"""A job by Message Batches is killed at random moments and gone on with; answers to submissions are lost: each row stands once in the
output, and no item is in two batches. `python -m tests.faults.batch_kills --rounds 200 --unclear 50`; the suite plays a few.
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
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import tercet
from tercet.local import LocalAPI
from tercet.toolkit.bulk import batch_submission
from tercet.toolkit.bulk.batches import BatchWay
from tercet.toolkit.bulk.folder import JobFolder
from tercet.toolkit.bulk.items import NumberedRequest
from tercet.toolkit.bulk.ways import StopRequest

ITEMS, IN_SHARD, PAUSES = 60, 7, (0.0, 0.1, 0.3)
MODEL = "claude-haiku-4-5"
PROGRAM = """
import sys
import tercet
from tercet.toolkit.bulk import batch_submission
from tercet.toolkit.bulk.batches import BatchWay
source, to, address = sys.argv[1:4]
batch_submission.PAUSES = %r
BatchWay.__init__.__kwdefaults__["most_requests"] = %d
client = tercet.AsyncAnthropic(api_key="sk-ant-local", base_url=address)
job = tercet.bulk(source, to=to, client=client, ask="Say {text}", model="claude-haiku-4-5", max_tokens=64, how="batch")
print("begun", flush=True)
job.run(progress=False)
"""


@dataclass
class KilledBatches:
    """Say what all rounds have come to."""

    kills: int = 0
    jobs: int = 0
    unclear: int = 0
    adopted: int = 0
    batches: int = 0
    twice: int = 0
    """Items that stand in two batches."""
    wrong: list[str] = field(default_factory=list)


def asked_in(api: LocalAPI, tally: KilledBatches) -> Counter[str]:
    """Return how often each item was asked, over all batches of the server, by its answer."""
    found: Counter[str] = Counter()
    with api.client(max_retries=20) as client:  # the faults strike this as well
        for batch in client.messages.batches.list(limit=100):
            tally.batches += 1
            found.update(each.custom_id.split("-")[1] for each in client.messages.batches.results(batch.id))
    return found


def play_kills(rounds: int, seed: int = 0) -> KilledBatches:
    """Kill runners `rounds` times, job after job, each against a server of its own."""
    chance, tally = random.Random(seed), KilledBatches()
    while tally.kills < rounds:
        with TemporaryDirectory() as folder, tercet.local_api(rate_limits=None) as api:
            play_job(Path(folder), api, chance, tally, rounds - tally.kills)
    return tally


def play_job(folder: Path, api: LocalAPI, chance: random.Random, tally: KilledBatches, most: int) -> None:
    """Begin a job, kill it as often as it lets itself be killed, finish it, and look at it and at the server."""
    source, out = folder / "in.jsonl", folder / "out.jsonl"
    texts = [f"item {number}" for number in range(ITEMS)]
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    program = PROGRAM % (PAUSES, IN_SHARD)
    arguments = [sys.executable, "-W", "ignore", "-c", program, str(source), str(out), api.base_url]
    kills = 0
    while kills < most and kill_once(arguments, chance):
        kills += 1
    subprocess.run(arguments, check=True, timeout=120, stdout=subprocess.DEVNULL)
    written = [json.loads(line) for line in out.read_text().splitlines()]
    if [row["text"] for row in written] != texts or {row["status"] for row in written} != {"ok"}:
        tally.wrong.append(f"job {tally.jobs}: {len(written)} rows of {ITEMS}")
    _judge(api, tally, ITEMS)
    tally.jobs, tally.kills = tally.jobs + 1, tally.kills + kills


def _judge(api: LocalAPI, tally: KilledBatches, items: int) -> None:
    asked = asked_in(api, tally)
    twice = sum(count - 1 for count in asked.values())
    tally.twice += twice
    if twice or len(asked) != items:
        tally.wrong.append(f"job {tally.jobs}: {len(asked)} of {items} items were asked, {twice} twice")


def kill_once(arguments: list[str], chance: random.Random) -> bool:
    """Run the job and kill it at some moment. Returns whether it still ran then."""
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        runner.stdout.readline()
        time.sleep(chance.uniform(0, 0.35))
        ran = runner.poll() is None
        if ran:
            os.kill(runner.pid, signal.SIGKILL)
    return ran


def play_unclear(least: int, seed: int = 0) -> KilledBatches:
    """Lose the answers of submissions, half of all and those of lists as well, until so many were lost."""
    tally = KilledBatches()
    with patch.object(batch_submission, "PAUSES", PAUSES):
        while tally.unclear < least:
            faults = ["50% /v1/messages/batches rst@10"]
            with TemporaryDirectory() as folder, tercet.local_api(faults=faults, seed=seed + tally.jobs) as api:
                asyncio.run(_unclear_job(Path(folder), api, tally))
                _judge(api, tally, ITEMS)
            tally.jobs += 1
    return tally


async def _unclear_job(folder: Path, api: LocalAPI, tally: KilledBatches) -> None:
    said: list[str] = []
    async with api.async_client() as client:
        way = BatchWay(client, JobFolder(folder), most_requests=IN_SHARD, say=said.append)
        requests = (
            NumberedRequest(n, {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": f"Say {n}"}]})
            for n in range(ITEMS)
        )
        given = [result.item async for group in way.answer(requests, StopRequest()) for result in group]
    if sorted(given) != list(range(ITEMS)):
        tally.wrong.append(f"job {tally.jobs}: {len(given)} results of {ITEMS}")
    tally.unclear += sum("Nobody knows" in each for each in said)
    tally.adopted += sum("taken over" in each for each in said)


def main() -> int:
    """Play as many rounds as were asked for, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--unclear", type=int, default=50)
    asked = parser.parse_args()
    killed, unclear = play_kills(asked.rounds), play_unclear(asked.unclear)
    print(
        f"{killed.kills} kills over {killed.jobs} jobs of {ITEMS} rows in {killed.batches} batches: {len(killed.wrong)} wrong, "
        f"{killed.twice} items in two batches"
    )
    print(
        f"{unclear.unclear} submissions whose answer was lost, over {unclear.jobs} jobs: {unclear.adopted} taken over, "
        f"{len(unclear.wrong)} wrong, {unclear.twice} items in two batches"
    )
    for wrong in (*killed.wrong, *unclear.wrong):
        print(wrong)
    return 1 if killed.wrong or unclear.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
