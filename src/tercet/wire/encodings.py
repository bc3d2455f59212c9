"""Undoes what anyone can undo: escapes, percent signs, entities, base64, hex, compression. Knows no credential.

A text is searched as it stands and in each of these views. A view of escapes knows where each of its characters came
from, so that what is found in it can be cut out of the text itself; of base64, hex and compression, whole runs are cut.
"""

from __future__ import annotations

import binascii
import re
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator

Span = tuple[int, int]
Character = Callable[[re.Match[str]], str]
Escape = tuple[str, re.Pattern[str], Character]
DEEPEST = 5
"""Escapes within escapes that are undone: JSON in JSON in JSON has three."""
MOST_INFLATED = 8 * 1024 * 1024
MOST_STREAMS = 1000
"""Compressed streams within other bytes that are looked into."""
SHORTEST_RUN = 10
"""Characters: eight bytes take eleven of base64, less what its neighbours share."""
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def _backslash(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(int(code, 16)) if code else _PLAIN.get(found[4], found[4])


def _percent(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _entity(found: re.Match[str]) -> str:
    if found[1]:
        return _ENTITIES[found[1]]
    number = int(found[2], 16) if found[2] else int(found[3])
    return chr(number) if number < 0x110000 else "\ufffd"


def _quoted_printable(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else ""


ESCAPES: tuple[Escape, ...] = (
    (
        "\\",
        re.compile(r"\\(?:u([0-9A-Fa-f]{4})|u\{0*([0-9A-Fa-f]{1,4})\}|x([0-9A-Fa-f]{2})|([^ux]))", re.S),
        _backslash,
    ),
    ("%", re.compile(r"%([0-9A-Fa-f]{2})"), _percent),
    ("&", re.compile(r"&(?:(amp|lt|gt|quot|apos)|#[xX]0*([0-9A-Fa-f]{1,6})|#0*([0-9]{1,7}));"), _entity),
    ("=", re.compile(r"=(?:([0-9A-F]{2})|\r?\n)"), _quoted_printable),
    ("\0", re.compile("\0"), lambda found: ""),
)
"""The sign that says where one may be, how it is written, and the character that it means."""
MIXED = tuple(escape for escape in ESCAPES if escape[0] != "=")
"""Those that are undone together. Quoted-printable is not: `=AB` is all too common elsewhere."""


class UnescapedText:
    """A text with one kind of escape undone, and the places at which its characters stand in that text."""

    def __init__(self, text: str, written: re.Pattern[str], means: Character) -> None:
        pieces: list[str] = []
        self._places, self._sources = [0], [0]
        size = last = 0
        for found in written.finditer(text):
            literal, character = text[last : found.start()], means(found)
            pieces += (literal, character)
            self._places += (size + len(literal), size + len(literal) + len(character))
            self._sources += found.span()
            size, last = self._places[-1], found.end()
        self.text = "".join((*pieces, text[last:])) if last else text
        self.differs = last > 0

    def source(self, span: Span) -> Span:
        """Return the span of the text that a span of this view came from."""
        (first, end), last = span, bisect_right(self._places, span[1] - 1) - 1
        at = bisect_right(self._places, first) - 1
        begins = self._sources[at] + first - self._places[at]
        if last + 1 < len(self._places) and end == self._places[last + 1]:
            return begins, self._sources[last + 1]
        return begins, self._sources[last] + end - self._places[last]


class Reading:
    """The text as it can be read: through these views, one after the other."""

    def __init__(self, text: str, through: tuple[UnescapedText, ...] = ()) -> None:
        self.text, self._through = text, through

    def source(self, span: Span) -> Span:
        """Return the span of the text itself that a span of this reading came from."""
        for view in reversed(self._through):
            span = view.source(span)
        return span

    def further(self, escapes: tuple[Escape, ...]) -> Iterator[Reading]:
        """Undo these escapes, in turn, until none is left."""
        reading = self
        for _ in range(DEEPEST):
            before = reading
            for sign, written, means in escapes:
                view = UnescapedText(reading.text, written, means) if sign in reading.text else None
                if view is not None and view.differs:
                    reading = Reading(view.text, (*reading._through, view))
                    yield reading
            if reading is before:
                return


def readings(text: str) -> Iterator[Reading]:
    """Yield the text as it is, with the escapes of each kind undone, and with all kinds undone; none twice."""
    plain, seen = Reading(text), {text}
    present = [escape for escape in ESCAPES if escape[0] in text]
    ways = [(escape,) for escape in present] + ([MIXED] if any(escape in MIXED for escape in present) else [])
    yield plain
    for escapes in ways:
        for reading in plain.further(escapes):
            if reading.text not in seen:
                seen.add(reading.text)
                yield reading


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_OTHERS = bytes(set(range(256)) - set(_ALPHABET) - set(b"-_"))
_HEX = re.compile(rb"[0-9A-Fa-f]{16,}")
RUN = re.compile(rf"[A-Za-z0-9+/_=-]{{{SHORTEST_RUN},}}")
"""What may be base64 or hex."""


def unpacked(text: str) -> Iterator[bytes]:
    """Yield all that base64 or hex anywhere in the text may mean, whatever stands around it, and what is compressed
    in that.

    Line breaks within base64 count for nothing.
    """
    coded = text.encode("utf-8", "surrogatepass")
    for data in (*_base64(coded), *_hex(coded)):
        yield data
        yield from inflated(data)


def is_like_picture(text: str) -> bool:
    """Return whether the text begins as a picture or a PDF in base64."""
    return len(text) >= SMALLEST_PICTURE and text.startswith(_PICTURES)


def picture_in(text: str) -> bytes | None:
    """Return the bytes of a picture or PDF if the text is nothing but their base64: it has one reading, not many."""
    if not is_like_picture(text):
        return None
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None


def legible(data: bytes) -> str:
    """Return the stretches of bytes that are text, a line each: what may be coded once more. Random bytes have none."""
    if _MARKED_RUN not in data.translate(_MARKED_TEXT):
        return ""
    return b"\n".join(_LEGIBLE.findall(data)).decode("ascii")


def _base64(text: bytes) -> Iterator[bytes]:
    compact = text.translate(_STANDARD, _OTHERS) + b"AAA"  # so that the last group is whole
    if len(compact) >= SHORTEST_RUN + 3:
        for shift in range(4):
            yield binascii.a2b_base64(compact[shift : len(compact) - (len(compact) - shift) % 4])


def _hex(text: bytes) -> Iterator[bytes]:
    if _MARKED_RUN not in text.translate(_MARKED_HEX):
        return
    for run in _HEX.findall(text):
        for shift in (0, 1):
            yield binascii.a2b_hex(run[shift : len(run) - (len(run) - shift) % 2])


_LEGIBLE = re.compile(rb"[\t\n\r -~]{16,}")
_MARKED_TEXT = bytes(byte in b"\t\n\r" or 32 <= byte < 127 for byte in range(256))
_MARKED_HEX = bytes(byte in b"0123456789ABCDEFabcdef" for byte in range(256))
_MARKED_RUN = b"\1" * 16
"""Whether there is a stretch at all is asked of bytes that have 1 for each of its letters: 20 times as fast."""
_PICTURES = ("iVBORw0KGg", "/9j/", "R0lGOD", "UklGR", "JVBERi0")
"""How the base64 of PNG, JPEG, GIF, WEBP and PDF begins."""
SMALLEST_PICTURE = 4096
"""Characters: what is shorter is read in every way there is."""
_COMPRESSED = re.compile(rb"[\x1f\x78](?:(?<=\x1f)\x8b\x08|(?<=\x78)[\x01\x5e\x9c\xda])")
_FIRST_LOOK = 256
"""Bytes by which nearly all that only looks compressed is told from what is: zlib copies what it does not use."""


def inflated(data: bytes) -> Iterator[bytes]:
    """Yield what compressed streams within these bytes hold, as far as they can be read."""
    view, left = memoryview(data), MOST_INFLATED
    for number, found in enumerate(_COMPRESSED.finditer(data)):
        if number >= MOST_STREAMS or left <= 0:
            return
        reader, begins = zlib.decompressobj(47), found.start()
        try:
            plain = reader.decompress(view[begins : begins + _FIRST_LOOK], left)
            if not reader.eof and len(plain) < left:
                plain += reader.decompress(view[begins + _FIRST_LOOK :], left - len(plain))
        except zlib.error:
            continue
        left -= len(plain)
        yield plain
