"""A response is its JSON: `Model` is a dict whose declared fields are also typed attributes.

Unknown fields survive a round trip, `json.dumps(message)` works, and decoding costs what the JSON decoder costs. First
the classes, then how a declared field is read: in C if its type is plain, else wrapped in the Model that its type names.
The classes with fields live in `responses/` and `stream/events.py`.
"""

from __future__ import annotations

import contextlib
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator
from operator import itemgetter, methodcaller
from typing import TYPE_CHECKING, Any, ClassVar, Self

from tercet.wire.model_methods import ModelMethods

if TYPE_CHECKING:
    from tercet.wire.pydantic_field import ModelField


class MissingField(KeyError, AttributeError):  # noqa: N818 - it is not a failure of the API
    """Asked for a field that the JSON does not hold. Both a KeyError and an AttributeError, since a Model is both."""

    def __init__(self, name: object, kind: str = "the response", present: tuple[str, ...] = ()) -> None:
        super().__init__(name, kind, present)

    def __str__(self) -> str:
        name, kind, present = self.args
        return f"{kind} has no field {name!r}{'; it has ' if present else ''}{', '.join(map(repr, present[:20]))}"


def to_plain(value: Any) -> Any:
    """Return `value` with every Model in it as a plain dict, copied all the way down."""
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value


class _DeclaredFields:
    """`Message.model_fields`, made when somebody asks: few programs do, and importing must not cost what it takes."""

    def __get__(self, instance: Model | None, owner: type[Model]) -> dict[str, ModelField]:
        from tercet.wire.pydantic_field import fields_of

        return fields_of(owner)


class Model(ModelMethods):
    """A JSON object with typed attributes.

    Subclasses declare fields as annotations. Plain fields become properties that read the dict in C; a field whose
    type holds other Models wraps its raw value when first touched and keeps the wrapped one. A declared field that
    is absent reads as None when its type allows None, and raises `MissingField` otherwise.
    """

    __slots__ = ()
    _fields: ClassVar[dict[str, Any]] = {}
    _optional: ClassVar[frozenset[str]] = frozenset()
    _nested: ClassVar[frozenset[str]] = frozenset()
    """Fields that may hold other Models."""
    _datetime_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that are datetimes as attributes, text in the JSON."""
    model_fields: ClassVar[Any] = _DeclaredFields()
    """Name -> ModelField: `annotation`, `is_required()`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {
            name: text
            for name, text in cls.__annotations__.items()
            if not name.startswith("_") and "ClassVar" not in str(text)
        }
        optional = {name for name, text in own.items() if may_be_none(str(text))}
        cls._fields = {**cls._fields, **own}
        cls._optional = (cls._optional - own.keys()) | optional
        for name, text in own.items():
            if name not in cls.__dict__:
                setattr(cls, name, plain_field(name, name in optional) if is_flat(str(text)) else NestedField(name))
        nested = [name for name in own if type(cls.__dict__.get(name)) is NestedField]
        cls._nested = (cls._nested - own.keys()) | frozenset(nested)

    @classmethod
    def wrap(cls, value: Any) -> Any:
        """Return `value` as this class if it is a raw JSON object; anything else unchanged."""
        return cls(value) if type(value) is dict else value

    def settle(self) -> None:
        """Wrap what nested fields hold, all the way down, so that item and attribute are one object from the start."""
        nested = self._nested
        for name, value in self.items():
            kind = type(value)
            if kind is str or kind is int or value is None or name not in nested:
                continue
            value = getattr(self, name)  # wrapped, and kept under the same name
            if type(value) is list:
                for each in value:
                    if isinstance(each, Model) and each._nested:
                        each.settle()
            elif isinstance(value, Model) and value._nested:
                value.settle()

    if not TYPE_CHECKING:  # they know every class's own

        @property
        def __dict__(self) -> dict[str, Any]:
            """The fields, as `vars(message)` and tracing libraries read them, absent optional ones as None: a copy."""
            declared = {name: getattr(self, name) for name in self._fields if name in self or name in self._optional}
            return {**declared, **{name: self[name] for name in dict.keys(self) if name not in declared}}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from tercet.wire.pydantic_field import core_schema_of

        return core_schema_of(cls, type_tags(cls))

    @classmethod
    def _field_type(cls, name: str) -> Any:
        return field_type(cls, name)

    def __missing__(self, key: str) -> Any:
        raise MissingField(key, type(self).__name__, tuple(dict.keys(self)))

    if not TYPE_CHECKING:  # type checkers shall find misspelt fields; only AnyModel takes any name

        def __getattr__(self, name: str) -> Any:
            # Reached only for absent and undeclared fields, so the cost is paid for these alone.
            if name in self._fields and name not in self:  # as the SDK gives it, also where the API owes it
                return None
            if name.startswith("__"):
                raise AttributeError(name)
            if name not in self:
                if name in _OLD_NAMES:
                    return getattr(self, _OLD_NAMES[name])
                raise MissingField(name, type(self).__name__, tuple(dict.keys(self)))
            value = dict.__getitem__(self, name)
            wrapped = _any_model(value)
            if wrapped is not value:
                self[name] = wrapped  # kept, so that what a caller changes in it stays changed
            return wrapped

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or hasattr(type(self), name):
            object.__setattr__(self, name, value)  # fields, slots; refuses to hide a method or a read-only property
        else:
            self[name] = value

    def __delattr__(self, name: str) -> None:
        if name.startswith("_"):
            object.__delattr__(self, name)
        elif name in self:
            del self[name]
        else:
            raise MissingField(name, type(self).__name__, tuple(dict.keys(self)))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dict.keys(self)})

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        for name in [*self._fields, *(key for key in dict.__iter__(self) if key not in self._fields)]:
            if name in self:
                yield name, getattr(self, name) if name in self._fields else self[name]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__repr_args__())})"

    __str__ = __repr__

    def __reduce_ex__(self, protocol: typing.SupportsIndex) -> Any:
        return _restore, (type(self), dict(self), _instance_state(self))

    def __copy__(self) -> Self:
        return typing.cast(Self, _restore(*self.__reduce_ex__(2)[1]))


