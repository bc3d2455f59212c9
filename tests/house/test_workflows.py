"""The workflows call verbs that the Makefile has, on the Pythons that the package says it supports."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
VERBS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands(workflow: Path) -> list[str]:
    jobs: dict[str, Any] = yaml.safe_load(workflow.read_text())["jobs"]
    found = []
    for job in jobs.values():
        values = job.get("strategy", {}).get("matrix", {}).get("verb", [""])
        found += [
            step["run"].replace("${{ matrix.verb }}", value)
            for step in job["steps"]
            for value in values
            if "run" in step
        ]
    return found


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_every_verb_of_a_workflow_is_one_of_the_makefile(workflow: Path) -> None:
    called = [command.split()[1] for command in commands(workflow) if command.startswith("make ")]

    assert called
    assert set(called) <= VERBS


def test_a_change_is_tried_on_every_python_that_is_named_in_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    ci = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())

    assert ci["jobs"]["test"]["strategy"]["matrix"]["python"] == named


def test_what_a_change_must_pass_is_what_the_workflow_runs() -> None:
    must = re.findall(r"^make (\S+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)

    assert {f"make {verb}" for verb in must} <= set(commands(ROOT / ".github" / "workflows" / "ci.yml"))


def test_every_verb_stands_in_contributing() -> None:
    listed = set(re.findall(r"^\| `make ([a-z-]+)`", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))

    assert listed == VERBS - {"programs"}
