"""Bulk jobs beside other people's, in one run: CPU an item over sockets, the first result, memory, and going on.

`make bench-bulk`. The server is one of canned bytes in a process of its own; each measured program is a process of its own, and
tells its CPU time itself, without its imports. Peers run in environments of their own below .venvs; one that cannot be
installed or run is shown with the last line that it said. Writes bench/RESULTS-bulk.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ITEMS, TURNS = 4000, 3
MANY = 1_000_000
PEERS = {"async-batch-llm": ["async-batch-llm", "anthropic"], "curator": ["bespokelabs-curator"]}

SERVER = """
import asyncio, json, sys
USAGE = {"input_tokens": 12, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 40,
         "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
         "service_tier": "standard", "inference_geo": "global", "server_tool_use": None}
BODY = json.dumps({"id": "msg_01A", "type": "message", "role": "assistant", "model": "claude-haiku-4-5",
                   "stop_reason": "end_turn", "stop_sequence": None,
                   "content": [{"type": "text", "text": "Four score and seven years ago"}], "usage": USAGE}).encode()
ANSWER = (b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\nrequest-id: req_1\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(BODY)) + BODY

class Canned(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.held = transport, b""
    def data_received(self, data):
        self.held += data
        while True:
            head, ended, rest = self.held.partition(b"\\r\\n\\r\\n")
            if not ended:
                return
            lengths = [line for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length:")]
            size = int(lengths[0].split(b":")[1]) if lengths else 0
            if len(rest) < size:
                return
            self.held = rest[size:]
            asyncio.get_running_loop().call_later(0.05, self.transport.write, ANSWER)

async def main():
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
"""

MEASURE = """
import json, sys, time
def peak():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) // 1024
    except OSError:
        return None
folder, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
def rows():
    for number in range(count):
        yield {"text": f"What is {number} + 1?"}
def tell(**found):
    print(json.dumps({**found, "peak_mb": peak()}))
"""

LIVE = (
    MEASURE
    + """
import tercet
tercet.AsyncAnthropic; tercet.bulk
began = time.process_time()
with open(folder + "/in.jsonl", "w") as file:
    file.writelines(json.dumps(row) + "\\n" for row in rows())
client = tercet.AsyncAnthropic(api_key="k", base_url=address, ledger=folder + "/calls.db")
job = tercet.bulk(folder + "/in.jsonl", to=folder + "/out.jsonl", client=client, ask="{text}", model="claude-haiku-4-5", max_tokens=50)
status = job.run(progress=False)
assert status.ok == count, status
again = time.process_time()
job.run(progress=False)
now = time.process_time()
tell(ms=(again - began) * 1000 / count, again_ms=(now - again) * 1000 / count)
"""
)

FIRST = (
    MEASURE
    + """
import tercet
client = tercet.AsyncAnthropic(api_key="k", base_url=address, ledger=folder + "/calls.db")
job = tercet.bulk(rows(), to=folder + "/out.jsonl", client=client, ask="{text}", model="claude-haiku-4-5", max_tokens=50)
for item in job:
    tell(first_s=time.process_time())
    break
"""
)

MEMORY = (
    MEASURE
    + """
import asyncio
import tercet
from tercet.transport.base import Reply
from tercet.wire.http import Headers
body = json.dumps({"id": "msg_01A", "type": "message", "role": "assistant", "model": "claude-haiku-4-5", "stop_reason": "end_turn",
    "stop_sequence": None, "content": [{"type": "text", "text": "Four score and seven years ago"}],
    "usage": {"input_tokens": 12, "output_tokens": 40}}).encode()
headers = Headers([("content-type", "application/json")])
class InProcess:
    async def send(self, request):
        await asyncio.sleep(0)
        return Reply(200, headers, body)
    async def close(self):
        pass
client = tercet.AsyncAnthropic(api_key="k")
client.__dict__["_transport"] = InProcess()
with open(folder + "/in.jsonl", "w") as file:
    file.writelines(json.dumps(row) + "\\n" for row in rows())
job = tercet.bulk(folder + "/in.jsonl", to=folder + "/out.jsonl", client=client, ask="{text}", model="claude-haiku-4-5", max_tokens=50)
began = time.process_time()
assert job.run(progress=False).ok == count
tell(ms=(time.process_time() - began) * 1000 / count)
"""
)

RESUME = (
    MEASURE
    + """
import tercet
client = tercet.AsyncAnthropic(api_key="k", base_url=address)
job = tercet.bulk(folder + "/in.jsonl", to=folder + "/out.jsonl", client=client, ask="{text}", model="claude-haiku-4-5", max_tokens=50)
began = time.process_time()
assert job.run(progress=False).ok == count
tell(resume_s=time.process_time() - began)
"""
)

ABL = (
    MEASURE
    + """
import asyncio
import anthropic
from async_batch_llm import ArtifactIdentity, CallableStrategy, CallOutcome, ProcessorConfig, SqliteArtifactStore, process_stream
from async_batch_llm.artifacts import ResumePolicy
began = time.process_time()
client = anthropic.AsyncAnthropic(api_key="k", base_url=address)
async def invoke(prompt, *, attempt, timeout, state):
    answer = await client.messages.create(model="claude-haiku-4-5", max_tokens=50, messages=[{"role": "user", "content": prompt}])
    used = answer.usage
    return CallOutcome(answer.content[0].text, token_usage={"input_tokens": used.input_tokens, "output_tokens": used.output_tokens,
        "total_tokens": used.input_tokens + used.output_tokens})
identity = ArtifactIdentity(provider="anthropic", model="claude-haiku-4-5")
async def run(policy):
    done = 0
    store = SqliteArtifactStore(folder + "/abl.db", identity=identity)
    config = ProcessorConfig(concurrency=50, max_queue_size=200, max_result_queue_size=200)
    strategy = CallableStrategy(invoke, identity=identity)
    async for result in process_stream(strategy, [row["text"] for row in rows()], config=config, artifact_store=store, resume=policy):
        assert result.success, result
        done += 1
    assert done == count, done
asyncio.run(run(ResumePolicy.NONE))
again = time.process_time()
asyncio.run(run(next(each for each in ResumePolicy if each is not ResumePolicy.NONE)))
now = time.process_time()
tell(ms=(again - began) * 1000 / count, again_ms=(now - again) * 1000 / count)
"""
)

CURATOR = (
    MEASURE
    + """
import os
os.environ["ANTHROPIC_API_KEY"] = "k"
os.environ["CURATOR_DISABLE_RICH_DISPLAY"] = "1"
os.environ["CURATOR_CACHE_DIR"] = folder
from bespokelabs import curator
began = time.process_time()
llm = curator.LLM(model_name="anthropic/claude-haiku-4-5", backend="litellm",
    backend_params={"base_url": address, "max_concurrent_requests": 50, "max_requests_per_minute": 100000, "max_tokens_per_minute": 10**9})
answers = llm([row["text"] for row in rows()])
assert len(answers) == count or len(answers.dataset) == count
tell(ms=(time.process_time() - began) * 1000 / count)
"""
)


@contextmanager
def serving() -> Iterator[str]:
    """Serve canned answers, each after 50 ms, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.terminate()


def measured(python: str, program: str, folder: str, address: str, count: int) -> dict[str, Any]:
    """Run a program, and return what it told; or the last line that it said, under `problem`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("ANTHROPIC_", "TERCET_", "HTTP"))
    }
    try:
        done = subprocess.run(
            [python, "-W", "ignore", "-c", program, folder, address, str(count)],
            capture_output=True, text=True, timeout=1800, check=False, env={**kept, "NO_PROXY": "127.0.0.1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"problem": "it took more than half an hour"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        return {"problem": said[-1][:160] if said else f"exit code {done.returncode}"}
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def peer(name: str) -> tuple[str, str]:
    """Return the interpreter of a peer's environment, made if it is not there, and why there is none."""
    home = ROOT / ".venvs" / name
    python, mark = home / "bin" / "python", home / ".bench-ready"
    if mark.exists():
        return str(python), ""
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS[name]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        return "", said[-1][:160] if said else "pip failed"
    mark.touch()
    return str(python), ""


def least(python: str, program: str, address: str, count: int) -> dict[str, Any]:
    """Return the turn of the least CPU time."""
    turns = []
    for _ in range(TURNS):
        with tempfile.TemporaryDirectory() as folder:
            turns.append(measured(python, program, folder, address, count))
    good = [turn for turn in turns if "problem" not in turn]
    return min(good, key=lambda turn: turn["ms"]) if good else turns[-1]


def rows_of_peers(address: str) -> list[tuple[str, dict[str, Any]]]:
    """Measure the peers."""
    found = []
    for name, program in (("async-batch-llm", ABL), ("curator", CURATOR)):
        python, problem = peer(name)
        shown = {"async-batch-llm": "async-batch-llm over the official SDK, SQLite store", "curator": "curator"}[name]
        found.append(
            (
                shown,
                {"problem": problem}
                if problem
                else least(python, program, address, ITEMS if name != "curator" else 500),
            )
        )
    return found


def report(rows: list[tuple[str, dict[str, Any]]], more: list[tuple[str, str, str]]) -> str:
    """Return the tables."""
    lines = [f"| {ITEMS:,} items, 50 at once, 50 ms each; least of {TURNS} turns | CPU ms an item | run again, all there: ms | peak MB |", "|---|--:|--:|--:|"]  # fmt: skip
    for name, found in rows:
        if "problem" in found:
            lines.append(f"| {name} | not measured: {found['problem']} | | |")
        else:
            again = f"{found['again_ms']:.4f}" if "again_ms" in found else ""
            lines.append(f"| {name} | {found['ms']:.3f} | {again} | {found['peak_mb']} |")
    lines += [
        "",
        "| | measured | goal |",
        "|---|--:|--:|",
        *(f"| {what} | {value} | {goal} |" for what, value, goal in more),
    ]
    return "\n".join(lines) + "\n"


BATCH = """
import json, os, resource, subprocess, sys, time
import tercet
folder, _, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
serve = [os.path.join(os.path.dirname(sys.executable), "tercet"), "serve", "--quiet", "--port", "0"]
with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
    address = next(line.split()[5] for line in server.stdout if "listens at" in line)
    with open(folder + "/in.jsonl", "w") as file:
        for number in range(count):
            file.write('{"text": "%d + 1"}\\n' % number)
    client = tercet.Anthropic(base_url=address, api_key="k")
    job = tercet.bulk(folder + "/in.jsonl", to=folder + "/out.jsonl", client=client, ask="What is {text}?", model="claude-haiku-4-5",
                      max_tokens=64, how="batch")
    started = time.process_time()
    status = job.run(progress=False)
    spent = time.process_time() - started
    server.terminate()
assert status.ok == count
print(json.dumps({"batch_s": spent, "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}))
"""


def intervals_held() -> str:
    """Return in how many of 20 simulated jobs, of each spread, the interval of the probe holds the true price."""
    from math import log
    from random import Random

    from tercet.toolkit.bulk.estimates import interval_of, next_probe

    told = []
    for sigma in (0.5, 0.8, 1.0, 1.2):
        held = 0
        for seed in range(20):
            chance = Random(seed)
            costs = [
                20_000 + round(5_000 * sum(min(8000, chance.lognormvariate(log(300), sigma)) for _ in range(2)))
                for _ in range(10_000)
            ]
            number = 0
            while (more := next_probe(costs[:number], len(costs))) > number:
                number = more
            found = interval_of(costs[:number], len(costs))
            held += found.low <= sum(costs) <= found.high
        told.append(f"{held} (σ {sigma})")
    return ", ".join(told)


def main() -> int:
    """Measure everything, print it, and write it down."""
    many = int(os.environ.get("MANY", MANY))
    with serving() as address:
        ours = least(sys.executable, LIVE, address, ITEMS)
        rows = [("Tercet, journal and ledger on", ours), *rows_of_peers(address)]
        with tempfile.TemporaryDirectory() as folder:
            first = measured(sys.executable, FIRST, folder, address, ITEMS)
        with tempfile.TemporaryDirectory() as folder:
            memory = measured(sys.executable, MEMORY, folder, address, many)
            resume = measured(sys.executable, RESUME, folder, address, many)
        with tempfile.TemporaryDirectory() as folder:
            batch = measured(sys.executable, BATCH, folder, address, 100_000)
    peers = [found["ms"] for _, found in rows[1:] if "ms" in found]
    ratio = f"{min(peers) / ours['ms']:.1f} ×" if peers and "ms" in ours else "no peer ran"
    more = [
        ("CPU an item", _told(ours, "ms", "{:.3f} ms"), "≤ 0.25 ms"),
        ("less than the best peer", ratio, "≥ 10 ×"),
        ("first result, CPU from the start of the process", _told(first, "first_s", "{:.2f} s"), "≤ 0.5 s"),
        (f"peak memory at {many:,} items, in-process transport", _told(memory, "peak_mb", "{} MB"), "≤ 100 MB"),
        (f"CPU an item at {many:,}, in-process transport", _told(memory, "ms", "{:.3f} ms"), ""),
        (f"going on with {many:,} finished, CPU", _told(resume, "resume_s", "{:.2f} s"), "≤ 2 s"),
        (f"going on with {many:,} finished, peak", _told(resume, "peak_mb", "{} MB"), "≤ 60 MB"),
        ("100,000 items by batches, probe and output included, CPU", _told(batch, "batch_s", "{:.2f} s"), "≤ 4 s"),
        ("the same, peak", _told(batch, "peak_mb", "{} MB"), "≤ 80 MB"),
        ("intervals that hold the true price, of 20 jobs of a spread", intervals_held(), "≥ 17"),
    ]
    said = report(rows, more)
    print(said)
    (ROOT / "bench" / "RESULTS-bulk.md").write_text(f"# Bulk jobs, measured by `make bench-bulk`\n\n{said}", "utf-8")
    return 0 if "problem" not in ours else 1


def _told(found: dict[str, Any], name: str, form: str) -> str:
    return form.format(found[name]) if name in found else f"not measured: {found.get('problem')}"


if __name__ == "__main__":
    sys.exit(main())
