"""A file, as callers give it -> one multipart/form-data body. Names are checked here, and nothing is held twice:
what is read from disk goes straight into the body."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tercet.wire.http import Headers, checked_headers
from tercet.wire.requests.arguments import mapping, wrong
from tercet.wire.requests.regular_files import check_size, chunks

FORBIDDEN_IN_NAMES = re.compile(r'[<>:"|?*\\/\x00-\x1f\x7f]')
LONGEST_NAME = 255
LARGEST_FILE = 500 * 1024 * 1024
"""The API's limit of 500 MB, read generously: below it the API has the last word."""
UNKNOWN_TYPE = "application/octet-stream"
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Types that machines without a table of their own do not know."""
ACCEPTED = "bytes, a pathlib.Path, a file opened in binary mode, or a tuple (name, content[, media type[, headers]])"


@dataclass(slots=True)
class Part:
    """One file on its way into a body."""

    content: bytes | bytearray | memoryview | os.PathLike[str] | IO[bytes]
    name: str | None = None
    media_type: str | None = None
    headers: Headers = field(default_factory=Headers)


def make_part(file: Any) -> Part:
    """Return a caller's file as a part of a form, checked."""
    if isinstance(file, tuple):
        return _part_of_tuple(file)
    content = _checked_content(file)
    name = _own_name(content)
    return Part(content, name, guess_media_type(name) if name else UNKNOWN_TYPE)


def _part_of_tuple(file: tuple[Any, ...]) -> Part:
    if not 2 <= len(file) <= 4:
        raise ValueError(f"file as a tuple must be (name, content[, media type[, headers]]), not {len(file)} items")
    given, content = file[0], _checked_content(file[1])
    if given is not None and not isinstance(given, str):
        raise wrong("file[0]", given, "a file name or None")
    name = check_file_name(given) if given else _own_name(content)
    headers = checked_headers(mapping("file[3]", file[3] or {})) if len(file) == 4 else Headers()
    media_type = file[2] if len(file) > 2 else None
    if media_type is not None and not isinstance(media_type, str):
        raise wrong("file[2]", media_type, "a media type such as 'application/pdf' or None")
    if media_type is None and name is not None:
        media_type = guess_media_type(name)
    return Part(content, name, media_type, headers)


def _checked_content(content: Any) -> Any:
    if isinstance(content, str):
        raise TypeError(f"file must be {ACCEPTED}, not a str: pass pathlib.Path(...) for a path, .encode() for content")
    if isinstance(content, bytes | bytearray | memoryview | os.PathLike) or callable(getattr(content, "read", None)):
        return content
    raise wrong("file", content, ACCEPTED)


def _own_name(content: Any) -> str | None:
    """Return the name that a path or an open file has; None for what has none."""
    name = content if isinstance(content, os.PathLike) else getattr(content, "name", None)
    if not isinstance(name, str | bytes | os.PathLike):  # files by descriptor have a number for a name
        return None
    return check_file_name(os.fsdecode(name)) or None


def check_file_name(name: str) -> str:
    """Return the last component of `name`, which is all that the API keeps, if the API takes it as a file's name."""
    last = re.split(r"[/\\]" if os.name == "nt" else "/", name)[-1]
    found = FORBIDDEN_IN_NAMES.search(last)
    if found:
        raise ValueError(
            f'a file\'s name must not hold {found[0]!r}, but {last!r} does: give another, as file=("name", content)'
        )
    if len(last) > LONGEST_NAME:
        raise ValueError(f"a file's name has at most {LONGEST_NAME} characters, not {len(last)}")
    try:
        last.encode()
    except UnicodeEncodeError:
        raise ValueError(f"a file's name must be Unicode text, which {last!r} is not") from None
    return last


def guess_media_type(name: str) -> str:
    """Return the media type that a file's name suggests."""
    from mimetypes import guess_type

    return guess_type(name)[0] or MEDIA_TYPES.get(os.path.splitext(name)[1].lower(), UNKNOWN_TYPE)


def multipart(fields: Mapping[str, Any], name: str, part: Part, boundary: str | None = None) -> tuple[bytes, str]:
    """Return the body with these form fields and this file under `name`, and its content type.

    The boundary is random, 128 bits, so that no content holds it.
    """
    boundary = boundary or os.urandom(16).hex()
    body = io.BytesIO()  # grows in place and gives its bytes up without a copy
    for key, value in fields.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_field_name(key)}"\r\n\r\n'
        body.write(head.encode() + _field_text(key, value).encode() + b"\r\n")
    body.write(f"--{boundary}\r\n{_head(name, part)}\r\n".encode())
    _write_content(part.content, body)
    body.write(f"\r\n--{boundary}--\r\n".encode())
    return body.getvalue(), f"multipart/form-data; boundary={boundary}"


def _head(name: str, part: Part) -> str:
    lines = [f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{part.name}"' if part.name else "")]
    lines += [f"{key}: {value}" for key, value in part.headers.multi_items()]
    if part.media_type and "content-type" not in part.headers:
        lines += [f"Content-Type: {checked_headers({'Content-Type': part.media_type})['Content-Type']}"]
    return "".join(f"{line}\r\n" for line in lines)


def _field_name(name: Any) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[\w.\[\]-]+", name):
        raise ValueError(f"a form field's name must be made of letters, digits and _ . - [ ], not {name!r}")
    return name


def _field_text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise wrong(name, value, "a string, a number or a bool: a form holds nothing else")


def _write_content(content: Any, body: io.BytesIO) -> None:
    if isinstance(content, bytes | bytearray | memoryview):
        check_size(memoryview(content).nbytes, "file", LARGEST_FILE)
        body.write(content)
        return
    for chunk in chunks(content, "file", LARGEST_FILE):
        if isinstance(chunk, str):
            raise TypeError("file was opened in text mode: open it in binary mode, with open(path, 'rb')")
        body.write(chunk)


def file_from_path(path: str | os.PathLike[str]) -> tuple[str, bytes]:
    """Read the file at `path` as a tuple (name, content), ready for `files.upload(file=...)`."""
    content = b"".join(chunks(Path(path), "file", LARGEST_FILE))
    return check_file_name(os.path.basename(os.fspath(path))), content
