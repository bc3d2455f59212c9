"""Module paths of the official SDK: one table of them, and one finder that makes a module when a path is imported.

`tercet.resources.messages`, `tercet._exceptions` and `tercet.types.text_block` are no files: each row of `paths.py` is
such a module, whose names are looked up in their homes when they are first touched. After `replace_anthropic()` every
path is found below `anthropic` as well. Type checkers read the stubs that `make generate` writes from the same rows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import tercet
from tercet.compat.paths import INSTEAD, PATHS

OURS, THEIRS = "tercet", "anthropic"
Home = tuple[str, str]
"""The module below `tercet` where a name lives, or another row, and its name there."""

PACKAGES = frozenset(path.rpartition(".")[0] for path in PATHS) | {"types.shared"}
"""The paths below which there are others: rows, or a module for each class."""


@cache
def _rows(path: str) -> list[tuple[str, str, str]]:
    """Return the words of a row, each with its room: the name that programs write, and the one here."""
    found, room = [], ""
    for word in PATHS[path].split():
        if word.endswith(":"):
            room = word[:-1]
            continue
        theirs, _, ours = word.partition("=")
        if room.rpartition(".")[2][:1].isupper():
            found.append((room.rpartition(".")[0], theirs, room.rpartition(".")[2]))
        else:
            found.append((room, theirs, ours or theirs))
    return found


@cache
def _written(path: str) -> dict[str, Home]:
    """Return the names that a row writes out, each with its home. Imports nothing."""
    return {theirs: (room, ours) for room, theirs, ours in _rows(path) if "*" not in theirs}


@cache
def homes(path: str) -> dict[str, Home]:
    """Return all names of a row, each with its home. Imports the modules that stand there with a `*`."""
    found = {}
    for room, theirs, ours in _rows(path):
        if "*" in theirs:
            for name in _names(room):
                if (written := _renamed(name, ours, theirs)) is not None:
                    found[written] = (room, name)
    return found | _written(path)


def _renamed(name: str, pattern: str, wanted: str) -> str | None:
    """Return a name that fits `pattern` as `wanted` would have it, or None: TextBlock, *Block, Beta*Block: BetaTextBlock."""
    if not fnmatchcase(name, pattern):
        return None
    if pattern == wanted:
        return name
    before, after = pattern.split("*")
    return wanted.replace("*", name[len(before) : len(name) - len(after)])


@cache
def _public(room: str) -> list[str]:
    """Return the public names of a module: those that it lists, else the classes that it defines. Imports it."""
    module = import_module(f"{OURS}.{room}")
    own = [name for name, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__]
    return getattr(module, "__all__", None) or [name for name in own if not name.startswith("_")]


def home_of(path: str, name: str) -> Home | None:
    """Return the module that holds a row's name and the name there, with all rows between followed."""
    room, ours = _written(path).get(name) or _starred(path, name)
    if not room:
        return None
    if room in PATHS:
        return home_of(room, ours)
    return room, ours if hasattr(import_module(f"{OURS}.{room}"), ours) else ours.removeprefix("Beta")


def _names(room: str) -> Iterable[str]:
    return homes(room) if room in PATHS else _public(room)


def _starred(path: str, name: str) -> Home:
    """Return the home of a name that a row does not write out: the first `*` that it fits, and whose room has it."""
    for room, theirs, ours in _rows(path):
        wanted = _renamed(name, theirs, ours) if "*" in theirs else None
        if wanted and (home_of(room, wanted) if room in PATHS else wanted in _public(room)):
            return room, wanted
    return "", ""


def whole_rows(path: str) -> list[str]:
    """Return the other rows that a row takes over whole, under their own names."""
    return [room for room, theirs, ours in _rows(path) if theirs == ours == "*" and room in PATHS]


def names_of(path: str) -> list[str]:
    """Return the names of a row, and the paths right below it."""
    below = (each.removeprefix(f"{path}.") for each in PATHS if each.startswith(f"{path}."))
    return sorted({*homes(path), *(each for each in below if "." not in each)})


def value(path: str, name: str) -> Any:
    """Return what a row's name means, or the module right below it. AttributeError if there is neither."""
    if home := home_of(path, name):
        return getattr(import_module(f"{OURS}.{home[0]}"), home[1])
    if f"{path}.{name}" in PATHS:
        return import_module(f"{OURS}.{path}.{name}")
    if name == "__all__":
        return sorted(homes(path))
    raise AttributeError(_missing(path, name), name=name)


