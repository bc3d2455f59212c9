"""A body made of messages that were encoded before is the same, byte for byte, as one made anew."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.wire.requests.arguments import turns
from tercet.wire.requests.json_body import body, encoded_piece
from tercet.wire.requests.prepared_messages import PreparedMessages

FIELDS = {"model": "m", "max_tokens": 5}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
messages = st.lists(
    st.builds(lambda role, text: {"role": role, "content": [{"type": "text", "text": text}]}, st.sampled_from(["user", "assistant"]), texts),
    min_size=1,
    max_size=12,
)  # fmt: skip


def prepared(items: list[Any], cuts: list[int]) -> PreparedMessages:
    """The messages, of which those before the last cut were encoded, in pieces that end at the cuts."""
    pieces = [encoded_piece(items[start:end]) for start, end in zip([0, *cuts], cuts, strict=False) if end > start]
    return PreparedMessages(items, cuts[-1] if cuts else 0, pieces)


@settings(deadline=None)
@given(items=messages, data=st.data())
def test_the_body_is_the_same(items: list[Any], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(items)), max_size=4)))

    assert body({**FIELDS, "messages": prepared(items, cuts)}) == body({**FIELDS, "messages": items})
    assert body({"messages": prepared(items, cuts)}) == body({"messages": items})
    assert body({**FIELDS, "messages": prepared(items, cuts)}, {"top_k": 3}) == body(
        {**FIELDS, "messages": items}, {"top_k": 3}
    )


MESSAGES = [{"role": "user", "content": str(number)} for number in range(4)]
NEW = {"role": "user", "content": "new"}
CHANGES: dict[str, Any] = {
    "set": lambda items: items.__setitem__(0, NEW),
    "set a part": lambda items: items.__setitem__(slice(0, 2), [NEW]),
    "delete": lambda items: items.__delitem__(0),
    "insert": lambda items: items.insert(0, NEW),
    "pop": lambda items: items.pop(),
    "remove": lambda items: items.remove(MESSAGES[1]),
    "reverse": lambda items: items.reverse(),
    "sort": lambda items: items.sort(key=lambda item: item["content"], reverse=True),
    "append": lambda items: items.append(NEW),
    "extend": lambda items: items.extend([NEW, NEW]),
    "add": lambda items: items.__iadd__([NEW]),
    "times": lambda items: items.__imul__(2),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_list_that_is_changed_is_sent_as_it_is(change: str) -> None:
    changed, plain = prepared(MESSAGES, [3]), list(MESSAGES)
    CHANGES[change](changed)
    CHANGES[change](plain)

    assert body({**FIELDS, "messages": changed}) == body({**FIELDS, "messages": plain})


def test_what_is_known_is_not_checked_again_and_the_rest_is() -> None:
    assert turns("messages", prepared(MESSAGES, [4])) == MESSAGES
    with pytest.raises(ValueError, match=r"messages\[4\]\.role"):
        turns("messages", prepared([*MESSAGES, {"role": "nobody", "content": "x"}], [4]))
