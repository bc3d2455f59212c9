"""Files that a caller gives by path or opened: only regular files are opened, and none is read past a limit. Knows not what
for. A pipe would wait for a writer, a device might never end: both are refused before a byte is read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from typing import IO, Any

CHUNK = 1 << 20


def chunks(file: Any, name: str, largest: int) -> Iterator[Any]:
    """Read a path or an open file piece by piece. ValueError past `largest` bytes; OSErrors and all others tell `name`."""
    if isinstance(file, os.PathLike):
        with _open_file(file, name, largest) as opened:
            yield from _pieces(opened, name, largest)
    else:
        yield from _pieces(file, name, largest)


def _open_file(path: os.PathLike[Any], name: str, largest: int) -> IO[bytes]:
    def opener(path: str, flags: int) -> int:
        return _open_regular(path, flags, name, largest)

    try:
        return open(path, "rb", opener=opener)
    except OSError as problem:
        said = f"{name} cannot be read: {problem.strerror or problem}"
        raise type(problem)(problem.errno, said, os.fspath(path)) from problem
    except ValueError as problem:
        raise problem if str(problem).startswith(name) else ValueError(f"{name} cannot be read: {problem}") from problem


def _open_regular(path: str, flags: int, name: str, largest: int) -> int:
    opened = os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    try:
        about = os.fstat(opened)
        if stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(errno.EISDIR, "it is a directory")
        if not stat.S_ISREG(about.st_mode):
            raise ValueError(f"{name} must be a regular file, which {path!r} is not")
        check_size(about.st_size, name, largest)
    except BaseException:
        os.close(opened)
        raise
    return opened


def _pieces(file: Any, name: str, largest: int) -> Iterator[Any]:
    total = 0
    while (chunk := _read(file, name)) or chunk is None:
        if not isinstance(chunk, bytes | bytearray | memoryview | str):
            if chunk is not None and hasattr(chunk, "close"):
                chunk.close()  # a coroutine, of an async file
            raise TypeError(
                f"{name} must be a file that gives bytes, but {type(file).__name__} gives {type(chunk).__name__}"
            )
        total += len(chunk)
        check_size(total, name, largest)
        yield chunk


def _read(file: Any, name: str) -> Any:
    try:
        return file.read(CHUNK)
    except OSError as problem:
        said = f"{name} cannot be read: {problem.strerror or problem}"
        raise (OSError(said) if problem.errno is None else type(problem)(problem.errno, said)) from problem
    except (TypeError, ValueError) as problem:
        raise type(problem)(f"{name} cannot be read: {problem}") from problem


def check_size(size: int, name: str, largest: int) -> None:
    """Raise ValueError for more than `largest` bytes."""
    if size > largest:
        raise ValueError(f"{name} has {size / 1e6:,.0f} MB, and at most {largest >> 20:,} MB can be sent")
