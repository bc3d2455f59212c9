"""Other people's libraries: each in an environment of its own, made when it is first asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
PACKAGES = {
    "claudette": ("claudette", "anthropic<1"),  # it names arguments that the SDK has no more
    "langgraph": ("langgraph", "langgraph-checkpoint-sqlite"),
    "litellm": ("litellm",),
    "pydantic-ai": ("pydantic-ai-slim[anthropic]",),
}
LONGEST = 900
"""Seconds for an installer."""


def python_of(peer: str) -> str:
    """The Python of a peer's environment. Ends this process with the installer's last line where it cannot be made."""
    home = BENCH.parent / ".venvs" / peer
    python, ready = home / "bin" / "python", home / ".ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES[peer]]
        done = subprocess.run(pip, check=False, capture_output=True, text=True, timeout=LONGEST)
        if done.returncode != 0:
            sys.exit(f"{peer} cannot be installed here: {done.stderr.strip().rpartition(chr(10))[2]}")
        ready.touch()
    return str(python)


def walked(program: str, peer: str, *arguments: str) -> dict[str, float]:
    """The figures that a program of this folder prints as its last line, run by the peer's Python."""
    command = [python_of(peer), "-W", "ignore", str(BENCH / program), peer, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{peer}: {done.stderr.strip().rpartition(chr(10))[2]}")
    figures: dict[str, float] = json.loads(done.stdout.split("\n")[-2])
    return figures
