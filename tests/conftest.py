"""What every test shares: async tests run on asyncio, and no test sees this machine's keys or proxies."""

from __future__ import annotations

import os

import pytest

FOREIGN = (
    "ANTHROPIC_",
    "TERCET_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "AWS_",
    "CLOUD_ML_",
    "GOOGLE_",
)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(FOREIGN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TERCET_ADVICE", "0")  # it depends on the day; its own tests turn it on


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
