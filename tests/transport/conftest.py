"""The transports under test."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from tests.transport.worlds import ALL, FAST, World


@pytest.fixture
def worlds() -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(kind: str, **settings: Any) -> World:
        made.append(World(kind, **settings))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture(params=ALL)
def world(request: pytest.FixtureRequest, worlds: Callable[..., World]) -> World:
    return worlds(request.param)


@pytest.fixture(params=FAST)
def fast(request: pytest.FixtureRequest, worlds: Callable[..., World]) -> World:
    return worlds(request.param)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with the test authority's certificate."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)
