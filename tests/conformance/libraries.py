"""Both libraries at the same task: each in its own interpreter, against the same recorder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests import official
from tests.conformance.recorder import Answer, Recorder, Seen

PROGRAM = Path(__file__).with_name("both.py")
PLAYERS = {"official": ("anthropic", "sync"), "tercet": ("tercet", "sync"), "async": ("tercet", "async")}
"""Who plays -> the module and its world."""


@dataclass
class Outcome:
    """What one player did with one case: what it told, and what the server saw."""

    told: dict[str, Any]
    seen: list[Seen]


def played(
    cases: dict[str, dict[str, Any]], answers: dict[str, list[Answer]] | None = None
) -> dict[str, dict[str, Outcome]]:
    """Case -> player -> outcome. A case may say under "tercet" what Tercet's program writes differently."""
    if problem := official.ready():
        pytest.skip(f"the official SDK {official.VERSION} cannot be installed here: {problem}")
    outcomes: dict[str, dict[str, Outcome]] = {name: {} for name in cases}
    with Recorder() as recorder:
        recorder.answers = {
            f"case-{number}": (answers or {}).get(name, [Answer()]) for number, name in enumerate(cases)
        }
        for player in PLAYERS:
            recorder.player = player
            told = _told(player, _written(cases.values(), player, recorder.base_url))
            for number, name in enumerate(cases):
                outcomes[name][player] = Outcome(told[number], recorder.seen[player, f"case-{number}"])
    return outcomes


def _written(cases: Any, player: str, base_url: str) -> list[dict[str, Any]]:
    written = []
    for number, case in enumerate(cases):
        own = case.get("tercet", {}) if player != "official" else {}
        plain = {key: value for key, value in case.items() if key != "tercet"}
        written.append({**plain, **own, "base_url": f"{base_url}/case-{number}"})
    return written


def _told(player: str, cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    module, world = PLAYERS[player]
    python = official.PYTHON if module == "anthropic" else sys.executable
    done = subprocess.run(
        [str(python), "-W", "ignore", str(PROGRAM), module, world],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, "NO_PROXY": "*"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return told
