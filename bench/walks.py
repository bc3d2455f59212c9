"""Runs paths in fresh processes against the canned server, the libraries in turns, and keeps what they cost."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from environments import ROOT, Say, clean_environment, interpreter
from rows import FLOOR, OURS, THEIRS, Library, Row

BENCH = ROOT / "bench"
LONGEST = 180
"""Seconds after which a walk counts as failed."""
Walk = tuple[str, bool]
"""A path, and whether over TLS."""


@dataclass
class Costs:
    """The figures of every walk so far, by library and walk; and why walks failed."""

    figures: dict[tuple[Library, Walk], list[dict[str, float]]] = field(default_factory=dict)
    failures: dict[tuple[Library, Walk], str] = field(default_factory=dict)

    def of(self, row: Row, library: Library) -> float | None:
        """The row's figure for a library: the median of its rounds."""
        value = self._median(library, (row.path, row.tls), row.metric)
        if value is None or row.over is None:
            return value
        under = self._median(library, (row.over, row.tls), row.metric)
        return None if under is None else value / under

    def rounds(self, row: Row, library: Library) -> list[float]:
        """Every round's figure of the row's path, in the order measured."""
        return [each[row.metric] for each in self.figures.get((library, (row.path, row.tls)), ())]

    def failure(self, row: Row, library: Library) -> str | None:
        return self.failures.get((library, (row.path, row.tls)))

    def _median(self, library: Library, walk: Walk, metric: str) -> float | None:
        rounds = self.figures.get((library, walk))
        return median(each[metric] for each in rounds) if rounds else None


@dataclass(frozen=True)
class Server:
    """Where the canned answers are."""

    plain: str
    tls: str
    authority: str


@contextmanager
def canned_server() -> Iterator[Server]:
    """The canned server in its own process, with a certificate made for this run."""
    import trustme

    with tempfile.TemporaryDirectory(prefix="tercet-bench-") as folder:
        authority, certificate = trustme.CA(), Path(folder, "server.pem")
        authority.cert_pem.write_to_path(str(Path(folder, "authority.pem")))
        authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        command = [sys.executable, str(BENCH / "canned.py"), str(certificate)]
        process = subprocess.Popen(  # in a session of its own: Ctrl-C is for run.py, which ends the server itself
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert process.stdout is not None
        try:
            ports = json.loads(process.stdout.readline())
            plain, tls = f"http://127.0.0.1:{ports['plain']}", f"https://127.0.0.1:{ports['tls']}"
            yield Server(plain, tls, str(Path(folder, "authority.pem")))
        finally:
            process.kill()
            process.wait()


def walk_all(rows: list[Row], server: Server, rounds: int, quick: bool, say: Say, costs: Costs) -> None:
    """Every path of the rows, each library in turns, `rounds` times."""
    plan = _plan(rows, quick)
    for number, (walk, libraries, once) in enumerate(plan, 1):
        path, tls = walk
        say(f"[{number}/{len(plan)}] {path}{' over TLS' if tls else ''}: {', '.join(libraries)}")
        for library in libraries:
            if path in ("import", "first_answer"):
                _walked(library, walk, server)  # once unmeasured, so that bytecode is written and files are cached
        for turn in range(rounds):
            order = libraries if turn % 2 == 0 else libraries[::-1]
            for library in order:
                failed = (library, walk) in costs.failures
                if failed or (library == THEIRS and once and costs.figures.get((library, walk))):
                    continue
                _keep(costs, library, walk, server, say)


def _plan(rows: list[Row], quick: bool) -> list[tuple[Walk, list[Library], bool]]:
    planned: dict[Walk, tuple[list[Library], bool]] = {}
    for row in rows:
        theirs = [] if row.over or row.alone or (row.theirs_once and quick) else [THEIRS]
        libraries: list[Library] = [OURS, *theirs, *([FLOOR] if row.floor else [])]
        for path in filter(None, (row.path, row.over)):
            before, once = planned.get((path, row.tls), ([], False))
            joined = [library for library in (OURS, THEIRS, FLOOR) if library in (*before, *libraries)]
            planned[path, row.tls] = (joined, once or row.theirs_once)
    return [(walk, libraries, once) for walk, (libraries, once) in planned.items()]


def _keep(costs: Costs, library: Library, walk: Walk, server: Server, say: Say) -> None:
    told = _walked(library, walk, server)
    if isinstance(told, str):
        costs.failures[library, walk] = told
        say(f"    {library} failed: {told}")
    else:
        costs.figures.setdefault((library, walk), []).append(told)


def _walked(library: Library, walk: Walk, server: Server) -> dict[str, float] | str:
    """One walk in a fresh process: its figures, or why it failed."""
    path, tls = walk
    command = [interpreter(library), str(BENCH / "paths.py"), library, path, server.tls if tls else server.plain]
    environment = clean_environment(server.authority if tls else None)
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST, env=environment, check=False, cwd=BENCH
        )
    except subprocess.TimeoutExpired:
        return f"not done after {LONGEST} s"
    if ended.returncode != 0:
        return ended.stderr.strip().rpartition("\n")[2][:300] or f"exit code {ended.returncode}"
    figures: dict[str, float] = json.loads(ended.stdout)
    return figures
