"""What a thinking block is bound to, and whose blocks are known."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.server.stores.thinking_bindings import ThinkingBindings, digests, head

REQUEST: dict[str, Any] = {
    "system": "Be brief.",
    "tools": [{"name": "f", "input_schema": {"type": "object"}}, {"name": "g", "input_schema": {"type": "object"}}],
    "messages": [{"role": "user", "content": "Hi"}],
}
BLOCK = {"type": "thinking", "thinking": "Hm.", "signature": "sealed"}


def fits(bindings: ThinkingBindings, request: dict[str, Any]) -> bool:
    return bindings.fits("sealed", digests(request["messages"], head=head(request))[-1])


@pytest.mark.parametrize(
    ("change", "fitting"),
    [
        ({}, True),
        ({"max_tokens": 9}, True),
        ({"system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]}, True),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}, True),
        ({"system": "Be long."}, False),
        ({"system": None}, False),
        ({"tools": REQUEST["tools"][::-1]}, False),
        ({"tools": REQUEST["tools"][:1]}, False),
        ({"messages": [{"role": "user", "content": "Ho"}]}, False),
    ],
)
def test_a_block_is_bound_to_system_tools_and_all_that_was_said_before_it(
    change: dict[str, Any], fitting: bool
) -> None:
    bindings = ThinkingBindings()
    bindings.keep(REQUEST, [BLOCK])

    assert fits(bindings, {**REQUEST, **change}) is fitting


def test_a_block_is_known_as_it_was_given_and_not_otherwise() -> None:
    bindings = ThinkingBindings()
    redacted = {"type": "redacted_thinking", "data": "opaque"}
    bindings.keep(REQUEST, [BLOCK, redacted, {"type": "text", "text": "Hi"}])

    assert bindings.gave({**BLOCK, "cache_control": None})
    assert bindings.gave(redacted)
    assert not bindings.gave({**BLOCK, "thinking": "Hm!"})
    assert not bindings.gave({**redacted, "data": "other"})
