"""The pytest plugin, in pytest runs of its own: fixtures, isolation, the guard, and what loading it costs."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx  # noqa: F401 - loaded once, not in every run
import pytest

from tercet.testing import ObservedAPI

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
ASK = 'ASK = {"model": "claude-sonnet-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}\n'


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Load what the runs below use: each of them forgets the modules that it loaded first."""
    with ObservedAPI() as api:
        with api.client() as client:
            client.messages.create(
                model="claude-sonnet-4-6", max_tokens=9, messages=[{"role": "user", "content": "Hi"}]
            )
        asyncio.run(_one_async(api))


async def _one_async(api: ObservedAPI) -> None:
    async with api.async_client() as client:
        await client.models.list()


def run(pytester: pytest.Pytester, program: str, *arguments: str) -> pytest.RunResult:
    """The outcome of this test file with the plugin, in this process; the installed one is not loaded a second time."""
    pytester.makepyfile("import asyncio, threading, urllib.request, pytest, tercet\n" + ASK + program)
    options = (
        "-p",
        "no:tercet",
        "-p",
        "no:hypothesispytest",
        "-p",
        "tercet.testing.plugin",
        "-p",
        "no:cacheprovider",
        "--strict-markers",
    )
    return pytester.runpytest_inprocess(*options, "-W", "error", *arguments)


def test_the_fixtures_are_a_running_api_and_its_clients(pytester: pytest.Pytester) -> None:
    program = """
def test_blocking(local_api, claude):
    local_api.queue("Hi there")
    assert claude.messages.create(**ASK).content[0].text == "Hi there"
    assert local_api.assert_sent(path="/v1/messages", text="Hello").status == 200

def test_async(local_api, async_claude):
    async def main():
        async with async_claude.messages.stream(**ASK) as stream:
            return await stream.get_final_message()
    assert asyncio.run(main()).stop_reason == "end_turn"
    local_api.assert_sent(stream=True)

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_async_in_a_running_loop(async_claude, anyio_backend):
    assert (await async_claude.messages.create(**ASK)).content
"""
    run(pytester, program).assert_outcomes(passed=3)


def test_a_test_sees_nothing_of_the_one_before(pytester: pytest.Pytester) -> None:
    program = """
def test_one(local_api, claude):
    local_api.queue("never asked for", "nor this")
    local_api.fault("status:529")
    local_api.clock.advance(3600)
    claude.beta.files.upload(file=("a.txt", b"text", "text/plain"))

def test_other(local_api, claude):
    assert local_api.requests == []
    local_api.assert_answers_used()
    assert abs(local_api.clock() - __import__("time").time()) < 60
    assert claude.beta.files.list().data == []
    assert claude.messages.create(**ASK).stop_reason == "end_turn"

def test_that_stops_it(local_api):
    local_api.stop()

def test_after_it_was_stopped(claude):
    assert claude.messages.create(**ASK).content
"""
    result = run(pytester, program.replace('fault("status:529")', 'fault("/v1/messages status:529")'))

    result.assert_outcomes(passed=4)


def test_settings_come_from_a_fixture_or_a_marker(pytester: pytest.Pytester) -> None:
    program = """
@pytest.fixture(scope="session")
def local_api_settings():
    return {"strict": True}

OLD = {**ASK, "model": "claude-3-opus-20240229"}

def test_strict(claude):
    with pytest.raises(tercet.NotFoundError):
        claude.messages.create(**OLD)

@pytest.mark.local_api(strict=False)
def test_lenient(claude):
    assert claude.messages.create(**OLD).content
"""
    run(pytester, program).assert_outcomes(passed=2)


