"""Schemas of tools that are meant to do harm: each is answered or refused, with bounded work."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

PARTS: list[dict[str, Any]] = [
    {"properties": {f"p{n}": {"type": "string"}}, "required": [f"p{n}"], "enum": [n, n + 1]} for n in range(4_000)
]


def answer(client: httpx.Client, schema: Any, **tool: Any) -> httpx.Response:
    whole = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    tools = [{"name": "take", "input_schema": whole, **tool}]
    body = {"model": "claude-opus-5", "max_tokens": 50, "messages": [{"role": "user", "content": "Take 5"}]}
    asked = {**body, "tools": tools, "tool_choice": {"type": "any"}}
    return client.post("/v1/messages", content=json.dumps(asked).encode(), headers={"content-type": "application/json"})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "multipleOf": 1e-320},
        {"type": "number", "multipleOf": 0},
        {"type": "integer", "multipleOf": -1},
        {"type": "integer", "minimum": 10**400},
        {"type": "number", "exclusiveMaximum": -(10**400)},
    ],
)
def test_numbers_that_no_reader_can_work_with_are_refused(api: httpx.Client, schema: Any) -> None:
    refused = answer(api, schema)

    assert refused.status_code == 400
    assert "tools.0.custom.input_schema: JSON schema is invalid" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "multipleOf": 1e-299, "minimum": 1e299},
        {"type": "integer", "minimum": 10**299, "multipleOf": 7},
        {"type": "array", "minItems": 10**400},
        {"type": "string", "minLength": 10**400},
        {"allOf": PARTS},
        {"anyOf": [{"allOf": PARTS[:100]}] * 30},
        {"allOf": [{"allOf": [{"allOf": PARTS[:20]}] * 20}] * 20},
        {"type": "string", "pattern": "(a+)+$"},
        {"$ref": "#/properties/a"},
        {"anyOf": [{"$ref": "#/properties/a"}] * 20},
    ],
)
def test_schemas_that_are_costly_to_fit_are_fitted_as_far_as_they_can_be(api: httpx.Client, schema: Any) -> None:
    assert answer(api, schema).json()["content"][0]["name"] == "take"
    assert answer(api, schema, input_examples=[{"a": 1}]).status_code in (200, 400)
