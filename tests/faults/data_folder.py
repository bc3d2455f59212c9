"""Rows 118–122, 125–127, 130 on the local API's `--data` folder: a server that is killed, ended, short of room, or given a
folder that is not what it should be. What was acknowledged is there afterwards, and every result of a batch exactly once."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from tests.faults.children import until

Problems = Iterator[tuple[str, list[str]]]
NAME = "tercet.sqlite3"
HEADERS = {"x-api-key": "sk-ant-api03-canary", "anthropic-version": "2023-06-01"}
PARAMS = {"model": "claude-opus-5-5", "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]}
SERVE = """
import resource, sys
if int(sys.argv[2]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
sys.argv = ["tercet", "serve", "--port", "0", "--data", sys.argv[1]]
from tercet.cli import main
main()
"""


class Served:
    """`tercet serve --data` in a process of its own. `limit`: no file may become longer than so many bytes."""

    def __init__(self, folder: Path, *, limit: int = 0) -> None:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-c", SERVE, str(folder), str(limit)]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._errors, text=True, env=environment
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.base_url = line.split(" at ")[1].split(" ")[0] if " at " in line else ""
        self.client = httpx.Client(base_url=self.base_url, headers=HEADERS, trust_env=False, timeout=30)

    def post(self, path: str, **what: Any) -> Any:
        """The answer's JSON; None if the server died of it."""
        try:
            return self.client.post(path, **what).json()
        except (httpx.HTTPError, json.JSONDecodeError):
            return None

    def file(self, name: str, size: int = 5_000) -> Any:
        """Upload a file of this size."""
        return self.post("/v1/files", files={"file": (name, b"x" * size)})

    def batch(self, count: int) -> Any:
        """Begin a batch of so many requests."""
        requests = [{"custom_id": f"r{number}", "params": PARAMS} for number in range(count)]
        return self.post("/v1/messages/batches", json={"requests": requests})

    def results(self, batch_id: str) -> list[str]:
        """The ids of a batch's results, once it has ended."""
        path = f"/v1/messages/batches/{batch_id}"
        until(lambda: self.client.get(path).json()["processing_status"] == "ended", "the end of a batch")
        return [json.loads(line)["custom_id"] for line in self.client.get(f"{path}/results").text.splitlines()]

    def end(self, how: int = signal.SIGTERM) -> tuple[int, str]:
        """End it by this signal (0: it ends by itself): its exit code, and what it complained of."""
        if how:
            self.process.send_signal(how)
        code = self.process.wait(30)
        self._errors.seek(0)
        said = self._errors.read().decode()
        self.client.close()
        self._errors.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code, said


def damage(folder: Path) -> list[str]:
    """What SQLite finds wrong with a folder's file."""
    connection = sqlite3.connect(folder / NAME, timeout=30)
    found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    connection.close()
    return [] if found == ["ok"] else [f"integrity: {found}"]


def kills(folder: Path, *, times: int = 12, count: int = 400) -> Problems:
    """118, 119: killed at any moment of batches and uploads, again and again, and started on what is there."""
    dice = random.Random(118)
    files: list[str] = []
    batches: list[str] = []
    problems: list[str] = []
    for _ in range(times):
        server = Served(folder)
        listed = [each["id"] for each in server.client.get("/v1/files?limit=1000").json()["data"]]
        problems += [f"{each} is lost" for each in files if each not in listed]
        for number in range(dice.randrange(1, 5)):
            if made := server.file(f"{number}.txt"):
                files.append(made["id"])
        if made := server.batch(count):
            batches.append(made["id"])
        _let_it_work(folder, dice.randrange(0, count // 100 + 1))
        server.end(signal.SIGKILL)
        problems += damage(folder)
    server = Served(folder)
    for each in batches:
        found = server.results(each)
        if found != [f"r{number}" for number in range(count)]:
            problems.append(f"{len(found)} results, {len(set(found))} of them different, of {count}")
    server.end()
    yield f"119 the server killed {times} times, {len(batches)} batches of {count} · data folder", problems


def _let_it_work(folder: Path, hundreds: int) -> None:
    """Wait until so many hundreds of results more are on the disk, or nothing more is to be done."""
    path = folder / NAME
    for _ in range(hundreds):
        before = path.stat().st_mtime_ns
        try:
            until(lambda before=before: path.stat().st_mtime_ns != before, "a write", 0.3)
        except TimeoutError:
            return


def signals(folder: Path) -> Problems:
    """120: SIGTERM and Ctrl-C in the middle of a batch; it ends at once, says nothing bad, and the next one goes on."""
    for how in (signal.SIGTERM, signal.SIGINT):
        server = Served(folder)
        batch = server.batch(2_000)["id"]
        code, said = server.end(how)
        problems = [] if code == 0 and "Traceback" not in said else [f"it ended with {code}: {said[-300:]}"]
        server = Served(folder)
        if len(set(found := server.results(batch))) != 2_000 or len(found) != 2_000:
            problems.append(f"{len(found)} results of 2000")
        server.end()
        yield f"120 {how.name} in a batch · data folder", problems + damage(folder)


def full(folder: Path) -> Problems:
    """121, 122: there is no room; uploads are refused, answers go on, and afterwards everything acknowledged is there."""
    server = Served(folder, limit=300_000)
    said = [server.file("small.txt"), server.file("large.txt", 1_000_000), server.file("small too.txt")]
    problems = [f"{each}" for each in (said[0], said[2]) if not each or each.get("type") != "file"]
    if not said[1] or "cannot be written" not in said[1].get("error", {}).get("message", ""):
        problems.append(f"without room: {said[1]}")
    if not (answer := server.post("/v1/messages", json=PARAMS)) or answer.get("type") != "message":
        problems.append(f"a message: {answer}")
    batch = server.batch(500)
    if batch and batch.get("id") and len(server.results(batch["id"])) != 500:
        problems.append("a batch without room has lost results")
    problems += _complaint(*server.end(), expected=0)
    server = Served(folder)
    names = {each["filename"] for each in server.client.get("/v1/files").json()["data"]}
    server.end()
    if names != {"small.txt", "small too.txt"}:
        problems.append(f"afterwards there are {names}")
    yield "122 no room for a file · data folder", problems + damage(folder)
    yield "121 no room at the start · data folder", _refused(folder, "cannot be written", limit=100)


def _complaint(code: int, said: str, *, expected: int) -> list[str]:
    return [] if code == expected and "Traceback" not in said else [f"it ended with {code}: {said[-300:]}"]


def _refused(folder: Path, why: str, *, limit: int = 0) -> list[str]:
    """What is wrong with how a server refuses a folder: one line with the path and the reason, and no server."""
    server = Served(folder, limit=limit)
    code, said = server.end(0 if not server.base_url else signal.SIGTERM)
    right = code not in (0, -signal.SIGTERM) and why in said and str(folder) in said and said.count("\n") == 1
    return [] if right else [f"it ended with {code}: {said[-300:]}"]


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


SPOILT: dict[str, tuple[Callable[[Path], Any], str]] = {
    "130 of a newer version": (_newer, "newer version"),
    "127 a corrupt header": (lambda path: path.write_bytes(b"X" * 16 + path.read_bytes()[16:]), "cannot be read"),
    "126 cut short": (lambda path: os.truncate(path, path.stat().st_size // 2), "cannot be read"),
    "127 a folder": (lambda path: (path.unlink(), path.mkdir()), "Is a directory"),
}


def spoilt(folder: Path) -> Problems:
    """126, 127, 130: a file that is not what it should be is refused and left as it is; 125: a folder has one server."""
    server = Served(folder)
    server.file("a.txt")
    yield "125 a second server · data folder", _refused(folder, "in use by another local API")
    server.end()
    for name, (spoil, why) in SPOILT.items():
        other = folder.with_name(f"{folder.name}-{len(name)}")
        shutil.copytree(folder, other)
        spoil(other / NAME)
        before = (other / NAME).read_bytes() if (other / NAME).is_file() else b""
        problems = _refused(other, why)
        if before and (other / NAME).read_bytes() != before:
            problems.append("the file was changed")
        yield f"{name} · data folder", problems
    server = Served(folder)
    (folder / NAME).rename(folder / "elsewhere")
    answer = server.file("b.txt")
    problems = [] if "removed or replaced" in str(answer) and not (folder / NAME).exists() else [f"{answer}"]
    server.end()
    yield "127 removed while it runs · data folder", problems


CHECKS = (kills, signals, full, spoilt)
