"""A local API with its inspector, and one browser for all tests that need a real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "sk-ant-CANARY-0123456789", "anthropic-version": "2023-06-01"}


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
