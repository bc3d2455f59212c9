"""files: upload from everything that holds bytes, download into everything that takes them, in both worlds."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from tests.client.scripted import JSON, Script

import tercet
from tercet.transport.base import Lost
from tercet.types import DeletedFile, FileMetadata

FILE = (
    b'{"id":"file_01A","type":"file","filename":"a.txt","mime_type":"text/plain","size_bytes":5,'
    b'"created_at":"2026-11-20T10:00:00Z","downloadable":false,"expires_at":null}'
)
BYTES = {"content-type": "application/pdf", "request-id": "req_bytes"}
DATA = b"%PDF-1.4\n\xff\x00 end\n"


def test_an_upload_is_read_as_metadata() -> None:
    file = Script((200, JSON, FILE)).client().files.upload(file=("a.txt", b"hello"))

    assert isinstance(file, FileMetadata)
    assert (file.id, file.filename, file.size_bytes, file.expires_at) == ("file_01A", "a.txt", 5, None)
    assert file.created_at.isoformat() == "2026-11-20T10:00:00+00:00"
    assert file._request_id == "req_011CTest"


def test_a_repeated_attempt_sends_the_same_bytes_although_the_file_was_read() -> None:
    script = Script(Lost("connect", "not_sent", "refused"), (200, JSON, FILE))
    client = script.client(max_retries=1)
    client._policy = type(client._policy)(max_retries=1, first_delay=0)

    client.files.upload(file=io.BytesIO(b"hello"))

    assert [b"\r\n\r\nhello\r\n" in sent.content for sent in script.sent] == [True, True]
    assert script.sent[0].content == script.sent[1].content


def test_nothing_is_sent_when_the_file_is_none(tmp_path: Path) -> None:
    script = Script((200, JSON, FILE))

    with pytest.raises(FileNotFoundError):
        script.client().files.upload(file=tmp_path / "missing")
    with pytest.raises(TypeError, match="extra_body must be a dict"):
        script.client().files.upload(file=b"x", extra_body="no")
    with pytest.raises(TypeError, match="expires_in_seconds must be an int"):
        script.client().files.upload(file=b"x", expires_in_seconds="1h")  # type: ignore[typeddict-item]

    assert script.sent == []


def test_a_download_is_bytes_in_every_form(tmp_path: Path) -> None:
    response = Script((200, BYTES, DATA)).client().files.download("file_01A")

    assert response.read() == response.content == DATA
    assert list(response.iter_bytes(4)) == [DATA[start : start + 4] for start in range(0, len(DATA), 4)]
    assert next(iter(response.iter_lines())) == "%PDF-1.4"
    assert (response.headers["content-type"], response.request_id, response.status_code) == (
        "application/pdf",
        "req_bytes",
        200,
    )
    response.write_to_file(tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == DATA


def test_an_empty_file_is_downloaded_as_no_bytes() -> None:
    assert Script((200, BYTES, b"")).client().files.download("file_01A").read() == b""


def test_a_download_can_go_to_disk_as_it_comes(tmp_path: Path) -> None:
    script = Script((200, BYTES, [DATA[:5], DATA[5:]]))

    with script.client().files.with_streaming_response.download("file_01A") as response:
        response.stream_to_file(tmp_path / "a.pdf")

    assert (tmp_path / "a.pdf").read_bytes() == DATA
    assert script.streams[0].closed


def test_a_download_that_the_api_refuses_is_the_error_it_says() -> None:
    body = (
        b'{"type":"error","error":{"type":"invalid_request_error","message":"no","details":'
        b'{"error_code":"file_not_downloadable"}}}'
    )

    with pytest.raises(tercet.BadRequestError) as caught:
        Script((400, JSON, body)).client().files.download("file_01A")

    assert caught.value.error_code == "file_not_downloadable"


def test_delete_and_metadata() -> None:
    client = Script((200, JSON, FILE), (200, JSON, b'{"id":"file_01A","type":"file_deleted"}')).client()

    assert client.files.retrieve_metadata("file_01A").mime_type == "text/plain"
    assert isinstance(client.files.delete(file_id="file_01A"), DeletedFile)


@pytest.mark.anyio
async def test_the_async_files_do_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    script = Script((200, JSON, FILE), (200, BYTES, DATA), (200, JSON, FILE), (200, JSON, b'{"id":"file_01A"}'))
    files: Any = script.async_client().files

    assert (await files.upload(file=path)).id == "file_01A"
    response = await files.download("file_01A")
    assert await response.read() == DATA
    await response.write_to_file(tmp_path / "b")
    assert (await files.retrieve_metadata("file_01A")).id == "file_01A"
    assert (await files.delete("file_01A")).id == "file_01A"

    assert b'filename="a.txt"' in script.sent[0].content
    assert b"\r\n\r\nhello\r\n" in script.sent[0].content
    assert (tmp_path / "b").read_bytes() == DATA
