"""Images and documents as content blocks that fit: `tercet.image`, `tercet.document`, `tercet.media.fit`.

    images.py     image -> block; what may pass as it is      documents.py  PDF or text -> block, its pages, its parts
    kinds.py      what a file is, by its bytes                pages.py      "1-20" -> page numbers
    sources.py    path, bytes, file, address -> bytes         pdfs.py       count, cut, render: PDFium
    fetching.py   an address, when asked to                   texts.py      long texts, cut at paragraphs
    cleaning.py   metadata off, without decoding              fitting.py    every block of a request at once
    pictures.py   upright, reduced, encoded: Pillow           request_media.py  the blocks of a request, and its limits
    base64_text.py  bytes as text, once                       uploads.py    what was uploaded, by hash and account

Pure but for files that are read, and addresses where `fetch=True` says so; Pillow, PDFium and libheif are imported where a
file cannot be sent without them. In async programs: `await asyncio.to_thread(tercet.image, "photo.heic")`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tercet.toolkit.media.documents import DocumentContent as DocumentContent
    from tercet.toolkit.media.documents import document as document
    from tercet.toolkit.media.fitting import afit as afit
    from tercet.toolkit.media.fitting import fit as fit
    from tercet.toolkit.media.images import ImageContent as ImageContent
    from tercet.toolkit.media.images import image as image

_ROOM_OF = {
    "DocumentContent": "documents",
    "ImageContent": "images",
    "afit": "fitting",
    "document": "documents",
    "fit": "fitting",
    "image": "images",
}

__all__ = ["DocumentContent", "ImageContent", "afit", "document", "fit", "image"]


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'tercet.media' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"tercet.toolkit.media.{_ROOM_OF[name]}"), name)
    return value
