"""The public surface: complete, lazy, and without surprises."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import tercet


def test_every_public_name_can_be_had() -> None:
    missing = [name for name in tercet.__all__ if not hasattr(tercet, name)]

    assert missing == []


def test_what_checkers_see_is_what_programs_get() -> None:
    tree = ast.parse(Path(tercet.__file__).with_suffix(".pyi").read_text())
    names = {alias.asname for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    listed = next(node.value for node in tree.body if isinstance(node, ast.Assign))

    assert set(ast.literal_eval(listed)) == set(tercet.__all__)
    assert set(tercet.__all__) - {"__title__", "__version__"} <= names
    assert [name for name in names if name and not hasattr(tercet, name)] == []


def test_importing_loads_no_room() -> None:
    code = "import sys, tercet; print([name for name in sys.modules if name.startswith('tercet.')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "['tercet._version']"


def test_a_client_loads_neither_asyncio_nor_the_server_nor_pydantic() -> None:
    code = (
        "import sys, tercet; tercet.Anthropic(api_key='k' * 20).messages; "
        "print(sorted({'asyncio', 'tercet.server', 'pydantic', 'httpx2', 'tercet.wire.params'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(tercet, "HUMAN_PROMPT_OF_2022")
