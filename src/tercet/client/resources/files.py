"""Files: upload, list, look at, download, delete. Both shapes of their lists are understood: the present one and,
with the beta `files-api-2025-04-14`, the older one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tercet.client.call import Call, make_call, model_reader
from tercet.client.overrides import Overrides
from tercet.client.resources.arguments import parse_call, path_segment, simple_call
from tercet.client.resources.listing import Listing, listing
from tercet.client.resources.multipart import make_part, multipart
from tercet.client.resources.pages import AsyncPageCursor, AsyncPaginator, SyncPageCursor
from tercet.client.resources.resource import Resource, underlying_client
from tercet.wire.http import Response
from tercet.wire.requests.arguments import mapping
from tercet.wire.responses.files import DeletedFile, FileMetadata

if TYPE_CHECKING:
    from tercet.client.core import AsyncCore, Core
    from tercet.client.raw.responses import APIResponse, AsyncAPIResponse
    from tercet.client.raw.types import (
        AsyncFilesWithRawResponse,
        AsyncFilesWithStreamingResponse,
        FilesWithRawResponse,
        FilesWithStreamingResponse,
    )
    from tercet.client.resources.parameters import FileListArguments, FileUploadArguments, WorkspaceOptions


LIST_NAMES = frozenset({"limit", "page", "ids", "scope_id", "after_id", "before_id"})
UPLOAD_NAMES = frozenset({"file", "expires_in_seconds"})
read_metadata = model_reader(FileMetadata, "id")
read_deleted = model_reader(DeletedFile, "id")


def upload_call(arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Call[FileMetadata]:
    """Describe POST /v1/files. Reads the file: its bytes are in the call, so that an attempt can be repeated."""
    parsed = parse_call(arguments, UPLOAD_NAMES, "upload", betas)
    if "file" not in parsed.params:
        raise TypeError("upload() needs file=")
    part = make_part(parsed.params.pop("file"))
    extra = parsed.options.get("extra_body")
    fields = {**parsed.params, **(mapping("extra_body", extra) if extra is not None else {})}
    content, content_type = multipart(fields, "file", part)
    headers = {**parsed.headers, "Content-Type": content_type}
    return make_call(
        "POST", "/v1/files", read_metadata, content=content, headers=headers, options=parsed.options, kind="free"
    )


def metadata_call(file_id: str, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Call[FileMetadata]:
    """Describe GET /v1/files/{id}."""
    return simple_call("GET", _path(file_id), read_metadata, arguments, "retrieve_metadata", betas)


def delete_call(file_id: str, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Call[DeletedFile]:
    """Describe DELETE /v1/files/{id}."""
    return simple_call("DELETE", _path(file_id), read_deleted, arguments, "delete", betas)


def download_call(file_id: str, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Call[bytes]:
    """Describe GET /v1/files/{id}/content."""
    call = simple_call("GET", f"{_path(file_id)}/content", read_bytes, arguments, "download", betas)
    call.headers = Overrides({"Accept": "application/binary", **call.headers})
    return call


def read_bytes(response: Response) -> bytes:
    """Reads a response as the bytes that it holds."""
    return response.content


def make_list(page: Any, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Listing:
    """Describe GET /v1/files, page by page."""
    return listing("/v1/files", FileMetadata, page, arguments, LIST_NAMES, betas)


def _path(file_id: str) -> str:
    return f"/v1/files/{path_segment('file_id', file_id)}"


class Files(Resource):
    """`client.files`."""

    _client: Core

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> FilesWithRawResponse: ...
        @property
        def with_streaming_response(self) -> FilesWithStreamingResponse: ...

    betas: ClassVar[Sequence[str]] = ()
    """Beta features that every call of this resource names."""

    def upload(self, **params: Unpack[FileUploadArguments]) -> FileMetadata:
        """Upload `file`: a path, bytes, a file opened in binary mode, or a tuple (name, content[, type[, headers]]).

        At most 500 MB. The media type is guessed from the name unless it is given.
        """
        return self._client._send(upload_call(params, self.betas))

    def list(self, **params: Unpack[FileListArguments]) -> SyncPageCursor[FileMetadata]:
        """List files, newest first. Iterate the page to go through all pages."""
        call = make_list(SyncPageCursor, params, self.betas).call(underlying_client(self._client)._send)
        page: SyncPageCursor[FileMetadata] = self._client._send(call)
        return page

    def retrieve_metadata(self, file_id: str, **params: Unpack[WorkspaceOptions]) -> FileMetadata:
        """Ask what the API knows of a file: name, type, size, and whether it can be downloaded."""
        return self._client._send(metadata_call(file_id, params, self.betas))

    def download(self, file_id: str, **params: Unpack[WorkspaceOptions]) -> APIResponse[bytes]:
        """Download the bytes of a file that a tool made. The API refuses to give uploaded files back."""
        from tercet.client.raw.views import RawView

        client: Any = self._client
        view = client if isinstance(client, RawView) else RawView(client)
        response: APIResponse[bytes] = view._send(download_call(file_id, params, self.betas))
        return response

    def delete(self, file_id: str, **params: Unpack[WorkspaceOptions]) -> DeletedFile:
        """Delete a file."""
        return self._client._send(delete_call(file_id, params, self.betas))


class AsyncFiles(Resource):
    """`client.files` of the async client. See `Files`."""

    _client: AsyncCore

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> AsyncFilesWithRawResponse: ...
        @property
        def with_streaming_response(self) -> AsyncFilesWithStreamingResponse: ...

    betas: ClassVar[Sequence[str]] = ()
    """Beta features that every call of this resource names."""

    async def upload(self, **params: Unpack[FileUploadArguments]) -> FileMetadata:
        """Upload `file`; it is read in another thread, so that the event loop goes on."""
        import asyncio

        return await self._client._send(await asyncio.to_thread(upload_call, params, self.betas))

    def list(self, **params: Unpack[FileListArguments]) -> AsyncPaginator[FileMetadata, AsyncPageCursor[FileMetadata]]:
        """List files, newest first. Await it for one page, or `async for` over all files."""
        call = make_list(AsyncPageCursor, params, self.betas).call(underlying_client(self._client)._send)
        return AsyncPaginator(lambda: self._client._send(call))

    async def retrieve_metadata(self, file_id: str, **params: Unpack[WorkspaceOptions]) -> FileMetadata:
        """Ask what the API knows of a file: name, type, size, and whether it can be downloaded."""
        return await self._client._send(metadata_call(file_id, params, self.betas))

    async def download(self, file_id: str, **params: Unpack[WorkspaceOptions]) -> AsyncAPIResponse[bytes]:
        """Download the bytes of a file that a tool made. The API refuses to give uploaded files back."""
        from tercet.client.raw.views import AsyncRawView

        client: Any = self._client
        view = client if isinstance(client, AsyncRawView) else AsyncRawView(client)
        response: AsyncAPIResponse[bytes] = await view._send(download_call(file_id, params, self.betas))
        return response

    async def delete(self, file_id: str, **params: Unpack[WorkspaceOptions]) -> DeletedFile:
        """Delete a file."""
        return await self._client._send(delete_call(file_id, params, self.betas))
