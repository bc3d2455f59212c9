"""Files given by path: regular ones alone, within a limit, and never a wait."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from tercet.wire.requests.regular_files import chunks


def read(file: Any, largest: int = 100) -> bytes:
    return b"".join(chunks(file, "the file", largest))


def test_a_path_and_an_open_file_give_their_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")

    assert read(tmp_path / "a") == read(io.BytesIO(b"abc")) == b"abc"


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ValueError, match=r"^the file must be a regular file, which '.+' is not$"):
            read(path)
    with pytest.raises(IsADirectoryError, match="the file cannot be read: it is a directory"):
        read(tmp_path)
    with pytest.raises(FileNotFoundError, match="the file cannot be read: No such file") as caught:
        read(tmp_path / "missing")
    assert caught.value.filename == str(tmp_path / "missing")


def test_nothing_is_read_past_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 101)

    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size
            return b"x" * size

    endless = Endless()
    for file in (tmp_path / "a", io.BytesIO(b"x" * 101), endless):
        with pytest.raises(ValueError, match=r"^the file has .* can be sent$"):
            read(file)
    assert endless.read_bytes < 2_000_000


@pytest.mark.anyio
async def test_an_async_file_is_a_type_error() -> None:
    class Later:
        async def read(self, size: int) -> bytes:
            return b"x"

    with pytest.raises(TypeError, match="gives bytes, but Later gives coroutine"):
        read(Later())


class Reads:
    """A file of somebody's own."""

    def __init__(self, given: Any) -> None:
        self._given = given

    def read(self, size: int) -> Any:
        if isinstance(self._given, Exception):
            raise self._given
        return self._given


@pytest.mark.parametrize(
    "given",
    [
        None,
        5,
        OSError(5, "broken"),
        OSError("broken"),
        io.UnsupportedOperation("read"),
        ValueError("closed"),
        TypeError("no"),
    ],
)
def test_whatever_is_wrong_with_a_file_is_said_with_its_name(given: Any) -> None:
    with pytest.raises((TypeError, ValueError, OSError)) as refused:
        read(Reads(given))
    assert "the file" in str(refused.value)


def test_a_path_that_no_system_takes_is_said_with_its_name() -> None:
    with pytest.raises(ValueError, match="the file cannot be read: embedded null"):
        read(Path("a\0b"))
