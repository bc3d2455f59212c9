"""Types as answers are asked for and read: their JSON schema, and their values from JSON text. Knows no messages.

Pydantic's own types go to pydantic, everything else to msgspec, whichever packages happen to be installed. What msgspec
cannot tell apart (a union of two dataclasses) goes to pydantic if that is there.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Literal, cast

import msgspec

from tercet.wire.msgspec_warmup import WARMUP_LOCK

Read = Callable[[str], Any]
Library = Literal["pydantic model", "pydantic", "msgspec"]
FOREIGN = ("pydantic", "annotated_types")
"""Packages whose constraints msgspec does not know."""


def library_of(kind: Any) -> Library:
    """Find the library that knows this type; it takes a while. TypeError if none does."""
    if isinstance(kind, type) and hasattr(kind, "model_json_schema") and hasattr(kind, "model_validate_json"):
        return "pydantic model"
    if isinstance(kind, FunctionType | BuiltinFunctionType | MethodType):
        raise TypeError(_not_usable(kind, "it is a function"))  # which pydantic would call with the answer
    if any(_is_foreign(part) for part in _parts(kind)):
        return "pydantic"
    try:
        msgspec.json.schema(kind)
    except (TypeError, NameError, RecursionError) as problem:
        if not _pydantic_takes(kind):
            raise TypeError(_not_usable(kind, problem)) from problem
        return "pydantic"
    return "msgspec"


def schema_of(kind: Any, library: Library | None = None) -> dict[str, Any]:
    """Return the JSON schema of a type, as its own library writes it. TypeError for what is no type of data."""
    library = library or library_of(kind)
    if library == "msgspec":
        return _from_its_root(msgspec.json.schema(kind))
    try:
        schema = kind.model_json_schema() if library == "pydantic model" else _adapter(kind).json_schema()
    except Exception as problem:  # pydantic's errors are known only where it is installed
        raise TypeError(_not_usable(kind, problem)) from problem
    return cast("dict[str, Any]", schema)


def _from_its_root(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with its outermost definition in place, as pydantic writes it; recursive ones stay as they are."""
    parts: dict[str, Any] = schema.get("$defs", {})
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    root = parts.get(name)
    if root is None or f"'#/$defs/{name}'" in repr(parts):
        return schema
    rest = {key: part for key, part in parts.items() if key != name}
    return {**root, **({"$defs": rest} if rest else {})}


def reader_of(kind: Any, library: Library) -> Read:
    """Reads JSON text as this type, every constraint enforced. The reader raises a ValueError that says what is wrong."""
    if library == "msgspec":
        with WARMUP_LOCK:
            return msgspec.json.Decoder(kind).decode
    return cast("Read", kind.model_validate_json if library == "pydantic model" else _adapter(kind).validate_json)


def _not_usable(kind: Any, problem: object) -> str:
    reason = " ".join(str(problem).split())[:300]
    return (
        f"output_format={kind!r} is no type that an answer can be read as ({reason}). Use a pydantic model, a dataclass, "
        "a TypedDict, a msgspec Struct (in unions, with tags), a list or union of those, or a JSON schema"
    )


def _pydantic_takes(kind: Any) -> bool:
    try:
        _adapter(kind).json_schema()
    except Exception:  # pydantic's errors are known only where it is installed
        return False
    return True


@lru_cache(maxsize=128)
def _cached_adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _adapter(kind: Any) -> Any:
    try:
        return _cached_adapter(kind)
    except TypeError as problem:
        if "unhashable" not in str(problem):
            raise
        return _cached_adapter.__wrapped__(kind)


# --- what a type is made of ------------------------------------------------------------------------------------------


def _parts(kind: Any) -> Iterator[Any]:
    """Yield every type that this one names, and the constraints in `Annotated`, each once."""
    waiting: list[Any] = [kind]
    seen: dict[int, Any] = {}  # keeps each part, so that no other gets its id
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen[id(part)] = part
        yield part
        waiting.extend(getattr(part, "__metadata__", ()))
        waiting.extend(typing.get_args(part))
        if isinstance(part, type) and (
            dataclasses.is_dataclass(part) or any(hasattr(part, mark) for mark in _WITH_FIELDS)
        ):
            waiting.extend(_fields(part))


_WITH_FIELDS = ("__total__", "__struct_fields__")


def _fields(part: type) -> list[Any]:
    try:
        return list(typing.get_type_hints(part, include_extras=True).values())
    except (NameError, TypeError):  # a class made in a function: its own library resolves it, or says why not
        return []


def _is_foreign(part: Any) -> bool:
    owner = part if isinstance(part, type) else type(part)
    if owner.__module__.partition(".")[0] in FOREIGN:
        return True
    return isinstance(part, type) and any(
        hasattr(part, mark)
        for mark in ("__pydantic_core_schema__", "__get_pydantic_core_schema__", "__pydantic_validator__")
    )
