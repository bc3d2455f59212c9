"""A local API with its inspector, and one browser for all tests that need a real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.server.inspector.browser import Browser, installed
from tests.server.inspector.listed import HEADERS

from tercet.server.run import LocalServer


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with LocalServer(inspect=True) as running:
        yield running


@pytest.fixture
def post(server: LocalServer) -> Iterator[Any]:
    """Send a request for a message: fields of the body as arguments, other paths and headers by name."""
    with httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False, timeout=20) as client:

        def send(path: str = "/v1/messages", headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
            asked = {
                "model": "claude-sonnet-4-6",
                "max_tokens": 200,
                "messages": [{"role": "user", "content": "Hello"}],
            }
            answer = client.post(path, json={**asked, **body}, headers=headers)
            server.journal.settled()
            return answer

        yield send


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = installed()
    if program is None:
        pytest.skip("the inspector's page is tested in Chromium: install it, on Debian by  apt-get install chromium")
    with Browser(program, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser, server: LocalServer) -> Browser:
    chromium.events.clear()
    chromium.open(f"{server.base_url}/_tercet/")
    chromium.until("document.querySelector('.state.live') !== null")
    return chromium
