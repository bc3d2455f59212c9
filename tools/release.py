"""What a release must pass, tried on this machine without publishing anything. `docs/releasing.md` has the steps.

python tools/release.py check [v0.2.0]    versions agree, both archives are built, the wheel works where nothing else is
python tools/release.py prepare 0.2.0     write the version, and make "Unreleased" its section of the changelog
python tools/release.py notes v0.2.0      print that section
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venvs" / "release"
BUILDERS = ["build", "twine"]
VERSION = re.compile(r'__version__ = "([^"]+)"')
NUMBER = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")
SECTION = re.compile(
    r"^## \[(?P<name>[^\]]+)\](?: - (?P<day>\S+))?\n(?P<text>.*?)(?=^## \[|\Z)", re.MULTILINE | re.DOTALL
)
MUST_HOLD = ("tercet/py.typed", "tercet/__init__.pyi", "tercet/types/__init__.pyi", "tercet/testing/plugin.py")
PROGRAM = """
import tercet as anthropic
with anthropic.local_api() as api, api.client() as client:
    question = [{"role": "user", "content": "What is 125 * 48?"}]
    print(client.messages.create(model="claude-sonnet-4-6", max_tokens=100, messages=question).content[0].text)
"""


class ReleaseError(Exception):
    """A release that must not be made, with what to do."""


def version(root: Path = ROOT) -> str:
    """Return the version that the package says it is."""
    found = VERSION.search((root / "src" / "tercet" / "_version.py").read_text())
    if found is None:
        raise ReleaseError('src/tercet/_version.py has no line `__version__ = "…"`')
    return found[1]


def sections(root: Path = ROOT) -> dict[str, tuple[str | None, str]]:
    """Return the sections of the changelog by name, each with its day and its text."""
    text = (root / "CHANGELOG.md").read_text()
    return {found["name"]: (found["day"], found["text"].strip()) for found in SECTION.finditer(text)}


def check_versions(tag: str | None, root: Path = ROOT) -> str:
    """Return the version if package, changelog and tag agree on it. Without a tag, "Unreleased" may hold what will be it."""
    now, told = version(root), sections(root)
    if not NUMBER.fullmatch(now):
        raise ReleaseError(f"_version.py says {now!r}; a version is like 0.2.0 or 0.2.0rc1")
    if tag is None:
        if not told.get(now, told.get("Unreleased", (None, "")))[1]:
            raise ReleaseError(f"CHANGELOG.md says nothing of {now}, and its Unreleased section is empty or missing")
        return now
    if tag != f"v{now}":
        raise ReleaseError(
            f"the tag is {tag} and _version.py says {now}: run tools/release.py prepare {tag.removeprefix('v')}"
        )
    day, text = told.get(now, (None, ""))
    if not (day and text):
        raise ReleaseError(f"CHANGELOG.md needs a section `## [{now}] - <day>` with what has changed")
    return now


def prepare(number: str, root: Path = ROOT) -> None:
    """Write a version into the package, and make what is unreleased its section of the changelog."""
    if not NUMBER.fullmatch(number):
        raise ReleaseError(f"{number!r} is no version; write it like 0.2.0 or 0.2.0rc1")
    told = sections(root)
    if number in told:
        raise ReleaseError(f"CHANGELOG.md has a section for {number} already")
    if not told.get("Unreleased", (None, ""))[1]:
        raise ReleaseError("CHANGELOG.md has nothing under Unreleased: there is nothing to release")
    changelog, module = root / "CHANGELOG.md", root / "src" / "tercet" / "_version.py"
    today = datetime.now(UTC).date().isoformat()
    heading = f"## [Unreleased]\n\n## [{number}] - {today}\n"
    changelog.write_text(changelog.read_text().replace("## [Unreleased]\n", heading, 1))
    module.write_text(VERSION.sub(f'__version__ = "{number}"', module.read_text()))


def notes(tag: str, root: Path = ROOT) -> str:
    """Return what the changelog says of a tag's version."""
    text = sections(root).get(tag.removeprefix("v"), (None, ""))[1]
    if not text:
        raise ReleaseError(f"CHANGELOG.md says nothing of {tag.removeprefix('v')}")
    return text


def run(*command: str | Path, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> str:
    """Run a program, and return what it prints. ReleaseError with its last words if it fails."""
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise ReleaseError(f"{' '.join(map(str, command))} failed:\n{words}")
    return done.stdout


def python_of(environment: Path) -> Path:
    """Return the interpreter of a virtual environment, which is made if it is not there."""
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        run(sys.executable, "-m", "venv", environment)
    return python


def build(number: str, into: Path) -> Path:
    """Build both archives, judge their metadata, and return the wheel."""
    python = python_of(TOOLS)
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *BUILDERS)
    for old in into.glob("tercet-*"):
        old.unlink()
    run(python, "-m", "build", "--outdir", into, ROOT)
    archives = sorted(into.glob(f"tercet-{number}*"))
    if [each.suffix for each in archives] != [".whl", ".gz"]:
        raise ReleaseError(f"built {[each.name for each in archives]} instead of a wheel and an sdist of {number}")
    run(python, "-m", "twine", "check", "--strict", *archives)
    return archives[0]


def check_contents(wheel: Path) -> None:
    """Raise if the wheel lacks what programs and type checkers need, or holds more than the package."""
    names = zipfile.ZipFile(wheel).namelist()
    missing = [name for name in MUST_HOLD if name not in names]
    foreign = [name for name in names if not name.startswith(("tercet/", "tercet-"))]
    if missing or foreign:
        raise ReleaseError(f"{wheel.name} lacks {missing} and holds {foreign} that are not the package")


def try_out(wheel: Path) -> str:
    """Install the wheel where nothing else is, run three lines against the local API, and return what they print."""
    with TemporaryDirectory() as folder:
        python = python_of(Path(folder) / "venv")
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ANTHROPIC"))}
        return run(python, "-W", "error", "-c", PROGRAM, cwd=Path(folder), environment=clean).strip()


def check(tag: str | None) -> None:
    """Carry out every step of a release but the publishing."""
    number = check_versions(tag)
    print(f"_version.py and CHANGELOG.md agree: {number}{'' if tag else ' (no tag asked for)'}")
    wheel = build(number, ROOT / "dist")
    check_contents(wheel)
    print(f"built and judged: dist/{wheel.name} and its sdist")
    answer = try_out(wheel)
    if "6,000" not in answer and "6000" not in answer:
        raise ReleaseError(f"the installed wheel answers {answer!r} to 125 * 48")
    print(f"the wheel, installed alone, answers: {answer}")


def main(arguments: list[str]) -> int:
    """Do what is asked. 0 if it went well, 1 with a sentence if the release must not be made, 2 for what is no verb."""
    try:
        match arguments:
            case ["check", *tags] if len(tags) < 2:
                check(tags[0] or None if tags else None)
            case ["prepare", number]:
                prepare(number)
            case ["notes", tag]:
                print(notes(tag))
            case _:
                print(__doc__)
                return 2
    except ReleaseError as refused:
        print(f"No release: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
