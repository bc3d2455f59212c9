"""`replace_anthropic()`: libraries that import the official SDK get this package, module by module the same objects."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tercet


def ran(program: str) -> str:
    """What a program prints in a process of its own: the import system is not to be changed in this one."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.mark.parametrize(
    "module",
    [
        "",
        ".types",
        ".types.beta.beta_message",
        ".types.text_block",
        "._exceptions",
        ".resources.beta.messages.messages",
    ],
)
def test_its_modules_are_found_under_the_other_name(module: str) -> None:
    program = (
        "import tercet; tercet.replace_anthropic(); from importlib import import_module as load;"
        f"ours, theirs = load('tercet{module}'), load('anthropic{module}');"
        "print(ours is theirs, theirs.__name__, theirs.__spec__.name)"
    )

    assert ran(program) == f"True tercet{module} tercet{module}"


def test_classes_and_errors_are_the_same_however_they_are_imported() -> None:
    program = (
        "import tercet; tercet.replace_anthropic(); tercet.replace_anthropic(); import anthropic;"
        "from anthropic.types import Message; from anthropic._exceptions import OverloadedError as O;"
        "print(Message is tercet.types.Message, O is tercet.OverloadedError, anthropic.Anthropic is tercet.Anthropic)"
    )

    assert ran(program) == "True True True"


def test_a_module_that_is_not_here_is_not_found() -> None:
    program = (
        "import tercet; tercet.replace_anthropic()\n"
        "try: import anthropic.resources.completions\n"
        "except ModuleNotFoundError as error: print(error.name)"
    )

    assert ran(program) == "anthropic.resources.completions"


def test_it_is_too_late_when_the_official_sdk_has_been_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", sys)

    with pytest.raises(RuntimeError, match=r"call tercet.replace_anthropic\(\) first"):
        tercet.replace_anthropic()
