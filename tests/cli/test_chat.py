"""`tercet chat`: talks in a pipe and in a real terminal, with commands, and with answers that Ctrl-C stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.terminal import CTRL_C, Terminal, piped

from tercet.server.run import LocalServer


def test_a_pipe_talks_line_by_line(tmp_path: Path) -> None:
    lines = b"What is 1 + 1?\n/retry\n/edit What is 2 + 2?\n/model claude-haiku-4-5\nWhat is 3 + 3?\n/branch\n/cost\n/quit\nno\n"
    done = piped(tmp_path, "chat", "--local", stdin=lines)

    assert done.returncode == 0, done.stderr
    answers = done.stdout.splitlines()
    assert answers[:4] == ["1 + 1 = 2", "1 + 1 = 2", "2 + 2 = 4", "3 + 3 = 6"]
    assert answers[4].endswith("2 turns")
    assert len(answers) == 5
    assert "Model: claude-haiku-4-5" in done.stderr
    assert "In a copy from here on" in done.stderr


def test_a_copy_leaves_the_conversation_as_it_was(tmp_path: Path) -> None:
    piped(tmp_path, "chat", "--local", stdin=b"What is 1 + 1?\n/branch\nWhat is 2 + 2?\n")

    done = piped(tmp_path, "chat", "-c", "--local", stdin=b"/cost\n")
    assert done.stdout.endswith("2 turns\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"/cots\n", "there is no /cots; did you mean /cost?"),
        (b"/retry\n", "say something first"),
        (b"/edit hello\n", "/edit TEXT"),
        (b"caf\xe9\n", "no UTF-8"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(line: bytes, said: str, tmp_path: Path) -> None:
    done = piped(tmp_path, "chat", "--local", stdin=line)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_history_there_is_nothing_to_go_on_with(tmp_path: Path) -> None:
    done = piped(tmp_path, "chat", "-c", "--local", stdin=b"hello\n")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_failure_in_a_pipe_ends_it_with_its_code(tmp_path: Path) -> None:
    env = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_API_KEY": "k"}
    assert piped(tmp_path, "chat", stdin=b"hello\nagain\n", env=env).returncode == 75
    assert piped(tmp_path, "chat", stdin=b"hello\n").returncode == 2


@pytest.mark.parametrize("columns", [40, 100])
def test_in_a_terminal_ctrl_c_stops_an_answer_and_keeps_what_came(columns: int, tmp_path: Path) -> None:
    with LocalServer(pace=20) as server:
        server.queue("Once upon a time " * 200)
        env = {"ANTHROPIC_BASE_URL": server.base_url, "ANTHROPIC_API_KEY": "k", "NO_COLOR": "1"}
        terminal = Terminal(tmp_path, "chat", columns=columns, env=env)
        try:
            terminal.until("> ")
            terminal.type("Tell me a story\n")
            terminal.until("upon a time")
            terminal.interrupt()
            terminal.until("what had come is kept")
            terminal.until("> ")
            terminal.type("What is 1 + 1?\n")
            terminal.until("1 + 1 = 2")
            terminal.until("> ")
            terminal.type("/nothing\n")
            terminal.until("there is no /nothing")
            terminal.until("> ")
            terminal.type("/quit\n")
            assert terminal.ended() == 0
        except BaseException:
            terminal.kill()
            raise
    assert "Traceback" not in terminal.shown


def test_ctrl_c_twice_at_the_prompt_ends(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "chat", "--local")
    terminal.until("> ")
    terminal.interrupt()
    terminal.until("> ", again=CTRL_C)
    terminal.interrupt()

    assert terminal.ended(again=CTRL_C) == 130
