"""The names that programs import: all of the official SDK's, but for those that the table lists."""

from __future__ import annotations

import importlib
import json
import subprocess
from functools import cache

import pytest
from tests import official
from tests.conformance.documented import undocumented, unfounded

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROOMS = ("", "types.", "types.beta.", "types.messages.", "types.beta.messages.")
LISTING = """
import importlib, json, sys
rooms = json.loads(sys.argv[1])
modules = {room: importlib.import_module(("anthropic." + room).rstrip(".")) for room in rooms}
names = {room: getattr(module, "__all__", None) or dir(module) for room, module in modules.items()}
print(json.dumps([room + name for room in rooms for name in names[room] if name[0].isupper()]))
"""


@cache
def missing() -> list[str]:
    if problem := official.ready():
        pytest.skip(f"the official SDK {official.VERSION} cannot be installed here: {problem}")
    command = [str(official.PYTHON), "-W", "ignore", "-c", LISTING, json.dumps(ROOMS)]
    names = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout)
    return [name for name in names if not offered(name)]


def offered(name: str) -> bool:
    room, _, last = name.rpartition(".")
    return hasattr(importlib.import_module(f"tercet.{room}".rstrip(".")), last)


def test_every_name_is_offered_but_for_those_that_the_table_lists() -> None:
    assert undocumented(missing(), "Names") == []


def test_every_row_of_the_table_is_missing_still() -> None:
    assert unfounded(missing(), "Names") == []
