"""The programs that people write by hand run as they were, and as they become."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tercet.server.run import LocalServer

SEEDS = Path(__file__).parents[2] / "examples" / "seeds"
AS_THE_SDK = "import tercet, runpy, sys; tercet.replace_anthropic(); runpy.run_path(sys.argv[1], run_name='__main__')"
INPUTS = Path(__file__).parents[2] / "examples" / "inputs"
PRINTS = {
    "agent_before": "7 degrees in Oslo",
    "agent_after": "7 degrees in Oslo",
    "assistant_before": 'You wrote: "Show me an example"',
    "assistant_after": 'You wrote: "Show me an example"',
    "assistant_pictures_before": "I see a landscape JPEG image of 640 × 360 pixels",
    "assistant_pictures_after": "I see a landscape JPEG image of 640 × 360 pixels",
    "chat_before": 'You wrote: "Can you show me an example?"',
    "chat_after": 'You wrote: "Can you show me an example?"',
    "estimate_before": "Estimated input cost: $0.00",
    "estimate_after": "Estimated cost: $0.0",
    "gather_before": "3 2+2 = 4",
    "gather_after": "3 2+2 = 4",
    "manager_before": "Your name is Alice.",
    "manager_after": "Your name is Alice.",
    "monitoring_before": "Total tokens: 13",
    "monitoring_after": "claude-sonnet-4-5-20250929      1         1       0      9",
    "pdf_before": "Crossing time: 25 minutes.",
    "pdf_after": "Crossing time: 25 minutes.",
    "picture_before": "640 × 360 pixels",
    "picture_after": "640 × 360 pixels",
    "service_before": "42",
    "service_after": "no rows",
    "tools_before": "7 degrees in Oslo",
    "tools_after": "7 degrees in Oslo",
}
"""Program -> a part of what it prints."""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with LocalServer() as server:
        yield server.base_url


def test_each_program_is_there_in_both_forms() -> None:
    assert sorted(path.stem for path in SEEDS.glob("*.py")) == sorted(PRINTS)


@pytest.mark.parametrize("program", PRINTS)
def test_the_program_runs(program: str, base_url: str, tmp_path: Path) -> None:
    shutil.copytree(INPUTS, tmp_path, dirs_exist_ok=True)
    Image.open(INPUTS / "tides.png").convert("RGB").save(tmp_path / "tides.jpg")
    environment = {**os.environ, "ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": "sk-ant-local"}
    done = subprocess.run(
        [sys.executable, "-c", AS_THE_SDK, str(SEEDS / f"{program}.py")],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert PRINTS[program] in done.stdout
