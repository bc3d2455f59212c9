"""Large data is cut out of blocks, and comes back as it was."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from tercet.toolkit.conversation.store.attachments import LEAST, cut_out, put_back

LARGE = base64.b64encode(b"x" * LEAST).decode()


def picture(data: Any) -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ([picture(LARGE)], 1),
        ([picture("AAAA")], 0),
        ([picture("A" * LEAST)], 0),
        ([picture("A" * (LEAST + 1))], 1),
        ([picture(base64.encodebytes(b"x" * LEAST).decode())], 1),
        ([picture("@0"), picture(LARGE), picture("@1")], 3),
        ([picture({"data": LARGE})], 0),
        (
            [{"type": "tool_result", "tool_use_id": "t", "content": [picture(LARGE), {"type": "text", "text": LARGE}]}],
            1,
        ),
        ([{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "ä" * 5000}}], 1),
        ([{"type": "document", "source": {"type": "content", "content": [picture(LARGE)]}}, picture(LARGE)], 2),
        ([{"type": "text", "text": LARGE}, {"type": "tool_use", "input": {"source": {"data": LARGE}}}], 0),
        ([], 0),
    ],
)
def test_what_is_cut_out_comes_back_as_it_was(content: list[Any], found: int) -> None:
    before = msgspec.json.encode(content)
    short, attachments = cut_out(content)
    assert len(attachments) == found
    assert msgspec.json.encode(content) == before  # what was said is nobody's to change
    assert (short is content) == (found == 0)

    stored: list[Any] = msgspec.json.decode(msgspec.json.encode(short))
    put_back(stored, [each.text() for each in attachments])
    assert stored == content


def test_base64_is_kept_as_its_bytes_and_equal_data_has_one_hash() -> None:
    _, (one, two, other) = cut_out([picture(LARGE), picture(LARGE), picture(LARGE[:-4] + "eHg=")])
    assert one.data == b"x" * LEAST
    assert one.hash == two.hash != other.hash
