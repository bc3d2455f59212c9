"""A running local API for a module's tests, and a foreign HTTP client."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}


@pytest.fixture(scope="module", autouse=True)
def _patience() -> Iterator[None]:
    """On a busy machine a right answer may come after the five seconds that httpx waits unless told otherwise."""
    assert httpx.Client.__init__.__kwdefaults__ is not None
    limits = httpx.Client.__init__.__kwdefaults__["timeout"]  # one object, the default of every call
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "read", "write", "pool"):
            patch.setattr(limits, name, 30.0)
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture(scope="module")
def api(server: LocalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False, timeout=20) as client:
        yield client
