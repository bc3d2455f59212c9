"""`make generate`: what is made is up to date, and says what to do when it is not."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).parents[2] / "tools" / "generate.py"


@pytest.fixture
def generate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generator, made to write one file into a folder of this test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec = spec_from_file_location("generate", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    monkeypatch.setattr(module, "everything", lambda: {tmp_path / "new" / "__init__.pyi": f"# {module.MADE}\nx: int\n"})
    return module


def test_what_is_made_from_something_else_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, PROGRAM, "--check"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_is_not_up_to_date_is_named_with_what_to_do(
    generate: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out == (
        "new/__init__.pyi is not as tools/generate.py would make it: run `make generate`, and commit it.\n"
    )
    assert not (tmp_path / "new").exists()


def test_writing_makes_it_up_to_date_and_removes_what_is_made_no_more(generate: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "old.pyi").write_text(f"# {generate.MADE}\n")
    (tmp_path / "by_hand.pyi").write_text("y: int\n")

    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert sorted(path.name for path in tmp_path.rglob("*.pyi")) == ["__init__.pyi", "by_hand.pyi"]
