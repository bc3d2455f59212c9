"""The methods that objects of pydantic have, on a dict: made, copied, dumped. Nothing is coerced, and nothing refused."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import msgspec

from tercet.wire.serialize import DumpOptions, dump, json_text, select_fields


class ModelMethods(dict[str, Any]):
    """The base of `Model`: what programs call on an answer beside reading its fields."""

    __slots__ = ()
    _fields: ClassVar[dict[str, Any]] = {}

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
        """Return the JSON schema of what the API sends for this class."""
        from tercet.wire.pydantic_field import json_schema_of

        return json_schema_of(cls)

    def copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy of the same class, shallow unless `deep`."""
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
        """Return the JSON object as plain dicts and lists: what the API sent, unless fields are asked to be filled or
        left out.

        `exclude_unset=False` adds declared optional fields that are absent, as None. `exclude_none` leaves None out.
        `mode="python"` gives points in time as datetimes.
        """
        fill, drop_none = not exclude_unset, exclude_none or exclude_defaults
        made: dict[str, Any] = dump(self, DumpOptions(fill, drop_none, mode == "python"))
        return made

    def to_json(
        self, *, indent: int | None = 2, exclude_unset: bool = True, exclude_none: bool = False, **_: Any
    ) -> str:
        """Return `to_dict` as JSON text, indented by two unless told otherwise."""
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
        """Return plain dicts and lists, absent optional fields as None, points in time as datetimes unless
        `mode="json"`: pydantic's meaning. Takes `include` and `exclude`."""
        fill, drop_none = not (exclude_unset or exclude_defaults), exclude_none or exclude_defaults
        data = dump(self, DumpOptions(fill, drop_none, mode == "python"))
        include, exclude = options.get("include"), options.get("exclude")
        chosen: dict[str, Any] = data if include is exclude is None else select_fields(data, include, exclude)
        return chosen

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return `model_dump` as JSON text."""
        return json_text(self.model_dump(**{**options, "mode": "json"}), indent)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, with `update` laid over it."""
        made: Self = copy.deepcopy(self) if deep else copy.copy(self)
        made.update(update or {})
        return made

    @property
    def model_fields_set(self) -> set[str]:
        """Return the names of the fields that the JSON holds."""
        return set(dict.keys(self))

    @property
    def model_extra(self) -> dict[str, Any]:
        """Return the fields that the JSON holds and the class does not declare."""
        return {key: value for key, value in self.items() if key not in self._fields}
