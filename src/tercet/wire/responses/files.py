"""A file that was uploaded, or that code made. Knows nothing of its bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tercet.wire.datetime_field import Moment
from tercet.wire.model import Answered, Model


class FileScope(Model):
    """The session that a file belongs to (beta)."""

    __slots__ = ()
    id: str
    type: Literal["session"]


class FileMetadata(Answered):
    """A file. `downloadable` is True only for files that tools made; uploaded files cannot be downloaded."""

    __slots__ = ()
    id: str
    type: Literal["file"]
    filename: str
    mime_type: str
    size_bytes: int
    created_at: datetime = Moment()
    downloadable: bool | None
    expires_at: datetime | None = Moment()
    scope: FileScope | None


class DeletedFile(Answered):
    """The answer to deleting a file."""

    __slots__ = ()
    id: str
    type: Literal["file_deleted"] | None
