"""The input of a function as a tool: a JSON schema made of its signature, and the model's input checked against it.

Nothing is coerced: "5" is no int, and an unknown key is an error, for the model to read and to do better. Types are
msgspec's; pydantic's go to pydantic, if that is what the signature names. Schemas are closed, without titles, with their
definitions in one place.
"""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Annotated, Any

import msgspec

from tercet.tools.docstrings import Docstring
from tercet.wire.requests.json_body import encode_json
from tercet.wire.requests.plain_values import plain_value

MOST_TOLD = 10
"""Problems that one error tells the model."""
MOMENTS = {datetime: "date-time", time: "time"}
Schema = dict[str, Any]
Read = Callable[[Any], Any]

BY_NAME = ("properties", "patternProperties", "$defs")
"""Keywords that hold schemas by name."""
LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
"""Keywords that hold lists of schemas."""
ENUM_TYPES = {str: "string", int: "integer"}
SINGLE = ("items", "additionalProperties", "not")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a tool's function: what it may be, and how the model's value becomes it."""

    name: str
    schema: Schema
    read: Read
    required: bool
    fill: Callable[[], Any] | None = None
    """Makes the value of a parameter that was not given, where Python itself would not know it."""


class ToolInput:
    """The input of one function: `schema` for the model, `arguments` for the call."""

    def __init__(self, function: Callable[..., Any], doc: Docstring) -> None:
        definitions: Schema = {}
        self._parameters: dict[str, Parameter] = {}
        self._others: Parameter | None = None
        hints, bound = _hints(function), _bound(function)
        for name, parameter in inspect.signature(function).parameters.items():
            if name in bound:
                continue
            made = _parameter(name, parameter, hints.get(name, Any), definitions, doc.parameters.get(name))
            if parameter.kind is parameter.VAR_KEYWORD:
                self._others = made
            elif parameter.kind is not parameter.VAR_POSITIONAL:
                self._parameters[name] = made
        self._definitions = definitions
        self.schema = self._whole()

    def _whole(self) -> Schema:
        parameters = self._parameters.values()
        whole: Schema = {"type": "object", "properties": {each.name: each.schema for each in parameters}}
        if required := [each.name for each in parameters if each.required]:
            whole["required"] = required
        whole["additionalProperties"] = (self._others.schema or True) if self._others else False
        if self._definitions:
            whole["$defs"] = self._definitions
        return whole

    def arguments(self, value: object) -> dict[str, Any]:
        """Return the model's input as arguments for the function. ValueError with every problem and its place, ten at most."""
        if not isinstance(value, Mapping):
            raise TypeError(f"the input must be a JSON object, not {type(value).__name__}")
        taken: dict[str, Any] = {}
        problems: list[str] = []
        for name, item in value.items():
            parameter = self._parameters.get(name, self._others)
            problem = self._take(name, item, parameter, taken)
            problems += [problem] if problem else []
        problems += [f"{each.name!r} is missing" for each in self._parameters.values() if self._lacks(each, value)]
        if problems:
            raise ValueError("; ".join(problems[:MOST_TOLD]))
        fills = {each.name: each.fill for each in self._parameters.values() if each.fill and each.name not in taken}
        return {**taken, **{name: fill() for name, fill in fills.items()}}

    def _lacks(self, parameter: Parameter, value: Mapping[str, Any]) -> bool:
        return parameter.required and parameter.name not in value

    def _take(self, name: str, item: Any, parameter: Parameter | None, taken: dict[str, Any]) -> str | None:
        """Put the value among those `taken`, or say what is wrong with it."""
        if parameter is None:
            known = ", ".join(self._parameters) or "none"
            return f"{name[:100]!r} is not a parameter (there are: {known})"
        try:
            taken[name] = parameter.read(item)
        except (ValueError, TypeError, OverflowError, RecursionError) as problem:
            return _placed(name, problem)
        stray = first_stray_key(item, parameter.schema, self._definitions)
        return f"{name}{stray} is not expected" if stray else None


def _placed(name: str, problem: Exception) -> str:
    """Return what a library says of a value, with the value's place in the input."""
    tell = getattr(problem, "errors", None)
    if tell is not None:  # pydantic's
        found = tell(include_url=False, include_input=False, include_context=False)[:MOST_TOLD]
        return "; ".join(".".join([name, *map(str, each["loc"])]) + f": {each['msg']}" for each in found)
    said, _, path = str(problem).partition(" - at `$")
    return f"{name}{path.rstrip('`')}: {said or type(problem).__name__}"


# --- from a signature ------------------------------------------------------------------------------------------------


def _parameter(name: str, parameter: inspect.Parameter, kind: Any, definitions: Schema, said: str | None) -> Parameter:
    if parameter.kind is parameter.POSITIONAL_ONLY:
        raise TypeError(f"parameter {name!r} can only be passed by position; a tool's input is passed by name")
    default = parameter.default
    required = default is parameter.empty
    fill: Callable[[], Any] | None = None
    if type(default).__module__.partition(".")[0] == "pydantic":  # x: int = Field(...)
        kind, required = Annotated[kind, default], default.is_required()
        make = partial(default.get_default, call_default_factory=True)
        fill, default = (None, parameter.empty) if required else (make, make())
    schema, read = _schema_and_reader(name, kind, definitions)
    schema = {**schema, **_default(default, parameter)}
    description = schema.get("description") or _described(kind) or said
    return Parameter(name, {**schema, "description": description} if description else schema, read, required, fill)


