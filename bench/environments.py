"""Where the libraries run: ours in this interpreter, the official SDK in an environment that is made when missing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rows import THEIRS, Library

VERSION = "2.11.0"
ROOT = Path(__file__).resolve().parent.parent
OFFICIAL = ROOT / ".venvs" / "official"
Say = Callable[[str], None]


def interpreter(library: Library) -> str:
    """The Python that has the library."""
    return str(_python(OFFICIAL)) if library == THEIRS else sys.executable


def set_up(say: Say) -> None:
    """Make the official SDK's environment, unless it is there with the right version."""
    if installed_version() == VERSION:
        return
    say(f"setting up the official SDK {VERSION} in .venvs/official (once; it is downloaded) ...")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(OFFICIAL)], check=True)
    pip = [str(_python(OFFICIAL)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"anthropic=={VERSION}"], check=True)
    say("... done")


def installed_version() -> str | None:
    """The version of the official SDK in its environment."""
    if not _python(OFFICIAL).exists():
        return None
    asked = "from importlib.metadata import version; print(version('anthropic'))"
    told = subprocess.run([str(_python(OFFICIAL)), "-c", asked], capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


def clean_environment(authority: str | None) -> dict[str, str]:
    """The environment of a measured process: no keys, no proxies, and the run's own certificate authority for TLS."""
    dropped = ("ANTHROPIC_", "TERCET_", "PYTHON")
    proxies = {"http_proxy", "https_proxy", "all_proxy", "ssl_cert_file", "ssl_cert_dir"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(dropped) and name.lower() not in proxies
    }
    return {**kept, "NO_PROXY": "127.0.0.1", **({"SSL_CERT_FILE": authority} if authority else {})}


def _python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
