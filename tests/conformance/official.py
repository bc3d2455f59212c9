"""The official SDK's source distribution, for the recorded streams of its tests: fetched once, never committed."""

from __future__ import annotations

import subprocess
import tarfile
from functools import cache

import pytest
from tests import official

HOME = official.HOME.with_name("official-source")
FIXTURES = ("tests/lib/streaming/fixtures/", "tests/fixtures/")


@cache
def recorded_streams() -> dict[str, bytes]:
    """Name -> bytes of every recorded stream. Skips the test, and says why, where they cannot be fetched."""
    if problem := official.ready() or fetched():
        pytest.skip(f"the source of the official SDK {official.VERSION} cannot be fetched here: {problem}")
    found = {}
    with tarfile.open(archive()) as source:
        for member in source:
            _, _, path = member.name.partition("/")
            if member.isfile() and path.startswith(FIXTURES):
                content = source.extractfile(member)
                assert content is not None
                found[path.rpartition("/")[2].rpartition(".")[0]] = content.read()
    return dict(sorted(found.items()))


def archive() -> str:
    """Where the distribution lies."""
    return str(HOME / f"anthropic-{official.VERSION}.tar.gz")


def fetched() -> str:
    """Fetch the distribution if it is missing. Returns why that was not possible, or nothing."""
    if (HOME / f"anthropic-{official.VERSION}.tar.gz").exists():
        return ""
    wanted = ["--no-deps", "--no-binary", ":all:", "--dest", str(HOME), f"anthropic=={official.VERSION}"]
    command = [str(official.PYTHON), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["pip failed"])[-1]
