"""Parts of classes: what the official SDK calls `Content` beside a class with a field `content`."""

from __future__ import annotations

import re
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def part_of(cls: Any, name: str) -> Any:
    """Return the type of the field that a part is named after, or that of its items. AttributeError if there is none."""
    field = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    fields = get_type_hints(cls) if isinstance(cls, type) and not hasattr(cls, "model_fields") else _annotations(cls)
    for plural in ("", "s"):
        if field + plural in fields:
            return _without_none(fields[field + plural], inside=bool(plural))
    raise AttributeError(f"{getattr(cls, '__name__', cls)!r} has no part {name!r}")


def _annotations(cls: Any) -> dict[str, Any]:
    """Return the types of a Model's fields; nothing for what is no class."""
    return {name: field.annotation for name, field in getattr(cls, "model_fields", {}).items()}


def _without_none(kind: Any, *, inside: bool) -> Any:
    members = tuple(each for each in get_args(kind) if each is not type(None))
    if get_origin(kind) in (Union, UnionType) and len(members) < len(get_args(kind)):
        kind = Union[members]  # noqa: UP007 - made of a tuple
    return get_args(kind)[0] if inside and get_args(kind) else kind
