"""Batches, files and the journal outlive the server: after a stop, after kill -9, after half the work; and nothing else does."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tercet.server.errors import HTTPError
from tercet.server.run import LocalServer
from tercet.server.stores.files import StoredFile
from tercet.server.stores.sqlite import NAME, BadData, Storage

SECRET = "sk-ant-CANARY-0123456789"
HEADERS = {"x-api-key": SECRET, "anthropic-version": "2023-06-01"}
SERVE = (
    "import sys\nfrom tercet.server.run import serve\n"
    "serve(port=0, data=sys.argv[1], control='t', on_ready=lambda url: print(url, flush=True))\n"
)


def client_of(base_url: str, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=base_url, headers={**HEADERS, **headers}, trust_env=False, timeout=20)


def requests(count: int) -> dict[str, Any]:
    params = {"model": "claude-opus-5-5", "max_tokens": 50, "messages": [{"role": "user", "content": "Hello"}]}
    return {"requests": [{"custom_id": f"r{number}", "params": params} for number in range(count)]}


def ended(client: httpx.Client, batch_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        batch: dict[str, Any] = client.get(f"/v1/messages/batches/{batch_id}").json()
        if batch["processing_status"] == "ended":
            return batch
    raise AssertionError("the batch did not end")


def test_files_and_batches_are_there_after_a_restart(tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        file = client.post("/v1/files", files={"file": ("a.txt", b"hello")}).json()
        gone = client.post("/v1/files", files={"file": ("b.txt", b"bye")}).json()
        client.delete(f"/v1/files/{gone['id']}")
        batch = client.post("/v1/messages/batches", json=requests(3)).json()
        ended(client, batch["id"])
        results = client.get(f"/v1/messages/batches/{batch['id']}/results").content
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        assert client.get("/v1/files").json()["data"] == [file]
        assert client.get(f"/v1/messages/batches/{batch['id']}/results").content == results
        assert ended(client, batch["id"])["request_counts"]["succeeded"] == 3
        new = client.post("/v1/files", files={"file": ("c.txt", b"new")}).json()
        assert new["id"] not in (file["id"], gone["id"])
        client.delete(f"/v1/messages/batches/{batch['id']}")
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        assert client.get("/v1/messages/batches").json()["data"] == []
        assert [each["filename"] for each in client.get("/v1/files").json()["data"]] == ["c.txt", "a.txt"]


def test_other_keys_do_not_see_them_after_a_restart_either(tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        file = client.post("/v1/files", files={"file": ("a.txt", b"hello")}).json()
    with LocalServer(data=tmp_path) as server, client_of(server.base_url, **{"x-api-key": "another"}) as client:
        assert client.get(f"/v1/files/{file['id']}").status_code == 404


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """Killed in the middle of a batch: files are there, and the batch goes on and comes to what it always comes to."""
    count = 3000
    acknowledged = []
    with subprocess.Popen([sys.executable, "-c", SERVE, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with client_of(process.stdout.readline().strip()) as client:
            for number in range(20):
                acknowledged.append(
                    client.post("/v1/files", files={"file": (f"{number}.txt", b"x" * 5000)}).json()["id"]
                )
            batch = client.post("/v1/messages/batches", json=requests(count)).json()
            process.send_signal(signal.SIGKILL)
    with sqlite3.connect(tmp_path / NAME) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        before = connection.execute("SELECT count(*) FROM results").fetchone()[0]
    connection.close()
    assert before < count
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        assert [file["id"] for file in client.get("/v1/files?limit=100").json()["data"]] == acknowledged[::-1]
        assert ended(client, batch["id"])["request_counts"]["succeeded"] == count
        lines = client.get(f"/v1/messages/batches/{batch['id']}/results").text.splitlines()
    assert len(lines) == count


def test_the_journal_goes_on_after_a_restart_without_a_key(tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        first = client.get("/v1/models").headers["request-id"]
        client.get(f"/v1/files?api_key={SECRET}")
        server.journal.settled()
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        client.get("/v1/models")
        server.journal.settled()
        entries = server.journal.entries()
        assert [entry.number for entry in entries] == [1, 2, 3]
        assert (entries[0].id, entries[0].path, entries[0].status) == (first, "/v1/models", 200)
        assert entries[2].id != first
    assert b"CANARY" not in (tmp_path / NAME).read_bytes()


def test_files_are_private_and_a_folder_belongs_to_one_server(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with LocalServer(data=folder):
        assert os.stat(folder).st_mode & 0o777 == 0o700
        assert {os.stat(path).st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        with pytest.raises(BadData, match="in use by another local API"):
            LocalServer(data=folder).start()
    with LocalServer(data=folder):
        pass


def test_a_reset_empties_the_folder(tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        client.post("/v1/files", files={"file": ("a.txt", b"hello")})
        server.journal.settled()
        server.reset()
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        assert client.get("/v1/files").json()["data"] == []
        server.journal.settled()
        assert [entry.path for entry in server.journal] == ["/v1/files"]
        assert len(server.journal) == 1


def test_a_journal_that_is_forgotten_is_forgotten_on_the_disk_too(tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        client.get("/v1/models")
        server.journal.settled()
        server.journal.clear()
        client.get("/v1/files")
        server.journal.settled()
    with LocalServer(data=tmp_path) as server:
        assert [entry.path for entry in server.journal] == ["/v1/files"]


def test_a_damaged_or_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(BadData, match="cannot be read"):
        Storage(tmp_path)
    assert path.read_bytes() == b"no database at all" * 100
    path.unlink()
    Storage(tmp_path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BadData, match="newer version"):
        Storage(tmp_path)


@pytest.mark.parametrize("damage", ["cut", "a page", "a batch"])
def test_a_file_that_was_damaged_later_is_refused_when_it_is_taken_over(damage: str, tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        for _ in range(4):
            client.post("/v1/files", files={"file": ("a.txt", b"hello" * 2000)})
        client.post("/v1/messages/batches", json=requests(2))
    path = tmp_path / NAME
    data = path.read_bytes()
    at = len(data) // 4096 // 2 * 4096 if damage == "a page" else data.index(b'"custom_id"')
    length = 4096 if damage == "a page" else 2
    path.write_bytes(data[:-2000] if damage == "cut" else data[:at] + b"\xff" * length + data[at + length :])

    with pytest.raises(BadData, match=rf"{NAME} cannot be read"):
        LocalServer(data=tmp_path).start()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_was_taken_away_is_not_written_to(replaced: bool, tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        (tmp_path / NAME).rename(tmp_path / "elsewhere")
        if replaced:
            (tmp_path / NAME).touch()
        refused = client.post("/v1/files", files={"file": ("a.txt", b"hello")})
        assert refused.status_code == 500
        assert "removed or replaced" in refused.json()["error"]["message"]
        assert client.get("/v1/files").json()["data"] == []


def test_a_folder_that_cannot_be_written_is_one_line_and_no_server(tmp_path: Path) -> None:
    Storage(tmp_path).close()
    code = (
        "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "from tercet.cli import main\nmain()\n"
    )
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--data", tmp_path]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert ended.stderr.startswith(f"Error: {tmp_path / NAME} cannot be written: ")
    assert len(ended.stderr.splitlines()) == 1


def test_a_full_disk_is_an_error_and_nothing_is_kept_of_what_failed(tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server.base_url) as client:
        client.post("/v1/files", files={"file": ("a.txt", b"hello")})
        storage = server.app.state.storage
        assert storage is not None
        pages = storage._one("PRAGMA page_count")
        storage._one(f"PRAGMA max_page_count = {pages + 3}")
        refused = client.post("/v1/files", files={"file": ("big.txt", b"x" * 500_000)})
        assert (refused.status_code, refused.json()["error"]["type"]) == (500, "api_error")
        assert "cannot be written" in refused.json()["error"]["message"]
        assert [file["filename"] for file in client.get("/v1/files").json()["data"]] == ["a.txt"]


def test_another_process_than_its_own_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(tmp_path)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(RuntimeError, match="belongs to the process"):
        storage.delete_file("file_1")
    monkeypatch.undo()
    storage.close()


def test_what_cannot_be_written_is_rolled_back(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    file = StoredFile("file_1", "o", "a.txt", "text/plain", b"x", datetime.now(UTC))
    storage.add_file(file)
    with pytest.raises(HTTPError):
        storage.add_file(file)
    assert [each.id for each in storage.files()] == ["file_1"]
    storage.close()
