"""Structured output: one text block of JSON that fits the schema asked for, with the user's own values where they are."""

from __future__ import annotations

from typing import Any

import msgspec

from tercet.server.simulated.conversation import Block, RequestView
from tercet.server.simulated.entities import Entities
from tercet.server.simulated.reading import sources_of
from tercet.server.simulated.schema_values import value_of

MOST_MATERIAL = 20_000


def schema_asked(conversation: RequestView) -> Any:
    """The schema of `output_config.format`, or of the older `output_format`; None when plain text is wanted."""
    request = conversation.request
    asked = (request.get("output_config") or {}).get("format") or request.get("output_format")
    if not isinstance(asked, dict) or asked.get("type") != "json_schema":
        return None
    return asked.get("schema")


def fill_schema(conversation: RequestView) -> list[Block] | None:
    """The JSON, from the question, tool results and documents."""
    schema = schema_asked(conversation)
    if schema is None:
        return None
    material = [conversation.question, *(result.text for result in conversation.results)]
    material += [source.text for source in sources_of(conversation)]
    value = value_of(schema, Entities("\n".join(material)[:MOST_MATERIAL]))
    return [{"type": "text", "text": msgspec.json.encode(value).decode()}]
