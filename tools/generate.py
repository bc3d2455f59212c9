"""Writes what follows from something else, so that nobody keeps two lists alike: `make generate`.

The stubs of `tercet` and of the official SDK's module paths come from `tercet._HOMES` and `tercet/compat/paths.py`, the
types behind `with_raw_response` from the resources, the plain names of arguments from the TypedDicts, the reference page
from docstrings. With `--check` nothing is written: exit status 1 and a sentence if a file is not as it would be made.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Required, get_origin, get_type_hints

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

import reference  # noqa: E402 - beside this file

import tercet  # noqa: E402 - of this tree
from tercet import compat  # noqa: E402
from tercet.client.resources.resource import Resource  # noqa: E402
from tercet.wire.params import messages as params  # noqa: E402

PACKAGE = ROOT / "src" / "tercet"
MADE = "Made by tools/generate.py, which says from what. Change that, and run `make generate`."
Names = dict[str, tuple[str, str]]
"""Name -> the module that holds it, and its name there."""


def stub(doc: str, names: Names, below: Iterable[str] = (), more: Iterable[str] = (), last: Iterable[str] = ()) -> str:
    """Return a stub that re-exports these names, and the modules below."""
    rooms: dict[str, list[str]] = defaultdict(list)
    for name, (room, real) in names.items():
        rooms[room].append(f"{real} as {name}")
    lines = [f"# {MADE}", f'"""{doc}"""', ""]
    for room, imported in sorted(rooms.items()):
        if len(imported) == 1:
            lines.append(f"from {room} import {imported[0]}")
        else:
            lines += [f"from {room} import (", *(f"    {each}," for each in sorted(imported)), ")"]
    lines += [*below, *more]
    lines += ["", "__all__ = [", *(f'    "{name}",' for name in sorted(names)), "]", *last]
    return "\n".join(lines) + "\n"


def top_stub() -> str:
    """Return the stub of `tercet` itself."""
    names: Names = {}
    for name, (room, real) in tercet._HOME_OF.items():
        above, _, itself = f"tercet.{room}".rpartition(".")
        real = real.rpartition("=")[2]
        names[name] = (above, itself) if real == "." else (f"tercet.{room}", real)
    tops = sorted({"tools", *(path.partition(".")[0] for path in compat.PATHS if not path.startswith("_"))})
    below = [f"from tercet import {top} as {top}" for top in tops]
    doc = (tercet.__doc__ or "").partition("\n")[0]
    return stub(
        doc,
        names,
        below,
        ["", "__title__: str", "__version__: str", "", "class _SdkPaths:", "    packages: tuple[str, ...]"],
    ).replace("__all__ = [", '__all__ = [\n    "__title__",\n    "__version__",\n    "types",')


def path_stub(path: str) -> str:
    """Return the stub of a module path of the official SDK."""
    names: Names = {}
    for name in compat.homes(path):
        home = compat.home_of(path, name)
        assert home is not None, f"{path}: {name} has no home"
        assert hasattr(sys.modules[f"tercet.{home[0]}"], home[1]), f"{path}: tercet.{home[0]} has no {home[1]}"
        names[name] = (f"tercet.{home[0]}", home[1])
    modules = [each for each in compat.names_of(path) if each not in names and f"{path}.{each}" in compat.PATHS]
    below = [f"from tercet.{path} import {each} as {each}" for each in modules]
    last = []
    for row in compat.whole_rows(path):
        parent, _, module = f"tercet.{row}".rpartition(".")
        alias = f"_{row.replace('.', '_')}"  # what is below may have the module's own name
        below += [f"from {parent} import {module} as {alias}", f"from tercet.{row} import *"]
        last.append(f"__all__ += {alias}.__all__")
        names = {name: home for name, home in names.items() if name not in compat.homes(row)}
    doc = f"Names that code written for the official SDK imports from `anthropic.{path}`."
    return stub(doc, names, below, last=last)


# What stands behind `with_raw_response` and `with_streaming_response`.

RAW_HEAD = '''"""{made}

