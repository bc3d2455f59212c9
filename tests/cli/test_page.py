"""docs/command-line.md is true: what it shows is what is printed, and every --json has a schema that fits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from tests.cli.terminal import environment, piped

from tercet.cli.commands import VERBS, VerbGroup, tercet

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/command-line.md").read_text()
SCHEMAS = json.loads((ROOT / "docs/command-line.schema.json").read_text())
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
SECONDS = re.compile(r"\d+\.\d s$", re.MULTILINE)
PICTURE = "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"


def commands(found: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    if not isinstance(found, click.Group):
        yield name, found
        return
    context = click.Context(found)
    for each in found.list_commands(context):
        command = found.get_command(context, each)
        assert command is not None
        yield from commands(command, f"{name} {each}".strip())


def test_what_the_page_shows_is_what_is_printed(tmp_path: Path) -> None:
    shown = [line for block in BLOCK.findall(PAGE) for line in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    assert len(shown) > 10
    for each in shown:
        command, _, expected = each.partition("\n")
        done = subprocess.run(
            ["bash", "-c", f'tercet() {{ "{sys.executable}" -m tercet "$@"; }}\n{command}'],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=120,
            check=False, env=environment(tmp_path), cwd=tmp_path,
        )  # fmt: skip
        assert SECONDS.sub("SECONDS s", done.stdout) == expected, command


def test_every_command_is_on_the_page_and_takes_local() -> None:
    assert isinstance(tercet, VerbGroup)
    assert [verb for verb in VERBS if f"tercet {verb}" not in PAGE] == []
    without = [name for name, found in commands(tercet) if not any("--local" in each.opts for each in found.params)]
    assert without == []


@pytest.mark.parametrize("verb", ["ask", "chat", "count", "doctor", "models"])
def test_every_option_is_on_the_page(verb: str) -> None:
    found = dict(commands(tercet))[verb]
    named = [each.opts for each in found.params if isinstance(each, click.Option)]

    assert [opts for opts in named if not any(f"`{opt}" in PAGE or f"`{opt} " in PAGE for opt in opts)] == []


def test_every_json_has_a_schema() -> None:
    printing = {name for name, found in commands(tercet) if any("--json" in each.opts for each in found.params)}

    assert printing - set(SCHEMAS["$defs"]) == set()


def test_every_json_fits_its_schema(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hello")
    (tmp_path / "dot.png").write_bytes(bytes.fromhex(PICTURE))
    typed: dict[str, tuple[str, ...]] = {
        "ask": ("ask", "--schema", "name, age int", "Anna is 31"),
        "count": ("count", "a.txt", "nothing.txt"),
        "doctor": ("doctor",),
        "models": ("models", "--all"),
        "media": ("media", "dot.png", "nothing.png"),
        "cost": ("cost",),
        "logs": ("logs",),
        "batch list": ("batch", "list"),
    }
    for name, arguments in typed.items():
        done = piped(tmp_path, *arguments, "--json", "--local")
        printed: Any = json.loads(done.stdout)
        assert printed or name == "batch list"
        jsonschema.Draft202012Validator({**SCHEMAS, "$ref": f"#/$defs/{name.replace(' ', '%20')}"}).validate(printed)
