"""The official SDK as a foreign client, in an environment of its own: `.venvs/official`, made when it is missing.

`make bench` uses the same environment. Where it cannot be made (no network), the tests that need it are skipped.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path
from typing import Any

import pytest

VERSION = "2.11.0"
HOME = Path(__file__).parents[1] / ".venvs" / "official"
PYTHON = HOME / "bin" / "python"


@cache
def ready() -> str:
    """Make the environment if it is missing. Returns why that was not possible, or nothing."""
    if PYTHON.exists() and _version() == VERSION:
        return ""
    venv.create(HOME, with_pip=True)
    install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"anthropic=={VERSION}"]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
    return "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def _version() -> str:
    code = "import anthropic; print(anthropic.__version__)"
    return subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def run_official(program: str, base_url: str, **given: Any) -> Any:
    """Run `program` with the official SDK's `client` and `given` at hand; what it puts into `result` comes back as JSON."""
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
        [str(PYTHON), "-W", "ignore", "-c", whole], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(ready())
