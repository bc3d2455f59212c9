"""`tercet ask`: a question, whatever goes along with it, and an answer whose end the exit code tells."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.terminal import COMMAND, Terminal, environment, piped

import tercet
from tercet.server.run import LocalServer


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(journal=True) as server:
        yield server


@pytest.fixture
def env(server: LocalServer) -> dict[str, str]:
    server.reset()
    return {"ANTHROPIC_BASE_URL": server.base_url, "ANTHROPIC_API_KEY": "sk-ant-secret"}


def sent(server: LocalServer) -> list[dict[str, object]]:
    return [entry.json for entry in server.journal.entries() if entry.path == "/v1/messages"]


def test_a_question_is_answered_on_stdout_and_nothing_else_is_said(tmp_path: Path, env: dict[str, str]) -> None:
    done = piped(tmp_path, "What is 12 + 30?", env=env)

    assert (done.returncode, done.stdout, done.stderr) == (0, "12 + 30 = 42\n", "")


def test_what_is_piped_stands_before_the_question(tmp_path: Path, env: dict[str, str], server: LocalServer) -> None:
    done = piped(tmp_path, "ask", "-s", "Be brief", "-m", "claude-haiku-4-5", "Review this", stdin=b"a diff\n", env=env)

    assert done.returncode == 0
    (body,) = sent(server)
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "a diff"}, {"type": "text", "text": "Review this"}]}
    ]
    assert (body["system"], body["model"], body["max_tokens"]) == ("Be brief", "claude-haiku-4-5", 4096)


def test_a_question_that_begins_with_a_dash_comes_after_two(tmp_path: Path, env: dict[str, str]) -> None:
    assert piped(tmp_path, "ask", "--", "-5 + 7?", env=env).returncode == 0
    assert piped(tmp_path, "ask", stdin=b"-5 + 7?", env=env).returncode == 0
    assert piped(tmp_path, "ask", "-5 + 7?", env=env).returncode == 2


@pytest.mark.parametrize("typed", [("cots",), ("asj", "hello"), ("cost --by model",), ("chatt", "why is it?"), (" ",)])
def test_what_is_no_command_is_never_sent(
    typed: tuple[str, ...], tmp_path: Path, env: dict[str, str], server: LocalServer
) -> None:
    done = piped(tmp_path, *typed, env=env)

    assert done.returncode == 2
    assert done.stderr.startswith("Error: There is no command")
    assert done.stderr.count("\n") == 1
    assert sent(server) == []


def test_a_misspelt_command_is_told_the_nearest(tmp_path: Path) -> None:
    assert "Did you mean: tercet cost?" in piped(tmp_path, "cots").stderr


def test_files_and_images_go_along(tmp_path: Path, env: dict[str, str], server: LocalServer) -> None:
    (tmp_path / "notes.txt").write_text("Oslo is cold")
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    (tmp_path / "dot.png").write_bytes(picture)

    done = piped(tmp_path, "ask", "-f", "notes.txt", "-i", "dot.png", "Where?", env=env)

    assert (done.returncode, done.stderr) == (0, "")
    (body,) = sent(server)
    content = body["messages"][0]["content"]  # type: ignore[index]
    assert [block["type"] for block in content] == ["document", "image", "text"]


def test_a_schema_in_a_line_makes_json_of_it(tmp_path: Path, env: dict[str, str]) -> None:
    done = piped(tmp_path, "ask", "--schema", "name, age int", "--json", "Anna is 31", env=env)

    assert done.returncode == 0
    assert json.loads(done.stdout)["data"] == {"name": "Anna", "age": 31}


def test_a_template_is_filled_and_says_how_to_ask(tmp_path: Path, env: dict[str, str], server: LocalServer) -> None:
    (tmp_path / "tercet.toml").write_text("")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/into.toml").write_text(
        'prompt = "Into {language}, as {{this}}: {input}"\nmodel = "claude-haiku-4-5"\nmax_tokens = 77\n'
    )
    done = piped(tmp_path, "ask", "-t", "into", "-p", "language=Danish", "Good day", env=env)

    assert done.returncode == 0
    (body,) = sent(server)
    assert body["messages"] == [{"role": "user", "content": "Into Danish, as {this}: Good day"}]
    assert (body["model"], body["max_tokens"]) == ("claude-haiku-4-5", 77)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-t", "into.toml", "x"), "asks for {language}: give it with -p language=…"),
        (("-t", "into.toml", "-p", "langage=Danish", "x"), "asks for {language}"),
        (("-t", "into.toml", "-p", "language=Danish", "-p", "x=1", "x"), "has no field 'x'; there are language"),
        (("-t", "into.toml", "-p", "language", "x"), "-p takes name=value, not 'language'"),
        (("-t", "nothing", "x"), "there is no template 'nothing'"),
        (("-t", "broken.toml", "x"), "cannot be read"),
        (("-t", "lone.toml", "x"), "lone '{'"),
        (("-p", "a=b", "x"), "give one with -t"),
        (("-f", "missing.txt", "x"), "missing.txt"),
        (("-f", "binary.bin", "x"), "binary.bin"),
        (("-i", "notes.txt", "x"), "notes.txt"),
        (("--schema", "name, age years", "x"), "'years'"),
        (("--tool", "nowhere:f", "x"), "nowhere cannot be imported"),
        (("--tool", "os:nothing", "x"), "os has no function 'nothing'"),
        (("--tool", "os", "x"), "takes module:function"),
        (("-c", "x"), "no conversation to go on with"),
        (("-c", "--no-log", "x"), "give one of them"),
        (("--max-tokens", "0", "x"), "max-tokens"),
        ((), "nothing was asked"),
        (("  ",), "nothing was asked"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_nothing_is_sent(
    arguments: tuple[str, ...], said: str, tmp_path: Path, env: dict[str, str], server: LocalServer
) -> None:
    (tmp_path / "into.toml").write_text('prompt = "Into {language}"\n')
    (tmp_path / "broken.toml").write_text("prompt = \n")
    (tmp_path / "lone.toml").write_text('prompt = "Into {"\n')
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "notes.txt").write_text("words")

    done = piped(tmp_path, "ask", *arguments, env=env)

    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert sent(server) == []


def test_bytes_that_are_no_text_are_refused(tmp_path: Path, env: dict[str, str]) -> None:
    for data in (b"\xff\xfe\x00", b"a\0b"):
        done = piped(tmp_path, "ask", "x", stdin=data, env=env)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    done_raw = subprocess.run(
        [*(os.fsencode(part) for part in COMMAND), b"ask", b"caf\xe9"],
        capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False, env=environment(tmp_path, env),
    )  # fmt: skip
    assert (done_raw.returncode, b"no UTF-8" in done_raw.stderr) == (2, True)


def test_without_a_key_the_variable_and_local_are_named(tmp_path: Path) -> None:
    done = piped(tmp_path, "ask", "hello")

    assert done.returncode == 2
    assert done.stdout == ""
    assert "ANTHROPIC_API_KEY" in done.stderr
    assert "--local" in done.stderr


def test_no_key_is_needed_with_local_and_its_costs_are_marked(tmp_path: Path) -> None:
    assert piped(tmp_path, "What is 1 + 1?", "--local").stdout == "1 + 1 = 2\n"

    rows = json.loads(piped(tmp_path, "cost", "--local", "--json").stdout)
    assert [row["calls"] for row in rows] == [1]
    assert json.loads(piped(tmp_path, "cost", "--json").stdout) == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:400", 1),
        ("status:401", 1),
        ("status:404", 1),
        ("status:500", 1),
        ("status:429", 75),
        ("status:529", 75),
        ("rst", 75),
    ],
)
def test_the_exit_code_tells_what_the_api_did(
    fault: str, code: int, tmp_path: Path, env: dict[str, str], server: LocalServer
) -> None:
    server.fault(f"100% {fault}")
    (tmp_path / "tercet.toml").write_text("")

    done = piped(tmp_path, "ask", "hello", env=env)

    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert "sk-ant-secret" not in done.stderr


def test_no_network_is_to_be_tried_later(tmp_path: Path) -> None:
    env = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_API_KEY": "k"}
    done = piped(tmp_path, "ask", "hello", env=env)

    assert (done.returncode, done.stderr.count("\n")) == (75, 1)


def test_a_refusal_and_a_cut_have_codes_of_their_own(tmp_path: Path, env: dict[str, str], server: LocalServer) -> None:
    server.queue({"content": "I cannot", "stop_reason": "refusal"})
    assert piped(tmp_path, "ask", "hello", env=env).returncode == 3

    done = piped(tmp_path, "ask", "--max-tokens", "1", "Tell me a long story", env=env)
    assert (done.returncode, "--max-tokens" in done.stderr) == (4, True)


def test_the_last_conversation_is_gone_on_with(tmp_path: Path, env: dict[str, str], server: LocalServer) -> None:
    piped(tmp_path, "ask", "-m", "claude-haiku-4-5", "What is 1 + 1?", env=env)
    piped(tmp_path, "ask", "--no-log", "What is 5 + 5?", env=env)
    done = piped(tmp_path, "ask", "-c", "What is 2 + 2?", env=env)

    assert done.stdout == "2 + 2 = 4\n"
    last = sent(server)[-1]
    assert last["model"] == "claude-haiku-4-5"
    assert [message["role"] for message in last["messages"]] == ["user", "assistant", "user"]  # type: ignore[attr-defined]


def test_what_a_local_api_said_is_no_history_of_the_api(tmp_path: Path, env: dict[str, str]) -> None:
    piped(tmp_path, "ask", "--local", "What is 1 + 1?")

    assert piped(tmp_path, "ask", "-c", "and 2 + 2?", env=env).returncode == 2
    assert piped(tmp_path, "ask", "-c", "--local", "What is 2 + 2?").stdout == "2 + 2 = 4\n"


def test_a_function_is_a_tool(tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "weather.py").write_text(
        'def get_weather(city: str) -> str:\n    """Tell the weather in a city."""\n    return f"7 degrees in {city}"\n'
    )
    done = piped(tmp_path, "ask", "--tool", "weather:get_weather", "Use get_weather for Oslo", env=env)

    assert done.returncode == 0, done.stderr
    assert "7 degrees" in done.stdout


def test_the_usage_is_said_on_stderr(tmp_path: Path, env: dict[str, str]) -> None:
    done = piped(tmp_path, "ask", "--usage", "What is 12 + 30?", env=env)

    assert done.stdout == "12 + 30 = 42\n"
    assert done.stderr.startswith("claude-sonnet-4-6 · 9 in, 4 out · $0.000087 · ")


def test_ctrl_c_leaves_what_had_come_and_the_conversation_goes_on(tmp_path: Path, env: dict[str, str]) -> None:
    with LocalServer(pace=20) as slow:
        slow.queue("The first line\n" + "and more " * 500)
        of_slow = {**env, "ANTHROPIC_BASE_URL": slow.base_url}
        process = subprocess.Popen(
            [*COMMAND, "ask", "Tell me a very long story"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment(tmp_path, of_slow), cwd=tmp_path,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "The first line\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

        assert (process.returncode, err) == (130, "")
        assert 0 < len(out) < 4_000
        assert piped(tmp_path, "ask", "-c", "What is 1 + 1?", env=of_slow).stdout == "1 + 1 = 2\n"


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path, env: dict[str, str], server: LocalServer) -> None:
    server.queue("line\n" * 20_000)
    line = f"{COMMAND[0]} -m tercet ask 'Tell me' | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False,
        stdin=subprocess.DEVNULL, env=environment(tmp_path, env),
    )  # fmt: skip

    assert (done.stdout, done.stderr) == ("line\n0\n", "")


@pytest.mark.parametrize(
    "more", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_every_locale_can_show_an_answer(
    more: dict[str, str], tmp_path: Path, env: dict[str, str], server: LocalServer
) -> None:
    server.queue("Smørrebrød ☃")
    done = piped(tmp_path, "ask", "hello", env={**env, **more})

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Sm?rrebr?d ?\n"


@pytest.mark.parametrize("columns", [40, 120])
def test_in_a_terminal_the_answer_comes_as_it_is_and_cannot_steer_it(
    columns: int, tmp_path: Path, env: dict[str, str], server: LocalServer
) -> None:
    server.queue("red \x1b[31m alert\x07\nsecond")
    terminal = Terminal(tmp_path, "ask", "hello", columns=columns, env={**env, "NO_COLOR": "1"})

    assert terminal.ended() == 0
    assert terminal.shown == "red [31m alert\r\nsecond\r\n"


def test_a_command_imports_only_what_it_uses(tmp_path: Path, env: dict[str, str]) -> None:
    code = (
        "import sys; from tercet.cli.commands import run; sys.argv[1:] = ['ask', 'What is 1 + 1?']; run(); "
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [COMMAND[0], "-c", code], capture_output=True, text=True, timeout=60, check=True,
        stdin=subprocess.DEVNULL, env=environment(tmp_path, env),
    )  # fmt: skip
    loaded = set(done.stdout.split())

    assert "tercet.toolkit.conversation.conversation" in loaded
    for unused in (
        "rich",
        "asyncio",
        "httpx2",
        "tercet.server.app",
        "tercet.toolkit.bulk",
        "tercet.toolkit.media.images",
        "ssl",
    ):
        assert unused not in loaded


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert piped(tmp_path, "--version").stdout.split()[-1] == tercet.__version__
