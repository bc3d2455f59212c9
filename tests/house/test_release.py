"""A release is refused, with what to do, unless package, changelog and tag say the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

CHANGELOG = (
    "# Changelog\n\n## [Unreleased]\n\n### Added\n- A thing.\n\n## [0.1.0] - 2026-01-02\n\n### Added\n- The first.\n"
)


@pytest.fixture
def release() -> Any:
    import release

    return release


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src" / "tercet").mkdir(parents=True)
    (tmp_path / "src" / "tercet" / "_version.py").write_text('__version__ = "0.1.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    return tmp_path


def test_a_tag_that_package_and_changelog_know_passes(release: Any, project: Path) -> None:
    assert release.check_versions("v0.1.0", project) == "0.1.0"
    assert release.check_versions(None, project) == "0.1.0"
    assert release.notes("v0.1.0", project) == "### Added\n- The first."


@pytest.mark.parametrize("tag", ["v0.2.0", "0.1.0", "v0.1.0.0"])
def test_a_tag_that_is_not_the_version_is_refused(release: Any, project: Path, tag: str) -> None:
    with pytest.raises(release.ReleaseError, match=r"_version.py says 0\.1\.0: run tools/release\.py prepare"):
        release.check_versions(tag, project)


@pytest.mark.parametrize(
    "told", ["# Changelog\n", "# Changelog\n\n## [0.1.0] - 2026-01-02\n", "## [0.1.0]\n\n- A thing.\n"]
)
def test_a_changelog_without_a_dated_section_that_says_something_is_refused(
    release: Any, project: Path, told: str
) -> None:
    (project / "CHANGELOG.md").write_text(told)

    with pytest.raises(release.ReleaseError, match=r"CHANGELOG\.md needs a section `## \[0\.1\.0\] - <day>`"):
        release.check_versions("v0.1.0", project)


def test_preparing_writes_the_version_and_makes_the_section(release: Any, project: Path) -> None:
    release.prepare("0.2.0", project)

    assert release.check_versions("v0.2.0", project) == "0.2.0"
    assert release.notes("v0.2.0", project) == "### Added\n- A thing."
    assert release.sections(project)["Unreleased"] == (None, "")
    assert release.notes("v0.1.0", project) == "### Added\n- The first."
    with pytest.raises(release.ReleaseError, match="nothing under Unreleased"):
        release.prepare("0.3.0", project)


@pytest.mark.parametrize("number", ["v0.2.0", "0.2", "next", "0.2.0-beta", "0.1.0"])
def test_what_is_no_new_version_is_refused(release: Any, project: Path, number: str) -> None:
    with pytest.raises(release.ReleaseError, match=r"is no version|already"):
        release.prepare(number, project)


def test_this_repository_could_be_released(release: Any) -> None:
    assert release.check_versions(None) == release.version()
