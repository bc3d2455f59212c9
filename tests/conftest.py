"""What every test shares: async tests run on asyncio, no test sees this machine's keys or proxies, and no property has a
deadline: a busy machine is no fault."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("tercet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tercet")

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
