"""Images and documents are found wherever they may stand, and put back without touching what the caller holds."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.toolkit.media.samples import corner, encoded

import tercet
from tercet.toolkit.media.request_media import limits_of, media_of, replaced, text_size

IMAGE = tercet.image(encoded(corner(), "PNG"))
TEXT = {"type": "text", "text": "words"}
INNER = {"type": "document", "source": {"type": "content", "content": [TEXT, IMAGE]}}
MESSAGES: list[Any] = [
    {"role": "user", "content": "words"},
    {"role": "user", "content": [TEXT, IMAGE]},
    {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "look", "input": {}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": [IMAGE]}, INNER]},
]


def test_every_place_is_named_as_errors_name_it() -> None:
    assert [str(placed) for placed in media_of(MESSAGES)] == [
        "messages[1].content[1]",
        "messages[3].content[0].content[0]",
        "messages[3].content[1]",
        "messages[3].content[1].source.content[1]",
    ]


def test_what_is_put_in_changes_nothing_that_the_caller_holds() -> None:
    before = copy.deepcopy(MESSAGES)
    made = replaced(
        MESSAGES, {placed.path: {"type": "image", "new": 1} for placed in media_of(MESSAGES) if placed.is_image}
    )
    assert before == MESSAGES
    assert made[0] is MESSAGES[0]
    assert made[3]["content"][1]["source"]["content"][1] == {"type": "image", "new": 1}
    assert made[3]["content"][0]["tool_use_id"] == "a"


@pytest.mark.parametrize(
    ("model", "images", "pages", "text"),
    [
        ("claude-haiku-4-5", 100, 100, 10 << 20),
        ("claude-sonnet-4-6", 600, 600, 10 << 20),
        ("us.anthropic.claude-sonnet-4-6", 600, 600, 5 << 20),
        ("claude-haiku-4-5@20251001", 100, 100, 5 << 20),
        ("nobody-knows", 600, 600, 10 << 20),
    ],
)
def test_limits_are_those_of_model_and_platform(model: str, images: int, pages: int, text: int) -> None:
    limits = limits_of(model)
    assert (limits.images, limits.pages, limits.image_text) == (images, pages, text)


def test_a_platform_can_be_said_and_must_be_one() -> None:
    assert limits_of("claude-sonnet-4-6", "vertex").image_text == 5 << 20
    wrong: Any = "azure"
    with pytest.raises(TypeError, match="platform='azure' is none of anthropic, bedrock, vertex"):
        limits_of("claude-sonnet-4-6", wrong)


def test_the_size_of_a_text_is_counted_wherever_it_stands() -> None:
    assert text_size([{"a": "12", "b": ["345", {"c": ("6",)}]}, 7, None]) == 6
