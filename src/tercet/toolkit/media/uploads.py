"""What was uploaded, by the content's hash and the account: each file once, however many requests hold it. Plans; no network.

A file that was deleted or has expired is uploaded again: before an id is used that nobody has looked at for a while, the
account is asked for it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias

from tercet.flow.effects import Ask, Plan, Wait

FileKey: TypeAlias = tuple[str, str]
"""Account and content, each as a hash."""
MOST_KNOWN = 10_000
SURE_FOR = 60.0
"""Seconds for which an id is used without asking whether the file is still there."""
MARGIN = 300.0
"""Seconds before its end at which a file counts as expired: the request still has to be sent."""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of an account."""

    file_id: str
    expires: float | None
    seen: float
    """When the account last said that it is there."""


class Uploads:
    """The files that this process has uploaded. Threads and tasks that want the same file wait for one upload."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._known: OrderedDict[FileKey, UploadedFile] = OrderedDict()
        self._coming: dict[FileKey, Future[None]] = {}

    def claim(self, key: FileKey) -> UploadedFile | Future[None] | None:
        """Return the file if it is surely there, or what to wait for; None: the caller brings it, and calls `settle`."""
        with self._lock:
            if key in self._coming:
                return self._coming[key]
            known = self._known.get(key)
            if known is not None and self._now() - known.seen < SURE_FOR and not self._is_over(known):
                return known
            self._coming[key] = Future()
            return None

    def unsure(self, key: FileKey) -> str | None:
        """Return the id of a file that may still be there."""
        with self._lock:
            known = self._known.get(key)
            return known.file_id if known is not None and not self._is_over(known) else None

    def settle(self, key: FileKey, metadata: Any) -> None:
        """Take what the account says of the file; None: nothing came of it, and whoever waits tries in turn."""
        with self._lock:
            if metadata is not None:
                expires = metadata.expires_at.timestamp() if metadata.expires_at is not None else None
                self._known[key] = UploadedFile(metadata.id, expires, self._now())
                self._known.move_to_end(key)
                while len(self._known) > MOST_KNOWN:
                    self._known.popitem(last=False)
            else:
                self._known.pop(key, None)
            waited = self._coming.pop(key)
        waited.set_result(None)

    def _is_over(self, known: UploadedFile) -> bool:
        return known.expires is not None and known.expires - self._now() < MARGIN


def upload_once(uploads: Uploads, key: FileKey, name: str, content: Callable[[], bytes], media_type: str) -> Plan[str]:
    """Return the id of a file, uploading it only if the account does not have it."""
    while (claim := uploads.claim(key)) is not None:
        if isinstance(claim, UploadedFile):
            return claim.file_id
        yield Wait(claim)
    metadata = None
    try:
        file_id = uploads.unsure(key)
        if file_id is not None:
            metadata = yield Ask({"file_id": file_id})
        if metadata is None:
            metadata = yield Ask({"file": (name, content(), media_type)})
        return str(metadata.id)
    finally:
        uploads.settle(key, metadata)


def account_of(client: Any) -> str:
    """Return a name for the account that a client speaks for, which holds no key."""
    said = (str(client.base_url), client.api_key, client.auth_token)
    if said[1:] == (None, None):  # credentials that come with each request: known by the client alone
        return f"client {id(client)}"
    return sha256("\0".join(map(str, said)).encode()).hexdigest()