def _missing(path: str, name: str) -> str:
    """Say that a row has no such name, and what to write instead or what it does have."""
    text = f"module '{OURS}.{path}' has no attribute {name!r}"
    if instead := INSTEAD.get(f"{path}.{name}"):
        return f"{text}: {instead}"
    held = names_of(path)
    return f"{text}: it holds {', '.join(held)}" if 0 < len(held) <= 16 and not name.startswith("__") else text


def found(fullname: str) -> ModuleSpec | None:
    """Return how to load a module path of the official SDK, or None if it is none that works here."""
    package, _, path = fullname.partition(".")
    if package == THEIRS:
        known = not path or find_spec(f"{OURS}.{path}") is not None
        return ModuleSpec(fullname, _Same(), is_package=True) if known else None
    if path in PATHS:
        spec = ModuleSpec(fullname, _Row(), is_package=path in PACKAGES)
        spec.origin = os.path.join(os.path.dirname(tercet.__file__), *path.split("."), "__init__.pyi")
        spec.has_location = True  # errors of `from … import` then say where the names are listed
        return spec
    parent, _, last = path.rpartition(".")
    if parent in PACKAGES and parent.startswith("types") and (name := _class_of(parent, last)):
        return ModuleSpec(fullname, _OfOneClass(), loader_state=name)
    return None


def _class_of(path: str, module: str) -> str | None:
    """Return the class of a package that `module` is named after: `TextBlock` of `text_block`."""
    wanted = module.replace("_", "").lower()
    for room, theirs, ours in _rows(path):
        names = [theirs]
        if "*" in theirs:
            held = _names(room) if fnmatchcase(wanted, theirs.lower()) else ()
            names = [written for name in held if (written := _renamed(name, ours, theirs))]
        for name in names:
            if name.replace("_", "").lower() == wanted:
                return name
    return None


def _fill(module: ModuleType, doc: str, look: Callable[[str], Any], names: Callable[[], list[str]]) -> None:
    """Give a module its names: looked up when they are first touched, and kept."""

    def kept(name: str) -> Any:
        module.__dict__[name] = value = look(name)
        return value

    module.__dict__.update(__doc__=doc, __getattr__=kept, __dir__=lambda: sorted({*module.__dict__, *names()}))


class _Row(Loader):
    """Makes the module of a row."""

    def exec_module(self, module: ModuleType) -> None:
        path = module.__name__.removeprefix(f"{OURS}.")
        doc = f"Names that code written for the official SDK imports from `{THEIRS}.{path}`."
        _fill(module, doc, lambda name: value(path, name), lambda: names_of(path))


class _OfOneClass(Loader):
    """Makes `tercet.types.text_block` and the like: one module for each class of a package, as the official SDK has
    them. Whatever else the package holds is found there too, and what the SDK calls parts of the class."""

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        package, name = module.__name__.rpartition(".")[0], module.__spec__.loader_state

        def look(wanted: str) -> Any:
            if wanted.startswith("__"):
                if wanted == "__all__":
                    return [name]
                raise AttributeError(f"module {module.__name__!r} has no attribute {wanted!r}", name=wanted)
            held = getattr(import_module(package), wanted, None)
            if held is not None:
                return held
            from tercet.compat.parts import part_of

            return part_of(getattr(import_module(package), name), wanted)

        _fill(module, f"`{name}`, under the module path of the official SDK.", look, lambda: [name])


class _Same(Loader):
    """Gives `anthropic.types.message` the module `tercet.types.message`: the same object."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module of ours; it keeps its own spec, which the import system is about to replace."""
        module = import_module(OURS + spec.name.removeprefix(THEIRS))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its spec back; it has run."""
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state


def replace_anthropic() -> None:
    """Make `import anthropic` this package from here on, also in libraries: LangChain, instructor, pydantic-ai and others.

    Call it before anything imports the official SDK; RuntimeError if something has. Calling it again changes nothing.
    """
    if THEIRS in tercet._SdkPaths.packages:
        return
    if THEIRS in sys.modules:
        raise RuntimeError(
            "anthropic was imported before, and what imported it holds its classes: call tercet.replace_anthropic() first"
        )
    tercet._SdkPaths.packages += (THEIRS,)