_OLD_NAMES = {"dict": "model_dump", "json": "model_dump_json"}


"""What pydantic's first version called them; programs of that time still do."""


def _instance_state(model: Model) -> dict[str, Any]:
    """Return an instance's state besides its JSON: its slots, and the `__dict__` of a subclass without slots."""
    has_own = any(base is not Model and "__dict__" in vars(base) for base in type(model).__mro__)
    beside = dict(model.__dict__) if has_own else {}
    for base in type(model).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            with contextlib.suppress(AttributeError):
                beside[name] = object.__getattribute__(model, name)
    return beside


def _restore(cls: type[Model], fields: dict[str, Any], state: dict[str, Any]) -> Model:
    made = cls.__new__(cls)
    dict.update(made, fields)
    for name, value in state.items():
        object.__setattr__(made, name, value)
    return made


class AnyModel(Model):
    """A JSON object of a kind that this version does not know. Its fields are attributes all the same."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def _any_model(value: Any) -> Any:
    if type(value) is dict:
        return AnyModel(value)
    if type(value) is list:
        return [_any_model(item) for item in value]
    return value


class ResponseModel(Model):
    """A whole response. `_request_id` is its `request-id` header, None for an object that came as a part of another."""

    __slots__ = ("_request_id", "_workspace_id")
    _request_id: str | None
    _workspace_id: str | None
    """The `anthropic-workspace-id` header."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            return None if name in ("_request_id", "_workspace_id") else super().__getattr__(name)


Wrap = Callable[[Any], Any]


_FLAT = {"str", "int", "float", "bool", "None", "object", "Any", "dict", "list", "Literal", "Optional", "Union"}


_LITERAL = re.compile(r"""Literal\[(?:[^\]"']|"[^"]*"|'[^']*')*\]""")


_WORD = re.compile(r"[\w.]+")


def _words(annotation: str) -> list[str]:
    """Return the names in an annotation, without those inside of `Literal[...]`."""
    return [word.rpartition(".")[2] for word in _WORD.findall(_LITERAL.sub("Literal", annotation))]


def is_flat(annotation: str) -> bool:
    """Return whether a field of this type can be read without wrapping: no Model class is named in it."""
    return all(word in _FLAT for word in _words(annotation))


def may_be_none(annotation: str) -> bool:
    """Return whether a field of this type may be None, as far as the text of its annotation says."""
    return not {"None", "Optional", "NoneType"}.isdisjoint(_words(annotation))


