"""The images and documents of a request: what breaks a limit is fitted, what cannot be is told by message and block."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
from typing import Any

import pytest
from PIL import Image
from tests.server.accounting.test_pdf import make_pdf
from tests.toolkit.media.samples import corner, encoded, photo, screen

import tercet
from tercet.toolkit.media import fitting
from tercet.toolkit.media.uploads import Uploads

MODEL, SMALL = "claude-sonnet-4-6", "claude-haiku-4-5"


def block_of(data: bytes, media_type: str = "image/png", kind: str = "image", **more: Any) -> dict[str, Any]:
    source = {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}
    return {"type": kind, "source": source, **more}


def asked(*blocks: Any) -> list[Any]:
    return [{"role": "user", "content": [*blocks, {"type": "text", "text": "What is this?"}]}]


SHOT = encoded(screen(2100, 400), "PNG")
TINY = encoded(corner(), "PNG")


def test_what_fits_stays_the_same_object_and_loads_no_library() -> None:
    messages = asked(block_of(SHOT), block_of(make_pdf("Hello."), "application/pdf", "document"))
    made = tercet.media.fit(messages, model=MODEL)
    assert made == messages
    assert made[0] is messages[0]
    program = (
        "import base64, sys, tercet; data = base64.b64encode(sys.stdin.buffer.read()).decode();"
        "source = {'type': 'base64', 'media_type': 'image/png', 'data': data};"
        "tercet.media.fit([{'role': 'user', 'content': [{'type': 'image', 'source': source}] * 3}], model='claude-sonnet-4-6');"
        "print(sorted({'PIL', 'pypdfium2', 'asyncio'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], input=SHOT, capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def test_from_the_21st_image_on_all_are_looked_at_again() -> None:
    twenty, more = asked(*[block_of(SHOT)] * 20), asked(*[block_of(SHOT)] * 21)
    assert tercet.media.fit(twenty, model=MODEL) == twenty
    made: Any = tercet.media.fit(more, model=MODEL)
    assert all(block.width <= 2000 for block in made[0]["content"][:-1])
    with tercet.local_api() as api:
        client = api.client()
        with pytest.raises(tercet.BadRequestError, match="many-image requests: 2000 pixels"):
            client.messages.create(model=MODEL, max_tokens=9, messages=more)
        client.messages.create(model=MODEL, max_tokens=9, messages=made)


def test_too_wide_wrongly_typed_and_converted_images_are_put_right() -> None:
    wide = encoded(Image.new("L", (9000, 20)), "PNG")
    messages = asked(
        block_of(wide, cache_control={"type": "ephemeral"}),
        block_of(TINY, "image/jpeg"),
        block_of(encoded(corner(), "BMP")),
    )
    made: Any = tercet.media.fit(messages, model=MODEL)
    content = made[0]["content"]
    assert content[0].width <= 1568
    assert content[0]["cache_control"] == {"type": "ephemeral"}
    assert content[1]["source"] == block_of(TINY)["source"]
    assert content[2]["source"]["media_type"] in ("image/png", "image/jpeg")
    with tercet.local_api() as api:
        api.client().messages.create(model=MODEL, max_tokens=9, messages=made)


def test_an_image_of_too_many_bytes_is_encoded_anew() -> None:
    heavy = encoded(photo(1700, 1400), "PNG")
    assert 5 << 20 < len(heavy) * 4 / 3 < 10 << 20
    assert tercet.media.fit(asked(block_of(heavy)), model=MODEL) == asked(block_of(heavy))
    made: Any = tercet.media.fit(asked(block_of(heavy)), model=MODEL, platform="bedrock")
    assert len(made[0]["content"][0]["source"]["data"]) <= 5 << 20


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (block_of(b"no picture at all"), r"messages\[0\]\.content\[1\] is of no known kind"),
        (
            block_of(SHOT[:40], "image/webp"),
            r"messages\[0\]\.content\[1\] is a PNG image that ends before its picture does",
        ),
        (block_of(b""), r"messages\[0\]\.content\[1\]\.source\.data is no base64"),
        (block_of(b"%PDF-1.4 x", "application/pdf", "document"), r"messages\[0\]\.content\[1\] is damaged"),
    ],
)
def test_errors_name_message_and_block(block: Any, said: str) -> None:
    with pytest.raises(tercet.MediaError, match=said):
        tercet.media.fit(asked(block_of(TINY), block), model=MODEL)


def test_too_many_images_and_too_many_pages_are_told_for_the_model() -> None:
    with pytest.raises(
        tercet.MediaError,
        match=r"messages\[0\]\.content\[100\] is image 101 of 101, and a request to claude-haiku-4-5 may have 100",
    ):
        tercet.media.fit(asked(*[block_of(TINY)] * 101), model=SMALL)
    pdf = tercet.document(make_pdf(*["x"] * 60))
    assert tercet.media.fit(asked(pdf), model=SMALL) == asked(pdf)
    plain = block_of(make_pdf(*["x"] * 60), "application/pdf", "document")
    with pytest.raises(tercet.MediaError, match=r"messages\[0\]\.content\[1\] brings the pages of this request to 120"):
        tercet.media.fit(asked(pdf, plain), model=SMALL)
    with pytest.raises(tercet.MediaError, match=r"messages\[0\]\.content\[0\]: .* has 601 pages"):
        tercet.media.fit(asked(tercet.document(make_pdf(*["x"] * 601))), model=MODEL)


def test_a_request_that_is_too_large_sends_what_the_model_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "MOST_REQUEST", 2 << 20)
    heavy = encoded(photo(1990, 1000), "PNG")
    made: Any = tercet.media.fit(asked(block_of(heavy)), model=MODEL)
    assert made[0]["content"][0]["source"]["media_type"] == "image/jpeg"
    assert made[0]["content"][0].tokens == tercet.image(heavy, model=MODEL, fit=None).tokens
    long = {"role": "user", "content": "x" * (3 << 20)}
    with pytest.raises(tercet.MediaError, match=r"and a request may have 32 .*upload_with=client"):
        tercet.media.fit([long, *asked(block_of(TINY))], model=MODEL)  # type: ignore[list-item]


# --- uploads -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No file is known yet; the clock is the list's last entry."""
    clock = [1_800_000_000.0]
    monkeypatch.setattr(fitting, "known_files", Uploads(lambda: clock[-1]))
    return clock


