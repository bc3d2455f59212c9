"""The official SDK as it is installed beside: nothing of it differs here without a row in docs/compatibility.md."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests import official

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
TOOL = Path(__file__).parents[2] / "tools" / "drift.py"


@cache
def drift() -> Any:
    spec = importlib.util.spec_from_file_location("drift", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["drift"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def told() -> dict[str, Any]:
    if problem := official.ready():
        pytest.skip(f"the official SDK {official.VERSION} cannot be installed here: {problem}")
    return {**drift().asked(official.PYTHON, "survey.py"), **drift().asked(official.PYTHON, "surface.py")}


@pytest.mark.parametrize("kind", drift().KINDS)
@pytest.mark.filterwarnings("ignore")
def test_nothing_differs_without_a_row(kind: str) -> None:
    assert list(drift().KINDS[kind](told())) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("kind", "part", "new", "expected"),
    [
        ("error codes", "codes", "400 quite_new QuiteNewError", "400 quite_new QuiteNewError"),
        ("arguments of methods", "methods", "messages.create(quite_new)", "messages.create(quite_new)"),
        ("arguments of methods", "methods", "messages.quite_new(model)", "Anthropic.messages.quite_new"),
        ("betas", "betas", "quite-new-2027-01-01", "quite-new-2027-01-01"),
        ("types and fields", "fields", {"types.QuiteNew": []}, "types.QuiteNew"),
        ("types and fields", "fields", {"types.Usage": ["quite_new"]}, "types.Usage.quite_new"),
        (
            "deprecated models",
            "deprecated",
            {"claude-opus-5-5": "May 1, 2030"},
            "claude-opus-5-5: active here; ends May 1, 2030",
        ),
        ("headers", "headers", {"x-quite-new": "1"}, "x-quite-new"),
        ("defaults", "defaults", {"DEFAULT_MAX_RETRIES": "3"}, "DEFAULT_MAX_RETRIES"),
        ("attributes", "attributes", "Anthropic.quite_new", "Anthropic.quite_new"),
    ],
)
def test_what_is_new_there_is_told(kind: str, part: str, new: Any, expected: str) -> None:
    before = told()[part]
    after = {**before, **new} if isinstance(before, dict) else [*before, new]

    assert list(drift().KINDS[kind]({**told(), part: after})) == [expected]
