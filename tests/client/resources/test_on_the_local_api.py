"""Batches, files, models and counts over a real socket, against the local API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.client.scripted import ASK

import tercet
from tercet.client.anthropic import Anthropic


@pytest.fixture(scope="module")
def api() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api() as running:
        yield running


@pytest.fixture
def client(api: tercet.LocalAPI) -> Iterator[Anthropic]:
    with api.client() as made:
        yield made


def ended(client: Anthropic, batch_id: str) -> Any:
    """The batch when its requests are answered. Asking again takes a round trip, so this does not spin."""
    for _ in range(2000):
        batch = client.messages.batches.retrieve(batch_id)
        if batch.processing_status == "ended":
            return batch
    raise AssertionError(f"batch {batch_id} did not end: {batch}")


def test_a_batch_goes_from_creation_to_results_and_away(client: Anthropic) -> None:
    bad = {**ASK, "model": "no-such-model"}
    made = client.messages.batches.create(
        requests=({"custom_id": name, "params": params} for name, params in {"one": ASK, "two": bad}.items())
    )

    batch = ended(client, made.id)
    results = {each.custom_id: each.result for each in client.messages.batches.results(made.id)}

    assert (batch.request_counts.succeeded, batch.request_counts.errored) == (1, 1)
    assert results["one"].message.content[0].text
    assert results["two"].error.error.type
    assert made.id in [each.id for each in client.messages.batches.list(limit=1)]
    assert client.messages.batches.delete(made.id).id == made.id
    with pytest.raises(tercet.NotFoundError):
        client.messages.batches.retrieve(made.id)


def test_a_file_goes_up_is_listed_and_goes_away(client: Anthropic, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")

    names = {client.files.upload(file=each).id for each in (path, ("b.txt", b"hello"), ("c.txt", b"hello"))}
    pages = list(client.files.list(limit=1).iter_pages())
    older = list(client.files.list(limit=1, betas=["files-api-2025-04-14"]))

    assert {each.id for page in pages for each in page.data} == names == {each.id for each in older}
    assert [len(page.data) for page in pages][:3] == [1, 1, 1]
    kept = client.files.retrieve_metadata(min(names))
    assert (kept.mime_type, kept.size_bytes) == ("text/plain", 5)
    with pytest.raises(tercet.BadRequestError) as caught:
        client.files.download(kept.id)
    assert caught.value.error_code == "file_not_downloadable"
    assert {client.files.delete(each).id for each in names} == names
    assert client.files.list().data == []


def test_models_are_listed_in_both_directions(client: Anthropic) -> None:
    every = [each.id for each in client.models.list(limit=1000)]

    assert [each.id for each in client.models.list(limit=4)] == every
    before_last = client.models.list(limit=1000, before_id=every[-1])
    assert {each.id for each in before_last} == set(every[:-1])
    assert client.models.retrieve(every[0]).display_name


def test_a_text_is_counted(client: Anthropic) -> None:
    assert 0 < client.count_tokens("Hello, world") < client.count_tokens("Hello, world, " * 20)


@pytest.mark.anyio
async def test_the_async_client_gets_results_too(api: tercet.LocalAPI) -> None:
    async with api.async_client() as client:
        made = await client.messages.batches.create(requests=[{"custom_id": "one", "params": ASK}])
        for _ in range(2000):
            if (await client.messages.batches.retrieve(made.id)).processing_status == "ended":
                break
        assert [each.custom_id async for each in await client.messages.batches.results(made.id)] == ["one"]
        assert await client.count_tokens("Hello") > 0
