"""Puts Tercet in the place of the official SDK for a whole process: for libraries that import `anthropic` themselves."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

OURS, THEIRS = "tercet", "anthropic"


class _InItsPlace(MetaPathFinder, Loader):
    """Finds `anthropic` and `anthropic.types.message` as `tercet` and `tercet.types.message`: the same modules."""

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        package, _, rest = fullname.partition(".")
        if package != THEIRS or (rest and find_spec(f"{OURS}.{rest}") is None):
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module of ours; it keeps its own spec, which the import system is about to replace."""
        module = import_module(OURS + spec.name.removeprefix(THEIRS))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: it has run. Gives the module its spec back."""
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state


def replace_anthropic() -> None:
    """From here on, `import anthropic` is this package, also in libraries: LangChain, instructor, pydantic-ai and others.

    Call it before anything imports the official SDK; RuntimeError if something has. Calling it again changes nothing.
    """
    if any(isinstance(finder, _InItsPlace) for finder in sys.meta_path):
        return
    if THEIRS in sys.modules:
        raise RuntimeError(
            "anthropic was imported before, and what imported it holds its classes: call tercet.replace_anthropic() first"
        )
    sys.meta_path.insert(0, _InItsPlace())
