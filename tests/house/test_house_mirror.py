"""Every module has a test of its name, or a line that says which tests cover it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def problems(tmp_path: Path) -> Any:
    from house_figures import sources
    from house_mirror import problems

    house, tests = tmp_path / "src", tmp_path / "tests"
    for name in ("flow/retry.py", "flow/pace.py", "wire/__init__.py", "wire/data.py"):
        (house / name).parent.mkdir(parents=True, exist_ok=True)
        (house / name).write_text('"""Nothing but words."""\n' if "__init__" in name else "def f(): ...\n")
    (tests / "flow").mkdir(parents=True)
    (tests / "flow" / "test_retry.py").touch()

    def found(**covered: list[str]) -> list[str]:
        lines = {name.replace("__", "/").replace("_py", ".py"): files for name, files in covered.items()}
        return list(problems(sources(house), lines, tests))

    return found


def test_a_module_with_neither_is_told_what_to_do(problems: Any) -> None:
    assert problems(wire__=["flow/test_retry.py"]) == [
        "src/tercet/flow/pace.py has no test: write tests/flow/test_pace.py, or say in tests/covered_by.toml which tests "
        'cover it: "flow/pace.py" = ["…"]'
    ]


def test_a_line_covers_a_module_and_one_with_a_slash_a_folder(problems: Any) -> None:
    assert problems(flow__pace_py=["flow/test_retry.py"], wire__=["flow/test_retry.py"]) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"flow__retry_py": ["flow/test_retry.py"]}, "flow/retry.py has a test of its own name or is gone"),
        ({"flow__gone_py": ["flow/test_retry.py"]}, "flow/gone.py has a test of its own name or is gone"),
        ({"wire__data_py": ["flow/test_gone.py"]}, "wire/data.py: tests/flow/test_gone.py is gone"),
        ({"wire__data_py": []}, "wire/data.py: name the tests that cover it"),
    ],
)
def test_a_line_that_is_wrong_is_told(problems: Any, line: dict[str, list[str]], said: str) -> None:
    assert any(said in each for each in problems(**line))