LARGE = encoded(photo(1500, 900), "PNG")


def test_large_and_repeated_blocks_are_uploaded_once_and_small_ones_are_not(known: list[float]) -> None:
    messages = asked(block_of(LARGE), block_of(TINY), block_of(SHOT), block_of(SHOT))
    with tercet.local_api() as api:
        client = api.client()
        for _ in range(3):
            made: Any = tercet.media.fit(messages, model=MODEL, upload_with=client)
        content = made[0]["content"]
        kinds = [block["source"]["type"] for block in content[:-1]]
        assert kinds == ["file", "base64", "file", "file"]
        assert content[2]["source"] == content[3]["source"]
        assert len(list(client.files.list())) == 2
        client.messages.create(model=MODEL, max_tokens=9, messages=made)


def test_a_file_that_is_gone_or_ends_is_uploaded_again_once(known: list[float]) -> None:
    messages = asked(block_of(LARGE))

    def file_id() -> str:
        made: Any = tercet.media.fit(messages, model=MODEL, upload_with=client)
        return str(made[0]["content"][0]["source"]["file_id"])

    with tercet.local_api() as api:
        client = api.client()
        first = file_id()
        known.append(known[-1] + 120)
        assert file_id() == first  # it was asked for, and is there
        client.files.delete(first)
        known.append(known[-1] + 120)
        second = file_id()
        assert second != first
        assert [file.id for file in client.files.list()] == [second]


def test_each_account_has_files_of_its_own(known: list[float]) -> None:
    with tercet.local_api() as api:
        one, other = api.client(api_key="sk-ant-local-one"), api.client(api_key="sk-ant-local-two")
        for client in (one, other):
            made = tercet.media.fit(asked(block_of(LARGE)), model=MODEL, upload_with=client)
            client.messages.create(model=MODEL, max_tokens=9, messages=made)
            assert len(list(client.files.list())) == 1


def test_many_tasks_at_once_upload_a_file_once(known: list[float]) -> None:
    async def main() -> None:
        with tercet.local_api() as api:
            async with api.async_client() as client:
                fits = [tercet.media.afit(asked(block_of(LARGE)), model=MODEL, upload_with=client) for _ in range(50)]
                made: Any = await asyncio.gather(*fits)
                assert len({each[0]["content"][0]["source"]["file_id"] for each in made}) == 1
                assert len([file async for file in client.files.list()]) == 1

    asyncio.run(main())


def test_an_upload_that_failed_is_told_and_tried_again(known: list[float]) -> None:
    with tercet.local_api(faults=["x1 500"]) as api:
        client = api.client(max_retries=0)
        with pytest.raises(tercet.InternalServerError):
            tercet.media.fit(asked(block_of(LARGE)), model=MODEL, upload_with=client)
        made: Any = tercet.media.fit(asked(block_of(LARGE)), model=MODEL, upload_with=client)
        assert made[0]["content"][0]["source"]["type"] == "file"


def test_async_programs_convert_beside_the_loop() -> None:
    made: Any = asyncio.run(tercet.media.afit(asked(*[block_of(SHOT)] * 21), model=MODEL))
    assert all(block.width <= 2000 for block in made[0]["content"][:-1])


def test_a_client_of_the_other_world_and_one_without_files_are_told() -> None:
    with tercet.local_api() as api:
        blocking, other = api.client(), api.async_client()
        with pytest.raises(TypeError, match=r"await tercet\.media\.afit"):
            tercet.media.fit([], model=MODEL, upload_with=other)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"call tercet\.media\.fit"):
            asyncio.run(tercet.media.afit([], model=MODEL, upload_with=blocking))  # type: ignore[arg-type]
