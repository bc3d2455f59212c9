"""What programs import, call and pass beside types: all of the official SDK's, but for what the tables list."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests import official
from tests.conformance.documented import undocumented, unfounded
from tests.conformance.surface import CLIENTS

import tercet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
KINDS = {"modules": "Modules", "attributes": "Attributes", "arguments": "Arguments"}


@cache
def surface() -> dict[str, list[str]]:
    if problem := official.ready():
        pytest.skip(f"the official SDK {official.VERSION} cannot be installed here: {problem}")
    program = Path(__file__).with_name("surface.py")
    command = [str(official.PYTHON), "-W", "ignore", str(program)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True).stdout
    found: dict[str, list[str]] = json.loads(told.splitlines()[-1])
    return found


@cache
def client(name: str) -> Any:
    return getattr(tercet, name)(**CLIENTS[name])


def modules(name: str) -> bool:
    path, _, last = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(f"tercet.{path}"), last) or find_spec(f"tercet.{name}") is not None
    except ImportError:
        return False


def attributes(name: str) -> bool:
    kind, *path = name.split(".")
    found = client(kind)
    for part in path:
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


def arguments(name: str) -> bool:
    kind, _, argument = name.rstrip(")").partition("(")
    return argument in inspect.signature(getattr(tercet, kind)).parameters


OFFERED = {"modules": modules, "attributes": attributes, "arguments": arguments}


@cache
def missing(kind: str) -> list[str]:
    return [name for name in surface()[kind] if not OFFERED[kind](name)]


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_offered_but_for_what_the_table_lists(kind: str) -> None:
    assert undocumented(missing(kind), KINDS[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_the_table_is_missing_still(kind: str) -> None:
    assert unfounded(missing(kind), KINDS[kind]) == []
