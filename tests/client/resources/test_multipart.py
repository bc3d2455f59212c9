"""A file becomes a form: its name and type checked, its content neither changed nor held twice."""

from __future__ import annotations

import io
import os
import tracemalloc
from email import message_from_bytes
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tercet
from tercet.client.resources import multipart as subject
from tercet.client.resources.multipart import check_file_name, guess_media_type, make_part, multipart


def form(file: Any, **fields: Any) -> list[Mail]:
    """The parts of the form, as a MIME parser that shares nothing with ours reads them."""
    body, content_type = multipart(fields, "file", make_part(file))
    parsed = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts = parsed.get_payload()
    assert isinstance(parts, list)
    return parts  # type: ignore[return-value]


def content(part: Mail) -> bytes:
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


def test_content_is_the_same_whatever_it_came_in(tmp_path: Path) -> None:
    data = bytes(range(256)) * 3
    path = tmp_path / "a.bin"
    path.write_bytes(data)
    with path.open("rb") as opened:
        forms = [data, bytearray(data), memoryview(data), io.BytesIO(data), path, opened, ("n", data), ("n", path)]
        bodies = [multipart({}, "file", make_part(file), "B")[0] for file in forms]

    assert all(body.partition(b"\r\n\r\n")[2] == data + b"\r\n--B--\r\n" for body in bodies)


def test_an_open_file_is_read_from_where_it_stands() -> None:
    file = io.BytesIO(b"skipped, read")
    file.seek(9)

    assert content(form(file)[0]) == b"read"


@settings(max_examples=60)
@given(
    st.binary(max_size=200),
    st.text(st.characters(exclude_categories=["C"], exclude_characters='<>:"|?*\\/'), min_size=1, max_size=40),
)
def test_any_content_and_any_allowed_name_survive(data: bytes, name: str) -> None:
    body, content_type = multipart({}, "file", make_part((name, data)))
    boundary = content_type.partition("boundary=")[2].encode()

    head, _, rest = body.partition(b"\r\n\r\n")

    assert f'filename="{name}"'.encode() in head
    assert rest == data + b"\r\n--" + boundary + b"--\r\n"


def test_the_boundary_is_new_each_time() -> None:
    assert multipart({}, "file", make_part(b""))[1] != multipart({}, "file", make_part(b""))[1]


def test_fields_come_before_the_file() -> None:
    parts = form(("a.txt", b"x"), expires_in_seconds=3600, note="näh", flag=True)

    assert [part.get_param("name", header="content-disposition") for part in parts] == [
        "expires_in_seconds",
        "note",
        "flag",
        "file",
    ]
    assert [content(part) for part in parts] == [b"3600", "näh".encode(), b"true", b"x"]


def test_a_files_own_headers_are_sent_and_checked() -> None:
    part = form(("a.txt", b"x", "text/x-mine", {"X-Mine": "1"}))[0]
    assert (part["X-Mine"], part["Content-Type"]) == ("1", "text/x-mine")

    own_type = form(("a.txt", b"x", "text/x-mine", {"content-type": "text/x-other"}))[0]
    assert own_type.get_all("Content-Type") == ["text/x-other"]

    with pytest.raises(ValueError, match="line break"):
        form(("a.txt", b"x", None, {"X-Mine": "1\r\nX-Other: 2"}))
    with pytest.raises(ValueError, match="line break"):
        form(("a.txt", b"x", "text/plain\r\nX-Other: 2"))


@pytest.mark.parametrize("sign", list('<>:"|?*\\\x00\x1f\x7f\r\n'))
def test_signs_that_no_files_name_may_hold_are_refused(sign: str) -> None:
    with pytest.raises(ValueError, match="name must not hold"):
        make_part((f"a{sign}b.txt", b"x"))


def test_only_the_last_component_of_a_name_counts_and_at_most_255_characters() -> None:
    assert check_file_name("../etc/passwd") == "passwd"
    assert check_file_name("n" * 255) == "n" * 255
    with pytest.raises(ValueError, match="at most 255 characters, not 256"):
        check_file_name("n" * 256)
    with pytest.raises(ValueError, match="must be Unicode text"):
        check_file_name("a\udce9.txt")


def test_a_file_without_a_name_is_sent_without_one(tmp_path: Path) -> None:
    with open(os.open(tmp_path / "x", os.O_CREAT | os.O_RDWR), "rb") as by_descriptor:
        parts = [make_part(b"x"), make_part(io.BytesIO(b"x")), make_part(by_descriptor), make_part(("", b"x"))]

    assert [part.name for part in parts] == [None] * 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.pdf", "application/pdf"),
        ("A.PNG", "image/png"),
        ("a.csv", "text/csv"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.tar.gz", "application/x-tar"),
        ("README", "application/octet-stream"),
        ("a.nothing-known", "application/octet-stream"),
    ],
)
def test_the_media_type_is_guessed_from_the_name(name: str, expected: str) -> None:
    assert expected == guess_media_type(name)


@pytest.mark.parametrize(
    ("file", "error", "message"),
    [
        ("report.pdf", TypeError, "pass pathlib.Path"),
        (3, TypeError, "file must be bytes, a pathlib.Path"),
        (None, TypeError, "file must be bytes"),
        (["a", b"x"], TypeError, "file must be bytes"),
        (("a",), ValueError, "not 1 items"),
        (("a", b"", "t", {}, 1), ValueError, "not 5 items"),
        ((1, b""), TypeError, r"file\[0\] must be a file name"),
        (("a", "text"), TypeError, "pass pathlib.Path"),
        (("a", b"", 5), TypeError, r"file\[2\] must be a media type"),
    ],
)
def test_what_is_no_file_is_refused_with_what_would_be_one(file: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make_part(file)


def test_a_file_in_text_mode_is_refused() -> None:
    with pytest.raises(TypeError, match="open it in binary mode"):
        form(io.StringIO("text"))


@pytest.mark.parametrize("name", ["", 'a"b', "a\r\nb", "a b"])
def test_form_fields_that_could_break_the_form_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="form field's name"):
        form(b"x", **{name: "1"})
    with pytest.raises(TypeError, match="a form holds nothing else"):
        form(b"x", a={"b": 1})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in its file system")
def test_directories_pipes_and_devices_are_refused_without_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(IsADirectoryError):
        form(tmp_path)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(ValueError, match="must be a regular file"):
            form(path)
    with pytest.raises(FileNotFoundError):
        form(tmp_path / "missing")


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(600 * 1024 * 1024)  # a hole: takes no space
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="file has 629 MB, and at most 500 MB"):
            form(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()

    monkeypatch.setattr(subject, "LARGEST_FILE", 10)
    for file in (b"x" * 11, io.BytesIO(b"x" * 11), memoryview(b"x" * 11)):
        with pytest.raises(ValueError, match="can be sent"):
            form(file)


def test_what_is_read_from_disk_is_held_once(tmp_path: Path) -> None:
    size = 16 * 1024 * 1024
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(size))
    part = make_part(path)
    tracemalloc.start()
    try:
        body, _ = multipart({}, "file", part)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(body) > size
    assert peak < 1.5 * size


def test_file_from_path_gives_what_upload_takes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")

    assert tercet.file_from_path(str(path)) == tercet.file_from_path(path) == ("a.txt", b"hello")
    assert make_part(tercet.file_from_path(path)).media_type == "text/plain"
