"""`make instruments`: what tracing libraries see of the SDK's client and of Tercet's, call by call. Exits 1 if they see less.

Each library runs twice in one environment (`.venvs/instruments`): with `anthropic`, and with Tercet in its place. Compared are
the spans of each call and the names of their attributes; values are, where they do not hold an id, a time or a place in code.
Left out are the SDK's own spans (Tercet's are `open_telemetry=`), and Sentry's spans of the HTTP library, which Tercet does not
use unless TERCET_TRANSPORT=portable says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tercet.server.run import LocalServer

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".venvs" / "instruments"
PYTHON = HOME / "bin" / "python"
LIBRARIES = {
    "openllmetry": "opentelemetry-instrumentation-anthropic",
    "openinference": "openinference-instrumentation-anthropic",
    "logfire": "logfire",
    "sentry": "sentry-sdk",
    "langsmith": "langsmith",
    "langfuse": "langfuse",
}
BESIDE = ("anthropic", "opentelemetry-sdk", "pytest")
PLACES = ("code.", "id", "duration", "time", "raw", "msg", "url.", "thread.", "sentry.")
"""Parts of names of attributes whose values differ from call to call."""
SECONDS = 240


def main() -> int:
    """Run every library, or those that are named."""
    if problem := ready():
        print(f"skipped: the libraries cannot be installed here: {problem}")
        return 0
    wanted = [name for name in LIBRARIES if not sys.argv[1:] or name in sys.argv[1:]]
    rows, troubles = (
        [["library", "version", "spans: SDK", "Tercet", "missing", "attributes missing", "other values", "failures"]],
        [],
    )
    with LocalServer() as server:
        for name in wanted:
            print(name, flush=True)
            sides = [traced(name, side, server.base_url) for side in ("anthropic", "tercet")]
            row, said = compared(*sides)
            rows.append([name, version(name), *row])
            troubles += [f"{name}, {each}" for each in said]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print(
        "\n" + "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    )
    print(*troubles[:40], sep="\n")
    return 1 if troubles else 0


def ready() -> str:
    """Make the environment if it is missing. Returns why that was not possible, or nothing."""
    install = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    commands = [[*install, "-e", str(ROOT)]]
    if not (HOME / ".ready").exists():
        commands = [
            [sys.executable, "-m", "venv", "--clear", str(HOME)],
            [*install, *BESIDE, *LIBRARIES.values()],
            *commands,
        ]
        print("setting up .venvs/instruments (once; it is downloaded) ...", flush=True)
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["it failed"])[-1]
    (HOME / ".ready").touch()
    return ""


def version(name: str) -> str:
    """Return the installed version of a library."""
    asked = f"from importlib.metadata import version; print(version({LIBRARIES[name]!r}))"
    return subprocess.run([str(PYTHON), "-c", asked], capture_output=True, text=True, check=False).stdout.strip()


def traced(name: str, side: str, url: str) -> dict[str, Any]:
    """Return the spans and failures of one run."""
    program = Path(__file__).with_name("program.py")
    own = {"TERCET_ADVICE": "0", "NO_PROXY": "127.0.0.1", "LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "k"}
    command = [str(PYTHON), str(program), name, side, url]
    try:
        done = subprocess.run(
            command, env={**os.environ, **own}, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, IndexError, ValueError) as problem:
        said = done.stderr.strip().splitlines()[-1:] if "done" in locals() else [str(problem)]
        return {"spans": [], "failures": {"all": f"{side}: {said}"}}
    return found


def compared(official: dict[str, Any], ours: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the cells of a row, and what Tercet's run lacks."""
    theirs, mine = by_call(official), by_call(ours)
    missing, lacking, values = [], [], 0
    for call, spans in theirs.items():
        found = mine.get(call, [])
        if call in official["failures"]:  # the library fails with the SDK: what comes then is no measure
            continue
        missing += [f"{call}: no span {name!r}" for name, _ in spans[len(found) :]]
        for (name, attributes), (other, those) in zip(spans, found, strict=False):
            if name != other:
                missing.append(f"{call}: {name!r} is {other!r}")
            lacking += [f"{call}: {name!r} lacks {key}" for key in attributes if key not in those]
            values += sum(attributes[key] != those[key] for key in attributes if key in those and not _placed(key))
    failures = [f"{call}: {said}" for call, said in ours["failures"].items() if call not in official["failures"]]
    counts = [len(official["spans"]), len(ours["spans"]), len(missing), len(lacking), values, len(failures)]
    return [str(count) for count in counts], [*missing, *lacking, *failures]


def by_call(found: dict[str, Any]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Return the spans of each call."""
    calls: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for call, name, attributes in found["spans"]:
        if not name.startswith("http.client"):
            calls.setdefault(call, []).append((name, attributes))
    return calls


def _placed(key: str) -> bool:
    return any(part in key for part in PLACES)


if __name__ == "__main__":
    sys.exit(main())
