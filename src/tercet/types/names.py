"""Where public names are found: in several rooms, asked in order. Also serves the module paths of older programs."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

_PARAM_ENDS = ("Param", "Params", "Request", "Types")


def public_names(*rooms: str) -> list[str]:
    """The public names of these modules. Imports them."""
    return sorted({name for room in rooms for name in dir(import_module(room)) if _is_public(name)})


def _is_public(name: str) -> bool:
    return name[:1].isupper() and name not in ("CODES", "NAMES", "TYPE_CHECKING", "TypeAlias")


def look_up(name: str, package: str, rooms: Sequence[str]) -> Any:
    """The value of a public name. The rooms are asked in order, the one for parameters first if the name ends so."""
    if _is_public(name):
        likely = [room for room in rooms if room.endswith(".params") == name.endswith(_PARAM_ENDS)]
        for room in dict.fromkeys((*likely, *rooms)):
            module = import_module(room)
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {package!r} has no attribute {name!r}")


class _OldPaths(MetaPathFinder, Loader):
    """Finds `tercet.types.text_block` and the like: one module for each name, as the official SDK has them.

    Stands behind all other finders, so it is asked only for modules that do not exist.
    """

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        package, _, module = fullname.rpartition(".")
        if not package.startswith("tercet.types"):
            return None
        wanted = module.replace("_", "")
        for name in dir(sys.modules[package]):
            if _is_public(name) and name.lower().replace("_", "") == wanted:
                return ModuleSpec(fullname, self, loader_state=name)
        return None

    def exec_module(self, module: ModuleType) -> None:
        package, spec = sys.modules[module.__name__.rpartition(".")[0]], module.__spec__
        assert spec is not None
        own = spec.loader_state

        def look(name: str) -> Any:
            found = getattr(package, name, None)
            return found if found is not None else part_of(getattr(package, own), name)

        module.__dict__["__getattr__"] = look


def part_of(cls: Any, name: str) -> Any:
    """What the official SDK calls `Content` beside a class with a field `content`: that field's type, or that of its
    items. AttributeError if there is no such field."""
    field = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    fields = get_type_hints(cls) if isinstance(cls, type) and not hasattr(cls, "model_fields") else annotations_of(cls)
    for plural in ("", "s"):
        if field + plural in fields:
            return _without_none(fields[field + plural], inside=bool(plural))
    raise AttributeError(f"{getattr(cls, '__name__', cls)!r} has no part {name!r}")


def annotations_of(cls: Any) -> dict[str, Any]:
    """The types of a Model's fields; nothing for what is no class."""
    return {name: field.annotation for name, field in getattr(cls, "model_fields", {}).items()}


def _without_none(kind: Any, *, inside: bool) -> Any:
    members = tuple(each for each in get_args(kind) if each is not type(None))
    if get_origin(kind) in (Union, UnionType) and len(members) < len(get_args(kind)):
        kind = Union[members]  # noqa: UP007 - made of a tuple
    return get_args(kind)[0] if inside and get_args(kind) else kind


def serve_old_paths() -> None:
    """Let old module paths be imported. Calling it again changes nothing."""
    if not any(isinstance(finder, _OldPaths) for finder in sys.meta_path):
        sys.meta_path.append(_OldPaths())
