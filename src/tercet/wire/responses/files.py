"""A file that was uploaded, or that code made. Knows nothing of its bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tercet.wire.datetime_field import DatetimeField
from tercet.wire.model import Model, ResponseModel


class FileScope(Model):
    """The session that a file belongs to (beta)."""

    __slots__ = ()
    id: str
    type: Literal["session"]


class FileMetadata(ResponseModel):
    """A file. `downloadable` is True only for files that tools made; uploaded files cannot be downloaded."""

    __slots__ = ()
    id: str
    type: Literal["file"]
    filename: str
    mime_type: str
    size_bytes: int
    created_at: datetime = DatetimeField()
    downloadable: bool | None
    expires_at: datetime | None = DatetimeField()
    scope: FileScope | None


class DeletedFile(ResponseModel):
    """The answer to deleting a file."""

    __slots__ = ()
    id: str
    type: Literal["file_deleted"] | None
