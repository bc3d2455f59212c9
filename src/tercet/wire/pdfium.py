"""The one door to PDFium, which takes one caller at a time in a whole process: client and local API share this lock.

Closing a document is a call as well, so everything that is opened is closed before the door is left. Knows no request.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

_door = RLock()


def _renew() -> None:
    """Open the door in a forked child: whoever held it stayed with the parent."""
    global _door
    _door = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


@contextmanager
def open_pdf(data: Any, password: str | None = None) -> Iterator[Any]:
    """Open a PDF and keep others out until it is closed. ImportError without pypdfium2; its PdfiumError for what is no PDF."""
    import pypdfium2

    with _door:
        document = pypdfium2.PdfDocument(data, password=password)
        try:
            yield document
        finally:
            document.close()


@contextmanager
def opened(part: Any) -> Iterator[Any]:
    """Close a page, a page's text or a new document when it is done with, not when it is collected."""
    try:
        yield part
    finally:
        part.close()
