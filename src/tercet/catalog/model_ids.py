"""The many spellings of a model's id: Bedrock, Vertex, ARNs, inference profiles. Text only; knows no models.

anthropic.claude-sonnet-4-5-20250929-v1:0      us.anthropic.claude-opus-4-6-v1      claude-opus-4-5@20251101
arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_REGION = re.compile(r"^[a-z]{2,6}(-[a-z]+)?\.(?=anthropic\.)")
_VERSION = re.compile(r"-v\d+(:\d+(:\w+)?)?$")
_DATED = re.compile(r"-(\d{8})$")
LONGEST = 2_048
"""ARNs end far below; longer text names no model."""


def spellings(model_id: str) -> Iterator[str]:
    """Yield the names that `model_id` may have in the Claude API, likeliest first, `model_id` itself included."""
    if len(model_id) > LONGEST:
        return
    yield model_id
    name = _REGION.sub("", model_id.rpartition("/")[2])
    yield name
    name = name.removeprefix("anthropic.")
    yield name
    yield _VERSION.sub("", name)
    stem, at, version = name.partition("@")
    if at:
        yield stem if version in ("default", "latest") else f"{stem}-{version}"


def bedrock_id(model_id: str) -> str:
    """Return the id on Amazon Bedrock by the rule: dated ids end in -v1:0, newer ones stand as they are."""
    return f"anthropic.{model_id}-v1:0" if _DATED.search(model_id) else f"anthropic.{model_id}"


def vertex_id(model_id: str) -> str:
    """Return the id on Vertex by the rule: the date stands after an @."""
    return _DATED.sub(r"@\1", model_id)
