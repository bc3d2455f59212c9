"""Whole bodies, read: compressed ones with a limit on what they may grow to, and forms, strictly: few parts, nothing guessed."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from tercet.server.errors import HTTPError, invalid

WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""Encoding -> zlib's window bits: gzip's own frame, or either frame for deflate, which both are in use for."""
UNSUPPORTED, INVALID, TOO_LARGE = (
    "request_body_encoding_unsupported",
    "request_body_encoding_invalid",
    "request_body_too_large_after_decoding",
)


def decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """Return the body without its Content-Encoding. Raises the API's 400 for other or broken ones, 413 above `limit`
    bytes."""
    if encoding in ("", "identity"):
        return body
    if encoding not in WINDOWS:
        said = f"The Content-Encoding {encoding[:50]!r} is not supported. Use gzip, or send the body uncompressed."
        raise invalid(said, error_code=UNSUPPORTED)
    reader = zlib.decompressobj(WINDOWS[encoding])
    try:
        plain = reader.decompress(body, limit + 1)
    except zlib.error:
        raise invalid(f"The body is not valid {encoding}.", error_code=INVALID) from None
    if len(plain) > limit:
        said = "Request exceeds the maximum allowed number of bytes."
        raise HTTPError(413, said, details={"error_code": TOO_LARGE})
    if not reader.eof or reader.unused_data:
        raise invalid(
            f"The body is not valid {encoding}: it ends too early or goes on after its end.", error_code=INVALID
        )
    return plain


# --- multipart/form-data ---------------------------------------------------------------------------------------------------

MOST_PARTS = 32
MOST_HEADER_BYTES = 4096
_BOUNDARY = re.compile(r'(?:^|;)\s*boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*(name|filename|filename\*)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part: its field's name, its file's name if it is a file, its media type, its bytes."""

    name: str
    filename: str | None
    content_type: str
    content: bytes


def parts_of(body: bytes, content_type: str) -> list[FormPart]:
    """Return the parts of a body, in order. Raises 415 for other content types and 400 for what does not hold
    together."""
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise HTTPError(415, "The Content-Type of this request must be multipart/form-data.")
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise invalid("The Content-Type names no boundary for its multipart/form-data.")
    mark = b"--" + (match[1] or match[2]).encode("latin-1")
    sections = (b"\r\n" + body).split(b"\r\n" + mark, MOST_PARTS + 2)
    if len(sections) > MOST_PARTS + 2:
        raise invalid(f"At most {MOST_PARTS} parts are read of multipart/form-data.")
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise invalid("The multipart/form-data ends before its last boundary.")
    return [_part(section) for section in sections[1:-1]]


def _part(section: bytes) -> FormPart:
    head, blank, content = section.partition(b"\r\n\r\n")
    if not blank or not head.startswith(b"\r\n") or len(head) > MOST_HEADER_BYTES:
        raise invalid("A part of the multipart/form-data has no readable headers.")
    headers: dict[str, str] = {}
    for line in head[2:].split(b"\r\n"):
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if not colon:
            raise invalid("A part of the multipart/form-data has a header line without a colon.")
        headers[name.strip().lower()] = value.strip()
    about = _disposition(headers.get("content-disposition", ""))
    if "name" not in about:
        raise invalid("A part of the multipart/form-data has no name.")
    return FormPart(about["name"], about.get("filename"), headers.get("content-type", ""), content)


def _disposition(value: str) -> dict[str, str]:
    if not value.lower().startswith("form-data"):
        return {}
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(value):
        found.setdefault(name.lower().rstrip("*"), _unquoted(quoted) if quoted or not bare else bare)
    return found


def _unquoted(text: str) -> str:
    text = re.sub(r'\\(["\\])', r"\1", text)
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
