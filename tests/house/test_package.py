"""The package as an index shows it and pip installs it: a page that reads, extras that are whole, nothing that
nobody imports."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
REPOSITORY = "https://github.com/tercet/tercet"
MODULES = {
    "genai-prices": "genai_prices",
    "google-auth": "google",
    "opentelemetry-api": "opentelemetry",
    "pillow": "PIL",
    "pillow-heif": "pillow_heif",
    "pyyaml": "yaml",
    "readme_renderer": "readme_renderer",
}
"""Distributions whose modules have another name."""
COMMANDS = {
    "import-linter": "lint-imports",
    "mypy": "/mypy",
    "pyright": "/pyright",
    "pytest-cov": "--cov",
    "pytest-timeout": "timeout = ",
    "pytest-xdist": "--numprocesses",
    "ruff": "/ruff",
    "uvicorn": "uvicorn",
}
"""Distributions that the Makefile, pyproject.toml or a page of the examples names, each with the word to look for."""


def name_of(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return found[0]


def text_of(*folders: str) -> str:
    return "\n".join(path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))


def is_imported(requirement: str, text: str) -> bool:
    name = name_of(requirement).lower()
    module = re.escape(MODULES.get(name, name.replace("-", "_")))
    return re.search(rf"""\b(?:import|from) {module}\b|["']{module}["'.]""", text) is not None


@pytest.mark.parametrize(
    "requirement", [*PROJECT["project"]["dependencies"], *(each for extra in EXTRAS.values() for each in extra)]
)
def test_no_dependency_is_one_that_nothing_imports(requirement: str) -> None:
    assert name_of(requirement) == "tercet" or is_imported(requirement, text_of("src"))


@pytest.mark.parametrize("requirement", PROJECT["dependency-groups"]["dev"])
def test_no_tool_of_development_is_one_that_nothing_uses(requirement: str) -> None:
    word = COMMANDS.get(name_of(requirement))
    told = "\n".join(
        (ROOT / name).read_text()
        for name in ("Makefile", "pyproject.toml", "examples/README.md")
        if (ROOT / name).exists()
    )

    assert (word is not None and word in told) or is_imported(
        requirement, text_of("tests", "tools", "bench", "examples")
    )


def test_all_is_all_and_no_extra_is_for_development() -> None:
    (everything,) = EXTRAS["all"]

    assert set(everything[len("tercet[") : -1].split(",")) == EXTRAS.keys() - {"all"}
    assert "dev" not in EXTRAS


def test_make_installs_the_group_and_extras_that_there_are() -> None:
    makefile = (ROOT / "Makefile").read_text()
    installed = re.search(r"^EXTRAS := (\S+)$", makefile, re.MULTILINE)

    assert installed is not None
    assert set(installed[1].split(",")) <= EXTRAS.keys()
    assert "--group dev" in makefile


def test_every_extra_but_empty_ones_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()

    assert [extra for extra, needed in EXTRAS.items() if needed and f"`{extra}`" not in readme] == []


def test_the_projects_links_name_where_things_are() -> None:
    urls = PROJECT["project"]["urls"]

    assert {"Homepage", "Documentation", "Source", "Issues", "Changelog"} <= urls.keys()
    assert [url for url in urls.values() if not leads_somewhere(url)] == []


# --- the page ----------------------------------------------------------------------------------------------------------
class Links(HTMLParser):
    """Collects what a page links to, and the images that it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.images: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [given.get("href") or ""] if tag == "a" else []
        self.images += [given.get("src") or ""] if tag == "img" else []


def leads_somewhere(url: str) -> bool:
    """Say whether a URL is absolute and, if it is of this repository, names a file that is there."""
    if not url.startswith("https://"):
        return False
    found = re.fullmatch(
        rf"(?:{REPOSITORY}/blob|https://raw\.githubusercontent\.com/tercet/tercet)/main/([^#]+)(?:#.*)?", url
    )
    return found is None or (ROOT / found[1]).exists()


def test_the_readme_reads_on_the_package_index() -> None:
    markdown = pytest.importorskip("readme_renderer.markdown")
    page = markdown.render((ROOT / "README.md").read_text())
    seen = Links()

    assert page is not None
    seen.feed(page)
    assert len(seen.images) >= 2
    assert len(seen.links) >= 10
    assert [url for url in seen.links + seen.images if not url.startswith("#") and not leads_somewhere(url)] == []
    assert [url for url in seen.images if not url.startswith("https://raw.githubusercontent.com/")] == []
    assert "<table>" in page
    assert "```" not in page


def test_a_relative_link_would_be_found() -> None:
    assert not leads_somewhere("docs/tutorial.md")
    assert not leads_somewhere(f"{REPOSITORY}/blob/main/docs/no_such_page.md")
    assert leads_somewhere(f"{REPOSITORY}/blob/main/docs/tutorial.md")
