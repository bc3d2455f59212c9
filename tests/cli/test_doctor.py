"""`tercet doctor`: every thing that may be wrong is named, and the setting that won; 1 when one is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.terminal import Terminal, piped

from tercet.server.run import LocalServer


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with LocalServer(keys=["sk-ant-secret-key"]) as server:
        yield server.base_url


def looked(home: Path, *arguments: str, **env: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = piped(home, "doctor", "--json", *arguments, env=env)
    assert "sk-ant-secret" not in done.stdout + done.stderr
    return done.returncode, {row["name"]: row for row in json.loads(done.stdout)}


def test_a_machine_that_is_well(tmp_path: Path, base_url: str) -> None:
    code, found = looked(tmp_path, ANTHROPIC_BASE_URL=base_url, ANTHROPIC_API_KEY="sk-ant-secret-key")

    assert code == 0, found
    assert found["key"]["said"] == "from ANTHROPIC_API_KEY"
    assert found["address"]["said"] == f"{base_url} (from ANTHROPIC_BASE_URL)"
    assert found["api"]["said"] == "answers this key"
    assert found["model"]["said"] == "claude-sonnet-4-6 (from the default)"
    assert set(found) >= {"proxy", "tls", "clock", "sqlite", "limits", "extras", "ledger", "conversations"}


def test_the_setting_that_won_is_named(tmp_path: Path) -> None:
    (tmp_path / "tercet.toml").write_text(
        '[defaults]\nmodel = "claude-haiku-4-5"\nmax_tokens = 9\n[ledger]\npath = "l.db"\n'
    )
    _, found = looked(tmp_path, "--offline", TERCET_MODEL="claude-opus-4-8")

    assert found["model"]["said"] == "claude-opus-4-8 (from TERCET_MODEL)"
    assert found["max_tokens"]["said"] == f"9 (from {tmp_path / 'tercet.toml'})"
    assert "from tercet.toml" in found["ledger"]["said"]


def test_what_is_wrong_is_named_and_the_code_is_1(tmp_path: Path, base_url: str) -> None:
    def wrong(*arguments: str, **env: str) -> list[str]:
        code, found = looked(tmp_path, *arguments, **env)
        names = [name for name, row in found.items() if row["state"] == "wrong"]
        assert code == (1 if names else 0)
        return names

    assert wrong() == ["key"]
    assert wrong(ANTHROPIC_API_KEY="sk-ant-secret-other", ANTHROPIC_BASE_URL=base_url) == ["api"]
    assert wrong(ANTHROPIC_API_KEY="k", ANTHROPIC_BASE_URL="http://127.0.0.1:9") == ["api"]
    assert wrong("--offline", ANTHROPIC_API_KEY="k", TERCET_MAX_TOKENS="many") == ["max_tokens"]
    assert wrong("--offline", ANTHROPIC_API_KEY="k", ANTHROPIC_BASE_URL="nonsense") == ["key", "address"]
    (tmp_path / "no.db").write_text("this is no database, whatever its name says. " * 50)
    assert wrong("--offline", ANTHROPIC_API_KEY="k", TERCET_LEDGER=str(tmp_path / "no.db")) == ["ledger"]


def test_a_proxy_is_named_without_its_password(tmp_path: Path) -> None:
    _, found = looked(
        tmp_path, "--offline", ANTHROPIC_API_KEY="k", HTTPS_PROXY="http://me:sk-ant-secret@proxy.test:3128"
    )

    assert found["proxy"]["said"] == "proxy.test:3128 (from HTTPS_PROXY)"


@pytest.mark.parametrize("columns", [40, 120])
def test_with_local_and_in_a_terminal_all_is_well(columns: int, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "doctor", "--local", columns=columns)

    assert terminal.ended() == 0
    assert "answers this key" in terminal.shown
