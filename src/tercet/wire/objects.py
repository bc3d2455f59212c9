"""A response is its JSON: `Model` is a dict whose declared fields are also typed attributes.

Unknown fields survive a round trip, `json.dumps(message)` works, and decoding costs what the JSON decoder costs.
Knows nothing about messages: the classes with fields live in `messages.py`, `streams/events.py` and their siblings.
"""

from __future__ import annotations

import contextlib
import copy
import typing
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

import msgspec

from tercet.wire.dumping import How, chosen_of, dump, json_text
from tercet.wire.fields import NestedField, is_flat, may_be_none, plain_field, type_tags, wrap_for

if typing.TYPE_CHECKING:
    from tercet.wire.model_fields import ModelField

__all__ = ["AnyModel", "MissingField", "Model", "type_tags", "unwrapped", "wrap_for"]


class MissingField(KeyError, AttributeError):  # noqa: N818 - it is not a failure of the API
    """Asked for a field that the JSON does not hold. Both a KeyError and an AttributeError, since a Model is both."""

    def __init__(self, name: object, kind: str = "the response", present: tuple[str, ...] = ()) -> None:
        super().__init__(name, kind, present)

    def __str__(self) -> str:
        name, kind, present = self.args
        return f"{kind} has no field {name!r}{'; it has ' if present else ''}{', '.join(map(repr, present[:20]))}"


def unwrapped(value: Any) -> Any:
    """`value` with every Model in it as a plain dict, copied all the way down."""
    if isinstance(value, dict):
        return {key: unwrapped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [unwrapped(item) for item in value]
    return value


class _DeclaredFields:
    """`Message.model_fields`, made when somebody asks: few programs do, and importing must not cost what it takes."""

    def __get__(self, instance: Model | None, owner: type[Model]) -> dict[str, ModelField]:
        from tercet.wire.model_fields import fields_of

        return fields_of(owner)


class Model(dict[str, Any]):
    """A JSON object with typed attributes.

    Subclasses declare fields as annotations. Plain fields become properties that read the dict in C; a field whose
    type holds other Models wraps its raw value when first touched and keeps the wrapped one. A declared field that
    is absent reads as None when its type allows None, and raises `MissingField` otherwise.
    """

    __slots__ = ()
    _fields: ClassVar[dict[str, Any]] = {}
    _optional: ClassVar[frozenset[str]] = frozenset()
    _moments: ClassVar[tuple[str, ...]] = ()
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

    @classmethod
    def wrap(cls, value: Any) -> Any:
        """`value` as this class if it is a raw JSON object; anything else unchanged."""
        return cls(value) if type(value) is dict else value

    @classmethod
    def construct(cls, _fields_set: object = None, **values: Any) -> Self:
        """Make one without checks, as pydantic's method of this name does."""
        return cls(values)

    model_construct = construct

    @classmethod
    def model_validate(cls, value: Mapping[str, Any], **_: Any) -> Self:
        """Make one from a mapping. Unknown fields are kept; nothing is coerced."""
        if not isinstance(value, Mapping):
            raise TypeError(f"{cls.__name__} is made from a mapping, not from {type(value).__name__}")
        return cls(value)

    @classmethod
    def model_validate_json(cls, text: str | bytes, **_: Any) -> Self:
        """Make one from JSON text."""
        return cls.model_validate(msgspec.json.decode(text))

    parse_obj, parse_raw = model_validate, model_validate_json

    @classmethod
    def model_json_schema(cls, **_: Any) -> dict[str, Any]:
        """The JSON schema of what the API sends for this class."""
        from tercet.wire.model_fields import json_schema_of

        return json_schema_of(cls)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from tercet.wire.as_field import core_schema_of

        return core_schema_of(cls)

    def __missing__(self, key: str) -> Any:
        raise MissingField(key, type(self).__name__, tuple(dict.keys(self)))

    if not typing.TYPE_CHECKING:  # type checkers shall find misspelt fields; only AnyModel takes any name

        def __getattr__(self, name: str) -> Any:
            # Reached only for absent and undeclared fields, so the cost is paid for these alone.
            if name in self._optional:
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
        return _restored, (type(self), dict(self), _beside(self))

    def __copy__(self) -> Self:
        return typing.cast(Self, _restored(*self.__reduce_ex__(2)[1]))

    def copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy of the same class, shallow unless `deep`."""
        return self.model_copy(update=update, deep=deep)

    def to_dict(
        self,
        *,
        mode: str = "json",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> dict[str, Any]:
        """The JSON object as plain dicts and lists: what the API sent, unless fields are asked to be filled or left out.

        `exclude_unset=False` adds declared optional fields that are absent, as None. `exclude_none` leaves None out.
        `mode="python"` gives points in time as datetimes.
        """
        fill, drop_none = not exclude_unset, exclude_none or exclude_defaults
        made: dict[str, Any] = dump(self, How(fill, drop_none, mode == "python"))
        return made

    def to_json(
        self, *, indent: int | None = 2, exclude_unset: bool = True, exclude_none: bool = False, **_: Any
    ) -> str:
        """`to_dict` as JSON text, indented by two unless told otherwise."""
        return json_text(self.to_dict(exclude_unset=exclude_unset, exclude_none=exclude_none), indent)

    def model_dump(
        self,
        *,
        mode: str = "python",
        exclude_unset: bool = False,
        exclude_none: bool = False,
        exclude_defaults: bool = False,
        **options: Any,
    ) -> dict[str, Any]:
        """Plain dicts and lists, absent optional fields as None, points in time as datetimes unless `mode="json"`:
        pydantic's meaning. Takes `include` and `exclude`."""
        fill, drop_none = not (exclude_unset or exclude_defaults), exclude_none or exclude_defaults
        data = dump(self, How(fill, drop_none, mode == "python"))
        include, exclude = options.get("include"), options.get("exclude")
        chosen: dict[str, Any] = data if include is exclude is None else chosen_of(data, include, exclude)
        return chosen

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """`model_dump` as JSON text."""
        return json_text(self.model_dump(**{**options, "mode": "json"}), indent)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with `update` laid over it."""
        made: Self = copy.deepcopy(self) if deep else self.__copy__()
        made.update(update or {})
        return made

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that the JSON holds."""
        return set(dict.keys(self))

    @property
    def model_extra(self) -> dict[str, Any]:
        """Fields that the JSON holds and the class does not declare."""
        return {key: value for key, value in self.items() if key not in self._fields}


_OLD_NAMES = {"dict": "model_dump", "json": "model_dump_json"}
"""What pydantic's first version called them; programs of that time still do."""


def _beside(model: Model) -> dict[str, Any]:
    """What an instance holds beside its JSON: its slots, and the `__dict__` of a subclass without slots."""
    beside = dict(getattr(model, "__dict__", {}))
    for base in type(model).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            with contextlib.suppress(AttributeError):
                beside[name] = object.__getattribute__(model, name)
    return beside


def _restored(cls: type[Model], fields: dict[str, Any], state: dict[str, Any]) -> Model:
    made = cls.__new__(cls)
    dict.update(made, fields)
    for name, value in state.items():
        object.__setattr__(made, name, value)
    return made


class AnyModel(Model):
    """A JSON object of a kind that this version does not know. Its fields are attributes all the same."""

    __slots__ = ()

    if typing.TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def _any_model(value: Any) -> Any:
    if type(value) is dict:
        return AnyModel(value)
    if type(value) is list:
        return [_any_model(item) for item in value]
    return value
