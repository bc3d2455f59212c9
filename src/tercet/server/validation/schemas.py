"""The part of JSON Schema that structured output and strict tools take, in the API's words; and input schemas of tools.

One walk over the schema, linear in its size. Recursion is found by following local references.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import refusal

SCHEMA_VALUED = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
KINDS = ("object", "array", "string", "integer", "number", "boolean", "null")
ANNOTATIONS = frozenset(
    {"title", "description", "default", "examples", "$schema", "$id", "$comment", "$defs", "definitions"}
)
COMBINING = frozenset({"anyOf", "allOf", "$ref", "enum", "const"})
KEYWORDS: dict[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "minItems"}),
    "string": frozenset({"format", "pattern"}),
    "integer": frozenset(),
    "number": frozenset(),
    "boolean": frozenset(),
    "null": frozenset(),
}
"""Type -> the keywords that it takes beside annotations and combinations."""
FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"})
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
LARGEST = 1e300
UNSUPPORTED_REGEX = ("(?=", "(?!", "(?<", "\\b", "\\B", "\\1")
MOST_STRICT_TOOLS = 20
Schema = dict[str, Any]


CONTAINERS: dict[str, type] = {"properties": dict, "$defs": dict, "definitions": dict, "anyOf": list, "allOf": list}


class _Unfit(Exception):  # noqa: N818 - becomes a refusal where the path is known
    """Why a schema is not taken."""


def check_schemas(subject: ValidationContext) -> None:
    """Check the output format's schema, and those of strict tools."""
    for name, owner in (
        ("output_config.format.schema", subject.part("output_config").get("format")),
        ("output_format.schema", subject.request.get("output_format")),
    ):
        if owner is not None:
            _check(owner["schema"], name)
    strict = [(n, tool) for n, tool in enumerate(subject.request.get("tools") or ()) if tool.get("strict") is True]
    if len(strict) > MOST_STRICT_TOOLS:
        raise refusal(
            "schema", path="tools", problem=f"at most {MOST_STRICT_TOOLS} strict tools are taken, not {len(strict)}"
        )
    for n, tool in strict:
        if "input_schema" in tool:
            _check(tool["input_schema"], f"tools.{n}.custom")


def check_input_schema(subject: ValidationContext, n: int, tool: dict[str, Any]) -> None:
    """Check a tool's own input schema: an object schema that could be one. Everything of draft 2020-12 is taken."""
    schema = tool["input_schema"]
    if schema.get("type") != "object":
        if "type" not in schema:
            raise refusal("required", path=f"tools.{n}.custom.input_schema.type")
        raise refusal("schema_type", n=n)
    if not all(_could_be_schema(part) for part in _subschemas(schema)):
        raise refusal("schema_invalid", n=n)


