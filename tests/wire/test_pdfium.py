"""One caller at a time is let through to PDFium, and what was opened is closed."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.server.accounting.test_pdf import make_pdf

from tercet.wire import pdfium
from tercet.wire.pdfium import open_pdf, opened


def text_of(data: bytes) -> str:
    with open_pdf(data) as document, opened(document[0]) as page, opened(page.get_textpage()) as text:
        return str(text.get_text_range())


def test_a_second_caller_waits_at_the_door() -> None:
    came = threading.Event()
    with open_pdf(make_pdf("first")):
        waiting = threading.Thread(target=lambda: (text_of(make_pdf("second")), came.set()))
        waiting.start()
        assert not came.is_set()
    waiting.join(20)
    assert came.is_set()


def test_many_threads_read_at_once_what_each_of_them_gave() -> None:
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(text_of, [make_pdf(f"number {number}") for number in range(100)]))
    assert told == [f"number {number}" for number in range(100)]


def test_what_was_opened_is_closed_however_the_door_is_left() -> None:
    with pytest.raises(KeyError), open_pdf(make_pdf("a")) as document:
        raise KeyError
    assert not document.raw


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_forked_while_the_door_was_held_goes_through() -> None:
    held, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with pdfium._door:
            held.set()
            leave.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    child = os.fork()
    if child == 0:
        os._exit(0 if pdfium._door.acquire(timeout=5) else 1)
    leave.set()
    holder.join(20)
    assert os.waitpid(child, 0)[1] == 0
