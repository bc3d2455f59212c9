"""Describe a Model to pydantic: `model_fields`, `model_json_schema()`, and a Model as a field of users' own models.

Reads annotations through the classes' own `_field_type`, knows no field by name, and needs nothing of pydantic until
pydantic itself asks.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
}


class ModelField(msgspec.Struct, frozen=True):
    """One declared field, with the part of pydantic's FieldInfo that has a meaning here."""

    annotation: Any
    required: bool
    default: None = None
    alias: None = None
    description: None = None

    def is_required(self) -> bool:
        """Return whether the API always sends it."""
        return self.required


@cache
def fields_of(cls: Any) -> dict[str, ModelField]:
    """Return the fields that a class declares, its bases' among them."""
    return {name: _field(cls, name) for name in cls._fields}


def _field(owner: type[Any], name: str) -> ModelField:
    annotation = owner._field_type(name)
    return ModelField(annotation, required=type(None) not in typing.get_args(annotation))


def json_schema_of(cls: type[Any]) -> dict[str, Any]:
    """Return the JSON schema of what the API sends for this class, with the classes within under `$defs`."""
    found: dict[str, Any] = {}
    top = _object_schema(cls, found)
    itself = found.pop(cls.__name__)
    if f"{_reference(cls)}'" in str((top, found)):
        found[cls.__name__] = itself
    return {**top, "$defs": found} if found else top


def _object_schema(cls: Any, found: dict[str, Any]) -> dict[str, Any]:
    found[cls.__name__] = {}  # a class that holds itself finds it here
    fields = fields_of(cls)
    found[cls.__name__] = made = {
        "title": cls.__name__,
        "type": "object",
        "properties": {name: _schema(field.annotation, found) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
    }
    return made


def _schema(annotation: Any, found: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a declared type; what says nothing about JSON is `{}`, anything."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if origin is typing.Annotated:
        return _schema(arguments[0], found)
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(member, found) for member in arguments]}
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(arguments[0], found)}
    if origin is dict or annotation is dict:
        return {"type": "object"}
    return _class_schema(origin or annotation, found)


def _class_schema(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(kind, type) or not hasattr(kind, "model_fields"):
        return {}
    if kind.__name__ not in found:
        _object_schema(kind, found)
    return {"$ref": _reference(kind)}


def _reference(kind: type) -> str:
    return f"#/$defs/{kind.__name__}"


def core_schema_of(cls: type[Any], tags: tuple[str, ...]) -> CoreSchema:
    """Return what pydantic checks and writes for a field of this class: any JSON object of its `type`, kept as it
    came."""
    from pydantic_core import core_schema

    def validate(value: Any) -> Any:
        if isinstance(value, cls):
            return value
        if not isinstance(value, Mapping):
            raise ValueError(f"{cls.__name__} is made from a mapping, not from {type(value).__name__}")
        if tags and value.get("type", tags[0]) not in tags:
            raise ValueError(f"{cls.__name__} has the type {tags[0]!r}, not {value['type']!r}")
        return cls(value)

    return core_schema.no_info_plain_validator_function(
        validate,
        json_schema_input_schema=core_schema.dict_schema(),
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda value: value.to_dict(), return_schema=core_schema.dict_schema()
        ),
    )


def python_only_schema(
    wanted: str, fits: Callable[[Any], bool], write: Callable[[Any], Any] | None = None
) -> CoreSchema:
    """Return what pydantic checks where an argument may be an object that no JSON holds. JSON schemas leave it out."""
    from pydantic_core import PydanticOmit, core_schema

    def validate(value: Any) -> Any:
        if not fits(value):
            raise ValueError(f"{type(value).__name__} is not {wanted}")
        return value

    def json_schema(_: Any, __: Any) -> dict[str, Any]:
        raise PydanticOmit

    return core_schema.no_info_plain_validator_function(
        validate,
        metadata={"pydantic_js_functions": [json_schema]},
        serialization=core_schema.plain_serializer_function_ser_schema(write) if write else None,
    )
