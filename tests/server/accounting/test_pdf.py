"""PDFs by their bytes: pages and text with the library and without; hostile files end quickly."""

from __future__ import annotations

import time
import zlib

import pytest

from tercet.server.accounting import pdf
from tercet.server.accounting.pdf import read_pdf


def make_pdf(*pages: str, packed: bool = False) -> bytes:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        content = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
        content = zlib.compress(content) if packed else content
        kind = b"/Filter /FlateDecode " if packed else b""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< " + kind + b"/Length %d >>\nstream\n" % len(content) + content + b"\nendstream")
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("reader", [read_pdf, lambda data: tuple(pdf._by_hand(data))])
def test_every_page_has_its_text(reader, packed: bool) -> None:
    assert reader(make_pdf("First page.", "Second page.", packed=packed)) == ("First page.", "Second page.")


def test_escapes_in_strings_are_undone() -> None:
    assert pdf._by_hand(make_pdf(r"a \(b\) \101")) == ["a (b) A"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no PDF",
        b"%PDF-1.4",
        b"%PDF-1.4\n" + b"(" * 50_000 + b" Tj",
        b"%PDF-1.4\nstream" * 5_000,
        b"%PDF-1.4\n/Count 999999 /Type /Pages" * 1_000,
        b"%PDF-1.4\n" + b"stream\n[" + b"(a" * 30_000 + b"TJ endstream",
        make_pdf("x")[:200],
        make_pdf("x").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
        b"%PDF-1.4\n1 0 obj << /FlateDecode >> stream\n" + zlib.compress(b"Tj" * 20_000_000) + b"endstream",
    ],
)
def test_hostile_files_neither_raise_nor_hang(data: bytes) -> None:
    start = time.process_time()
    pages = read_pdf(data)
    assert len(pages) <= pdf.MOST_PAGES
    assert time.process_time() - start < 5


def test_only_the_last_few_files_are_remembered() -> None:
    for number in range(pdf.KEPT + 5):
        read_pdf(b"%PDF-1.4 " + str(number).encode())
    assert len(pdf._known) == pdf.KEPT
