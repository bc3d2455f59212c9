"""The transports under test."""

from __future__ import annotations

import importlib.util
import ssl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

for _name in ("servers", "worlds"):  # test modules are imported by path, and these two are shared among them
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, Path(__file__).with_name(f"{_name}.py"))
        assert _spec is not None
        assert _spec.loader is not None
        _module = importlib.util.module_from_spec(_spec)
        sys.modules[_name] = _module
        _spec.loader.exec_module(_module)

from worlds import ALL, FAST, World  # noqa: E402


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
