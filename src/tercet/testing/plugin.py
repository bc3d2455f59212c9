"""The pytest plugin: fixtures `local_api`, `claude` and `async_claude`, and the guard around every test.

Loaded in every pytest run where tercet is installed, so it imports next to nothing until a test asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic, AsyncAnthropic
    from tercet.testing.guard import Guard
    from tercet.testing.observed import ObservedAPI

FIXTURES = frozenset({"local_api", "claude", "async_claude"})
GUARDS = ("real-api", "all", "off")
MARKERS = (
    "local_api(**settings): a local API of its own for this test, with these settings (see tercet.local_api)",
    "allow_network(*hosts): let this test reach these hosts; without any, all of them",
)
AMBIENT = ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS")
"""Environment variables that would go out with the requests of a test."""
GUARD_KEY = pytest.StashKey["Guard"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two settings of the guard."""
    said = "which tests are kept off the network: 'real-api' (default): all off the Claude API, those with the local API off all hosts; 'all': all tests off all hosts; 'off'"
    parser.addini("tercet_guard", said, default=GUARDS[0])
    parser.addini("tercet_allow_hosts", "hosts that every test may reach", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, and refuse a setting that means nothing."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getini("tercet_guard") not in GUARDS:
        raise pytest.UsageError(f"tercet_guard = {config.getini('tercet_guard')}: write one of {', '.join(GUARDS)}")


# --- the local API ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def local_api_settings() -> dict[str, Any]:
    """Settings of the local API of this run. Override it in a conftest.py: `{"strict": True}`."""
    return {}


@pytest.fixture(scope="session")
def _shared_local_api(local_api_settings: dict[str, Any]) -> Iterator[ObservedAPI]:
    from tercet.testing.observed import ObservedAPI

    with ObservedAPI(**local_api_settings) as api:
        yield api


@pytest.fixture
def local_api(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObservedAPI]:
    """Yield a running local API that remembers nothing of other tests.

    `ANTHROPIC_BASE_URL` and `ANTHROPIC_API_KEY` point at it during the test, for clients that the code under test makes.
    """
    marker = request.node.get_closest_marker("local_api")
    if marker is None:
        api: ObservedAPI = request.getfixturevalue("_shared_local_api")
        _renew(api)
        _point_at(api, monkeypatch)
        yield api
        return
    from tercet.testing.observed import ObservedAPI as Own

    with Own(**{**request.getfixturevalue("local_api_settings"), **marker.kwargs}) as api:
        _point_at(api, monkeypatch)
        yield api


def _renew(api: ObservedAPI) -> None:
    """As newly started, also where a test stopped it."""
    try:
        api.reset()
    except RuntimeError:
        api.start()
    api.clock.reset()


def _point_at(api: ObservedAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    from tercet.local import LOCAL_KEY

    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.base_url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", LOCAL_KEY)
    for name in AMBIENT:
        monkeypatch.delenv(name, raising=False)
    bypassed = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, ",".join(filter(None, (bypassed, "127.0.0.1", "localhost"))))


@pytest.fixture
def claude(local_api: ObservedAPI) -> Iterator[Anthropic]:
    """Yield a blocking client of the local API."""
    with local_api.client() as client:
        yield client


@pytest.fixture
def async_claude(local_api: ObservedAPI) -> AsyncAnthropic:
    """Yield an async client of the local API, for any event loop."""
    return local_api.async_client()


# --- the guard -------------------------------------------------------------------------------------------------------


def _guard_of(item: pytest.Item) -> Guard | None:
    """Return the guard for this test; None for a test that may reach everything."""
    setting, marker = item.config.getini("tercet_guard"), item.get_closest_marker("allow_network")
    if setting == "off" or (marker is not None and not marker.args):
        return None
    from tercet.testing.guard import Guard

    hosts = [*item.config.getini("tercet_allow_hosts"), *(marker.args if marker is not None else ())]
    uses_local_api = not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
    return Guard(only_loopback=setting == "all" or uses_local_api, allowed=hosts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run the test inside its guard."""
    guard = _guard_of(item)
    if guard is None:
        return (yield)
    item.stash[GUARD_KEY] = guard
    with guard:
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that tried to reach out and got away with it: in a thread, or by swallowing every exception."""
    guard = item.stash.get(GUARD_KEY, None)
    try:
        result = yield
    except BaseException:
        if guard is not None and guard.attempts:
            item.add_report_section("call", "network", f"tried to connect to {', '.join(guard.attempts)}")
        raise
    if guard is not None and guard.attempts:
        from tercet.testing.guard import refusal

        pytest.fail(refusal(guard.attempts[0], guard.only_loopback), pytrace=False)
    return result
