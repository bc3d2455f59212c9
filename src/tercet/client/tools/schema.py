"""Small changes to the JSON schemas of tools: closed objects, no titles, definitions in one place. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Schema = dict[str, Any]

BY_NAME = ("properties", "patternProperties", "$defs")
"""Keywords that hold schemas by name."""
LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
"""Keywords that hold lists of schemas."""
ENUM_TYPES = {str: "string", int: "integer"}
SINGLE = ("items", "additionalProperties", "not")


def each_schema(schema: Any, change: Callable[[Schema], Schema]) -> Any:
    """The schema with `change` made to it and to every schema inside. Data in it (enum, default) is left alone."""
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    for key in BY_NAME:
        if isinstance(made.get(key), dict):
            made[key] = {name: each_schema(part, change) for name, part in made[key].items()}
    for key in LISTED:
        if isinstance(made.get(key), list):
            made[key] = [each_schema(part, change) for part in made[key]]
    for key in SINGLE:
        if key in made:
            made[key] = each_schema(made[key], change)
    return change(made)


def explicit(schema: Schema) -> Schema:
    """A schema of msgspec's that says what it leaves open: objects with properties take no others, and what is one of
    several texts is a text."""

    def said(part: Schema) -> Schema:
        kinds = {type(value) for value in part.get("enum", ())}
        if "type" not in part and len(kinds) == 1 and (kind := ENUM_TYPES.get(kinds.pop())):
            part = {"type": kind, **part}
        return (
            {**part, "additionalProperties": part.get("additionalProperties", False)} if "properties" in part else part
        )

    made: Schema = each_schema(schema, said)
    return made


def without_titles(schema: Schema) -> Schema:
    """Titles repeat names that stand beside them, and cost tokens in every request."""

    def untitled(part: Schema) -> Schema:
        return {key: value for key, value in part.items() if not (key == "title" and isinstance(value, str))}

    made: Schema = each_schema(schema, untitled)
    return made


def merged_definitions(known: Mapping[str, Any], found: Mapping[str, Any]) -> Schema:
    """Definitions without titles, to be put beside those known. TypeError if two types of one name differ."""
    made = {name: without_titles(part) for name, part in found.items()}
    for name, part in made.items():
        if name in known and known[name] != part:
            raise TypeError(f"two different types of this tool are named {name!r}; rename one of them")
    return made


# --- keys that no schema names ---------------------------------------------------------------------------------------


def first_stray_key(value: Any, schema: Any, definitions: Mapping[str, Any]) -> str | None:
    """The place of a key that a closed object does not have, such as `.unit` or `[2].colour`; None if there is none.

    The value fits the schema otherwise. Each pair of a value and a schema is looked at once, so the time is linear.
    """
    return _stray(value, schema, definitions, {})


def _stray(
    value: Any, schema: Any, definitions: Mapping[str, Any], seen: dict[tuple[int, int], str | None]
) -> str | None:
    if not isinstance(schema, dict) or not isinstance(value, dict | list):
        return None
    key = (id(value), id(schema))
    if key not in seen:
        seen[key] = None  # while it is being looked at: a schema that leads back to itself adds nothing
        seen[key] = _stray_now(value, schema, definitions, seen)
    return seen[key]


def _stray_now(value: Any, schema: Schema, definitions: Mapping[str, Any], seen: Any) -> str | None:
    if "$ref" in schema:
        target = definitions.get(str(schema["$ref"]).rpartition("/")[2])
        return _stray(value, target, definitions, seen)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        suitable = [part for part in choices if _may_be(value, part, definitions)]
        found = [_stray(value, part, definitions, seen) for part in suitable]
        return next(iter(found), None) if all(found) else None
    if isinstance(value, dict):
        return _stray_in_object(value, schema, definitions, seen)
    first = schema.get("prefixItems") or []
    for number, item in enumerate(value):
        part = first[number] if number < len(first) else schema.get("items")
        if (found_in := _stray(item, part, definitions, seen)) is not None:
            return f"[{number}]{found_in}"
    return None


def _may_be(value: Any, schema: Any, definitions: Mapping[str, Any]) -> bool:
    if isinstance(schema, dict) and "$ref" in schema:
        schema = definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
    wanted = schema.get("type") if isinstance(schema, dict) else None
    return wanted in (None, "object" if isinstance(value, dict) else "array")


def _stray_in_object(value: Mapping[str, Any], schema: Schema, definitions: Mapping[str, Any], seen: Any) -> str | None:
    properties = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    for name, item in value.items():
        if name not in properties and others is False and "patternProperties" not in schema:
            return f".{name[:100]}"
        if (found := _stray(item, properties.get(name, others), definitions, seen)) is not None:
            return f".{name[:100]}{found}"
    return None
