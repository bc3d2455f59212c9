"""The servers that are measured: how each is installed, started and asked. Their environments are under .venvs/servers/."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venvs" / "servers"
CONFIG = """\
model_list:
  - model_name: claude-sonnet-4-5
    litellm_params:
      model: anthropic/claude-sonnet-4-5-20250929
      api_key: sk-local
      mock_response: "{answer}"
litellm_settings:
  telemetry: false
"""
ANSWER = "This is the answer of a server that makes it up. " * 6


class Kind(NamedTuple):
    """One server. `command` gets the port; `{{bin}}` in it is the environment's folder of programs."""

    name: str
    requirement: str
    command: Callable[[int], list[str]]
    path: str = "/v1/messages"
    environment: Callable[[int], dict[str, str]] = lambda port: {}


def _config() -> str:
    file = HOME / "litellm.yaml"
    file.write_text(CONFIG.format(answer=ANSWER.strip()))
    return str(file)


OURS = Kind(
    "tercet", "", lambda port: [str(Path(sys.executable).parent / "tercet"), "serve", "--quiet", "--port", str(port)]
)
KINDS = (
    OURS,
    Kind(
        "llmock",
        "llmock",
        lambda port: [
            "{bin}/llmock",
            "serve",
            "--quiet",
            "--port",
            str(port),
            "--log-level",
            "error",
            "--response-style",
            "varied",
        ],
        path="/anthropic/v1/messages",
    ),
    Kind(
        "mock-ai-api",
        "mock-ai-api",
        # Its own program starts this and one more server, in sessions of their own, which cannot be measured from outside.
        lambda port: [
            "{bin}/python",
            "-m",
            "uvicorn",
            "app.anthropic_app:app",
            "--port",
            str(port),
            "--log-level",
            "warning",
        ],
    ),
    Kind(
        "localstack-claude",
        "localstack-claude",
        lambda port: ["{bin}/claude-local"],
        environment=lambda port: {"CLAUDE_PORT": str(port), "CLAUDE_HOST": "127.0.0.1"},
    ),
    Kind(
        "litellm (mock)",
        "litellm[proxy]",
        lambda port: ["{bin}/litellm", "--config", _config(), "--port", str(port), "--host", "127.0.0.1"],
        environment=lambda port: {"LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"},
    ),
)


def home_of(kind: Kind) -> Path:
    """The folder of the kind's environment."""
    return HOME / kind.name.split()[0]


def ready(kind: Kind, say: Callable[[str], None]) -> str:
    """Install the server if it is missing. Returns why that was not possible, or nothing."""
    if not kind.requirement:
        return ""
    home = home_of(kind)
    mark = home / ".server"
    if mark.exists() and mark.read_text() == kind.requirement:
        return ""
    say(f"setting up {kind.name} in .venvs/servers (once; it is downloaded) ...")
    python = str(home / "bin" / "python")
    try:
        if not Path(python).exists():
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", kind.requirement]
        done = subprocess.run(pip, capture_output=True, text=True, timeout=900, check=False)
    except (OSError, subprocess.SubprocessError) as problem:
        return str(problem)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["pip failed"])[-1]
    mark.write_text(kind.requirement)
    return ""


def version_of(kind: Kind) -> str:
    """The installed version."""
    name = kind.requirement.split("[")[0] or "tercet"
    python = str(home_of(kind) / "bin" / "python") if kind.requirement else sys.executable
    asked = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False).stdout.strip() or "?"


def started(kind: Kind, port: int) -> subprocess.Popen[bytes]:
    """The server's process, in a session of its own, so that its children end with it."""
    folder = str(home_of(kind) / "bin")
    command = [part.format(bin=folder) if part.startswith("{bin}") else part for part in kind.command(port)]
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "TERCET_", "PYTHON"))
    }
    environment = {**kept, "DO_NOT_TRACK": "1", "NO_COLOR": "1", **kind.environment(port)}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
