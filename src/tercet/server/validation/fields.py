"""Single fields in pydantic's words: kinds, required and extra fields, tags, patterns. Knows no field's meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from tercet.server.errors import HTTPError, invalid
from tercet.server.validation.error_texts import text

SHOWN = 200
"""Characters of a client's own text that an error repeats."""
Check = Callable[[Any, str], None]


def refusal(row: str, **values: Any) -> HTTPError:
    """Return the row's 400."""
    return invalid(text(row, **values))


class Field(NamedTuple):
    """One field of an object: what it must be, and whether it must be there or may be null."""

    check: Check
    required: bool = False
    nullable: bool = True


Shape = Mapping[str, Field]


def checked_object(value: Any, path: str, shape: Shape, *, open_ended: bool = False) -> None:
    """Check that `value` is an object of this shape: nothing missing, nothing extra, every field as it must be."""
    if type(value) is not dict:
        raise refusal("type", path=path, kind="dictionary")
    for name, rule in shape.items():
        if rule.required and name not in value:
            raise refusal("required", path=joined(path, name))
    for name, item in value.items():
        known = shape.get(name)
        if known is None:
            if not open_ended:
                raise refusal("extra", path=joined(path, name[:SHOWN]))
        elif known.check is is_string and type(item) is str:
            continue  # the commonest field by far, and its path need not be written
        elif known.check is not anything and (item is not None or not known.nullable):
            known.check(item, joined(path, name))


def joined(path: str, name: str) -> str:
    """`path.name`, or the name alone at the top."""
    return f"{path}.{name}" if path else name


def anything(value: Any, path: str) -> None:
    """Let every value pass."""


def is_string(value: Any, path: str) -> None:
    """Refuse what is no string."""
    if type(value) is not str:
        raise refusal("type", path=path, kind="string")


def is_text(value: Any, path: str) -> None:
    """Refuse what is no string, and the empty one."""
    if type(value) is not str:
        raise refusal("type", path=path, kind="string")
    if not value:
        raise refusal("too_short", path=path)


def is_bool(value: Any, path: str) -> None:
    """Refuse what is neither true nor false."""
    if type(value) is not bool:
        raise refusal("type", path=path, kind="boolean")


def is_object(value: Any, path: str) -> None:
    """Refuse what is no object."""
    if type(value) is not dict:
        raise refusal("type", path=path, kind="dictionary")


def is_list(value: Any, path: str) -> None:
    """Refuse what is no list."""
    if type(value) is not list:
        raise refusal("type", path=path, kind="list")


def is_integer(value: Any, path: str) -> None:
    """Refuse what is no whole number."""
    if type(value) is not int:
        raise refusal("type", path=path, kind="integer")


def is_number(value: Any, path: str) -> None:
    """Refuse what is no number."""
    if type(value) is not int and type(value) is not float:
        raise refusal("type", path=path, kind="number")


def at_least(least: int) -> Check:
    """Return a check for whole numbers from `least` on."""

    def check(value: Any, path: str) -> None:
        if type(value) is not int:
            raise refusal("type", path=path, kind="integer")
        if value < least:
            raise refusal("at_least", path=path, least=least)

    return check


def one_of(*values: str) -> Check:
    """Return a check for one of these strings."""
    expected = " or ".join(part for part in (", ".join(map(repr, values[:-1])), repr(values[-1])) if part)

    def check(value: Any, path: str) -> None:
        if value not in values:
            raise refusal("literal", path=path, expected=expected)

    return check


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("$", r"\Z"))


def matching(pattern: str, most: int | None = None) -> Check:
    """Return a check for strings of this pattern, at most `most` characters long."""

    def check(value: Any, path: str) -> None:
        is_string(value, path)
        if most is not None and len(value) > most:
            raise refusal("too_long", path=path, most=most)
        if not _compiled(pattern).match(value):
            raise refusal("pattern", path=path, pattern=pattern)

    return check


def at_most(most: int) -> Check:
    """Return a check for strings of at most `most` characters."""

    def check(value: Any, path: str) -> None:
        is_string(value, path)
        if len(value) > most:
            raise refusal("too_long", path=path, most=most)

    return check


def list_of(check: Check) -> Check:
    """Return a check for lists whose items pass `check`."""

    def check_list(value: Any, path: str) -> None:
        is_list(value, path)
        for number, item in enumerate(value):
            check(item, f"{path}.{number}")

    return check_list


def shaped(**fields: Field) -> Check:
    """Return a check for objects of this shape."""

    def check(value: Any, path: str) -> None:
        checked_object(value, path, fields)

    return check


def tag_of(value: Any, path: str, known: Collection[str]) -> str:
    """Return the `type` of a tagged object. Raises what the API says of objects without one, or with a foreign one."""
    if type(value) is not dict:
        raise refusal("type_object", path=path)
    tag = value.get("type")
    if tag is None:
        raise refusal("tag_missing", path=path)
    if type(tag) is not str or tag not in known:
        listed = ", ".join(map(repr, sorted(known)))
        raise refusal("tag", path=path, tag=str(tag)[:SHOWN], expected=listed)
    return tag


def tagged(shapes: Mapping[str, Shape]) -> Check:
    """Return a check for objects told apart by `type`. The tag is a part of the path of what is wrong within."""

    def check(value: Any, path: str) -> None:
        tag = tag_of(value, path, shapes)
        checked_object(value, f"{path}.{tag}", shapes[tag])

    return check


def either(*checks: tuple[type, Check]) -> Check:
    """Return a check that depends on the JSON type; the first one's complaint is given if none fits."""

    def check(value: Any, path: str) -> None:
        for kind, rule in checks:
            if type(value) is kind:
                rule(value, path)
                return
        checks[0][1](value, path)

    return check
