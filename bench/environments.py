"""Where the libraries run: ours in this interpreter, the official SDK in the environment that the tests use too."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from rows import THEIRS, Library

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from tests import official  # noqa: E402 - found from the root

Say = Callable[[str], None]


def interpreter(library: Library) -> str:
    """The Python that has the library."""
    return str(official.PYTHON) if library == THEIRS else sys.executable


def set_up(say: Say) -> None:
    """Make the official SDK's environment, unless it is there with the right version."""
    if not official.is_made():
        say(f"setting up the official SDK {official.VERSION} in .venvs/official (once; it is downloaded) ...")
    if problem := official.ready():
        sys.exit(f"the official SDK {official.VERSION} cannot be installed here: {problem}")


def installed_version() -> str | None:
    """The version of the official SDK in its environment."""
    return official.VERSION if official.is_made() else None


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
