"""PDFs read from their own bytes: page count and text, page by page. Hostile files neither hang nor raise.

Uses PDFium when pypdfium2 is installed, else a small extractor for simple files. Results are kept for the last few files.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import OrderedDict
from contextlib import suppress
from threading import Lock
from typing import Any

from tercet.wire.pdfium import open_pdf, opened

MOST_BYTES = 32 * 1024 * 1024
MOST_PAGES = 600
MOST_TEXT = 2_000_000
"""Characters of text taken from one file."""
PARSED_PAGES = 100
"""Pages whose text is extracted; later ones count as pages with no text."""
LIBRARY_BYTES = 4 * 1024 * 1024
"""Larger files go to the small extractor, whose time is linear."""
INFLATED = 16 * 1024 * 1024
"""Bytes that all compressed streams of one file may unpack to."""
KEPT = 32

_known: OrderedDict[bytes, tuple[str, ...]] = OrderedDict()
_lock = Lock()


def read_pdf(data: bytes) -> tuple[str, ...]:
    """Return the text of each page. Empty for what is no PDF; a page whose text cannot be read is an empty string."""
    if b"%PDF-" not in data[:1024] or len(data) > MOST_BYTES:
        return ()
    digest = hashlib.sha256(data).digest()
    with _lock:
        if digest in _known:
            _known.move_to_end(digest)
            return _known[digest]
    pages = _bounded(_by_library(data) or _by_hand(data))
    with _lock:
        _known[digest] = pages
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return pages


def _bounded(pages: list[str]) -> tuple[str, ...]:
    kept, room = [], MOST_TEXT
    for page in pages[:MOST_PAGES]:
        text = page[:room].encode("utf-8", "replace").decode()
        kept.append(text)
        room -= len(text)
    return tuple(kept)


# Names that start work without a bound in a file's own hands: scripts, embedded files, encryption, long filter chains.
_SUSPICIOUS = re.compile(rb"/(?:JBIG2Decode|Encrypt|LZWDecode|RunLengthDecode|ASCII85Decode)\b")


def _by_library(data: bytes) -> list[str]:
    if len(data) > LIBRARY_BYTES or _SUSPICIOUS.search(data):
        return []
    with suppress(Exception), open_pdf(data) as document:  # not installed, or a file that it does not take
        count = min(len(document), MOST_PAGES)
        return [_page_text(document, number) if number < PARSED_PAGES else "" for number in range(count)]
    return []


def _page_text(document: Any, number: int) -> str:
    with suppress(Exception), opened(document[number]) as page, opened(page.get_textpage()) as text:
        return str(text.get_text_range()).replace("\r\n", "\n")  # a broken page must not lose the others
    return ""


# --- the small extractor -----------------------------------------------------------------------------------------------

_PAGE = re.compile(rb"/Type\s?/Page(?![A-Za-z])")
_COUNT = re.compile(rb"/Type\s?/Pages\b[^>]{0,400}?/Count\s(\d{1,6})|/Count\s(\d{1,6})[^>]{0,400}?/Type\s?/Pages\b")
_SHOWN = re.compile(
    rb"\(((?:[^()\\]|\\.){0,4000})\)\s?(?:Tj|'|\")|\[((?:\((?:[^()\\]|\\.){0,1000}\)|[^\[\]()]){0,2000})\]\s?TJ"
)
_LITERAL = re.compile(rb"\(((?:[^()\\]|\\.)*)\)")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b"", b"\n": b""}


def _by_hand(data: bytes) -> list[str]:
    count = len(_PAGE.findall(data)) or max((int(a or b) for a, b in _COUNT.findall(data)), default=1)
    texts = [text for text in map(_shown_text, _streams(data)) if text]
    count = max(1, min(count, MOST_PAGES))
    pages = [*texts[: count - 1], "\n".join(texts[count - 1 :])] if texts else []
    return pages + [""] * (count - len(pages))


def _streams(data: bytes) -> list[bytes]:
    found, position, room = [], 0, INFLATED
    while room > 0 and (start := data.find(b"stream", position)) != -1:
        end = data.find(b"endstream", start)
        if end == -1:
            break
        body = data[start + 6 : end].lstrip(b"\r\n")
        position = end + 9
        if b"/FlateDecode" in data[max(0, start - 200) : start]:
            with suppress(zlib.error):
                body = zlib.decompressobj().decompress(body, room)
        room -= len(body)
        if b"Tj" in body or b"TJ" in body:
            found.append(body)
    return found


def _shown_text(stream: bytes) -> str:
    lines = []
    for single, several in _SHOWN.findall(stream[:MOST_TEXT]):
        raw = single or b"".join(_LITERAL.findall(several))
        lines.append(_ESCAPE.sub(_unescaped, raw).decode("latin-1"))
    return " ".join(lines).strip()


def _unescaped(match: re.Match[bytes]) -> bytes:
    body = match[1]
    if body.isdigit() and body[:1] < b"8":
        return bytes([int(body, 8) & 0xFF])
    return _NAMED.get(body, body)
