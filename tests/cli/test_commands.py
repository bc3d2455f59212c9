"""The command line as a user runs it: real processes, real ports, real signals."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import tercet

TERCET = [sys.executable, "-c", "from tercet.cli import main; main()"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TERCET, *arguments], capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [*TERCET, "serve", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        said = "".join(iter(process.stdout.readline, "\n"))  # up to the blank line after where it listens
        said += "".join(process.stdout.readline() for _ in range(2))
        assert "export ANTHROPIC_BASE_URL" in said
        yield process, re.search(r"http://[\d.:]+", said).group(0)  # type: ignore[union-attr]
    finally:
        process.kill()
        process.communicate()


def test_the_version_is_printed() -> None:
    assert run("--version").stdout.split()[-1] == tercet.__version__


def test_help_lists_the_commands() -> None:
    shown = run("--help")

    assert shown.returncode == 0
    assert "serve" in shown.stdout


def test_an_unknown_command_is_refused() -> None:
    assert run("surf").returncode == 2


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_local_api_serves_until_it_is_told_to_stop(stop: signal.Signals) -> None:
    with serving("--port", "0") as (process, base_url):
        body = {"model": "claude-sonnet-4-6", "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]}
        headers = {"x-api-key": "k", "anthropic-version": "2023-06-01", "content-type": "application/json"}
        ask = urllib.request.Request(f"{base_url}/v1/messages", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(ask, timeout=30) as answer:
            assert json.load(answer)["type"] == "message"

        process.send_signal(stop)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "Traceback" not in err


def test_a_line_is_printed_for_each_request_unless_it_is_to_be_quiet() -> None:
    with serving("--port", "0", "--fault", "x1 529") as (process, base_url):
        assert process.stdout is not None
        asked(base_url)
        asked(base_url)
        lines: list[str] = []
        while len(lines) < 2:
            line = process.stdout.readline()
            assert line, "the server has ended"
            lines += [line] if "POST" in line else []
    assert re.fullmatch(r"[\d:]{8} POST /v1/messages 529 \d+ ms claude-sonnet-4-6 fault: .*529.*\n", lines[0])
    assert re.fullmatch(r"[\d:]{8} POST /v1/messages 200 \d+ ms claude-sonnet-4-6\n", lines[1])

    with serving("--port", "0", "--quiet") as (process, base_url):
        asked(base_url)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert "/v1/messages" not in out


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = run("serve", "--port", str(port))

    assert said.returncode == 1
    assert said.stderr.startswith("Error: cannot listen: ")
    assert f"127.0.0.1:{port}" in said.stderr
    assert "--port 0 takes a free port" in said.stderr
    assert said.stderr.count("\n") == 1
    assert "Traceback" not in said.stderr


def asked(base_url: str, path: str = "/v1/messages", **headers: str) -> tuple[int, str]:
    body = {"model": "claude-sonnet-4-6", "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]}
    every = {"x-api-key": "k", "anthropic-version": "2023-06-01", "content-type": "application/json", **headers}
    request = urllib.request.Request(base_url + path, json.dumps(body).encode(), every)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_scripts_faults_and_recordings_are_options(tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("rules: [{match: {text: Hello}, answer: Scripted}]")
    with serving("--port", "0", "--script", str(script), "--fault", "x1 529", "--seed", "3") as (_, base_url):
        assert asked(base_url)[0] == 529
        assert '"text":"Scripted"' in asked(base_url)[1]
        with serving("--port", "0", "--upstream", base_url, "--record", str(tmp_path / "kept")) as (_, between):
            assert '"text":"Scripted"' in asked(between)[1]
    with serving("--port", "0", "--replay", str(tmp_path / "kept")) as (_, base_url):
        assert '"text":"Scripted"' in asked(base_url)[1]


def test_control_prints_a_token_that_opens(tmp_path: Path) -> None:
    with serving("--port", "0", "--control", "--data", str(tmp_path / "data")) as (process, base_url):
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(4))
        token = re.search(r"tercet-token: (\S+)'", said).group(1)  # type: ignore[union-attr]
        assert len(token) >= 32
        assert asked(base_url, "/_tercet/reset", **{"tercet-token": token}) == (200, '{"done":true}')
        assert asked(base_url, "/_tercet/reset")[0] == 401


LIMITS = (Path(__file__).parents[2] / "docs" / "limits.md").read_text()
EXAMPLES = re.findall(r"^tercet serve (.*)$", LIMITS, re.MULTILINE)


def examples(folder: Path) -> str:
    """The file that docs/limits.md shows, written into a folder."""
    path = folder / "limits.toml"
    path.write_text(LIMITS.partition("```toml\n")[2].partition("```")[0])
    return str(path)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_limits_page_serves(example: str) -> None:
    with serving("--port", "0", *example.split()) as (_, base_url):
        assert asked(base_url, **{"x-api-key": "sk-ant-team"})[0] in (200, 529)


def test_limits_are_options() -> None:
    with serving("--port", "0", "--rpm", "1", "--key", "a", "--key-without-permission", "b") as (_, base_url):
        found = [asked(base_url, **{"x-api-key": key})[0] for key in ("a", "a", "b", "c")]
    assert found == [200, 429, 403, 401]


def test_overload_and_an_empty_credit_are_options() -> None:
    spent = ["--spend-limit", "0", "--spend-limit-kind", "credit"]
    with serving("--port", "0", *spent) as (_, base_url):
        assert "Your credit balance is too low" in asked(base_url)[1]
    with serving("--port", "0", "--overload", "100%") as (_, base_url):
        assert asked(base_url)[0] == 529


def test_options_may_stand_in_a_file_and_the_command_line_wins(tmp_path: Path) -> None:
    with serving("--config", examples(tmp_path), "--port", "0") as (_, base_url):
        assert ":8788" not in base_url
        assert [asked(base_url, **{"x-api-key": key})[0] for key in ("sk-ant-guest", "sk-ant-other")] == [200, 401]


def test_a_file_with_an_unknown_option_is_said_in_one_line_that_names_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text("rpn = 5")
    done = run("serve", "--config", str(path))
    assert done.returncode == 2
    assert re.fullmatch(r"Error: .*limits.toml holds 'rpn'; known are allow-host, allow-origin.*\n", done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rpm", "0"], ["--port", "70000"], ["--overload", "often"], ["--spend-limit", "-1"], ["--prot", "1"],
        ["--spend-limit-kind", "mine"], ["--spend-limit-kind", "credit"], ["--replay-timing"], ["--pace", "0"], ["--fault", "boom"], ["--upstream", "x"], ["--config", "no-such"],
    ],
)  # fmt: skip
def test_bad_values_are_one_line_and_exit_code_two(arguments: list[str]) -> None:
    done = run("serve", "--port", "0", *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("Error: ")


def test_a_missing_extra_is_said_with_the_command_that_brings_it() -> None:
    program = "import sys; sys.modules['click'] = None; from tercet.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "serve", "--port", "0"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "needs 'click'" in done.stderr
    assert "pip install 'tercet[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "boom"], "known are refuse"),
        (["--record", "x"], "record needs an upstream"),
        (["--upstream", "x"], "write a URL"),
        (["--replay", "no-such-folder"], "no-such-folder"),
        (["--script", "no-such-file.yaml"], "no-such-file.yaml"),
    ],
)
def test_options_that_cannot_be_followed_are_said_in_one_line(arguments: list[str], said: str) -> None:
    done = run("serve", "--port", "0", *arguments)

    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_every_option_is_documented() -> None:
    page = LIMITS + (Path(__file__).parents[2] / "docs" / "local-api.md").read_text()
    options = set(re.findall(r"--[a-z-]+", run("serve", "--help").stdout)) - {
        "--host",
        "--port",
        "--lenient",
        "--help",
    }

    assert [option for option in sorted(options) if f"`{option}" not in page] == []
