"""An environment of its own for every foreign client, under .venvs/: made when it is missing, with pip or npm."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from table import Peer

HOME = Path(__file__).resolve().parents[2] / ".venvs"
PROGRAMS = Path(__file__).resolve().parent / "programs"
SECONDS = 900


def ready(peer: Peer) -> str:
    """Make the peer's environment if it is missing. Returns why that was not possible, or nothing."""
    home = HOME / peer.environment
    mark = home / ".peer"
    wanted = json.dumps(peer.requirements)
    if mark.exists() and mark.read_text() == wanted:
        return ""
    print(f"  setting up .venvs/{peer.environment} (once; it is downloaded) ...", flush=True)
    try:
        problem = (_python if peer.language == "python" else _node)(home, peer)
    except (OSError, subprocess.SubprocessError) as failed:
        problem = str(failed)
    if not problem:
        mark.write_text(wanted)
    return problem


def _python(home: Path, peer: Peer) -> str:
    if not (home / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True, timeout=SECONDS)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return _outcome([*pip, *peer.requirements], home)


def _node(home: Path, peer: Peer) -> str:
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text('{"private": true, "type": "module"}\n')
    return _outcome([npm, "install", "--silent", "--no-audit", "--no-fund", *peer.requirements], home)


def _outcome(command: list[str], home: Path) -> str:
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=SECONDS, check=False)
    lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
    return "" if done.returncode == 0 else lines[-1]


def command_of(peer: Peer) -> tuple[list[str], Path]:
    """The command that runs the peer's program, and the folder to run it in."""
    home = HOME / peer.environment
    if peer.language == "python":
        program = [PROGRAMS / "on_tercet.py", peer.program] if peer.on_tercet else [PROGRAMS / peer.program]
        return [str(home / "bin" / "python"), "-W", "ignore", *map(str, program)], home
    for source in PROGRAMS.glob("*.mjs"):  # node looks for packages beside the program
        shutil.copy(source, home / source.name)
    return [shutil.which("node") or "node", str(home / peer.program)], home
