"""Schemas in a line, for command lines: `label, score number, mood good|bad, note?` becomes a JSON schema of an object.

A field is a name and then nothing (text), a type (`text`, `number`, `integer`, `boolean`, or `str`, `float`, `int`, `bool`) or the values that it may have,
parted by `|`. A question mark behind the name: it may be null. What begins with `{` is JSON, and `@file.json` a file of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from tercet.toolkit.bulk.errors import BulkError

TYPES = {
    "text": "string",
    "string": "string",
    "str": "string",
    "number": "number",
    "float": "number",
    "integer": "integer",
    "int": "integer",
    "boolean": "boolean",
    "bool": "boolean",
}
_FIELD = re.compile(r"(\w+)(\?)?(?:\s+(.+))?", re.DOTALL)


def parse_schema(text: str) -> dict[str, Any]:
    """Return the JSON schema that a line means. BulkError says what is wrong with it."""
    said = text.strip()
    if said.startswith("@"):
        try:
            said = Path(said[1:]).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as problem:
            raise BulkError(f"The schema {said[1:]} cannot be read: {problem}.") from problem
    if said.startswith("{"):
        try:
            return msgspec.json.decode(said, type=dict[str, Any])
        except msgspec.MsgspecError as problem:
            raise BulkError(f"The schema is no JSON object: {problem}.") from problem
    fields: dict[str, Any] = {}
    for part in said.split(","):
        found = _FIELD.fullmatch(part.strip())
        if found is None:
            raise BulkError(
                f"The schema has {part.strip()!r}, which is no field: write names, as in 'label, score number'."
            )
        name, optional, kind = found.groups()
        if name in fields:
            raise BulkError(f"The schema has the field {name!r} twice.")
        fields[name] = _kind(name, kind, optional is not None)
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _kind(name: str, kind: str | None, optional: bool) -> dict[str, Any]:
    words = ["text"] if kind is None else [word.strip() for word in kind.split("|")]
    if len(words) > 1:
        if not all(words):
            raise BulkError(f"The field {name!r} has a value that is empty: {kind!r}.")
        made: dict[str, Any] = {"type": "string", "enum": words}
    elif words[0] in TYPES:
        made = {"type": TYPES[words[0]]}
    else:
        raise BulkError(
            f"The field {name!r} has the type {words[0]!r}; there are {', '.join(TYPES)}, and values parted by |, as in 'good|bad'."
        )
    return {"anyOf": [made, {"type": "null"}]} if optional else made
