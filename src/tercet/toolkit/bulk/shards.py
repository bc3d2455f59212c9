"""Shards: the bodies of batches as files in the job's folder, one request a line, so that no list of requests is ever held.

    shard-00003-1.json      {"requests":[
                            {"custom_id":"3f2a9c10-7ps","params":{...}},
                            ...
                            ]}

A `custom_id` is `<nonce>-<item>`: eight characters of chance, of this shard and try alone, and the item's number in base 36. A third
part, `-<nano>` in base 36, stands behind an item that is asked for the second time since its answer did not fit: what was paid for
that.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from tercet.toolkit.bulk.errors import BulkError
from tercet.wire.requests.json_body import encode_json

MOST_REQUESTS = 100_000
MOST_BYTES = 256 * 1000 * 1000
"""The API's limits of one batch."""
_BEGIN, _END = b'{"requests":[\n', b"\n]}"
_ID = re.compile(r"([0-9a-f]{8})-([0-9a-z]{1,13})(?:-([0-9a-z]{1,16}))?")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class CustomId(NamedTuple):
    """What a `custom_id` of ours says."""

    nonce: str
    item: int
    paid: int | None = None
    """Nano-dollars for the answer that did not fit; None the first time."""

    def __str__(self) -> str:
        first = f"{self.nonce}-{base36(self.item)}"
        return first if self.paid is None else f"{first}-{base36(self.paid)}"


class ShardLine(NamedTuple):
    """One request of a shard."""

    id: CustomId
    params: msgspec.Raw


class _BodyLine(msgspec.Struct):
    custom_id: str
    params: msgspec.Raw


_BODY_LINE = msgspec.json.Decoder(_BodyLine)


def base36(number: int) -> str:
    """Return a whole number, 0 or more, in base 36."""
    made = ""
    while True:
        number, digit = divmod(number, 36)
        made = _DIGITS[digit] + made
        if not number:
            return made


def parse_custom_id(text: object) -> CustomId | None:
    """Return what a `custom_id` says; None if it is none of ours."""
    found = _ID.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    nonce, item, paid = found.groups()
    return CustomId(nonce, int(item, 36), None if paid is None else int(paid, 36))


def new_nonce() -> str:
    """Return eight characters of chance."""
    return secrets.token_hex(4)


class ShardWriter:
    """Write one shard: `add` until it says that there is no room, then `close`. Nothing of it counts before its intent is committed."""

    def __init__(
        self, path: Path, nonce: str, *, most_requests: int = MOST_REQUESTS, most_bytes: int = MOST_BYTES
    ) -> None:
        self.path, self.nonce, self.count, self.size = path, nonce, 0, len(_BEGIN) + len(_END)
        self._most_requests, self._most_bytes, self._digest = most_requests, most_bytes, sha256()
        self._file: IO[bytes] = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")  # noqa: SIM115
        self._put(_BEGIN)

    def add(self, item: int, params: Any, paid: int | None = None) -> bool:
        """Take in a request. Returns False if it has no room here. BulkError for one that no batch could hold."""
        custom_id = CustomId(self.nonce, item, paid)
        encoded = params if isinstance(params, bytes | msgspec.Raw) else encode_json(params)
        line = b'{"custom_id":"%b","params":%b}' % (str(custom_id).encode(), bytes(encoded).replace(b"\n", b" "))
        between = b",\n" if self.count else b""
        if self.count >= self._most_requests or (self.count and self.size + len(line) + 2 > self._most_bytes):
            return False
        if self.size + len(line) > self._most_bytes:
            raise BulkError(
                f"The request of row {item + 1} has {len(line):,} bytes; a batch takes {self._most_bytes:,}."
            )
        self._put(between + line)
        self.count, self.size = self.count + 1, self.size + len(between) + len(line)
        return True

    def close(self) -> bytes:
        """Put the file onto the disk, and return the digest of the body."""
        self._put(_END)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._digest.digest()

    def discard(self) -> None:
        """Forget what was written."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)


def read_lines(path: Path) -> Iterator[ShardLine]:
    """Yield the requests of a shard. BulkError if the file is not as it was written."""
    try:
        with open(path, "rb") as file:
            for line in file:
                if line.startswith(b'{"custom_id"'):
                    entry = _BODY_LINE.decode(line.rstrip(b",\n"))
                    custom_id = parse_custom_id(entry.custom_id)
                    if custom_id is None:
                        raise BulkError(f"{path} is no shard of this job: it holds {entry.custom_id!r:.60}.")
                    yield ShardLine(custom_id, entry.params)
    except (OSError, msgspec.MsgspecError) as problem:
        raise BulkError(f"{path}, the body of a batch, cannot be read: {problem}.") from problem


def read_body(path: Path, digest: bytes) -> bytes:
    """Return a body as it is sent. BulkError if it is not what the intent says."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise BulkError(f"{path}, the body of a batch, cannot be read: {problem}.") from problem
    if sha256(content).digest() != digest:
        raise BulkError(f"{path} is not what was to be sent: it was changed. Put it back, or delete the job's folder.")
    return content
