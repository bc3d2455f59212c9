"""The files that were uploaded, in memory, and in a storage if there is one: metadata, bytes, expiry. Knows no HTTP."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tercet.server.errors import HTTPError, invalid
from tercet.server.ids import Ids
from tercet.server.settings import ServerSettings
from tercet.server.stores.records import StoredFile

if TYPE_CHECKING:
    from tercet.server.stores.sqlite import Storage

MOST_NAME = 255
FORBIDDEN = frozenset('<>:"|?*\\/')
IMAGE_PREFIX, TEXT_PREFIX = "image/", "text/"
Json = dict[str, Any]


class FileStore:
    """All files of one server. Each key sees its own. Changed in the server's event loop, which never waits for the disk."""

    def __init__(self, settings: ServerSettings, ids: Ids) -> None:
        self._settings, self._ids = settings, ids
        self._files: dict[str, StoredFile] = {}
        self._coming = 0
        """Bytes of files that are on their way to the storage."""
        self._storage: Storage | None = None

    def keep_in(self, storage: Storage) -> None:
        """Take over what is stored there, and store there what comes."""
        self._storage = storage
        self._files = {file.id: file for file in storage.files()}

    async def add(
        self, owner: str, filename: str, mime_type: str, content: bytes, seconds: int | None = None
    ) -> StoredFile:
        """Keep an upload. Raises 400 for names that are not taken and when the space is used up."""
        check_name(filename)
        now = self._settings.now()
        expires = now + timedelta(seconds=seconds) if seconds is not None else None
        made = StoredFile(self._ids.make("file_011C", 20), owner, filename, mime_type, content, now, expires)
        self._check_space(len(content))
        self._coming += len(content)
        try:
            if self._storage is not None:
                await self._storage.beside(self._storage.add_file, made)
            self._files[made.id] = made
        finally:
            self._coming -= len(content)
        return made

    def _check_space(self, size: int) -> None:
        used = sum(len(file.content) for file in self._files.values()) + self._coming
        if used + size > self._settings.stored_bytes:
            said = "The files of this server use up all the space it may take. Delete some."
            raise invalid(said, error_code="storage_quota_exceeded")

    def get(self, file_id: str, owner: str) -> StoredFile:
        """Return the file. Raises 404 if this key has none of this id, or it has expired."""
        found = self._files.get(file_id)
        if found is None or found.owner != owner:
            raise HTTPError(404, f"File not found: {file_id[:200]}")
        if self._expired(found):
            raise HTTPError(404, f"File has expired: {file_id[:200]}", details={"error_code": "file_expired"})
        return found

    async def delete(self, file_id: str, owner: str) -> None:
        """Forget the file. Raises 404 if there is none."""
        self.get(file_id, owner)
        if self._storage is not None:
            await self._storage.beside(self._storage.delete_file, file_id)
        self._files.pop(file_id, None)

    def all(self, owner: str) -> list[StoredFile]:
        """Return every file of this key that has not expired, newest first."""
        files = reversed(list(self._files.values()))
        return [file for file in files if file.owner == owner and not self._expired(file)]

    def _expired(self, file: StoredFile) -> bool:
        return file.expires_at is not None and file.expires_at <= self._settings.now()

    def filled(self, request: Json, owner: str) -> Json:
        """Return the request with the bytes of the files it names in their place, so that the model sees them."""
        if not any(_names_file(block) for block in _blocks(request)):
            return request
        return {**request, "messages": [self._filled_message(message, owner) for message in request["messages"]]}

    def _filled_message(self, message: Json, owner: str) -> Json:
        if type(message["content"]) is not list:
            return message
        return {**message, "content": [self._filled_block(block, owner) for block in message["content"]]}

    def _filled_block(self, block: Json, owner: str) -> Json:
        if not _names_file(block):
            return block
        return {**block, "source": source_of(self.get(block["source"]["file_id"], owner))}


def _blocks(request: Json) -> list[Json]:
    return [
        block for message in request["messages"] if type(message["content"]) is list for block in message["content"]
    ]


def _names_file(block: Json) -> bool:
    return block["type"] in ("image", "document") and block["source"]["type"] == "file"


def source_of(file: StoredFile) -> Json:
    """Return a file as the source of a block: text as text, everything else as base64."""
    if file.mime_type.startswith(TEXT_PREFIX):
        return {"type": "text", "media_type": "text/plain", "data": file.content.decode("utf-8", "replace")}
    return {"type": "base64", "media_type": file.mime_type, "data": base64.b64encode(file.content).decode()}


def check_name(name: str) -> None:
    """Refuse names that the API does not take."""
    if not 1 <= len(name) <= MOST_NAME:
        raise invalid(f"file: the filename must have 1 to {MOST_NAME} characters, not {len(name)}")
    if any(sign in FORBIDDEN or not sign.isprintable() for sign in name):
        raise invalid('file: the filename must not contain < > : " | ? * \\ / or control characters')
