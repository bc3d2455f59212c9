"""A block made of a file is a dict for whoever sends it, and itself for users' own models."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict
from tests.toolkit.media.samples import corner, encoded

import tercet
from tercet.types import MessageParam
from tercet.wire.media_block import MediaBlock


class Question(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    block: MediaBlock
    messages: list[MessageParam]


def test_a_block_says_nothing_of_tokens_that_nobody_counted() -> None:
    assert MediaBlock(type="image").tokens is None


def test_pydantic_keeps_a_block_and_writes_it_as_a_dict() -> None:
    block = tercet.image(encoded(corner(), "PNG"))
    message: Any = {"role": "user", "content": [block]}
    held = Question(block=block, messages=[message])
    assert held.block is block
    written = json.loads(held.model_dump_json())
    assert written["block"] == block
    assert written["messages"][0]["content"][0] == block
    assert Question.model_json_schema()["properties"]["block"]["type"] == "object"
