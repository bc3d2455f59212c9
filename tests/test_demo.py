"""The tour that `make demo` runs: it succeeds, shows everything on a narrow terminal too, and says why it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[1] / "examples/demo.py"


def tour(*options: str, columns: int = 80, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "TERCET_"))}
    command = [sys.executable, str(DEMO), *options]
    own = {**kept, "COLUMNS": str(columns), "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(command, env=own, capture_output=True, encoding="utf-8", timeout=50, check=False)


@pytest.mark.parametrize("columns", [46, 80, 200])
def test_the_tour_succeeds_and_loses_no_word(columns: int) -> None:
    done = tour(columns=columns)

    shown = " ".join(done.stdout.replace("│", " ").split())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SIMULATED by a small program, not by Claude." in shown
    assert all(part in shown for part in ("640 × 360", "25 minutes", 'get_weather({"city": "Oslo"})', "celsius 4"))
    assert shown.endswith("All 5 steps succeeded.")
    assert max(map(len, done.stdout.splitlines())) <= columns


def test_a_live_tour_without_a_key_names_the_variable() -> None:
    done = tour("--live")

    assert done.returncode == 1
    assert "ANTHROPIC_API_KEY" in done.stdout


def test_a_live_tour_without_a_server_says_what_failed() -> None:
    done = tour("--live", ANTHROPIC_API_KEY="sk-ant-secret", ANTHROPIC_BASE_URL="http://127.0.0.1:1")

    assert done.returncode == 1
    assert "The demo failed: APIConnectionError" in done.stdout
    assert "sk-ant-secret" not in done.stdout + done.stderr