def _subschemas(schema: Any) -> Iterator[Any]:
    """Yield the schema and every schema in it, in no particular order."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        yield part
        if type(part) is not dict:
            continue
        for name in ("properties", "$defs", "definitions", "patternProperties"):
            inner = part.get(name)
            waiting.extend(inner.values() if type(inner) is dict else [] if inner is None else [inner])
        waiting.extend(part[name] for name in SCHEMA_VALUED if name in part)
        for name in ("anyOf", "oneOf", "allOf", "prefixItems"):
            inner = part.get(name)
            waiting.extend(inner if type(inner) is list else [] if inner is None else [inner])


def _could_be_schema(part: Any) -> bool:
    if type(part) is bool:
        return True
    if type(part) is not dict:
        return type(part) is list and all(type(item) in (dict, bool) for item in part)  # items of older drafts
    kind = part.get("type")
    kinds = kind if type(kind) is list else [] if kind is None else [kind]
    required = part.get("required", [])
    return (
        all(item in KINDS for item in kinds if type(item) is str)
        and all(type(item) is str for item in kinds)
        and (type(required) is list and all(type(item) is str for item in required))
        and type(part.get("properties", {})) is dict
        and type(part.get("enum", [])) is list
        and all(_could_be_bound(name, part[name]) for name in BOUNDS if name in part)
    )


def _could_be_bound(name: str, value: Any) -> bool:
    """Return whether a number is one that every reader of JSON can hold and work with, and a step is above zero."""
    if type(value) not in (int, float):
        return True
    least = 1 / LARGEST if name == "multipleOf" else -LARGEST
    return bool(least <= value <= LARGEST)


# --- structured output ---------------------------------------------------------------------------------------------------


def _check(schema: Schema, path: str) -> None:
    try:
        _walk(schema)
        _refuse_circles(schema)
    except _Unfit as problem:
        raise refusal("schema", path=path, problem=problem) from None


def _walk(schema: Any) -> None:
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        _check_part(part)
        for name in ("properties", "$defs", "definitions"):
            waiting.extend((part.get(name) or {}).values())
        waiting.extend(part[name] for name in ("items",) if name in part)
        for name in ("anyOf", "allOf"):
            waiting.extend(part.get(name) or ())


def _check_part(part: Any) -> None:
    if type(part) is not dict:
        raise _Unfit(f"Schema must be an object, not {type(part).__name__}.")
    if not part.keys() - ANNOTATIONS and "$defs" not in part:
        raise _Unfit("Empty schema ({}) that accepts any JSON value is not supported.")
    if "oneOf" in part:
        raise _Unfit("Schema type 'oneOf' is not supported")
    if "not" in part:
        raise _Unfit("Schema keyword 'not' is not supported")
    for name, container in CONTAINERS.items():
        if name in part and type(part[name]) is not container:
            raise _Unfit(f"Invalid schema: '{name}' has the wrong type.")
    if "anyOf" in part:
        _check_any_of(part)
        return
    kinds = part.get("type")
    for kind in kinds if type(kinds) is list else [kinds]:
        _check_kind(part, kind)


def _check_any_of(part: Schema) -> None:
    extra = sorted(part.keys() - ANNOTATIONS - {"anyOf"})
    if extra:
        raise _Unfit(f"For 'anyOf', '{', '.join(extra)}' is not supported")


def _check_kind(part: Schema, kind: Any) -> None:
    if kind is None:
        if not part.keys() & (COMBINING | {"$defs", "definitions"}):
            raise _Unfit("Schema type is missing: give 'type', 'enum', 'const', 'anyOf', 'allOf' or '$ref'.")
        return
    if type(kind) is not str or kind not in KINDS:
        raise _Unfit(f"Schema type '{kind}' is not supported")
    for name in part:
        if name not in KEYWORDS[kind] and name not in ANNOTATIONS and name not in COMBINING and name != "type":
            raise _Unfit(f"For '{kind}' type, property '{name}' is not supported")
    SPECIAL.get(kind, _nothing)(part)


def _nothing(part: Schema) -> None:
    """Nothing more to check."""


def _check_object(part: Schema) -> None:
    if part.get("additionalProperties") is not False:
        raise _Unfit("For 'object' type, 'additionalProperties' must be explicitly set to false")
    if type(part.get("required", [])) is not list:
        raise _Unfit("Invalid schema: 'required' has the wrong type.")


def _check_array(part: Schema) -> None:
    if "items" in part and type(part["items"]) is not dict:
        raise _Unfit("Invalid schema: Array types must be specified with a single object schema for 'items'.")
    if part.get("minItems", 0) not in (0, 1):
        raise _Unfit("For 'array' type, 'minItems' values other than 0 or 1 are not supported")


def _check_string(part: Schema) -> None:
    form = part.get("format", "email")
    if type(form) is not str or form not in FORMATS:
        raise _Unfit(f"String format '{form}' is not supported")
    pattern = part.get("pattern", "")
    if type(pattern) is not str or any(sign in pattern for sign in UNSUPPORTED_REGEX):
        raise _Unfit(f"Unsupported regex feature in pattern field: {pattern}")


SPECIAL = {"object": _check_object, "array": _check_array, "string": _check_string}


def _refuse_circles(schema: Schema) -> None:
    """Depth-first over the definitions' references to each other; each definition is entered once."""
    definitions = {
        f"#/{home}/{name}": part for home in ("$defs", "definitions") for name, part in (schema.get(home) or {}).items()
    }
    edges = {name: _references(part) for name, part in definitions.items()}
    edges["#"] = _references({k: v for k, v in schema.items() if k not in ("$defs", "definitions")})
    state: dict[str, int] = {}
    for start in edges:
        _visit(start, edges, state)


def _visit(start: str, edges: dict[str, list[str]], state: dict[str, int]) -> None:
    trail = [(start, iter(edges[start]))] if start not in state else []
    state.setdefault(start, 1)
    while trail:
        name, rest = trail[-1]
        following = next(rest, None)
        if following is None:
            state[name] = 2
            trail.pop()
        elif following not in edges:
            raise _Unfit(f"Reference '{following}' does not name a definition of this schema")
        elif state.get(following) == 1:
            short = [step.rpartition("/")[2] for step in (following, following)]
            raise _Unfit(f"Circular reference detected in schema definitions: {' -> '.join(short)}")
        elif following not in state:
            state[following] = 1
            trail.append((following, iter(edges[following])))


def _references(part: Any) -> list[str]:
    return [str(inner["$ref"]) for inner in _subschemas(part) if type(inner) is dict and "$ref" in inner]
