"""Checks of arguments: unknown names, wrong types and wrong values are refused before a byte is sent.

Which argument has which check is a table of the client; what the API knows better (a model's own limits) is left to it.
"""

from __future__ import annotations

import operator
from collections import UserString
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

from tercet.wire.requests.prepared_messages import PreparedMessages

Check = Callable[[str, Any], Any]

ROLES = ("user", "assistant", "system")
NO_LISTS = (str, UserString, bytes, bytearray, memoryview, Mapping)
"""Iterables that are no lists. Nor is an open file, whose lines are nobody's messages."""

_EXTRA = "extra_body= sends fields that this version does not know"


def wrong(name: str, value: object, expected: str) -> TypeError:
    """Return the error that tells what was asked, what came, and what to do."""
    return TypeError(f"{name} must be {expected}, not {type(value).__name__} {shown(value)}")


def shown(value: object) -> str:
    """Return the beginning of a value's repr, for an error; of one that cannot be shown its class."""
    try:
        text = repr(value)
    except Exception:  # a user's own class, or what is nested too deeply
        return f"<{type(value).__name__}>"
    return text if len(text) <= 60 else text[:57] + "..."


def text(name: str, value: Any) -> Any:
    """Check that the value is a string that is not empty."""
    value = _string(name, value)
    if not value.strip():
        raise ValueError(f"{name} must not be empty")
    return value


def _string(name: str, value: Any) -> str:
    """Return a string as such: of `markupsafe.Markup`, `numpy.str_` and the like the base value."""
    if type(value) is str:
        return value
    if isinstance(value, UserString):
        return str(value.data)
    if not isinstance(value, str):
        raise wrong(name, value, "a string")
    return str(value.value) if isinstance(value, Enum) else str.__str__(value)


def count(name: str, value: Any) -> Any:
    """Check that the value is an int ≥ 0, or what counts as one, such as numpy's."""
    if type(value) is not int:
        try:
            if isinstance(value, bool):
                raise TypeError
            value = int(operator.index(value))
        except TypeError:
            raise wrong(name, value, "an int") from None
    if value < 0:
        raise ValueError(f"{name} must be at least 0, not {value}")
    return value


def fraction(name: str, value: Any) -> Any:
    """Check that the value is a number from 0 to 1."""
    if type(value) is not float and type(value) is not int:
        from numbers import Real

        if isinstance(value, bool) or not isinstance(value, Real):
            raise wrong(name, value, "a number from 0 to 1")
        value = float(value)
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be from 0 to 1, not {value}")
    return value


def mapping(name: str, value: Any) -> Any:
    """Check that the value is a dict, or anything that becomes a JSON object."""
    if isinstance(value, str | UserString | bytes | int | float | list | tuple):
        raise wrong(name, value, "a dict")
    return value


def several(name: str, value: Any) -> Any:
    """Check that the value is a list, or any iterable that is neither text nor a mapping."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, NO_LISTS) or not isinstance(value, Iterable) or hasattr(value, "readline") or is_record(value):
        raise wrong(name, value, "a list")
    return list(value)


def is_record(value: Any) -> bool:
    """Return whether an object that can be iterated has named parts, as a pydantic object, a row of a database or a
    table of pandas has: its items are no list of values."""
    if hasattr(value, "model_dump"):
        return True
    return hasattr(value, "keys") and hasattr(value, "__getitem__") and not hasattr(value, "tolist")


def strings(name: str, value: Any) -> Any:
    """Check that the value is a list of strings."""
    return [_string(f"{name}[{index}]", item) for index, item in enumerate(several(name, value))]


def flag(name: str, value: Any) -> Any:
    """Check that the value is True or False."""
    if not isinstance(value, bool):
        raise wrong(name, value, "a bool")
    return value


def definitions(name: str, value: Any) -> Any:
    """Check that the value is a list of tools; what is no dict but has a `to_dict`, such as a `@beta_tool` function,
    gives its definition."""
    items = several(name, value)
    if not any(hasattr(item, "to_dict") for item in items):
        return items
    return [item if isinstance(item, Mapping) or not hasattr(item, "to_dict") else item.to_dict() for item in items]


def text_or_blocks(name: str, value: Any) -> Any:
    """Check that the value is a string, or a list of content blocks."""
    return _string(name, value) if isinstance(value, str | UserString) else several(name, value)


def turns(name: str, value: Any) -> Any:
    """Check the conversation: at least one message, each with a role and content."""
    items = several(name, value)
    if not items:
        raise ValueError(f"{name} must hold at least one message")
    known = items.known if type(items) is PreparedMessages else 0
    for index, item in enumerate(items[known:] if known else items, known):
        if type(item) is dict and item.get("role") in ROLES and type(item.get("content")) in (str, list):
            continue
        _check_turn(f"{name}[{index}]", item)
    return items


def _check_turn(name: str, item: Any) -> None:
    if isinstance(item, str | bytes | int | float | list | tuple) or item is None:
        raise wrong(name, item, 'a message such as {"role": "user", "content": "Hello"}')
    is_mapping = isinstance(item, Mapping)
    role, content = (item.get(key) if is_mapping else getattr(item, key, None) for key in ("role", "content"))
    if role is None or content is None:
        missing = "role" if role is None else "content"
        raise ValueError(f"{name} has no {missing!r}: a message is {{'role': ..., 'content': ...}}")
    if role not in ROLES:
        raise ValueError(f"{name}.role must be 'user' or 'assistant', not {shown(role)}")
    if isinstance(content, bytes | int | float | Mapping):
        raise wrong(f"{name}.content", content, "a string or a list of content blocks")


def unknown_argument(name: str, known: Iterable[str], caller: str, otherwise: str = _EXTRA) -> TypeError:
    """Return a TypeError that suggests the nearest name, or says `otherwise`."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1)
    hint = f"did you mean {near[0]!r}?" if near else otherwise
    return TypeError(f"{caller}() got an unexpected keyword argument {name!r}{'; ' if hint else ''}{hint}")
