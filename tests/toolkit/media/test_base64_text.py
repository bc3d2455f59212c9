"""Base64 text of any bytes, made without a second copy."""

from __future__ import annotations

import base64
import subprocess
import sys

from hypothesis import example, given
from hypothesis import strategies as st

from tercet.toolkit.media.base64_text import PIECE, base64_text, beginning_of, bytes_of


@given(st.binary(max_size=200))
@example(bytes(PIECE))
@example(bytes(PIECE + 1))
@example(bytes(2 * PIECE - 1))
def test_the_text_is_that_of_the_standard_library_and_leads_back(data: bytes) -> None:
    text = base64_text(data)
    assert text == base64.b64encode(data).decode()
    assert bytes_of(text) == data
    assert data.startswith(beginning_of(text, 16))


HELD = """
import tracemalloc
from tercet.toolkit.media.base64_text import base64_text
data = bytes(10 << 20)
tracemalloc.start()
text = base64_text(data)
print(tracemalloc.get_traced_memory()[1] / len(text))
"""


def test_ten_megabytes_are_held_once() -> None:
    """In a process of its own: texts do not grow in place where somebody traces lines, as coverage does."""
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.2


def test_what_is_no_base64_has_no_bytes() -> None:
    assert (bytes_of("a b"), bytes_of("ü"), beginning_of("abc", 8)) == (b"", b"", b"")
