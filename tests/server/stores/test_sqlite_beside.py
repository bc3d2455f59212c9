"""While the disk takes its time, others are answered: the event loop never waits for a write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tercet.server.run import LocalServer
from tercet.server.stores.sqlite import Storage

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}
BATCH = {"requests": [{"custom_id": "a", "params": ASK}]}
LIMIT = 60
"""Seconds after which a test gives up; none of them waits for time to pass."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with LocalServer(data=tmp_path) as running:
        yield running


@pytest.fixture
def client(server: LocalServer) -> Iterator[httpx.Client]:
    with client_of(server) as made:
        yield made


def client_of(server: LocalServer) -> httpx.Client:
    return httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False, timeout=LIMIT)


@contextmanager
def held(server: LocalServer, name: str) -> Iterator[threading.Event]:
    """The disk takes nothing within this block. The event says that the storage was asked to do `name`."""
    storage, begun = server.app.state.storage, threading.Event()
    assert storage is not None
    original: Callable[..., Any] = getattr(Storage, name)

    def noted(*values: Any) -> Any:
        begun.set()
        return original(storage, *values)

    setattr(storage, name, noted)
    with storage._lock:
        yield begun


def in_background(work: Callable[[], httpx.Response]) -> Future[httpx.Response]:
    found: Future[httpx.Response] = Future()
    threading.Thread(target=lambda: found.set_result(work()), daemon=True).start()
    return found


def upload(client: httpx.Client, size: int = 3_000_000) -> httpx.Response:
    return client.post("/v1/files", files={"file": ("a.bin", b"x" * size)})


def test_messages_are_answered_while_an_upload_is_written(server: LocalServer, client: httpx.Client) -> None:
    with held(server, "add_file") as begun:
        uploaded = in_background(lambda: upload(client))
        assert begun.wait(LIMIT)
        assert client.post("/v1/messages", json=ASK).status_code == 200
        assert client.get("/v1/files").json()["data"] == []  # it is there once it is on the disk
        assert not uploaded.done()
    file_id = uploaded.result(LIMIT).json()["id"]
    assert client.get(f"/v1/files/{file_id}").json()["size_bytes"] == 3_000_000


def test_many_uploads_that_wait_leave_room_for_large_messages(server: LocalServer, client: httpx.Client) -> None:
    large = {**ASK, "messages": [{"role": "user", "content": "word " * 100_000}]}
    with ThreadPoolExecutor(40) as pool:
        with held(server, "add_file") as begun:
            uploads = [pool.submit(upload, client, 1000) for _ in range(40)]
            assert begun.wait(LIMIT)
            assert client.post("/v1/messages", json=large).status_code == 200
        assert {each.result(LIMIT).status_code for each in uploads} == {200}


def test_messages_are_answered_while_a_batch_is_written(server: LocalServer, client: httpx.Client) -> None:
    with held(server, "add_batch") as begun:
        made = in_background(lambda: client.post("/v1/messages/batches", json=BATCH))
        assert begun.wait(LIMIT)
        assert client.post("/v1/messages", json=ASK).status_code == 200
        assert not made.done()
    assert made.result(LIMIT).json()["processing_status"] in ("in_progress", "ended")


def test_a_batch_shows_its_results_while_they_are_written(server: LocalServer, client: httpx.Client) -> None:
    with held(server, "change_batch") as begun:
        server.app.state.storage.add_batch = lambda batch: None  # type: ignore[union-attr, method-assign]
        batch = client.post("/v1/messages/batches", json=BATCH).json()
        assert begun.wait(LIMIT)
        assert client.get(f"/v1/messages/batches/{batch['id']}").json()["request_counts"]["succeeded"] == 1


def test_what_was_on_its_way_is_on_the_disk_when_the_server_has_stopped(tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server) as client:
        url = "/v1/messages/batches"
        batch = client.post(url, json=BATCH).json()
        while client.get(f"{url}/{batch['id']}").json()["processing_status"] != "ended":
            pass
    storage = Storage(tmp_path)
    try:
        (kept,) = storage.batches()
        assert (kept.status, len(kept.results)) == ("ended", 1)
    finally:
        storage.close()


def test_a_reset_forgets_what_was_on_its_way(tmp_path: Path) -> None:
    with LocalServer(data=tmp_path) as server, client_of(server) as client:
        with held(server, "add_file") as begun:
            uploaded = in_background(lambda: upload(client))
            assert begun.wait(LIMIT)
            resetting = threading.Thread(target=server.reset)
            resetting.start()
        resetting.join(LIMIT)
        uploaded.result(LIMIT)
        assert client.get("/v1/files").json()["data"] == []
    storage = Storage(tmp_path)
    assert storage.files() == []
    storage.close()