def plain_field(name: str, optional: bool) -> property:
    """Return a field read in C: `itemgetter` raises MissingField where it is absent, `dict.get` gives None."""

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
        meaning = field_type(owner, self.name)
        home = next(cls for cls in owner.__mro__ if cls.__dict__.get(self.name) is self)
        if type(None) in typing.get_args(meaning):  # an alias may hide it from `may_be_none`
            for cls in typing.cast("list[type[Model]]", [home, owner]):
                cls._optional = cls._optional | {self.name}
        self.wrap = wrap_for(meaning)
        if self.wrap is keep:  # an alias of plain types: from now on read in C
            setattr(home, self.name, plain_field(self.name, self.name in owner._optional))
        return self.wrap

    def __set__(self, instance: Model, value: Any) -> None:
        instance[self.name] = value


def field_type(owner: type[Model], name: str) -> Any:
    """Return the type that a field's annotation means; objects of an unknown kind, if it names what its module does
    not hold."""
    for cls in owner.__mro__:
        if name in cls.__dict__.get("_fields", {}) and name in cls.__annotations__:
            space = vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}
            holder = types.SimpleNamespace(__annotations__={name: cls.__annotations__[name]})
            try:
                return typing.get_type_hints(holder, globalns=dict(space), include_extras=True)[name]
            except NameError:  # a class made in a function
                return AnyModel | list[AnyModel]
    return Any


def keep(value: Any) -> Any:
    """Return the value as it is: the Wrap of types that hold no Model."""
    return value


def wrap_for(annotation: Any) -> Wrap:
    """Return the function that wraps raw JSON of this declared type. Unions are told apart by their `type` literals."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    kind = origin or annotation
    if isinstance(kind, type) and issubclass(kind, Model):
        return kind.wrap
    if origin is typing.Annotated:
        return wrap_for(arguments[0])
    if origin in (list, tuple):
        return _each(wrap_for(arguments[0]))
    if origin is dict:
        return _each_value(wrap_for(arguments[1]))
    if origin in (typing.Union, types.UnionType):
        return _union(arguments)
    return keep


def _each(wrap: Wrap) -> Wrap:
    if wrap is keep:
        return keep
    return lambda value: [wrap(item) for item in value] if type(value) is list else value


def _each_value(wrap: Wrap) -> Wrap:
    if wrap is keep:
        return keep
    return lambda value: {key: wrap(item) for key, item in value.items()} if type(value) is dict else value


def flat_members(members: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the types that a union is of, those of unions within it among them, without what annotates them."""
    for member in members:
        bare = typing.get_args(member)[0] if typing.get_origin(member) is typing.Annotated else member
        if typing.get_origin(bare) in (typing.Union, types.UnionType):
            yield from flat_members(typing.get_args(bare))
        else:
            yield bare


def _union(members: tuple[Any, ...]) -> Wrap:
    by_type: dict[str, type[Model]] = {}
    fallback: type[Model] | None = None
    containers: dict[type, Wrap] = {}
    for member in flat_members(members):
        kind = typing.get_origin(member) or member
        if isinstance(kind, type) and issubclass(kind, Model):
            tags = type_tags(kind)
            by_type.update(dict.fromkeys(tags, kind))
            fallback = fallback if tags else kind
        elif kind in (list, dict) and (wrap := wrap_for(member)) is not keep:
            containers[kind] = wrap
    if not by_type and fallback is None and not containers:
        return keep
    if not by_type and fallback is None:
        return lambda value: containers.get(type(value), keep)(value)
    return _union_by_type(by_type, fallback or AnyModel, containers.get(list, keep))


def _union_by_type(by_type: dict[str, type[Model]], fallback: type[Model], listed: Wrap) -> Wrap:
    def wrap(value: Any) -> Any:
        if type(value) is not dict:
            return listed(value) if type(value) is list else value
        tag = value.get("type")
        return (by_type.get(tag, fallback) if type(tag) is str else fallback)(value)

    return wrap


def type_tags(cls: type[Model]) -> tuple[str, ...]:
    """Return the values that `type` may have for this class, from its `type: Literal[...]` annotation."""
    annotation = field_type(cls, "type")
    return typing.get_args(annotation) if typing.get_origin(annotation) is typing.Literal else ()
