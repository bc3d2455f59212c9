"""Tell pydantic how to read the types that `marks.py` marks: iterables, local files, unions told apart by `type`.

Needs nothing of pydantic until pydantic itself asks.
"""

from __future__ import annotations

import os
import types
import typing
from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Any

from tercet.wire.model import AnyModel, Model, flat_members, to_plain, type_tags
from tercet.wire.pydantic_field import python_only_schema

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


def list_schema(source: Any, handler: Any) -> CoreSchema:
    """Return what pydantic checks for an `Iterable[...]`: a list, tuple, set or generator, of which a list is made."""
    made: CoreSchema = handler.generate_schema(types.GenericAlias(list, typing.get_args(source)))
    return made


def local_file_schema(source: Any, handler: Any) -> CoreSchema:
    """Return what pydantic checks for a path or an open file: that it is one already."""
    return python_only_schema(
        "a path or an open file", lambda value: isinstance(value, os.PathLike) or hasattr(value, "read")
    )


def response_kinds_schema(union: Any, handler: Any) -> CoreSchema:
    """Return what pydantic checks for a union of classes of responses, `AnyModel` being what none of them is."""
    from pydantic_core import core_schema

    kinds = [typing.get_origin(member) or member for member in flat_members((union,))]
    known = {tag for kind in kinds if isinstance(kind, type) and issubclass(kind, Model) for tag in type_tags(kind)}

    def validate(value: Any, check: Callable[[Any], Any]) -> Any:
        if _is_of_other_kind(value, known):
            return value if isinstance(value, Model) else AnyModel(value)
        return check(value)

    return core_schema.no_info_wrap_validator_function(validate, handler(union))


def sent_kinds_schema(union: Any, handler: Any) -> CoreSchema:
    """Return what pydantic checks for a union of dicts of requests, told apart by `type`, and of classes of objects."""
    from pydantic_core import core_schema

    members = list(flat_members((union,)))
    objects = tuple(
        kind for each in members if issubclass(kind := typing.get_origin(each) or each, dict) and not _is_typed(each)
    )
    known = {tag: handler.generate_schema(each) for each in members if _is_typed(each) for tag in _sent_tags(each)}

    def validate(value: Any, check: Callable[[Any], Any]) -> Any:
        return value if isinstance(value, objects) or _is_of_other_kind(value, known) else check(value)

    return core_schema.no_info_wrap_validator_function(
        validate,
        core_schema.tagged_union_schema(known, discriminator="type"),
        serialization=core_schema.plain_serializer_function_ser_schema(to_plain),
    )


def _is_of_other_kind(value: Any, known: Container[str]) -> bool:
    """Say whether an object has a `type` that is not known, as the API may have learnt since."""
    tag = value.get("type") if isinstance(value, Mapping) else None
    return isinstance(tag, str) and tag not in known


def _is_typed(kind: Any) -> bool:
    return hasattr(kind, "__total__")


def _sent_tags(kind: Any) -> tuple[str, ...]:
    return typing.get_args(typing.get_type_hints(kind)["type"])