def _default(default: Any, parameter: inspect.Parameter) -> Schema:
    if default is parameter.empty:
        return {}
    try:
        return {"default": plain_value(default, "")}
    except (TypeError, ValueError):
        return {}  # no JSON form, or a local path: the model need not know it


def _described(kind: Any) -> str | None:
    """Return the text in `Annotated[int, "how many"]`, or of an object with `documentation`."""
    for part in getattr(kind, "__metadata__", ()):
        text = part if isinstance(part, str) else getattr(part, "documentation", None)
        if isinstance(text, str):
            return text
    return None


def _schema_and_reader(name: str, kind: Any, definitions: Schema) -> tuple[Schema, Read]:
    from tercet.schema.types import library_of

    try:
        library = library_of(kind)
    except TypeError as problem:
        raise TypeError(
            f"parameter {name!r} is of the type {kind!r}, which has no JSON schema. Use plain types, Literal, Enum, a "
            "dataclass, TypedDict, msgspec Struct or pydantic model, or pass input_schema="
        ) from problem
    schema, found, read = _by_msgspec(kind) if library == "msgspec" else _by_pydantic(kind)
    definitions.update(merge_definitions(definitions, found))
    return drop_titles(schema), read


def _by_msgspec(kind: Any) -> tuple[Schema, Schema, Read]:
    (schema,), found = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    if (
        isinstance(kind, type) and kind in MOMENTS
    ):  # msgspec leaves the format open, since it reads times without a zone, too
        schema = {**schema, "format": MOMENTS[kind]}
    return make_explicit(schema), make_explicit({"$defs": found})["$defs"], partial(_converted, kind)


def _converted(kind: Any, value: Any) -> Any:
    return msgspec.convert(value, kind)


def _by_pydantic(kind: Any) -> tuple[Schema, Schema, Read]:
    from pydantic import TypeAdapter

    adapter: Any = TypeAdapter(kind)
    schema = adapter.json_schema()
    return schema, schema.pop("$defs", {}), lambda value: adapter.validate_json(encode_json(value), strict=True)


# --- annotations -----------------------------------------------------------------------------------------------------


def _bound(function: Any) -> set[str]:
    """Return the names of arguments that `functools.partial` has bound: not for the model to give."""
    bound: set[str] = set()
    while isinstance(function, partial):
        bound |= function.keywords.keys()
        function = function.func
    return bound


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the parameters' types. Names that are known only where the tool is made are looked up there."""
    target: Any = function
    while isinstance(target, partial):
        target = target.func
    target = inspect.unwrap(target)
    if not inspect.isroutine(target):
        target = type(target).__call__
    named = {name: kind for name, kind in _annotations(target).items() if name != "return"}
    holder = types.SimpleNamespace(__annotations__=named)
    spaces = getattr(target, "__globals__", {})
    try:
        return typing.get_type_hints(holder, spaces, include_extras=True)
    except NameError:
        pass
    local = {name: value for scope in _callers() for name, value in scope.items()}
    try:
        return typing.get_type_hints(holder, spaces, {**local, **spaces}, include_extras=True)
    except NameError as problem:
        raise TypeError(f"cannot look up the type of a parameter ({problem}); pass input_schema= instead") from problem


def _annotations(target: Any) -> Mapping[str, Any]:
    if sys.version_info >= (3, 14):
        from annotationlib import Format, get_annotations

        return get_annotations(target, format=Format.FORWARDREF)
    found: Mapping[str, Any] = getattr(target, "__annotations__", {})
    return found


def _callers() -> Iterator[Mapping[str, Any]]:
    """Return the local names where the tool is made, and one call further out; the outermost first."""
    frame: types.FrameType | None = sys._getframe(1)
    scopes: list[Mapping[str, Any]] = []
    while frame is not None:
        if not frame.f_globals.get("__name__", "").startswith("tercet.tools."):
            scopes.append(frame.f_locals)
            if len(scopes) == 2:
                break
        frame = frame.f_back
    yield from reversed(scopes)


# --- the schemas of tools --------------------------------------------------------------------------------------------


def each_schema(schema: Any, change: Callable[[Schema], Schema]) -> Any:
    """Return the schema with `change` made to it and to every schema inside. Data in it (enum, default) is left alone."""
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


def make_explicit(schema: Schema) -> Schema:
    """Return a schema of msgspec's that says what it leaves open: objects with properties take no others, and what is one of
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


def drop_titles(schema: Schema) -> Schema:
    """Drop titles: they repeat names that stand beside them, and cost tokens in every request."""

    def untitled(part: Schema) -> Schema:
        return {key: value for key, value in part.items() if not (key == "title" and isinstance(value, str))}

    made: Schema = each_schema(schema, untitled)
    return made


def merge_definitions(known: Mapping[str, Any], found: Mapping[str, Any]) -> Schema:
    """Return definitions without titles, to be put beside those known. TypeError if two types of one name differ."""
    made = {name: drop_titles(part) for name, part in found.items()}
    for name, part in made.items():
        if name in known and known[name] != part:
            raise TypeError(f"two different types of this tool are named {name!r}; rename one of them")
    return made


# --- keys that no schema names ---------------------------------------------------------------------------------------


def first_stray_key(value: Any, schema: Any, definitions: Mapping[str, Any]) -> str | None:
    """Return the place of a key that a closed object does not have, such as `.unit` or `[2].colour`; None if there is none.

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
