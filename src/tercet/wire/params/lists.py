"""The arguments of everything that is no message: batches, files, models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import IO, Annotated, Literal, TypeAlias

from tercet.wire.marks import LOCAL_FILE
from tercet.wire.params.messages import (
    BetaMessageCreateParamsNonStreaming,
    BetaOptions,
    CallOptions,
    MessageCreateParamsNonStreaming,
)
from tercet.wire.typing_compat import Absent, Iterable, Required, TypedDict

FileContent: TypeAlias = bytes | Annotated[IO[bytes] | PathLike[str], LOCAL_FILE]
FileTypes: TypeAlias = (
    FileContent
    | tuple[str | None, FileContent]
    | tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
"""What can be uploaded: the content, or a tuple of file name, content, media type and headers, from the left."""


class _WorkspaceOptions(TypedDict, total=False):
    """The workspace that is meant."""

    workspace_id: str | Absent | None
    """The workspace, for credentials that have several (`wrkspc_…`). Sent as a header."""


class PageParams(_WorkspaceOptions, total=False):
    """The page of a list that is meant."""

    limit: int | Absent | None
    """How many on a page: 1 to 1,000, 20 unless given."""
    after_id: str | Absent | None
    """The page after this id."""
    before_id: str | Absent | None
    """The page before this id."""


class BatchRequest(TypedDict, total=False):
    """One request of a batch."""

    custom_id: Required[str]
    """Your name for it: 1 to 64 letters, digits, `_` and `-`, unique in the batch. Results come in any order."""
    params: Required[MessageCreateParamsNonStreaming]
    """The request's body. Checked when it is processed, not when the batch is made."""


class BetaBatchRequest(TypedDict, total=False):
    """One beta request of a batch."""

    custom_id: Required[str]
    """Your name for it: 1 to 64 letters, digits, `_` and `-`, unique in the batch. Results come in any order."""
    params: Required[BetaMessageCreateParamsNonStreaming]
    """The request's body. Checked when it is processed, not when the batch is made."""


class BatchCreateParams(_WorkspaceOptions, total=False):
    """The arguments of `messages.batches.create`."""

    requests: Required[Iterable[BatchRequest]]
    """At most 100,000 requests and 256 MB."""
    user_profile_id: str | Absent | None
    """The user profile on whose behalf you ask."""


class BetaBatchCreateParams(_WorkspaceOptions, BetaOptions, total=False):
    """The arguments of `beta.messages.batches.create`."""

    requests: Required[Iterable[BetaBatchRequest | BatchRequest]]
    """At most 100,000 requests and 256 MB."""
    user_profile_id: str | Absent | None
    """The user profile on whose behalf you ask."""


class BatchListParams(PageParams, total=False):
    """The arguments of `messages.batches.list`."""


class BetaBatchListParams(PageParams, BetaOptions, total=False):
    """The arguments of `beta.messages.batches.list`."""


class ModelListParams(PageParams, total=False):
    """The arguments of `models.list`."""

    lifecycle: Sequence[Literal["active", "deprecated", "retired"]] | Absent | None
    """Only models in these states. Retired ones come only when asked for."""


class BetaModelListParams(ModelListParams, BetaOptions, total=False):
    """The arguments of `beta.models.list`."""


class FileListParams(_WorkspaceOptions, total=False):
    """The arguments of `files.list`."""

    limit: int | Absent | None
    """How many on a page."""
    page: str | Absent | None
    """The `next_page` of the page before."""
    ids: Sequence[str] | Absent | None
    """Only these files, at most 100. Not together with `limit` and `page`."""


class BetaFileListParams(FileListParams, BetaOptions, total=False):
    """The arguments of `beta.files.list`."""

    scope_id: str | Absent | None
    """Only files of this session."""
    after_id: str | Absent | None
    """The page after this id, with the beta `files-api-2025-04-14`."""
    before_id: str | Absent | None
    """The page before this id, with the beta `files-api-2025-04-14`."""


class FileUploadParams(_WorkspaceOptions, total=False):
    """The arguments of `files.upload`."""

    file: Required[FileTypes]
    """At most 500 MB. Names have 1 to 255 characters, none of `< > : " | ? * \\ /`."""
    expires_in_seconds: int | Absent | None
    """When the file is deleted: after 3,600 to 7,776,000 seconds. Never unless given."""


class BetaFileUploadParams(FileUploadParams, BetaOptions, total=False):
    """The arguments of `beta.files.upload`."""


__all__ = [
    "BatchCreateParams",
    "BatchListParams",
    "BatchRequest",
    "BetaBatchCreateParams",
    "BetaBatchListParams",
    "BetaBatchRequest",
    "BetaFileListParams",
    "BetaFileUploadParams",
    "BetaModelListParams",
    "CallOptions",
    "FileContent",
    "FileListParams",
    "FileTypes",
    "FileUploadParams",
    "ModelListParams",
    "PageParams",
]
