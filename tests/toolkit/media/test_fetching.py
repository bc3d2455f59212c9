"""An address is fetched only when that is asked for, and never without bounds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.server.accounting.test_pdf import make_pdf
from tests.toolkit.media.samples import corner, encoded

import tercet
from tercet.toolkit.media import fetching

PNG = encoded(corner(), "PNG")


class Files(BaseHTTPRequestHandler):
    """A picture, a document, a way to the picture, and nothing else."""

    def do_GET(self) -> None:
        body = {"/a.jpg": PNG, "/a.pdf": make_pdf("Hello.")}.get(self.path, b"")
        moved = self.path == "/moved"
        self.send_response(302 if moved else 200 if body else 404)
        if moved:
            self.send_header("location", "/a.jpg")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_fetched_becomes_a_block_by_its_bytes(site: str) -> None:
    for path in ("/a.jpg", "/moved"):
        block = tercet.image(site + path, fetch=True)
        assert (block["source"]["media_type"], block.tokens) == ("image/png", 6)
    document = tercet.document(f"{site}/a.pdf", fetch=True)
    assert (document["title"], document.pages) == ("a.pdf", (1,))


def test_what_is_not_there_or_too_large_or_nowhere_is_told(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(tercet.MediaError, match="cannot be fetched: it answers 404"):
        tercet.image(f"{site}/gone", fetch=True)
    monkeypatch.setattr(fetching, "LARGEST", 10)
    with pytest.raises(tercet.MediaError, match="cannot be fetched: it has more than"):
        tercet.image(f"{site}/a.jpg", fetch=True)
    with pytest.raises(tercet.MediaError, match="cannot be fetched"):
        tercet.image("http://127.0.0.1:1/a.jpg", fetch=True)