Types behind `with_raw_response` and `with_streaming_response`: each resource's methods, with the same arguments, and an
`APIResponse` around what they return. For type checkers and editors alone: in a running program, the resource itself stands
behind the prefix."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

{imports}

P = ParamSpec("P")
R = TypeVar("R")


def raw(method: Callable[P, R]) -> Callable[P, APIResponse[R]]:
    """Return the method behind `with_raw_response`."""
    raise TypeError("for type checkers alone")


def async_raw(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[AsyncAPIResponse[R]]]:
    """Return the same of the async client."""
    raise TypeError("for type checkers alone")


def opened(method: Callable[P, R]) -> Callable[P, ResponseContextManager[R]]:
    """Return the method behind `with_streaming_response`, if it gives a response anyway."""
    raise TypeError("for type checkers alone")


def async_opened(method: Callable[P, Awaitable[R]]) -> Callable[P, AsyncResponseContextManager[R]]:
    """Return the same of the async client."""
    raise TypeError("for type checkers alone")


def streamed(method: Callable[P, R]) -> Callable[P, ResponseContextManager[APIResponse[R]]]:
    """Return the method behind `with_streaming_response`."""
    return opened(raw(method))


def async_streamed(method: Callable[P, Awaitable[R]]) -> Callable[P, AsyncResponseContextManager[AsyncAPIResponse[R]]]:
    """Return the same of the async client."""
    return async_opened(async_raw(method))
'''
WITHOUT_RESPONSE = {"stream", "tool_runner"}
"""Methods that make several requests, or none yet: there is no one response to give."""


def clients() -> tuple[Any, Any]:
    """Return a client of each kind, to see its resources."""
    key = "k" * 20
    return tercet.Anthropic(api_key=key), tercet.AsyncAnthropic(api_key=key)


def resources_of(owner: Any) -> dict[str, Resource]:
    """Return the resources that a client or a resource has."""
    held = {name: value for cls in reversed(type(owner).__mro__) for name, value in vars(cls).items()}
    cached = [name for name, value in held.items() if isinstance(value, cached_property)]
    found = {name: getattr(owner, name) for name in cached if not name.startswith(("_", "with_"))}
    return {name: value for name, value in found.items() if isinstance(value, Resource)}


def methods_of(resource: Any) -> dict[str, str]:
    """Return the methods of a resource, each with what it says that it returns."""
    functions = {name: value for name, value in vars(type(resource)).items() if inspect.isfunction(value)}
    return {name: f.__annotations__.get("return", "") for name, f in functions.items() if not name.startswith("_")}


def raw_classes(owner: Any, name: str, made: dict[str, list[str]]) -> None:
    """Add the classes behind the prefixes of a client or resource, those of its own resources first."""
    if f"{name}WithRawResponse" in made:
        return
    resources = resources_of(owner)
    for resource in resources.values():
        raw_classes(resource, type(resource).__name__, made)
    prefix = "async_" if name.startswith("Async") else ""
    methods = methods_of(owner) if isinstance(owner, Resource) else {}
    for ending, around in (("WithRawResponse", "raw"), ("WithStreamingResponse", "streamed")):
        lines = [f"class {name}{ending}:", f"    def __init__(self, resource: {type(owner).__name__}) -> None:"]
        for method, returned in methods.items():
            if method in WITHOUT_RESPONSE:
                continue
            wrapped = f"{prefix}{around}(resource.{method})"
            if "APIResponse" in returned:
                wrapped = f"resource.{method}" if around == "raw" else f"{prefix}opened(resource.{method})"
            lines.append(f"        self.{method} = {wrapped}")
        lines += [
            f"        self.{each} = {type(resource).__name__}{ending}(resource.{each})"
            for each, resource in resources.items()
        ]
        made[name + ending] = lines


def raw_types() -> str:
    """Return the module of the types behind the prefixes."""
    made: dict[str, list[str]] = {}
    blocking, waiting = clients()
    for client, name in ((blocking, "Client"), (waiting, "AsyncClient")):
        raw_classes(client, name, made)
    homes = {cls: f"from {cls.__module__} import {cls.__name__}" for cls in resource_classes(blocking, waiting)}
    responses = ("APIResponse", "AsyncAPIResponse"), ("AsyncResponseContextManager", "ResponseContextManager")
    rooms = "tercet.client.raw.responses", "tercet.client.raw.views"
    imports = [
        *homes.values(),
        *(f"from {room} import {', '.join(each)}" for room, each in zip(rooms, responses, strict=True)),
    ]
    head = RAW_HEAD.format(made=MADE, imports="\n".join(sorted(imports)))
    return head + "".join("\n\n" + "\n".join(lines) + "\n" for lines in made.values())


def resource_classes(*owners: Any) -> Iterator[type]:
    """Yield the classes of these and of all resources below."""
    for owner in owners:
        yield type(owner)
        yield from resource_classes(*resources_of(owner).values())


# The plain names of arguments.

ARGUMENTS_HEAD = '''"""{made}

The names of the arguments of `messages.create` and its siblings, as plain sets.

The TypedDicts of `params/messages.py` say the same with types, and cost 20 ms to import; these cost nothing.
"""

