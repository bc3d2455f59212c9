"""Where public names are found: in several rooms, asked in order. Also serves the module paths of older programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

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
        known = {name.lower().replace("_", "") for name in dir(sys.modules[package]) if _is_public(name)}
        return ModuleSpec(fullname, self) if wanted in known else None

    def exec_module(self, module: ModuleType) -> None:
        package = sys.modules[module.__name__.rpartition(".")[0]]
        module.__dict__["__getattr__"] = lambda name: getattr(package, name)


def serve_old_paths() -> None:
    """Let old module paths be imported. Calling it again changes nothing."""
    if not any(isinstance(finder, _OldPaths) for finder in sys.meta_path):
        sys.meta_path.append(_OldPaths())
