"""Content-encodings, with caps: a few bytes must not become gigabytes. Knows gzip and deflate, which is what we ask for."""

from __future__ import annotations

import zlib
from typing import Protocol

LARGEST_DECODED = 256 * 1024 * 1024
RATIO_COUNTS_FROM = 1024 * 1024
LARGEST_RATIO = 1000
MOST_MEMBERS = 100


class UndecodableError(Exception):
    """Raised when a body is not in the content-encoding that its header says."""


class TooLargeError(Exception):
    """Raised when a body is larger than a cap."""


class ContentDecoder(Protocol):
    """Turn bytes as sent into bytes as meant. `failure`: what was wrong behind the bytes that `feed` gave last."""

    failure: Exception | None

    def feed(self, data: bytes) -> bytes: ...

    def feed_end(self) -> None: ...


def decoder_for(encoding: str | None) -> ContentDecoder | None:
    """Return the decoder for a content-encoding header; None if the body stands as it is. Raises UndecodableError."""
    coding = (encoding or "").strip().lower()
    if coding in ("", "identity"):
        return None
    if coding in ("gzip", "x-gzip", "deflate"):
        return Inflate()
    raise UndecodableError(f"content-encoding {coding[:40]!r} was not asked for")


class Inflate:
    """Decode gzip (several members in a row, too), zlib and raw deflate, told apart by their first bytes."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self._inflater: zlib._Decompress | None = None
        self._first = b""
        self._members = 0
        self._read = 0
        self._written = 0

    def feed(self, data: bytes) -> bytes:
        """Return what `data` decodes to. Raises UndecodableError, TooLargeError; behind good bytes, `failure` keeps it."""
        if self.failure is not None:
            raise self.failure
        pieces: list[bytes] = []
        try:
            self._take(data, pieces)
        except (UndecodableError, TooLargeError) as error:
            if not any(pieces):
                raise
            self.failure = error
        return b"".join(pieces)

    def _take(self, data: bytes, pieces: list[bytes]) -> None:
        self._read += len(data)
        data = self._first + data
        self._first = b""
        while data:
            if self._inflater is None:
                if len(data) < 2:
                    self._first = data
                    break
                self._inflater = self._begin(data)
            data = self._inflate(self._inflater, data, pieces)

    def feed_end(self) -> None:
        """End the body. Raises UndecodableError if the encoding did not, and what `feed` kept."""
        if self.failure is not None:
            raise self.failure
        if self._inflater is not None or self._first or not self._members:
            raise UndecodableError("the compressed body ends early")

    def _begin(self, data: bytes) -> zlib._Decompress:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise TooLargeError(f"the body has more than {MOST_MEMBERS} gzip members")
        if data.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(31)
        is_zlib = data[0] & 0x0F == 8 and (data[0] * 256 + data[1]) % 31 == 0
        return zlib.decompressobj(15 if is_zlib else -15)

    def _inflate(self, inflater: zlib._Decompress, data: bytes, pieces: list[bytes]) -> bytes:
        while True:
            before = inflater.copy()  # 1 µs: an error takes with it what the same bytes had decoded to
            try:
                piece = inflater.decompress(data, RATIO_COUNTS_FROM)
            except zlib.error as error:
                pieces.append(_until_error(before, data))
                raise UndecodableError(f"the compressed body is corrupt ({error})") from error
            pieces.append(piece)
            self._written += len(piece)
            self._check()
            if inflater.eof:
                self._inflater = None
                return inflater.unused_data
            data = inflater.unconsumed_tail
            if not data and len(piece) < RATIO_COUNTS_FROM:
                return b""

    def _check(self) -> None:
        if self._written > LARGEST_DECODED:
            raise TooLargeError(f"the body decodes to more than {LARGEST_DECODED >> 20} MiB")
        if self._written > RATIO_COUNTS_FROM and self._written > LARGEST_RATIO * self._read:
            raise TooLargeError(f"the body decodes to more than {LARGEST_RATIO} times its size")


def _until_error(inflater: zlib._Decompress, data: bytes) -> bytes:
    """Return what corrupt data decodes to before its first bad byte."""
    pieces: list[bytes] = []
    try:
        for at in range(len(data)):
            pieces.append(inflater.decompress(data[at : at + 1], RATIO_COUNTS_FROM))  # noqa: PERF401 - what came before counts
    except zlib.error:
        pass
    return b"".join(pieces)
