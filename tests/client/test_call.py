"""What came for a message is one, or an error that says what came."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.client.scripted import ASK, JSON, Script

import tercet

ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "a"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def answered(content: Any) -> Script:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content}
    return Script((200, JSON, json.dumps({**message, "stop_reason": "end_turn", "usage": {}}).encode()))


def is_content(content: Any) -> bool:
    return isinstance(content, list) and all(
        isinstance(each, dict) and isinstance(each.get("type"), str) for each in content
    )


@given(ANY)
@example(True)
@example("text")
@example({})
@example([None])
@example(17)
@example(None)
@example([{"type": "text", "text": "a"}, {"type": 1}])
@settings(deadline=None)
def test_content_is_a_list_of_blocks_or_an_error(content: Any) -> None:
    client = answered(content).client()
    for call in (
        lambda: client.messages.create(**ASK),
        lambda: client.post("/v1/messages", cast_to=tercet.types.Message, body=ASK),
    ):
        if is_content(content):
            assert [block.type for block in call().content] == [block["type"] for block in content]
        else:
            with pytest.raises(tercet.APIResponseValidationError, match="'content'"):
                call()


@pytest.mark.parametrize("content", [True, "text", {}, [None], 17, None, [[]], [{}]])
def test_the_tool_runner_and_parse_end_in_the_same_error(content: Any) -> None:
    client = answered(content).client()
    with pytest.raises(tercet.APIResponseValidationError, match="'content'"):
        client.beta.messages.tool_runner(**ASK, tools=[]).until_done()
    with pytest.raises(tercet.APIResponseValidationError, match="'content'"):
        client.messages.parse(**ASK, output_format=int)