from __future__ import annotations
'''
ARGUMENTS: dict[str, type] = {
    "OPTIONS": params.CallOptions,
    "LIMITS": params.CallLimits,
    "MESSAGE": params.MessageCreateParamsBase,
    "BETA_MESSAGE": params._BetaMessageParams,
    "CREATE": params.MessageCreateParams,
    "COUNT_TOKENS": params.MessageCountTokensParams,
    "BETA_CREATE": params.BetaMessageCreateParams,
    "BETA_COUNT_TOKENS": params.BetaMessageCountTokensParams,
}
REQUIRED: dict[str, type] = {
    "REQUIRED": params.MessageCreateParams,
    "COUNT_TOKENS_REQUIRED": params.MessageCountTokensParams,
}


def required(cls: type) -> set[str]:
    """Return the arguments that must be given."""
    hints = get_type_hints(cls, include_extras=True)
    return {name for name, hint in hints.items() if get_origin(hint) is Required}


def argument_names() -> str:
    """Return the module of the plain names of arguments."""
    sets = {name: set(cls.__annotations__) for name, cls in ARGUMENTS.items()}
    sets |= {name: required(cls) for name, cls in REQUIRED.items()}
    lines = [ARGUMENTS_HEAD.format(made=MADE)]
    for name, members in sets.items():
        body = textwrap.fill(", ".join(f'"{each}"' for each in sorted(members)), 116)
        lines.append(f"{name} = frozenset(\n    {{\n{textwrap.indent(body, ' ' * 8)}\n    }}\n)")
    return "\n".join(lines) + "\n"


def everything() -> dict[Path, str]:
    """Return all generated files."""
    made = {PACKAGE / "__init__.pyi": top_stub()}
    for path in compat.PATHS:
        made[PACKAGE.joinpath(*path.split(".")) / "__init__.pyi"] = path_stub(path)
    made[PACKAGE / "client" / "raw" / "types.py"] = raw_types()
    made[PACKAGE / "wire" / "argument_names.py"] = argument_names()
    made[ROOT / "docs" / "reference.md"] = reference.page(clients()[0], MADE)
    return made


def left_over(made: Iterable[Path]) -> set[Path]:
    """Return stubs of paths that are in the table no more."""
    return {path for path in PACKAGE.rglob("*.pyi") if path.read_text().startswith(f"# {MADE}")} - set(made)


def main(arguments: list[str]) -> int:
    """Write all generated files, or check that they are as they would be written."""
    made = everything()
    old = left_over(made)
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    if "--check" in arguments:
        for path in sorted({*stale, *old}):
            print(
                f"{path.relative_to(ROOT)} is not as tools/generate.py would make it: run `make generate`, and commit it."
            )
        return 1 if stale or old else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path])
    for path in old:
        path.unlink()
    print(f"{len(made)} files, {len(stale)} of them changed, {len(old)} removed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
