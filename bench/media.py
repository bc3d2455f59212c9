"""Images and documents, beside plain Pillow and pypdf: `make bench-media`. CPU time, the least of some rounds; files are made here.

A peer that is not installed is named in the last line, with what to install.
"""

from __future__ import annotations

import io
import multiprocessing
import sys
from base64 import b64encode
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tests make PDFs
ROUNDS = 5
MODEL = "claude-sonnet-4-6"
Act = Callable[[], object]


def least(act: Act, times: int = 1) -> float:
    """The least CPU time of a call, in seconds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = process_time()
        for _ in range(times):
            act()
        best = min(best, (process_time() - began) / times)
    return best


def photograph() -> bytes:
    """A JPEG of 12 megapixels with grain, as a telephone writes it: on its side, with a place."""
    from PIL import Image

    shapes = Image.effect_noise((504, 378), 80).resize((4032, 3024))
    grain = Image.effect_noise((4032, 3024), 16)
    exif = Image.Exif()
    exif[0x0112], exif[0x8825] = 6, {1: "N", 2: (59.0, 54.0, 50.0)}
    out = io.BytesIO()
    Image.merge("RGB", (shapes, Image.blend(shapes, grain, 0.4), grain)).save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


def pages(count: int) -> bytes:
    """A PDF of so many pages with a line of text."""
    from tests.server.accounting.test_pdf import make_pdf

    return make_pdf(*(f"This is page {number}." for number in range(count)))


def by_pillow(data: bytes) -> bytes:
    """What people write: open, turn, thumbnail, save."""
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    picture.thumbnail((1568, 1568))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return b64encode(out.getvalue())


def by_pypdf(data: bytes, parts: int) -> list[bytes]:
    """Split, as people write it."""
    from pypdf import PdfReader, PdfWriter

    reader, made = PdfReader(io.BytesIO(data)), []
    step = len(reader.pages) // parts
    for start in range(0, len(reader.pages), step):
        writer, out = PdfWriter(), io.BytesIO()
        for page in reader.pages[start : start + step]:
            writer.add_page(page)
        writer.write(out)
        made.append(out.getvalue())
    return made


def counted_by_pypdf(data: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(data)).pages)


def growth(data: bytes, model: str | None, answer: Any) -> None:
    """Tell how much memory a block of a photograph needs above the start, in a process of its own."""
    import tercet

    tercet.image(data[:0] + small(), model=model)  # Pillow is there, and its tables
    before = highest()
    tercet.image(data, model=model)
    answer.send((highest() - before) / 1024)


def highest() -> float:
    """The most memory that this process has had, in kilobytes."""
    with open("/proc/self/status") as status:
        return next(float(line.split()[1]) for line in status if line.startswith("VmHWM"))


def small() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (30, 20)).save(out, "TIFF")
    return out.getvalue()


def memory(data: bytes, model: str | None) -> float:
    """Megabytes above the start."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=growth, args=(data, model, there))
    child.start()
    told = float(here.recv())
    child.join()
    return told


def photo() -> dict[str, float]:
    import tercet

    data = photograph()
    return {"cpu": least(lambda: tercet.image(data, model=MODEL)), "plain": least(lambda: by_pillow(data))}


def header() -> dict[str, float]:
    from tercet.wire.image_headers import read_image

    data = photograph()
    return {"cpu": least(lambda: read_image(data), 200)}


def page_count() -> dict[str, float]:
    import tercet

    data = pages(1000)
    return {"cpu": least(lambda: tercet.document(data)), "plain": least(lambda: counted_by_pypdf(data))}


def page_split() -> dict[str, float]:
    import tercet

    data = pages(1000)
    document = tercet.document(data)
    return {"cpu": least(lambda: document.split(pages=100)), "plain": least(lambda: by_pypdf(data, 10))}


def main() -> int:
    import tercet
    from tercet.toolkit.media.base64_text import base64_text
    from tercet.wire.image_headers import read_image

    photo, report, megabytes = photograph(), pages(1000), bytes(10 << 20)
    block = tercet.image(photo, model=MODEL)
    request: Any = [{"role": "user", "content": [block] * 20}]
    document = tercet.document(report)
    has_pypdf = find_spec("pypdf") is not None
    lines = [
        ("12 MP photograph -> block, 1270 x 952", least(lambda: tercet.image(photo, model=MODEL)), "≤ 260 ms", least(lambda: by_pillow(photo))),
        ("the same, as the largest eyes see it", least(lambda: tercet.image(photo)), "≤ 260 ms", None),
        ("header of a 12 MP photograph", least(lambda: read_image(photo), 200), "≤ 50 µs", None),
        ("media.fit of 20 photographs that fit", least(lambda: tercet.media.fit(request, model=MODEL), 5), "", None),
        ("1,000 pages counted", least(lambda: tercet.document(report)), "≤ 5 ms", least(lambda: counted_by_pypdf(report)) if has_pypdf else None),
        ("1,000 pages split into ten", least(lambda: document.split(pages=100)), "≤ 60 ms", least(lambda: by_pypdf(report, 10)) if has_pypdf else None),
        ("base64 of 10 MB, held once", least(lambda: base64_text(megabytes)), "", least(lambda: b64encode(megabytes).decode())),
    ]  # fmt: skip
    print(f"{'':44}{'Tercet':>12}{'goal':>12}{'Pillow, pypdf, base64':>26}")
    for title, ours, goal, theirs in lines:
        print(f"{title:44}{told(ours):>12}{goal:>12}{told(theirs) if theirs else '':>26}")
    for title, model in (
        ("memory above the start, 12 MP -> 1270 x 952", MODEL),
        ("the same, as the largest eyes see it", None),
    ):
        print(f"{title:44}{memory(photo, model):>9.0f} MB{'≤ 60 MB':>12}")
    if not has_pypdf:
        print("pypdf is not installed: pip install pypdf")
    return 0


def told(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds > 1e-4 else f"{seconds * 1e6:.1f} µs"


if __name__ == "__main__":
    sys.exit(main())
