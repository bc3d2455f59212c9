"""The public surface: complete, lazy, and without surprises."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

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


RIDDLES = {"What", "Who", "Whoever", "Whom", "Where", "When", "Which", "How", "Whether"}
NOT_VERBS = RIDDLES | {"The", "A", "An", "One", "Another", "More"}


def public_methods() -> dict[str, Any]:
    """Every method of the clients, of their resources, and of the other public classes."""
    client = tercet.Anthropic(api_key="k" * 20)
    owners = [value for name in tercet.__all__ if isinstance(value := getattr(tercet, name), type)]
    owners += [type(each) for each in (client.messages, client.messages.batches, client.files, client.models)]
    owners += [type(client.beta.messages), type(client.beta)]
    classes = {cls for owner in owners for cls in owner.__mro__ if cls.__module__.startswith("tercet")}
    return {
        f"{cls.__name__}.{name}": member
        for cls in classes
        for name, member in vars(cls).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


def first_word(value: Any) -> str:
    return (value.__doc__ or "").partition(" ")[0].strip(",:`")


def test_public_functions_and_methods_begin_with_what_they_do() -> None:
    functions = {name: value for name in tercet.__all__ if inspect.isfunction(value := getattr(tercet, name))}
    found = {name: first_word(value) for name, value in (functions | public_methods()).items() if value.__doc__}

    assert {name: word for name, word in found.items() if word in NOT_VERBS} == {}
    assert len(found) > 80


def test_no_public_class_is_explained_by_a_riddle() -> None:
    classes = {name: value for name in tercet.__all__ if isinstance(value := getattr(tercet, name), type)}

    assert {name: value.__doc__ for name, value in classes.items() if first_word(value) in RIDDLES} == {}


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
