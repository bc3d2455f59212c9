"""The example of docs/limits.md runs, and prints what the page says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "limits.md").read_text()


def test_the_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    program = PAGE.split("```python\n")[1].split("```")[0]
    exec(compile(program, "docs/limits.md", "exec"), {})
    assert capsys.readouterr().out.split() == re.findall(r"print\(.*\)  # (\S+)", program)
