"""What callers give is read once, whole, from files that end; what cannot be read says why."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tercet.toolkit.media.errors import MediaError
from tercet.toolkit.media.sources import read_source


def test_a_file_is_known_by_its_name_and_bytes_by_their_noun(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"abc")
    assert read_source(tmp_path / "a.bin", "image").name == "a.bin"
    assert read_source(b"abc", "document").name == "the document"


def test_open_files_are_read_from_their_beginning() -> None:
    with tempfile.SpooledTemporaryFile() as spooled:
        spooled.write(b"abc")
        for file in (io.BytesIO(b"abc"), io.StringIO("abc"), spooled):
            file.seek(2)
            assert read_source(file, "image").data == b"abc"


def test_a_missing_file_is_that_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.png cannot be read"):
        read_source(tmp_path / "gone.png", "image")
    with pytest.raises(IsADirectoryError):
        read_source(tmp_path, "image")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MediaError, match="regular file"):
        read_source(str(tmp_path / "pipe"), "image")


@pytest.mark.parametrize("given", ["", "x" * 5000, "two\nlines", "data:image/png,abc", "data:;base64,a b"])
def test_text_that_is_no_path_and_no_address(given: str) -> None:
    with pytest.raises(MediaError):
        read_source(given, "image")


@pytest.mark.parametrize("given", [None, 5, [], {"type": "image"}, object()])
def test_other_things_are_told_by_their_type(given: Any) -> None:
    with pytest.raises(TypeError, match=r"image\(\) takes a path, bytes, an open file"):
        read_source(given, "image")
