"""JSON schema, read safely: local references, merged combinations, and a check of values against the keywords that
tools and structured output use.

Schemas are hostile: keywords of the wrong kind are dropped, cycles and doublings end at a count of steps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tercet.server.simulated.formats import format_fits
from tercet.server.simulated.patterns import pattern_fits

DEEPEST = 24
MOST_STEPS = 50_000
Schema = Mapping[str, Any]
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
COUNTS = frozenset({"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})
NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
SHAPES: dict[str, tuple[type, ...]] = {
    "type": (str, list),
    "properties": (dict,),
    "required": (list,),
    "enum": (list,),
    "items": (dict, bool),
    "prefixItems": (list,),
    "anyOf": (list,),
    "oneOf": (list,),
    "allOf": (list,),
    "examples": (list,),
    "additionalProperties": (dict, bool),
    "$ref": (str,),
    "pattern": (str,),
    "format": (str,),
}


def _sound(keyword: str, value: Any) -> bool:
    if keyword in COUNTS:
        return isinstance(value, int) and not isinstance(value, bool)
    if keyword in NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return keyword not in SHAPES or isinstance(value, SHAPES[keyword])


def sound(schema: Schema) -> dict[str, Any]:
    """The schema without keywords whose values are of the wrong kind."""
    return {keyword: value for keyword, value in schema.items() if _sound(keyword, value)}


def resolved(schema: Schema, root: Schema, depth: int = 0) -> Schema:
    """The schema, sound, with its local `$ref` followed and `allOf` merged in."""
    schema = sound(schema)
    for _ in range(DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            break
        found = _pointed(reference, root)
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        schema = merged(rest, sound(found)) if isinstance(found, Mapping) else rest
    parts = schema.get("allOf") or ()
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for part in parts if depth < 4 else ():
        if isinstance(part, Mapping):
            whole = merged(whole, resolved(part, root, depth + 1))
    return whole


def _pointed(reference: str, root: Schema) -> object:
    found: Any = root
    for step in reference.lstrip("#").strip("/").split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        if step and isinstance(found, Mapping):
            found = found.get(step)
    return found


def merged(first: Schema, second: Schema) -> dict[str, Any]:
    """Both schemas in one: properties and required joined, the second's other keywords over the first's."""
    both = {**first, **second}
    if "properties" in first and "properties" in second:
        both["properties"] = {**first["properties"], **second["properties"]}
    if "required" in first and "required" in second:
        both["required"] = [*first["required"], *(each for each in second["required"] if each not in first["required"])]
    if "enum" in first and "enum" in second:
        both["enum"] = [each for each in first["enum"] if each in second["enum"]]
    return both


def same(first: Any, second: Any) -> bool:
    """Equality as JSON has it: true is not 1."""
    return isinstance(first, bool) == isinstance(second, bool) and bool(first == second)


class Check:
    """A check of values against one root schema, with a count of steps shared by all its calls."""

    def __init__(self, root: Schema) -> None:
        self.root, self.steps = root, 0

    def fits(self, value: Any, schema: object, depth: int = 0) -> bool:
        """Whether the value fits the schema; False once the steps are used up."""
        self.steps += 1
        if self.steps > MOST_STEPS or depth > DEEPEST:
            return False
        if not isinstance(schema, Mapping):
            return schema is not False
        schema = resolved(schema, self.root)
        if "const" in schema and not same(value, schema["const"]):
            return False
        if "enum" in schema and not any(same(value, member) for member in schema["enum"]):
            return False
        return self._combines(value, schema, depth) and _of_type(value, schema) and self._within(value, schema, depth)

    def _combines(self, value: Any, schema: Schema, depth: int) -> bool:
        if "anyOf" in schema and not any(self.fits(value, each, depth + 1) for each in schema["anyOf"]):
            return False
        return "oneOf" not in schema or sum(self.fits(value, each, depth + 1) for each in schema["oneOf"]) == 1

    def _within(self, value: Any, schema: Schema, depth: int) -> bool:
        if isinstance(value, str):
            return _string_fits(value, schema)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number_fits(value, schema)
        if isinstance(value, list):
            return self._array(value, schema, depth)
        return self._object(value, schema, depth) if isinstance(value, dict) else True

    def _array(self, value: list[Any], schema: Schema, depth: int) -> bool:
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf):
            return False
        if schema.get("uniqueItems") and any(same(a, b) for n, a in enumerate(value) for b in value[:n]):
            return False
        prefix = schema.get("prefixItems") or []
        return all(
            self.fits(item, prefix[place] if place < len(prefix) else schema.get("items", True), depth + 1)
            for place, item in enumerate(value)
        )

    def _object(self, value: dict[str, Any], schema: Schema, depth: int) -> bool:
        properties = schema.get("properties") or {}
        if any(key not in value for key in schema.get("required") or () if isinstance(key, str)):
            return False
        if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", math.inf):
            return False
        others = schema.get("additionalProperties", True)
        return all(self.fits(item, properties.get(key, others), depth + 1) for key, item in value.items())


def _of_type(value: Any, schema: Schema) -> bool:
    kinds = schema.get("type")
    if kinds is None:
        return True
    return any(_is(value, str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES.get(kind, (object,)))


def _string_fits(value: str, schema: Schema) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf):
        return False
    if "pattern" in schema and not pattern_fits(schema["pattern"], value):
        return False
    return format_fits(schema["format"], value) if "format" in schema else True


def _number_fits(value: float, schema: Schema) -> bool:
    step = schema.get("multipleOf")
    return (
        value >= schema.get("minimum", -math.inf)
        and value <= schema.get("maximum", math.inf)
        and value > schema.get("exclusiveMinimum", -math.inf)
        and value < schema.get("exclusiveMaximum", math.inf)
        and (not step or abs(value / step - round(value / step)) < 1e-9)
    )
