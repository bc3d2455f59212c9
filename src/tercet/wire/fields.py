"""How a declared field of a Model is read: in C if its type is plain, else wrapped in the Model that its type names.

Knows annotations; the class that has the fields lives in `objects.py`.
"""

from __future__ import annotations

import re
import sys
import types
import typing
from collections.abc import Callable
from operator import itemgetter, methodcaller
from typing import Any

if typing.TYPE_CHECKING:
    from tercet.wire.objects import Model

Wrap = Callable[[Any], Any]


_FLAT = {"str", "int", "float", "bool", "None", "object", "Any", "dict", "list", "Literal", "Optional", "Union"}
_LITERAL = re.compile(r"""Literal\[(?:[^\]"']|"[^"]*"|'[^']*')*\]""")
_WORD = re.compile(r"[\w.]+")


def _words(annotation: str) -> list[str]:
    """The names in an annotation, without those inside of `Literal[...]`."""
    return [word.rpartition(".")[2] for word in _WORD.findall(_LITERAL.sub("Literal", annotation))]


def is_flat(annotation: str) -> bool:
    """Whether a field of this type can be read without wrapping: no Model class is named in it."""
    return all(word in _FLAT for word in _words(annotation))


def may_be_none(annotation: str) -> bool:
    return not {"None", "Optional", "NoneType"}.isdisjoint(_words(annotation))


def plain_field(name: str, optional: bool) -> property:
    """A field read in C: `itemgetter` raises MissingField where it is absent, `dict.get` gives None."""

    def write(self: Model, value: Any) -> None:
        self[name] = value

    return property(methodcaller("get", name) if optional else itemgetter(name), write)


class NestedField:
    """A field that holds Models: wraps the raw value when first touched, and keeps the wrapped one in the dict."""

    __slots__ = ("name", "wrap")

    def __init__(self, name: str) -> None:
        self.name = name
        self.wrap: Wrap | None = None

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        if instance is None:
            return self
        wrap = self.wrap or self._resolve(owner)
        value = instance[self.name]  # MissingField is an AttributeError: Model.__getattr__ takes over
        kind = type(value)
        # A list's ends tell whether it is wrapped: reading must not cost what the list is long.
        if kind is dict or (kind is list and value and (type(value[0]) is dict or type(value[-1]) is dict)):
            value = wrap(value)
            instance[self.name] = value
        return value

    def _resolve(self, owner: type[Model]) -> Wrap:
        """Find out what the annotation means, now that every module is loaded."""
        meaning = declared(owner, self.name)
        home = next(cls for cls in owner.__mro__ if cls.__dict__.get(self.name) is self)
        if type(None) in typing.get_args(meaning):  # an alias may hide it from `may_be_none`
            for cls in typing.cast("list[type[Model]]", [home, owner]):
                cls._optional = cls._optional | {self.name}
        self.wrap = wrap_for(meaning)
        if self.wrap is unchanged:  # an alias of plain types: from now on read in C
            setattr(home, self.name, plain_field(self.name, self.name in owner._optional))
        return self.wrap

    def __set__(self, instance: Model, value: Any) -> None:
        instance[self.name] = value


def declared(owner: type[Model], name: str) -> Any:
    """What a field's annotation means; objects of an unknown kind, if it names what its module does not hold."""
    from tercet.wire import objects  # loaded by now: it imports this module

    for cls in owner.__mro__:
        if name in cls.__dict__.get("_fields", {}) and name in cls.__annotations__:
            space = vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}
            holder = types.SimpleNamespace(__annotations__={name: cls.__annotations__[name]})
            try:
                return typing.get_type_hints(holder, globalns=dict(space), include_extras=True)[name]
            except NameError:  # a class made in a function
                return objects.AnyModel | list[objects.AnyModel]
    return Any


def unchanged(value: Any) -> Any:
    """The Wrap of types that hold no Model."""
    return value


def wrap_for(annotation: Any) -> Wrap:
    """The function that wraps raw JSON of this declared type. Unions are told apart by their `type` literals."""
    from tercet.wire import objects  # loaded by now: it imports this module

    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    kind = origin or annotation
    if isinstance(kind, type) and issubclass(kind, objects.Model):
        return kind.wrap
    if origin is typing.Annotated:
        return wrap_for(arguments[0])
    if origin in (list, tuple):
        return _each(wrap_for(arguments[0]))
    if origin is dict:
        return _each_value(wrap_for(arguments[1]))
    if origin in (typing.Union, types.UnionType):
        return _union(arguments)
    return unchanged


def _each(wrap: Wrap) -> Wrap:
    if wrap is unchanged:
        return unchanged
    return lambda value: [wrap(item) for item in value] if type(value) is list else value


def _each_value(wrap: Wrap) -> Wrap:
    if wrap is unchanged:
        return unchanged
    return lambda value: {key: wrap(item) for key, item in value.items()} if type(value) is dict else value


def _union(members: tuple[Any, ...]) -> Wrap:
    from tercet.wire import objects  # loaded by now: it imports this module

    by_type: dict[str, type[Model]] = {}
    fallback: type[Model] | None = None
    containers: dict[type, Wrap] = {}
    for member in members:
        member = typing.get_args(member)[0] if typing.get_origin(member) is typing.Annotated else member
        kind = typing.get_origin(member) or member
        if isinstance(kind, type) and issubclass(kind, objects.Model):
            tags = type_tags(kind)
            by_type.update(dict.fromkeys(tags, kind))
            fallback = fallback if tags else kind
        elif kind in (list, dict) and (wrap := wrap_for(member)) is not unchanged:
            containers[kind] = wrap
    if not by_type and fallback is None and not containers:
        return unchanged
    if not by_type and fallback is None:
        return lambda value: containers.get(type(value), unchanged)(value)
    return _told_apart(by_type, fallback or objects.AnyModel, containers.get(list, unchanged))


def _told_apart(by_type: dict[str, type[Model]], fallback: type[Model], listed: Wrap) -> Wrap:
    def wrap(value: Any) -> Any:
        if type(value) is not dict:
            return listed(value) if type(value) is list else value
        tag = value.get("type")
        return (by_type.get(tag, fallback) if type(tag) is str else fallback)(value)

    return wrap


def type_tags(cls: type[Model]) -> tuple[str, ...]:
    """The values that `type` may have for this class, from its `type: Literal[...]` annotation."""
    annotation = declared(cls, "type")
    return typing.get_args(annotation) if typing.get_origin(annotation) is typing.Literal else ()
