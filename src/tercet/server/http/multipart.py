"""multipart/form-data, read strictly: a whole body in memory, few parts, small headers, nothing guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tercet.server.errors import HTTPError, invalid

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
    """The parts of a body, in order. Raises 415 for other content types and 400 for what does not hold together."""
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
