"""The tests that docs/testing.md shows are run, as a user would run them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PAGE = Path(__file__).parents[2] / "docs/testing.md"


PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("program", PROGRAMS, ids=range(1, len(PROGRAMS) + 1))
def test_the_tests_in_the_document_pass(pytester: pytest.Pytester, program: str) -> None:
    pytester.makepyfile("import tercet\n" + program)

    result = pytester.runpytest_inprocess(
        "-p", "no:tercet", "-p", "no:hypothesispytest", "-p", "tercet.testing.plugin", "-W", "error"
    )

    result.assert_outcomes(passed=program.count("def test_"))
