"""Cache diagnostics: what changed since the request that the caller names."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

USER = {"role": "user", "content": "Hello"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 30, "messages": [USER], "system": "Be kind."}
TOOL = {"name": "look", "input_schema": {"type": "object"}}


def ask(api: httpx.Client, previous: str | None, key: str = "k", **changes: Any) -> Any:
    body = {**ASK, "diagnostics": {"previous_message_id": previous}, **changes}
    return api.post("/v1/messages", json=body, headers={"x-api-key": key}).json()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"messages": [USER, {"role": "assistant", "content": "Hi"}, USER]}, None),
        ({"model": "claude-opus-5"}, "model_changed"),
        ({"system": "Be rude."}, "system_changed"),
        ({"tools": [TOOL]}, "tools_changed"),
        ({"messages": [{"role": "user", "content": "Hullo"}]}, "messages_changed"),
        ({"thinking": {"type": "adaptive"}}, "unavailable"),
    ],
)
def test_the_reason_is_the_first_part_that_differs(
    api: httpx.Client, changes: dict[str, Any], expected: str | None
) -> None:
    first = ask(api, None)
    assert first["diagnostics"] == {"cache_miss_reason": None}
    reason = ask(api, first["id"], **changes)["diagnostics"]["cache_miss_reason"]
    assert (reason or {}).get("type") == expected
    if expected is not None and expected != "unavailable":
        assert reason["cache_missed_input_tokens"] == first["usage"]["input_tokens"]


def test_a_message_that_is_not_known_is_said_to_be_not_found(api: httpx.Client) -> None:
    first = ask(api, None)
    expected = {"cache_miss_reason": {"type": "previous_message_not_found"}}
    assert ask(api, "msg_none")["diagnostics"] == expected
    assert ask(api, first["id"], key="another")["diagnostics"] == expected


def test_nothing_is_diagnosed_unasked(api: httpx.Client) -> None:
    assert "diagnostics" not in api.post("/v1/messages", json=ASK).json()
