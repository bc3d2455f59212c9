"""PDFs by PDFium: pages counted, cut out, rendered, and what they cost. One file is open at a time (`wire/pdfium.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from tercet.flow.estimate import PDF_PAGE_LIKELY, text_tokens
from tercet.flow.image_size import Size, image_tokens_of
from tercet.toolkit.media.errors import MediaError, MediaLibraryError
from tercet.wire.pdfium import open_pdf, opened

if TYPE_CHECKING:
    from PIL.Image import Image

PAGE = (1224, 1584)
"""Pixels of a page of US letter at 144 dots an inch: at this size its picture is reckoned. The API's own is not published."""
LONGEST = 8000.0
"""Pixels of the longer side that a page is thought to have before it is fitted to what the model sees."""


@contextmanager
def open_checked(data: bytes, name: str, password: str | None = None) -> Iterator[Any]:
    """Open a PDF. Raises MediaError for what is damaged, and for what is encrypted unless a password opens it."""
    try:
        import pypdfium2
    except ImportError:
        said = f"the pages of {name} can be counted and cut out only with pypdfium2: pip install 'tercet[media]'"
        raise MediaLibraryError(said) from None
    try:
        with open_pdf(data, password) as document:
            if password is None and pypdfium2.raw.FPDF_GetSecurityHandlerRevision(document.raw) != -1:
                raise _encrypted(name)
            if not len(document):
                raise MediaError(f"{name} is a PDF without pages, or damaged")
            yield document
    except pypdfium2.PdfiumError as problem:
        if getattr(problem, "err_code", None) != pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise MediaError(f"{name} is damaged: it cannot be read as a PDF ({problem})") from problem
        raise _encrypted(name) if password is None else MediaError(f"the password does not open {name}") from None


def _encrypted(name: str) -> MediaError:
    return MediaError(
        f"{name} is encrypted, and the API reads no such PDF: password='…' makes a copy without encryption, password='' where "
        "it opens without one"
    )


def count_pages(data: bytes, name: str, password: str | None = None) -> int:
    """Return how many pages a PDF has."""
    with open_checked(data, name, password) as document:
        return len(document)


def cut_out(data: bytes, parts: Sequence[Sequence[int]], name: str, password: str | None = None) -> list[bytes]:
    """Return a new PDF, without encryption, for each of these lists of page numbers."""
    import pypdfium2

    made = []
    with open_checked(data, name, password) as document:
        for numbers in parts:
            with opened(pypdfium2.PdfDocument.new()) as part:
                part.import_pages(document, [number - 1 for number in numbers])
                out = BytesIO()
                part.save(out)
                made.append(out.getvalue())
    return made


def render(data: bytes, numbers: Sequence[int], name: str, fit: Callable[[Size], Size]) -> Iterator[Image]:
    """Yield each page as a picture of the size that `fit` makes of a very large one."""
    for number in numbers:
        with open_checked(data, name) as document, opened(document[number - 1]) as page:
            width, height = (max(side, 1e-3) for side in page.get_size())
            large = LONGEST / max(width, height)
            size = fit((max(1, round(width * large)), max(1, round(height * large))))
            scale = min(size[0] / width, size[1] / height) * (1 - 1e-9)  # sides are rounded up
            with opened(page.render(scale=scale)) as bitmap:
                picture = bitmap.to_pil().copy()
        yield picture


def likely_tokens(data: bytes, name: str, model: str | None) -> int:
    """Return what a PDF is likely to cost: the text of its pages, estimated, and a picture of each."""
    picture, total = image_tokens_of(PAGE, model), 0.0
    with open_checked(data, name) as document:
        for number in range(len(document)):
            total += picture + _page_text_tokens(document, number, model)
    return round(total)


def _page_text_tokens(document: Any, number: int, model: str | None) -> float:
    try:
        with opened(document[number]) as page, opened(page.get_textpage()) as text:
            return text_tokens(text.get_text_range(), model)
    except Exception:  # one broken page: the others still tell
        return PDF_PAGE_LIKELY
