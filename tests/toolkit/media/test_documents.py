"""A document becomes a block: PDFs by pages with their numbers, texts by paragraphs; limits are told before anything is sent."""

from __future__ import annotations

import base64
import json
import pickle
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from tests.server.accounting.test_pdf import make_pdf
from tests.toolkit.media.samples import corner, encoded

import tercet
from tercet.flow.estimate import text_tokens
from tercet.toolkit.media import documents

MODEL = "claude-sonnet-4-6"


def numbered(count: int) -> bytes:
    return make_pdf(*(f"This is page {number}." for number in range(1, count + 1)))


def texts_of(block: dict[str, Any]) -> list[str]:
    """The pages' texts, as another library reads them."""
    reader = pypdf.PdfReader(BytesIO(base64.b64decode(block["source"]["data"])))
    return [page.extract_text().strip() for page in reader.pages]


def encrypted(user: str, count: int = 2) -> bytes:
    writer = pypdf.PdfWriter(clone_from=BytesIO(numbered(count)))
    writer.encrypt(user, "owner", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(numbered(12))
    return path


# --- PDFs ----------------------------------------------------------------------------------------------------------------


def test_a_pdf_is_sent_as_it_is_under_its_name(report: Path) -> None:
    block = tercet.document(report)
    assert base64.b64decode(block["source"]["data"]) == report.read_bytes()
    assert (block["source"]["media_type"], block["title"], block.pages) == (
        "application/pdf",
        "report.pdf",
        tuple(range(1, 13)),
    )
    assert json.loads(json.dumps(block)) == block
    assert pickle.loads(pickle.dumps(block)).pages == block.pages


def test_pages_keep_their_numbers_in_title_and_context(report: Path) -> None:
    block = tercet.document(report, pages="3-4, 9", context="About cats.")
    assert texts_of(block) == ["This is page 3.", "This is page 4.", "This is page 9."]
    assert block["title"] == "report.pdf, pages 3-4, 9 of 12"
    assert block["context"].startswith("About cats.\nThis document holds pages 3-4, 9 of the 12 pages of report.pdf")
    assert block.pages == (3, 4, 9)


def test_a_pdf_is_split_by_pages_and_so_is_a_part_of_it(report: Path) -> None:
    parts = tercet.document(report, citations=True).split(pages=5)
    assert [part["title"] for part in parts] == [f"report.pdf, pages {said} of 12" for said in ("1-5", "6-10", "11-12")]
    assert texts_of(parts[1])[0] == "This is page 6."
    assert parts[1]["citations"] == {"enabled": True}
    again = parts[1].split(pages=3)
    assert [(part["title"], part.pages) for part in again] == [
        ("report.pdf, pages 6-8 of 12", (6, 7, 8)),
        ("report.pdf, pages 9-10 of 12", (9, 10)),
    ]
    assert texts_of(again[1]) == ["This is page 9.", "This is page 10."]
    assert again[0]["context"].count("This document") == 1


def test_the_model_reads_the_pages_that_were_sent(report: Path) -> None:
    with tercet.local_api() as api:
        answer = api.client().messages.create(
            model=MODEL,
            max_tokens=100,
            messages=[
                {
                    "role": "user",
                    "content": [tercet.document(report, pages=7), {"type": "text", "text": "What does it say?"}],
                }
            ],
        )
    assert "This is page 7." in answer.text
    assert "page 8" not in answer.text


def test_a_pdf_past_the_limits_can_be_split_and_not_be_sent() -> None:
    block = tercet.document(numbered(601), title="long.pdf")
    content: list[Any] = [block, {"type": "text", "text": "Hi"}]
    with (
        tercet.local_api() as api,
        pytest.raises(tercet.MediaError, match=r"messages\[0\]\.content\[0\].*601 pages.*600.*split"),
    ):
        api.client().messages.create(model=MODEL, max_tokens=9, messages=[{"role": "user", "content": content}])
    assert [len(part.pages or ()) for part in block.split(pages=300)] == [300, 300, 1]


def test_the_limit_is_that_of_the_model_and_the_size_has_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    data = numbered(101)
    assert isinstance(tercet.document(data)["source"]["data"], str)
    refused = tercet.document(data, model="claude-haiku-4-5")["source"]["data"]
    assert "101 pages, and a request may have 100" in repr(refused)
    monkeypatch.setattr(documents, "MOST_REQUEST", 1000)
    assert "as base64, and a request may have 32" in repr(tercet.document(data)["source"]["data"])


def test_encrypted_pdfs_say_so_and_a_password_makes_a_copy() -> None:
    for user in ("secret", ""):
        data = encrypted(user)
        with pytest.raises(tercet.MediaError, match="the document is encrypted"):
            tercet.document(data)
        block = tercet.document(data, password=user, title="open.pdf")
        assert texts_of(block) == ["This is page 1.", "This is page 2."]
        assert b"/Encrypt" not in base64.b64decode(block["source"]["data"])
        assert block["title"] == "open.pdf"
    with pytest.raises(tercet.MediaError, match=r"the password does not open s\.pdf"):
        tercet.document(encrypted("secret"), password="wrong", title="s.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.7", numbered(3)[:200], b"%PDF-1.4\n" + bytes(500)])