def test_clients_that_the_code_makes_itself_reach_the_local_api(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "a-token-of-production")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.invalid:8080")
    program = """
def test_ambient(local_api):
    assert tercet.Anthropic().messages.create(**ASK).content
    assert "authorization" not in local_api.last_request.headers
"""
    run(pytester, program).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "program",
    [
        "def test_it(claude):\n    tercet.Anthropic(base_url='https://api.anthropic.com', api_key='k').messages.create(**ASK)",
        "def test_it():\n    tercet.Anthropic(api_key='k').messages.create(**ASK)",
        "def test_it():\n    asyncio.run(tercet.AsyncAnthropic(api_key='k').messages.create(**ASK))",
        "def test_it():\n    urllib.request.urlopen('https://api.anthropic.com/v1/models')",
        "def test_it():\n    import httpx\n    httpx.get('https://API.anthropic.com/v1/models', trust_env=False)",
        "def test_it():\n    try:\n        tercet.Anthropic(api_key='k').messages.create(**ASK)\n    except BaseException:\n        pass",
        "def test_it(local_api):\n    urllib.request.urlopen('http://192.0.2.1/')",
        "def test_it(local_api):\n    urllib.request.urlopen('http://example.invalid/')",
    ],
    ids=["base_url", "blocking", "async", "urllib", "httpx", "swallowed", "address", "name"],
)
def test_a_test_that_reaches_out_fails(pytester: pytest.Pytester, program: str) -> None:
    result = run(pytester, program)

    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines([r".*this test tried to connect to .*", r".*allow_network.*"])


def test_so_does_one_that_reaches_out_in_a_thread(pytester: pytest.Pytester) -> None:
    program = """
def reach_out():
    try:
        urllib.request.urlopen("https://api.anthropic.com/")
    except BaseException:
        pass

def test_it():
    thread = threading.Thread(target=reach_out)
    thread.start()
    thread.join()

def test_the_next_one_is_not_blamed():
    pass
"""
    run(pytester, program).assert_outcomes(failed=1, passed=1)


@pytest.mark.parametrize(
    ("program", "ini"),
    [
        ("def test_it():\n", ""),
        ("@pytest.mark.allow_network\ndef test_it(local_api):\n", ""),
        ("@pytest.mark.allow_network('Example.Invalid')\ndef test_it(local_api):\n", ""),
        ("def test_it(local_api):\n", "tercet_allow_hosts = example.invalid"),
        ("def test_it(local_api):\n", "tercet_guard = off"),
    ],
    ids=["no fixture", "marker", "marker with host", "hosts for all", "off"],
)
def test_what_is_allowed_gets_through(
    pytester: pytest.Pytester, program: str, ini: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is asked for, and the resolver's own error comes back: that of a stand-in, so that nothing leaves."""
    import socket

    def unknown(*asked: object, **options: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    pytester.makeini(f"[pytest]\n{ini}\n")

    result = run(
        pytester,
        program
        + "    import socket\n    with pytest.raises(OSError, match='not known'):\n        socket.getaddrinfo('example.invalid', 443)\n",
    )

    result.assert_outcomes(passed=1)


def test_all_tests_can_be_kept_to_this_machine(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ntercet_guard = all\n")

    result = run(pytester, "def test_it():\n    urllib.request.urlopen('http://example.invalid/')\n")

    result.assert_outcomes(failed=1)


def test_a_setting_that_means_nothing_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ntercet_guard = maybe\n")

    result = run(pytester, "def test_it(): pass\n")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*tercet_guard = maybe: write one of real-api, all, off*"])


def test_the_guard_is_gone_after_the_tests(pytester: pytest.Pytester) -> None:
    import socket

    before = socket.getaddrinfo, socket.socket.connect, vars(socket.socket).keys()

    run(pytester, "def test_it(local_api): pass\n").assert_outcomes(passed=1)

    assert before == (socket.getaddrinfo, socket.socket.connect, vars(socket.socket).keys())


def test_loading_the_plugin_loads_neither_client_nor_server() -> None:
    code = "import sys, pytest; before = set(sys.modules); import tercet.testing.plugin; print(*sorted(set(sys.modules) - before))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert loaded == ["tercet", "tercet._version", "tercet.testing", "tercet.testing.plugin"]


def test_pytest_finds_it_by_its_entry_point(pytester: pytest.Pytester) -> None:
    """The entry point as pyproject.toml names it, seen by a pytest of its own as one that is installed."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    found = pytester.mkdir("tercet_found-1.dist-info")
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: tercet-found\nVersion: 1\n")
    (found / "entry_points.txt").write_text(
        "[pytest11]\n" + "\n".join(f"{name}_found = {place}" for name, place in listed.items())
    )
    pytester.makepyfile("def test_it(claude): assert claude.models.list().data\n")
    environment = {**os.environ, "PYTHONPATH": str(pytester.path)}

    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:tercet", "-p", "no:cacheprovider"],
        capture_output=True, text=True, env=environment, cwd=pytester.path, timeout=100,
    )  # fmt: skip

    assert result.returncode == 0, result.stdout + result.stderr
