"""Five changes that people will want, each carried out by a script on a copy of the repository, and proved there.

The measure of the house is how many hand-written files such a change touches. Each script (`tools/changes/`) says where
it inserts by an anchor: a piece of source that must stand exactly once in a room, in whichever file. After it, what is
made is made anew, and a test that proves the change runs, together with the tests of the place. Only files of the package
are counted; a test whose table wants a row is named beside them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from house_figures import MADE, ROOT

CHANGES = ("block_type", "client_option", "cli_verb", "endpoint", "retry_rule")
COPIED = (
    "src",
    "tests",
    "tools",
    "docs",
    "examples",
    "bench",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "Makefile",
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.png", ".hypothesis", "data")


class MissingAnchorError(Exception):
    """The place where a change belongs is not there, or not once: the change's script must say where it is now."""


class Proof(NamedTuple):
    """A change that was carried out: its files by hand with their number of places, tables of tests that it had to add a row
    to, what was made, and whether its tests pass."""

    name: str
    by_hand: dict[str, int]
    tests: list[str]
    made: list[str]
    passed: bool
    output: str


class Scratch:
    """A copy of the repository, to be changed and thrown away."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.touched: dict[str, int] = defaultdict(int)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, root / name, ignore=LEFT_OUT)
            else:
                shutil.copy(source, root / name)

    def create(self, path: str, text: str) -> None:
        """Write a new file."""
        if (self.root / path).exists():
            raise MissingAnchorError(f"{path} exists already; a change that adds it proves nothing")
        (self.root / path).write_text(text)
        self.touched[path] += 1

    def replace(self, room: str, anchor: str, text: str) -> None:
        """Put `text` in the place of the one piece of source that reads so in a room."""
        path = self._holding(room, anchor)
        path.write_text(path.read_text().replace(anchor, text))
        self.touched[path.relative_to(self.root).as_posix()] += 1

    def after(self, room: str, anchor: str, text: str) -> None:
        """Insert `text` right after an anchor."""
        self.replace(room, anchor, anchor + text)

    def before(self, room: str, anchor: str, text: str) -> None:
        """Insert `text` right before an anchor."""
        self.replace(room, anchor, text + anchor)

    def holding(self, room: str, anchor: str) -> str:
        """Return the one file of a room in which an anchor stands, to be named in the place of the room."""
        return self._holding(room, anchor).relative_to(self.root / "src" / "tercet").as_posix()

    def _holding(self, room: str, anchor: str) -> Path:
        place = self.root / (room if room.startswith("tests/") else f"src/tercet/{room}")
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        texts = [(path, path.read_text()) for path in files if path.exists()]
        counts = {path: text.count(anchor) for path, text in texts if anchor in text and MADE not in text[:400]}
        if list(counts.values()) != [1]:
            found = ", ".join(f"{path.relative_to(self.root)} ({count} times)" for path, count in counts.items())
            raise MissingAnchorError(
                f"src/tercet/{room}: {anchor!r} must stand there once, and stands {found or 'nowhere'}"
            )
        return next(iter(counts))

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy, with the copy's own package."""
        environment = {**os.environ, "PYTHONPATH": str(self.root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False, timeout=600
        )

    def tests(self, patterns: list[str]) -> list[str]:
        """Return the test files of these patterns. Each must mean at least one."""
        found: list[str] = []
        for pattern in patterns:
            files = [path.relative_to(self.root).as_posix() for path in sorted(self.root.glob(pattern))]
            if not files:
                raise MissingAnchorError(
                    f"{pattern}: no such test any more; say in tools/changes which one concerns the change"
                )
            found += files
        return found


def carry_out(name: str) -> Proof:
    """Carry out one change on a copy, make what follows, and run its tests."""
    change = import_module(f"changes.{name}")
    with TemporaryDirectory(prefix=f"house-{name}-") as folder:
        scratch = Scratch(Path(folder))
        before = _generated(scratch.root)
        try:
            change.edit(scratch)
        except MissingAnchorError as gone:
            return Proof(name, dict(scratch.touched), [], [], False, f"{type(gone).__name__}: {gone}")
        shutil.copy(ROOT / "tools" / "changes" / f"test_{name}.py", scratch.root / "tests")
        done = scratch.run(sys.executable, "tools/generate.py")
        output = done.stdout + done.stderr
        made = [path for path, text in _generated(scratch.root).items() if before.get(path) != text]
        if done.returncode == 0:
            files = [f"tests/test_{name}.py", *scratch.tests(change.TESTS)]
            done = scratch.run(sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files)
            output += done.stdout + done.stderr
        by_hand = {path: places for path, places in scratch.touched.items() if path.startswith("src/")}
        tables = [path for path in scratch.touched if path not in by_hand]
        return Proof(name, by_hand, tables, made, done.returncode == 0, output)


def _generated(root: Path) -> dict[str, str]:
    files = [*(root / "src").rglob("*.py"), *(root / "src").rglob("*.pyi"), *(root / "docs").glob("*.md")]
    texts: dict[str, str] = {}
    for path in files:
        with suppress(FileNotFoundError):
            if MADE in (text := path.read_text())[:600]:
                texts[path.relative_to(root).as_posix()] = text
    return texts


def main(names: list[str]) -> int:
    """Carry out the named changes, or all, and print what each touched."""
    failed = False
    for name in names or CHANGES:
        proof = carry_out(name)
        failed |= not proof.passed
        print(f"{name}: {len(proof.by_hand)} by hand, {len(proof.made)} made, {'ok' if proof.passed else 'FAILED'}")
        for path, places in proof.by_hand.items():
            print(f"    {path}{f' ({places} places)' if places > 1 else ''}")
        print(*(f"    {path} (its table of tests)" for path in proof.tests), sep="\n", end="\n" if proof.tests else "")
        if not proof.passed:
            print(proof.output[-3000:])
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
