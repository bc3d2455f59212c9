"""What the fault tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults import bodies, certificates
from tests.faults.server import FaultServer


@pytest.fixture(scope="session")
def certificate_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates.write(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server() -> Iterator[FaultServer]:
    made = FaultServer(batch=bodies.batch)
    yield made
    made.close()
