"""Cuts large data out of content blocks, and puts it back. Pure.

Pictures and documents lie in a block's `source.data`, also within results of tools. What is longer than 4 KB is replaced by
`@0`, `@1` … in the order in which it stands; a text that begins with `@` by itself is cut out, too, so that nobody's words are
ever taken for such a mark.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from tercet.toolkit.conversation.entries import Block

LEAST = 4096
"""Characters of data that stay in their block."""
HASH = 16
"""Bytes of a hash: within one owner's blobs, nobody else's."""


class Attachment(msgspec.Struct, frozen=True):
    """Data that was cut out: its hash, its bytes, and whether a text of base64 says the same."""

    hash: bytes
    data: bytes
    encoded: bool

    def text(self) -> str:
        """Return the data as it stood in its block."""
        return as_text(self.data, self.encoded)


def as_text(data: bytes, encoded: bool) -> str:
    """Return data as it stood in its block."""
    return binascii.b2a_base64(data, newline=False).decode("ascii") if encoded else data.decode()


def cut_out(content: Sequence[Block]) -> tuple[Sequence[Block], list[Attachment]]:
    """Return content without its large data, and that data. Content that has none is returned as it is."""
    if not any(map(_is_large, _data_of(content))):
        return content, []
    found: list[Attachment] = []
    return [_cut(block, found) for block in content], found


def _is_large(data: str) -> bool:
    return len(data) > LEAST or data.startswith("@")


def _sources(blocks: Any) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield each block that may hold data, and its source: blocks, and blocks within results and sources."""
    if not isinstance(blocks, list | tuple):
        return
    for block in blocks:
        if not isinstance(block, dict):
            continue
        source = block.get("source")
        if isinstance(source, dict):
            yield block, source
            yield from _sources(source.get("content"))
        yield from _sources(block.get("content"))


def _data_of(blocks: Any) -> Iterator[str]:
    for _, source in _sources(blocks):
        if isinstance(data := source.get("data"), str):
            yield data


def _cut(block: Any, found: list[Attachment]) -> Any:
    if not isinstance(block, dict) or not any(map(_is_large, _data_of([block]))):
        return block
    made = dict(block)
    source = made.get("source")
    if isinstance(source, dict):
        made["source"] = source = dict(source)
        if isinstance(data := source.get("data"), str) and _is_large(data):
            source["data"] = f"@{len(found)}"
            found.append(_attachment(data))
        if isinstance(inner := source.get("content"), list | tuple):
            source["content"] = [_cut(each, found) for each in inner]
    if isinstance(inner := made.get("content"), list | tuple):
        made["content"] = [_cut(each, found) for each in inner]
    return made


def _attachment(text: str) -> Attachment:
    data = _decoded(text)
    encoded = data is not None
    if data is None:
        data = text.encode()
    kind = b"base64" if encoded else b"text"
    return Attachment(hashlib.blake2b(data, digest_size=HASH, person=kind).digest(), data, encoded)


def _decoded(text: str) -> bytes | None:
    """Return the bytes of a text in base64; None unless the very same text can be made of them again."""
    try:
        data = binascii.a2b_base64(text)
    except ValueError:
        return None
    return data if as_text(data, True) == text else None


def put_back(content: Sequence[Block], texts: Sequence[str]) -> None:
    """Put texts in the places of their marks, in content that was just read and is nobody's yet."""
    for _, source in _sources(content):
        data = source.get("data")
        if isinstance(data, str) and data.startswith("@"):
            source["data"] = texts[int(data[1:])]  # type: ignore[index]
