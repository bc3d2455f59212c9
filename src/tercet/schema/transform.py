"""Transform a JSON schema to the part of JSON Schema that the API answers in. Pure; knows no types and reads no answers.

What the API does not take (bounds, patterns, defaults …) moves into the description, where the model reads it; whoever
reads the answer enforces it. Each schema comes to what the official SDK 2.11.0 sends, where the API accepts that.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from tercet.wire.json_schema import resolve

Schema: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str, ...]

KINDS = ("object", "array", "string", "integer", "number", "boolean", "null")
FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"})
"""The formats of strings that the API holds its answers to."""
DEEPEST = 200
"""Levels of nesting; more is a mistake, and would meet the interpreter's own limit."""
OWN_KEYWORDS: dict[str, tuple[str, ...]] = {
    "object": ("properties", "required", "additionalProperties"),
    "array": ("items", "minItems", "prefixItems", "maxItems", "uniqueItems"),
    "string": ("format", "pattern", "minLength", "maxLength"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
"""What belongs to one of several types, where a schema lists them."""
DEFINITIONS = ("$defs", "definitions")
STEPS_BETWEEN = {"items": "[]"}
OWN_WORDS = frozenset({"properties", "anyOf", "oneOf", "allOf", "prefixItems"})
"""Steps that say nothing to a reader of a path."""
LITERAL = frozenset({"enum", "const", "default", "examples"})
"""Keywords whose values are data, even if they look like references."""


def transform_schema(json_schema: Any) -> Schema:
    """Return the schema as the API takes it. `json_schema`: a schema, or a type (pydantic model, dataclass, TypedDict, Struct).

    Raises ValueError, with the place, for what no answer can be constrained to: recursion, references to elsewhere,
    parts without a type. Warns of objects whose keys are free: the API answers them empty.
    """
    if isinstance(json_schema, Mapping):
        schema = dict(json_schema)
    else:
        from tercet.schema.types import schema_of

        schema = schema_of(json_schema)
    check_references(schema)
    return _transformed(schema, (), schema)


def _transformed(schema: Any, path: Path, root: Schema) -> Schema:
    rest = _folded(_own_copy(schema, path), root)
    made: Schema = {}
    for home in DEFINITIONS:
        if home in rest:
            parts = _mapping(rest.pop(home), (*path, home))
            made[home] = {name: _transformed(part, (*path, home, name), root) for name, part in parts.items()}
    if "$ref" in rest:
        made["$ref"] = rest["$ref"]
        return made
    _take_kind(made, rest, path, root)
    for name in ("description", "title"):
        if rest.get(name) is not None:
            made[name] = rest[name]
        rest.pop(name, None)
    step = _BY_TYPE.get(made.get("type", ""))
    if step is not None:
        step(made, rest, path, root)
    if rest:
        made["description"] = _described(made.get("description"), rest)
    return made


def _described(description: str | None, rest: Schema) -> str:
    before = f"{description}\n\n" if description is not None else ""
    return before + "{" + ", ".join(f"{name}: {value}" for name, value in rest.items()) + "}"


def _own_copy(schema: Any, path: Path) -> Schema:
    if len(path) > 2 * DEEPEST:
        raise ValueError(f"the schema nests deeper than {DEEPEST} levels, at {place(path[:6])}…")
    if not isinstance(schema, Mapping):
        raise ValueError(
            f"{place(path)} must be a schema with a type, not {schema!r}: the API has to know what to write"
        )
    return dict(schema)


# --- what kind of value it is ----------------------------------------------------------------------------------------


def _take_kind(made: Schema, rest: Schema, path: Path, root: Schema) -> None:
    """Move what says which values there may be: literals, alternatives, or a type."""
    kind = rest.pop("type", None)
    if isinstance(enum := rest.get("enum"), list) and enum and all(map(_is_plain, enum)):
        made["enum"] = list(rest.pop("enum"))
    if "const" in rest and _is_plain(rest["const"]):
        made["const"] = rest.pop("const")
    literal = bool(made.keys() & {"enum", "const"})
    if isinstance(kind, list | tuple):
        if not literal:
            rest["anyOf"] = _alternatives(kind, rest, path)
        kind = None
    if kind == "object" and rest.get("properties") and not literal:
        made["type"] = kind  # alternatives beside properties only bound them, which the API does not take
    elif not _take_alternatives(made, rest, path, root) and not literal:
        made["type"] = _known(kind, path)


def _take_alternatives(made: Schema, rest: Schema, path: Path, root: Schema) -> bool:
    for name in ("anyOf", "oneOf", "allOf"):
        if isinstance(rest.get(name), list | tuple):
            parts = rest.pop(name)
            into = "allOf" if name == "allOf" else "anyOf"
            made[into] = [_transformed(part, (*path, name, str(at)), root) for at, part in enumerate(parts)]
            return True
    return False


def _folded(schema: Schema, root: Schema) -> Schema:
    """`allOf` without references, as the API wants it. Objects that hold together become one: closed, they would
    exclude each other's properties."""
    if not isinstance(schema.get("allOf"), list | tuple) or not schema["allOf"]:
        return schema
    parts = [resolve(part, root) for part in schema["allOf"]]
    whole = [_folded(dict(part), root) if isinstance(part, Mapping) else part for part in parts]
    rest = {name: value for name, value in schema.items() if name != "allOf"}
    if len(whole) == 1 and isinstance(whole[0], dict):
        return {**whole[0], **rest}
    if any(not isinstance(part, dict) or part.get("type") != "object" for part in whole):
        return {**rest, "allOf": whole}
    together = [*whole, rest]
    properties = {name: part for one in together for name, part in (one.get("properties") or {}).items()}
    required = list(dict.fromkeys(name for one in together for name in one.get("required") or ()))
    return {**rest, "type": "object", "properties": properties, **({"required": required} if required else {})}


def _alternatives(kinds: Sequence[Any], rest: Schema, path: Path) -> list[Schema]:
    """Return one schema for each of the listed types, with the keywords that belong to it."""
    parts = []
    for kind in kinds:
        own = {name: rest[name] for name in OWN_KEYWORDS.get(_known(kind, path), ()) if name in rest}
        parts.append({"type": kind, **own})
    for part in parts:
        for name in part:
            rest.pop(name, None)
    return parts


def _known(kind: Any, path: Path) -> str:
    if kind in KINDS:
        return str(kind)
    if kind is not None:
        raise ValueError(f"{place(path)} has the type {kind!r}; there are {', '.join(KINDS)}")
    raise ValueError(
        f"{place(path)} says nothing about its values (as Any and object do): the API needs a 'type', 'anyOf', 'const' or "
        "'enum'. Name the type, or ask for a string of JSON"
    )


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


# --- what belongs to a type ------------------------------------------------------------------------------------------


def _take_object(made: Schema, rest: Schema, path: Path, root: Schema) -> None:
    free_keys = rest.get("additionalProperties", "properties" not in rest) is not False or "patternProperties" in rest
    properties = _mapping(rest.pop("properties", None) or {}, (*path, "properties"))
    if free_keys and not properties:
        warnings.warn(
            f"{place(path)} is an object with free keys (a dict); the API answers only objects whose keys are named in the "
            "schema, so this one will be empty. Use a list of objects with a key and a value",
            UserWarning,
            stacklevel=_callers_level(),
        )
    made["properties"] = {name: _transformed(part, (*path, name), root) for name, part in properties.items()}
    rest.pop("additionalProperties", None)
    made["additionalProperties"] = False
    if (required := rest.pop("required", None)) is not None:
        made["required"] = list(required)


def _take_string(made: Schema, rest: Schema, path: Path, root: Schema) -> None:
    form = rest.pop("format", None)
    if form in FORMATS:
        made["format"] = form
    elif form:
        rest["format"] = form


def _take_array(made: Schema, rest: Schema, path: Path, root: Schema) -> None:
    items = rest.pop("items", None)
    if isinstance(items, Mapping):
        made["items"] = _transformed(items, (*path, "[]"), root)
    else:
        _take_tuple(made, rest, items, path, root)
    least = rest.pop("minItems", None)
    if least is not None:
        (made if least in (0, 1) else rest)["minItems"] = least


def _take_tuple(made: Schema, rest: Schema, items: Any, path: Path, root: Schema) -> None:
    """Let each place of a tuple hold what any place may: the API knows no places. Which goes where is in words."""
    places = items if isinstance(items, list) else rest.get("prefixItems")
    if items not in (None, False) and not isinstance(items, list):
        raise ValueError(f"{place((*path, '[]'))} must be a schema with a type, not {items!r}")
    if isinstance(items, list):
        rest["items"] = items
    distinct: list[Schema] = []
    for part in places or ():
        if (shape := _transformed(part, (*path, "[]"), root)) not in distinct:
            distinct.append(shape)
    if distinct:
        made["items"] = distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


_BY_TYPE = {"object": _take_object, "string": _take_string, "array": _take_array}


def _callers_level() -> int:
    """Count how far the user's own code is from the warning, so that it names the line that asked."""
    import sys

    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith("tercet."):
        frame, level = frame.f_back, level + 1
    return level


# --- places ----------------------------------------------------------------------------------------------------------


def _mapping(value: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{place(path)} must be an object of schemas, not {type(value).__name__}")
    return value


def place(path: Path) -> str:
    """Write a place in the schema as a path: `$.order.items[].price`."""
    return "$" + "".join("[]" if step == "[]" else f".{step}" for step in path)


# --- references -------------------------------------------------------------------------------------------------------


def check_references(schema: Mapping[str, Any]) -> None:
    """Raise ValueError if a reference leads elsewhere, nowhere, or back to where it came from. Linear in the schema."""
    targets = {
        f"#/{home}/{escape_key(name)}": part
        for home in DEFINITIONS
        if isinstance(schema.get(home), Mapping)
        for name, part in schema[home].items()
    }
    body = {key: part for key, part in schema.items() if key not in DEFINITIONS}
    edges = {start: list(_references(part)) for start, part in {"": body, **targets}.items()}
    for found in edges.values():
        for path, reference in found:
            if reference not in targets:
                raise ValueError(_leads_nowhere(path, reference))
    _refuse_circles(edges)


def _leads_nowhere(path: str, reference: str) -> str:
    if reference == "#":
        return f"the schema is recursive: ${path} is the whole again. {_NO_RECURSION}"
    return f"${path} refers to {reference!r}, which is no definition of this schema ($defs); the API follows no others"


_NO_RECURSION = (
    "The API takes no recursive schemas: nest as many levels as you need, or use a list of items with parent ids"
)


def _refuse_circles(edges: Mapping[str, list[tuple[str, str]]]) -> None:
    """Depth-first, each definition entered once."""
    done: set[str] = set()
    for start in edges:
        trail: list[tuple[str, Iterator[tuple[str, str]]]] = [] if start in done else [(start, iter(edges[start]))]
        taken: list[str] = []
        on_trail = {start}
        while trail:
            name, rest = trail[-1]
            path, following = next(rest, (None, ""))
            if path is None:
                done.add(name)
                on_trail.discard(name)
                trail.pop()
                del taken[-1:]
            elif following in on_trail:
                way = "".join([*taken, path])
                raise ValueError(f"the schema is recursive: ${way} is {short(following)} again. {_NO_RECURSION}")
            elif following not in done:
                trail.append((following, iter(edges[following])))
                on_trail.add(following)
                taken.append(path)


def _references(part: Any) -> Iterator[tuple[str, str]]:
    """Return each reference in a schema with its place, such as `.children[]`. Does not recurse."""
    waiting: list[tuple[str, Any]] = [("", part)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, list | tuple):
            waiting.extend((path, item) for item in value)
        elif isinstance(value, Mapping):
            if isinstance(value.get("$ref"), str):
                yield path, value["$ref"]
            for key, item in value.items():
                if key not in LITERAL and isinstance(item, Mapping | list | tuple):
                    waiting.append((path + step(key), item))


def step(key: str) -> str:
    """Return one step of a path, as people write it."""
    return STEPS_BETWEEN.get(key) or ("" if key in OWN_WORDS else f".{key}")


def short(reference: str) -> str:
    """Return the name of a definition, from a reference to it."""
    return reference.rpartition("/")[2]


def escape_key(name: str) -> str:
    """Return a key within a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
