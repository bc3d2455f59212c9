"""The official SDK as a foreign client, in an environment of its own: `.venvs/official`, made when it is missing.

`make test`, `make bench` and `make faults` share it. Needs nothing but the standard library until a test asks for more.
Where it cannot be made (no network), the tests that need it are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

VERSION = "2.14.0"
HOME = Path(__file__).resolve().parents[1] / ".venvs" / "official"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MARK = HOME / ".ready"
"""Written last, with the version: an environment without it is half made."""
SECONDS = 300


@cache
def ready() -> str:
    """Make the environment if it is missing. Returns why that was not possible, or nothing."""
    if is_made():
        return ""
    HOME.parent.mkdir(exist_ok=True)
    with _alone(HOME.with_name("official.lock")):
        return "" if is_made() else _make()


def is_made() -> bool:
    """Whether the environment is there, with the right version."""
    return PYTHON.exists() and MARK.exists() and MARK.read_text() == VERSION


def _make() -> str:
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"anthropic=={VERSION}"]
    for command in ([sys.executable, "-m", "venv", "--clear", str(HOME)], pip):
        try:
            subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
        except subprocess.CalledProcessError as failed:
            return (failed.stderr.strip().splitlines() or [str(failed)])[-1]
        except (OSError, subprocess.TimeoutExpired) as failed:
            return str(failed)
    MARK.write_text(VERSION)
    return ""


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time, where the system can say so; it is let go by whatever ends the process."""
    with lock.open("a") as file:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_official(program: str, base_url: str, **given: Any) -> Any:
    """Run `program` with the official SDK's `client` and `given` at hand; what it puts into `result` comes back as JSON."""
    import pytest

    if problem := ready():
        pytest.skip(f"the official SDK {VERSION} cannot be installed here: {problem}")
    whole = (
        "import json, sys, anthropic\n"
        "given = json.loads(sys.stdin.read())\n"
        "client = anthropic.Anthropic(api_key='sk-ant-local', base_url=given['base_url'], max_retries=0)\n"
        f"{program}\n"
        "print(json.dumps(result))\n"
    )
    text = json.dumps({"base_url": base_url, **given})
    done = subprocess.run(
        [str(PYTHON), "-W", "ignore", "-c", whole], input=text, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(ready() or None)
