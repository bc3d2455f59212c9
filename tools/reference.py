"""Makes docs/reference.md of what the code says: signatures, fields, first sentences of docstrings."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import typing
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from importlib import import_module
from types import MethodType, UnionType
from typing import Any

import tercet
from tercet import compat
from tercet.client.resources.resource import Resource
from tercet.wire.model import Model

HEAD = """
# Reference

Every public name: how it is called or what it holds, and the first sentence of what its docstring says. What things are
for is told in the [other pages](README.md).
"""


def first_sentence(thing: Any) -> str:
    """Return the first sentence of a docstring of ours; nothing for the docstrings of types from elsewhere."""
    doc = thing.__doc__ if isinstance(thing, type) or inspect.isroutine(thing) else None
    text = " ".join((doc or "").split())
    return re.split(r"(?<=[.!?]) (?=[A-Z`])", text, maxsplit=1)[0]


def cell(text: str) -> str:
    """Return text as a table holds it."""
    return text.replace("|", "\\|")


def code(text: str) -> str:
    """Return code within a table."""
    return f"`{cell(text)}`" if text else ""


def annotation(given: Any) -> str:
    """Return an annotation as it was written."""
    if given in (inspect.Parameter.empty, None):
        return ""
    if isinstance(given, typing.ForwardRef):
        return given.__forward_arg__
    return given if isinstance(given, str) else getattr(given, "__name__", str(given))


def signature(function: Any, name: str) -> str:
    """Return how something is called. `**params` of a TypedDict are named by it: they have a table."""
    try:
        written = inspect.unwrap(function)  # TypedDicts have their own rows
        asked = inspect.signature(MethodType(written, function) if isinstance(function, MethodType) else written)
    except (TypeError, ValueError):
        return name
    shown: list[str] = []
    keywords = False
    for parameter in asked.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not keywords:
            keywords = True
            shown.append("*")
        keywords = keywords or parameter.kind is parameter.VAR_POSITIONAL
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        kind = annotation(parameter.annotation)
        text = star + parameter.name + (f": {kind}" if kind else "")
        shown.append(text if parameter.default is parameter.empty else f"{text} = {default(parameter.default)}")
    back = annotation(asked.return_annotation) if not isinstance(function, type) else ""
    return f"{name}({', '.join(shown)})" + (f" -> {back}" if back else "")


def default(value: Any) -> str:
    """Return a default as one would write it; `…` for what has no short name."""
    text = repr(value)
    return "…" if text.startswith("<") else text


@cache
def field_docs(cls: type) -> dict[str, str]:
    """Return the fields that a class itself declares, each with the text below it in the source."""
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0].body  # type: ignore[attr-defined]
    except (OSError, TypeError):
        return {}
    found: dict[str, str] = {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            found[node.target.id] = " ".join(str(text).split())
    return found


def is_typeddict(cls: Any) -> bool:
    """Say whether this is a TypedDict, of `typing` or `typing_extensions`."""
    return isinstance(cls, type) and issubclass(cls, dict) and hasattr(cls, "__total__")


def lineage(cls: Any) -> list[Any]:
    """Return a class and its bases, the farthest first; those of a TypedDict too, which forgets them."""
    bases = getattr(cls, "__orig_bases__", ()) if is_typeddict(cls) else cls.__mro__[1:-1][::-1]
    found = [each for base in bases for each in (lineage(base) if is_typeddict(base) else [base])]
    return [*found, cls]


def fields(cls: Any) -> dict[str, tuple[str, str]]:
    """Return the fields of a Model or a TypedDict: type and meaning."""
    docs: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for each in lineage(cls):
        own = field_docs(each) if isinstance(each, type) else {}
        docs |= own
        written = inspect.get_annotations(each) if own else {}
        kinds |= {name: annotation(kind) for name, kind in written.items() if name in own}
    return {
        name: (kinds[name], docs[name]) for name in kinds if not name.startswith("_") and "ClassVar" not in kinds[name]
    }


def table(head: str, rows: list[str]) -> str:
    """Return a table of Markdown."""
    return "\n".join([f"| {head} |", "|" + "---|" * (head.count(" | ") + 1), *rows]) + "\n"


Named = list[tuple[str, tuple[Any, ...]]]
"""The TypedDicts that are named in signatures, each with its parts."""


def methods(owner: Any, path: str, named: Named, told: dict[type, str]) -> Iterator[str]:
    """Yield how each method of a client's resources is called, and what it says of itself."""
    for name, member in {
        name: each for cls in reversed(type(owner).__mro__) for name, each in vars(cls).items()
    }.items():
        if name.startswith("_"):
            continue
        if isinstance(member, cached_property) and isinstance(resource := getattr(owner, name), Resource):
            if (first := told.setdefault(type(resource), f"{path}.{name}")) != f"{path}.{name}":
                yield f"### {path}.{name}\n\nThe same as `{first}`.\n"
            else:
                yield from methods(resource, f"{path}.{name}", named, told)
        elif inspect.isfunction(member) and isinstance(owner, Resource):
            yield method(member, f"{path}.{name}", named)


def method(function: Any, path: str, named: Named) -> str:
    """Return how a method is called, in all its forms, and what it says of itself."""
    forms: list[Callable[..., Any]] = list(typing.get_overloads(function)) or [function]
    lines = [f"    {signature(form, path)}" for form in forms]
    of_module = argument_classes(function.__module__)
    named += [(each, of_module[each]) for each in re.findall(r"Unpack\[(\w+)\]", "\n".join(lines))]
    return "\n".join([f"### {path}", "", *lines, "", inspect.getdoc(function) or "", ""])


