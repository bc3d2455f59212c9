"""What callers give for an image or a document -> its bytes, and a name for sentences and titles. Reads files, never the
network: an address stays an address unless `fetch=True`.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from tercet.toolkit.media.errors import MediaError
from tercet.wire.requests.regular_files import chunks

LARGEST_FILE = 500 << 20
"""Bytes that are read at most: as much as the Files API takes."""
ADDRESSES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class MediaSource:
    """One of: bytes, a picture of Pillow, an address."""

    name: str
    data: bytes | None = None
    picture: Any = None
    url: str | None = None


def is_address(source: object) -> bool:
    """Return whether this is the address of something on the network."""
    return isinstance(source, str) and source[:8].lower().startswith(ADDRESSES)


def read_source(source: Any, noun: str, fetch: bool = False) -> MediaSource:
    """Read what was given as `noun` (`image`, `document`)."""
    if isinstance(source, bytes | bytearray | memoryview):
        return MediaSource(f"the {noun}", data=bytes(source))
    if is_address(source):
        return _behind(source) if fetch else MediaSource(source[:200], url=source)
    if isinstance(source, str) and source[:5].lower() == "data:":
        return MediaSource(f"the {noun}", data=_of_data_url(source))
    if isinstance(source, str | os.PathLike):
        return _of_path(source)
    if _is_picture(source):
        return MediaSource(f"the {noun}", picture=source)
    if callable(getattr(source, "read", None)):
        return _of_file(source, noun)
    raise TypeError(
        f"{noun}() takes a path, bytes, an open file or an address"
        f"{', or a picture of Pillow' if noun == 'image' else ''}, not {type(source).__name__}"
    )


def _is_picture(source: object) -> bool:
    """Return whether this is a picture of Pillow, without importing Pillow: whoever holds one has done so."""
    return any(kind.__module__ == "PIL.Image" and kind.__name__ == "Image" for kind in type(source).__mro__)


def _of_path(path: str | os.PathLike[Any]) -> MediaSource:
    text = os.fspath(path)
    if isinstance(text, bytes):
        text = os.fsdecode(text)
    if not text or len(text) > 4096 or "\n" in text:
        raise MediaError(f"no path can be {text[:40]!r}…: give a path, or the content as bytes")
    name = PurePath(text).name or text
    return MediaSource(name, data=_read(Path(text), name))


def _of_file(file: Any, noun: str) -> MediaSource:
    given = getattr(file, "name", None)
    name = PurePath(given).name if isinstance(given, str) and given else f"the {noun}"
    if callable(getattr(file, "seek", None)) and callable(getattr(file, "seekable", None)) and file.seekable():
        file.seek(0)
    return MediaSource(name, data=_read(file, name))


def _read(file: Any, name: str) -> bytes:
    return _told(
        lambda: b"".join(
            piece.encode() if isinstance(piece, str) else piece for piece in chunks(file, name, LARGEST_FILE)
        )
    )


def _told(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except MediaError:
        raise
    except ValueError as problem:
        raise MediaError(str(problem)) from problem


def _of_data_url(text: str) -> bytes:
    head, _, body = text.partition(",")
    if not head.lower().endswith(";base64"):
        raise MediaError(f"a data: address holds base64 here, and {head[:60]!r} does not say so")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise MediaError(f"the base64 of a data: address cannot be read: {problem}") from None


def _behind(url: str) -> MediaSource:
    from tercet.toolkit.media.fetching import fetch_bytes

    name = PurePath(url.partition("?")[0].partition("#")[0]).name or url[:200]
    return MediaSource(name, data=fetch_bytes(url))
