"""What the documents say is true: their programs run, their links lead somewhere, public names explain themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tercet
from tercet.server.run import LocalServer

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```(?:\n```output\n(.*?)^```)?", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)\)")
PROGRAMS = [(page, number, block) for page in PAGES for number, block in enumerate(BLOCK.findall(page.read_text()), 1)]
"""Page, number, and the program with what it prints, where that is shown beneath it."""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with LocalServer() as server:
        yield server.base_url


@pytest.mark.parametrize(
    ("page", "program"),
    [(page, block) for page, _, block in PROGRAMS],
    ids=[f"{page.name}-{number}" for page, number, _ in PROGRAMS],
)
def test_the_programs_in_the_documents_run(
    page: Path,
    program: tuple[str, str],
    base_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, shown = program
    monkeypatch.setenv("ANTHROPIC_BASE_URL", base_url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-local")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # what programs leave behind goes with the test

    exec(compile(code, f"{page.name}", "exec"), {"__name__": "__main__"})

    if shown:
        assert capsys.readouterr().out == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_documents_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]

    assert missing == []


def test_every_public_name_explains_itself() -> None:
    silent = [
        name
        for name in tercet.__all__
        if (inspect.isclass(value := getattr(tercet, name)) or inspect.isfunction(value)) and not inspect.getdoc(value)
    ]

    assert silent == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src").rglob("*.py")
        if path.read_text().strip() and not path.read_text().lstrip().startswith(('"""', 'r"""'))
    ]

    assert silent == []


def test_the_house_in_the_readme_is_the_house() -> None:
    tree = (ROOT / "README.md").read_text()
    rooms = {path.name for path in (ROOT / "src/tercet").iterdir() if path.is_dir() and (path / "__init__.py").exists()}

    assert {room for room in rooms if f" {room}/" not in tree} == set()
