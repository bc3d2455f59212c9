"""Bodies that come compressed: gzip and deflate, with a limit on what they may grow to."""

from __future__ import annotations

import zlib

from tercet.server.errors import HTTPError, invalid

WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""Encoding -> zlib's window bits: gzip's own frame, or either frame for deflate, which both are in use for."""
UNSUPPORTED, INVALID, TOO_LARGE = (
    "request_body_encoding_unsupported",
    "request_body_encoding_invalid",
    "request_body_too_large_after_decoding",
)


def decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its Content-Encoding. Raises the API's 400 for other or broken ones, 413 above `limit` bytes."""
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