def test_damaged_pdfs_say_so(data: bytes) -> None:
    with pytest.raises(tercet.MediaError, match="the document is damaged"):
        tercet.document(data)


def test_pages_become_images_as_large_as_the_model_sees() -> None:
    block = tercet.document(numbered(3), pages="2-3", model=MODEL)
    images = block.render()
    assert [(image.width, image.height) for image in images] == [(952, 1232)] * 2
    assert all(image.tokens == image.tokens_for(MODEL) and (image.tokens or 0) > 1400 for image in images)
    small = block.render(pages=3, tokens=100)
    assert (small[0].tokens or 0) <= 100
    with pytest.raises(tercet.MediaError, match="holds pages 2-3, not page 1"):
        block.render(pages=1)


def test_tokens_of_a_pdf_are_its_text_and_a_picture_of_each_page() -> None:
    one, two = tercet.document(numbered(1), model=MODEL).tokens, tercet.document(numbered(2), model=MODEL).tokens
    assert one is not None
    assert two is not None
    assert 1496 < one < 1520
    assert abs(two - 2 * one) <= 2


def test_without_the_library_a_pdf_passes_and_its_pages_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    block = tercet.document(numbered(3), title="a.pdf")
    assert (block.pages, block.tokens) == (None, None)
    asks: list[Any] = [
        lambda: tercet.document(numbered(3), pages="1"),
        block.split,
        block.render,
        lambda: tercet.document(encrypted("")),
    ]
    for ask in asks:
        with pytest.raises(tercet.MediaLibraryError, match=r"pip install 'tercet\[media\]'"):
            ask()


# --- texts ---------------------------------------------------------------------------------------------------------------


def test_a_text_is_sent_as_text_whatever_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "notes.pdf"  # the name tells nothing
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_bytes("Grüße, 世界".encode(encoding))
        block = tercet.document(path)
        assert block["source"] == {"type": "text", "media_type": "text/plain", "data": "Grüße, 世界"}
        assert block["title"] == "notes.pdf"
    path.write_bytes("Grüße".encode("latin-1"))
    with pytest.raises(
        tercet.MediaError, match=r"notes\.pdf is no PDF, and no text of utf-8 \(byte 2\): give encoding="
    ):
        tercet.document(path)
    assert tercet.document(path, encoding="latin-1")["source"]["data"] == "Grüße"


def test_a_long_text_is_split_at_paragraphs_by_tokens() -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "Words and words. " * 20 for number in range(60))
    parts = tercet.document(text=text, title="Manual", citations=True).split(tokens=1000)
    assert "".join(part["source"]["data"] for part in parts) == text
    assert all(text_tokens(part["source"]["data"]) <= 1000 and (part.tokens or 0) <= 1000 for part in parts)
    assert all(part["source"]["data"].startswith("Paragraph") for part in parts)
    assert parts[1]["title"] == f"Manual, part 2 of {len(parts)}"
    assert parts[0]["citations"] == {"enabled": True}


def test_a_short_text_is_one_part() -> None:
    block = tercet.document(text="Short.")
    assert block.split() == [block]
    assert "title" not in block


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty; there is nothing to send"),
        (b"   \n", "holds no text"),
        (encoded(corner(), "PNG"), r"is a PNG image; tercet\.image\(\)"),
        (b"PK\x03\x04word", "as Word, Excel and PowerPoint files are; documents are PDFs and text"),
        (b"a\0b", "holds zero bytes"),
        (b"\xff\xfe\xff", "no text of utf-16"),
    ],
)
def test_what_is_no_document_is_told_by_what_it_is(data: bytes, said: str) -> None:
    with pytest.raises(tercet.MediaError, match=said):
        tercet.document(data)


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(TypeError, match="a source or text="):
        tercet.document()
    with pytest.raises(tercet.MediaError, match="is a text and has no pages"):
        tercet.document(b"words", pages="1")
    with pytest.raises(tercet.MediaError, match="at least one page"):
        tercet.document(numbered(1)).split(pages=0)
    with pytest.raises(tercet.MediaError, match="no encoding 'klingon'"):
        tercet.document(b"words", encoding="klingon")


def test_an_address_stays_one() -> None:
    block = tercet.document("https://example.org/a.pdf", title="A")
    assert block == {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}, "title": "A"}
    assert block.tokens is None
    for ask in (block.split, block.render):
        with pytest.raises(tercet.MediaError, match="is no PDF that is here"):
            ask()
    with pytest.raises(tercet.MediaError, match="fetch=True"):
        tercet.document("https://example.org/a.pdf", pages="1")
