"""Pictures that the API would refuse, found by their headers."""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest
from tests.toolkit.conversation.validity.histories import PNG
from tests.toolkit.conversation.validity.judged import kinds, refused

import tercet


def message(data: str, media_type: str = "image/png", kind: str = "image", times: int = 1) -> list[dict[str, Any]]:
    block = {"type": kind, "source": {"type": "base64", "media_type": media_type, "data": data}}
    return [{"role": "user", "content": [block] * times}]


def png(width: int, height: int) -> str:
    content = base64.b64decode(PNG)
    return base64.b64encode(content[:16] + struct.pack(">II", width, height) + content[24:]).decode()


@pytest.mark.parametrize(
    "messages",
    [
        message("no base64!"),
        message("bm8="),
        message(png(8_001, 10)),
        message(png(3_000, 10), times=21),
        message("bm8=", "application/pdf", "document"),
    ],
)
def test_what_cannot_be_read_becomes_text_that_says_so(messages: list[dict[str, Any]]) -> None:
    assert refused(messages) is not None
    assert set(kinds(messages)) == {"media"}
    made = tercet.repair_messages(messages)
    assert {block["type"] for block in made[0]["content"]} == {"text"}
    assert refused(made) is None


def test_a_picture_that_says_it_is_another_kind_says_what_it_is() -> None:
    messages = message(PNG, "image/jpeg")
    assert refused(messages) is not None
    assert tercet.repair_messages(messages) == message(PNG)


def test_twenty_large_pictures_may_stand_and_small_ones_in_any_number() -> None:
    for messages in (message(png(3_000, 10), times=20), message(PNG, times=50)):
        assert kinds(messages) == []
        assert refused(messages) is None
