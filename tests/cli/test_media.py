"""`tercet media`, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from tests.server.accounting.test_pdf import make_pdf
from tests.toolkit.media.samples import encoded, screen

import tercet

TERCET = [sys.executable, "-c", "from tercet.cli import main; main()"]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TERCET, "media", *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    (folder / "shot.png").write_bytes(encoded(screen(1920, 1080), "PNG"))
    (folder / "report.pdf").write_bytes(make_pdf("One.", "Two."))
    (folder / "notes.txt").write_text("Some words.")
    (folder / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF")
    return folder


def test_each_file_is_a_row_of_what_would_be_sent(files: Path) -> None:
    done = run("shot.png", "report.pdf", "notes.txt", "--json", cwd=files)
    shot, report, notes = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (shot["type"], shot["width"], shot["height"], shot["tokens"]) == ("image/webp", 1456, 819, 1560)
    assert Decimal(shot["usd"]) == tercet.price("claude-sonnet-4-6", {"input_tokens": 1560, "output_tokens": 0})
    assert (report["type"], report["pages"], report["error"]) == ("application/pdf", 2, None)
    assert (notes["type"], notes["bytes"]) == ("text/plain", 11)


def test_the_model_the_tokens_and_the_pages_are_those_that_are_asked_for(files: Path) -> None:
    done = run(
        "shot.png", "report.pdf", "-m", "claude-opus-4-8", "--tokens", "300", "--pages", "2", "--json", cwd=files
    )
    shot, report = json.loads(done.stdout)
    assert 250 < shot["tokens"] <= 300
    assert report["pages"] == 1


def test_a_table_tells_the_same_and_errors_stand_beside_it(files: Path) -> None:
    done = run("shot.png", "cut.jpg", "gone.png", cwd=files)
    assert done.returncode == 5
    assert done.stdout.split() == [
        "file",
        "type",
        "size",
        "pages",
        "bytes",
        "tokens",
        "usd",
        "shot.png",
        "image/webp",
        "1456",
        "×",
        "819",
        *done.stdout.split()[12:],
    ]
    assert "1,560" in done.stdout
    assert "Error: cut.jpg: cut.jpg is a JPEG image that ends before its picture does" in done.stderr
    assert "Error: gone.png: " in done.stderr
    assert "No such file" in done.stderr


def test_no_file_and_no_pages_are_usage(files: Path) -> None:
    assert run(cwd=files).returncode == 2
    assert "12 pages" not in run("report.pdf", "--pages", "9", cwd=files).stdout
    assert run("report.pdf", "--pages", "9", cwd=files).returncode == 2
