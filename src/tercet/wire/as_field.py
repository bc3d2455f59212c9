"""Lets users' pydantic models have fields of our classes, as they have with the official SDK. Needs nothing of pydantic
until pydantic itself asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tercet.wire.fields import type_tags

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

    from tercet.wire.objects import Model


def core_schema_of(cls: type[Model]) -> CoreSchema:
    """What pydantic checks and writes for a field of this class: any JSON object of its `type`, kept as it came."""
    from pydantic_core import core_schema

    tags = type_tags(cls)

    def taken(value: Any) -> Model:
        if isinstance(value, cls):
            return value
        if not isinstance(value, Mapping):
            raise ValueError(f"{cls.__name__} is made from a mapping, not from {type(value).__name__}")
        if tags and value.get("type", tags[0]) not in tags:
            raise ValueError(f"{cls.__name__} has the type {tags[0]!r}, not {value['type']!r}")
        return cls(value)

    return core_schema.no_info_plain_validator_function(
        taken,
        json_schema_input_schema=core_schema.dict_schema(),
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda value: value.to_dict(), return_schema=core_schema.dict_schema()
        ),
    )
