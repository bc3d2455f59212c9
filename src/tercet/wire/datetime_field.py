"""A field that is a point in time: text in the JSON, a datetime as an attribute."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tercet.wire.model import Model


class _DatetimeField:
    """Reads RFC 3339 text as a datetime. Text that is none comes back as it is: a date must not lose a response."""

    __slots__ = ("name",)

    def __set_name__(self, owner: type[Model], name: str) -> None:
        self.name = name
        owner._datetime_fields = (*owner._datetime_fields, name)

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        if instance is None:
            return self
        value = instance[self.name]
        try:
            return datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return value

    def __set__(self, instance: Model, value: Any) -> None:
        instance[self.name] = value.isoformat() if isinstance(value, datetime) else value


if TYPE_CHECKING:

    def DatetimeField() -> Any:  # noqa: N802 - stands where a type checker expects the field's default
        """Declare a field that is a point in time."""
else:
    DatetimeField = _DatetimeField