@cache
def argument_classes(module: str) -> dict[str, tuple[Any, ...]]:
    """Return the TypedDicts that a module imports or puts together, for type checkers alone too: name -> its parts."""
    tree = ast.parse(inspect.getsource(import_module(module)))
    found: dict[str, tuple[Any, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tercet."):
            home = import_module(node.module)
            for each in node.names:
                if hasattr(home, each.name):
                    found[each.asname or each.name] = (getattr(home, each.name),)
                elif parts := argument_classes(node.module).get(each.name):  # it is there for type checkers alone
                    found[each.asname or each.name] = parts
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.bases and all(ast.unparse(base) in found for base in node.bases):
            found[node.name] = tuple(part for base in node.bases for part in found[ast.unparse(base)])
    return found


def arguments(named: Named) -> Iterator[str]:
    """Yield a table for each TypedDict of arguments."""
    for name, parts in dict.fromkeys(named):
        held = {field: about for part in parts for field, about in fields(part).items()}
        rows = [f"| `{field}` | {code(kind)} | {cell(text)} |" for field, (kind, text) in held.items()]
        yield f"### {name}\n\n{first_sentence(parts[0])}\n\n" + table("argument | type | meaning", rows)


def errors() -> str:
    """Return the table of exceptions."""
    found = {name: value for name in tercet.__all__ if is_error(value := getattr(tercet, name))}
    rows = [
        f"| `{name}` | {', '.join(public_bases(error))} | {cell(first_sentence(error))} |"
        for name, error in sorted(found.items())
    ]
    return table("exception | is a | when", rows)


def public_bases(cls: type) -> list[str]:
    """Return the bases of a class, those of private ones in their place."""
    found = [[f"`{base.__name__}`"] if base.__name__[0] != "_" else public_bases(base) for base in cls.__bases__]
    return list(dict.fromkeys(name for names in found for name in names))


def is_error(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


def others() -> Iterator[str]:
    """Yield the public names that are no exceptions."""
    for name in sorted(tercet.__all__):
        value = getattr(tercet, name)
        if is_error(value) or name in ("types", "__version__"):
            continue
        if inspect.ismodule(value):
            for each in value.__all__:
                function = getattr(value, each)
                yield f"| {code(signature(function, f'{name}.{each}'))} | {cell(first_sentence(function))} |"
        elif isinstance(value, type) and value.__name__ != name:
            yield f"| `{name}` | the same as `{value.__name__}` |"
        elif inspect.isfunction(value) or (isinstance(value, type) and not issubclass(value, Model)):
            yield f"| {code(signature(value, name))} | {cell(first_sentence(value))} |"
        else:
            yield f"| `{name}` | {cell(first_sentence(value)) or code(spelled(value))} |"


def spelled(value: Any) -> str:
    """Return what an alias or a constant is, in the same words whatever the version of Python."""
    origin, members = typing.get_origin(value), typing.get_args(value)
    if origin in (typing.Union, UnionType):
        return " | ".join(spelled(each) for each in members)
    if origin is typing.Annotated:
        return spelled(members[0])
    if origin is typing.Literal:
        return f"Literal[{', '.join(map(repr, members))}]"
    if origin is not None:
        return f"{origin.__name__}[{', '.join(spelled(each) for each in members)}]"
    if isinstance(value, list):
        return f"[{', '.join(spelled(each) for each in value)}]"
    if isinstance(value, typing.ForwardRef | str):
        return annotation(value)
    if value is type(None):
        return "None"
    return value.__name__ if isinstance(value, type | typing.TypeVar) else repr(value)


def first_names(paths: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """Return, for each home of a type, the name under which its fields are shown: its own, or the first."""
    found: dict[tuple[str, str], str] = {}
    for path in paths:
        for name in sorted(compat.homes(path)):
            home = home_of(path, name)
            if name == home[1] or home not in found:
                found[home] = name
    return found


def home_of(path: str, name: str) -> tuple[str, str]:
    """Return the home of a name that is known to be in a row."""
    home = compat.home_of(path, name)
    assert home is not None
    return home


def types(path: str, first: dict[tuple[str, str], str]) -> Iterator[str]:
    """Yield the types of a package, each with its fields; those of another name by that name alone."""
    for name in sorted(compat.homes(path)):
        value, shown = compat.value(path, name), first[home_of(path, name)]
        if is_error(value):
            continue
        if name != shown:
            yield f"| `{name}` | the same as `{shown}` | |"
        elif isinstance(value, type):
            held = ", ".join(f"{field}: {kind}" for field, (kind, _) in fields(value).items())
            yield f"| `{name}` | {code(held)} | {cell(first_sentence(value))} |"
        else:
            yield f"| `{name}` | {code(spelled(value))} | |"


TYPES = ("types", "types.messages", "types.beta", "types.beta.messages")


def page(client: Any, made: str) -> str:
    """Return the whole page."""
    named: Named = []
    listed = "\n".join(methods(client, "client", named, {}))
    parts = [f"<!-- {made} -->", HEAD, "## Methods\n", listed, "## Arguments\n", *arguments(named)]
    parts += ["## Exceptions\n", errors(), "## Other names of `tercet`\n", table("name | what it is", list(others()))]
    first = first_names(TYPES)
    for path in TYPES:
        parts += [f"## `tercet.{path}`\n", table("name | fields | what it is", list(types(path, first)))]
    return "\n".join(parts)
