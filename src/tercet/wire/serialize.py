"""Models as plain dicts and lists, and as JSON text. Knows Models by their declared fields: it is they who import it."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec


class DumpOptions(NamedTuple):
    """The options of a dump."""

    fill: bool
    drop_none: bool
    python: bool


def dump(value: Any, how: DumpOptions) -> Any:
    """Return `value` with every Model in it as a plain dict."""
    if _is_model(value):
        pairs = _pairs(value, how)
    elif isinstance(value, dict):
        pairs = value
    elif isinstance(value, list | tuple):
        return [dump(item, how) for item in value]
    else:
        return value
    return {key: dump(item, how) for key, item in pairs.items() if not (how.drop_none and item is None)}


def _pairs(value: Any, how: DumpOptions) -> Any:
    if not (how.fill or how.python):
        return value
    for name in value._fields:  # touch nested fields, so that they know their classes and what these lack or hold
        if name in value:
            getattr(value, name)
    absent = {name: None for name in value._fields if name in value._optional and name not in value} if how.fill else {}
    moments = {name: getattr(value, name) for name in value._datetime_fields if name in value} if how.python else {}
    return {**value, **absent, **moments}


def _is_model(value: Any) -> bool:
    return isinstance(value, dict) and hasattr(value, "_fields")


def select_fields(value: Any, include: Any, exclude: Any) -> Any:
    """Return what `include` and `exclude` leave of a dump: sets of keys, or mappings of keys to what is chosen below
    them. `True` and `...` stand for a whole part; items of lists go by their number, or by `__all__`."""
    if isinstance(value, dict):
        pairs: Any = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    else:
        return value
    kept = [
        (key, select_fields(item, _below(include, key), _below(exclude, key)))
        for key, item in pairs
        if (include is None or _names(include, key)) and not (exclude is not None and _is_whole(exclude, key))
    ]
    return dict(kept) if isinstance(value, dict) else [item for _, item in kept]


def _names(choice: Any, key: Any) -> bool:
    return key in choice or (isinstance(key, int) and "__all__" in choice)


def _below(choice: Any, key: Any) -> Any:
    """Return what is chosen within a part; None where nothing more was said of it."""
    if not isinstance(choice, dict):
        return None
    inner = choice.get(key, choice.get("__all__") if isinstance(key, int) else None)
    return None if inner is True or inner is ... else inner


def _is_whole(choice: Any, key: Any) -> bool:
    return _names(choice, key) and _below(choice, key) is None


def json_text(value: Any, indent: int | None) -> str:
    """Return plain values as JSON text."""
    try:
        data = msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError):  # a lone surrogate or an integer of more than 64 bits came from the API
        import json

        return json.dumps(value, indent=indent, separators=None if indent else (",", ":"))
    return (msgspec.json.format(data, indent=indent) if indent else data).decode()
