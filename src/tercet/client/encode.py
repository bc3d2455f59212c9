"""Arguments -> the request's JSON body: unknown names, wrong types and wrong values are refused before a byte is sent.

The checks are data (`CHECKS`); what the API knows better (a model's own limits) is left to it. Bodies have a stable
key order with `messages` last, so that equal prefixes stay equal bytes for prompt caching.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

Check = Callable[[str, Any], Any]

ROLES = ("user", "assistant", "system")
LAST = ("tools", "system", "messages")
"""The parts that prompt caching reads in order; everything small and changeable stands before them."""

_EXTRA = "extra_body= sends fields that this version does not know"


def wrong(name: str, value: object, expected: str) -> TypeError:
    """What was asked, what came, what to do."""
    return TypeError(f"{name} must be {expected}, not {type(value).__name__} {_short(value)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def text(name: str, value: Any) -> Any:
    """A string that is not empty."""
    if not isinstance(value, str):
        raise wrong(name, value, "a string")
    if not value.strip():
        raise ValueError(f"{name} must not be empty")
    return value


def count(name: str, value: Any) -> Any:
    """An int ≥ 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(name, value, "an int")
    if value < 0:
        raise ValueError(f"{name} must be at least 0, not {value}")
    return value


def fraction(name: str, value: Any) -> Any:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(name, value, "a number from 0 to 1")
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be from 0 to 1, not {value}")
    return value


def mapping(name: str, value: Any) -> Any:
    """A dict, or anything that becomes a JSON object."""
    if isinstance(value, str | bytes | int | float | list | tuple):
        raise wrong(name, value, "a dict")
    return value


def several(name: str, value: Any) -> Any:
    """A list, or any iterable that is neither text nor a mapping."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise wrong(name, value, "a list")
    return value if isinstance(value, list | tuple) else list(value)


def strings(name: str, value: Any) -> Any:
    """A list of strings."""
    items = several(name, value)
    for index, item in enumerate(items):
        if not isinstance(item, str):
            raise wrong(f"{name}[{index}]", item, "a string")
    return items


def flag(name: str, value: Any) -> Any:
    """True or False."""
    if not isinstance(value, bool):
        raise wrong(name, value, "a bool")
    return value


def definitions(name: str, value: Any) -> Any:
    """A list of tools; what is no dict but has a `to_dict`, such as a `@beta_tool` function, gives its definition."""
    items = several(name, value)
    if not any(hasattr(item, "to_dict") for item in items):
        return items
    return [item if isinstance(item, Mapping) or not hasattr(item, "to_dict") else item.to_dict() for item in items]


def text_or_blocks(name: str, value: Any) -> Any:
    """A string, or a list of content blocks."""
    return value if isinstance(value, str) else several(name, value)


def turns(name: str, value: Any) -> Any:
    """The conversation: at least one message, each with a role and content."""
    items = several(name, value)
    if not items:
        raise ValueError(f"{name} must hold at least one message")
    for index, item in enumerate(items):
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
        raise ValueError(f"{name}.role must be 'user' or 'assistant', not {_short(role)}")
    if isinstance(content, bytes | int | float | Mapping):
        raise wrong(f"{name}.content", content, "a string or a list of content blocks")


CHECKS: dict[str, Check] = {
    "model": text,
    "max_tokens": count,
    "messages": turns,
    "system": text_or_blocks,
    "tools": definitions,
    "tool_choice": mapping,
    "temperature": fraction,
    "top_p": fraction,
    "top_k": count,
    "stop_sequences": strings,
    "stream": flag,
    "metadata": mapping,
    "thinking": mapping,
    "output_config": mapping,
    "cache_control": mapping,
    "service_tier": text,
    "inference_geo": text,
    "speed": text,
    "context_management": mapping,
    "mcp_servers": several,
    "betas": strings,
}

EMPTY_IS_MEANT = ("system",)


def check_arguments(
    arguments: Mapping[str, Any], known: Iterable[str], required: Sequence[str], caller: str
) -> dict[str, Any]:
    """The arguments, each checked; iterators become lists. None passes, as the API's word for "unset"."""
    for name in arguments:
        if name not in known:
            raise unknown_argument(name, known, caller)
    missing = [name for name in required if arguments.get(name) is None]
    if missing:
        raise TypeError(f"{caller}() needs {', '.join(f'{name}=' for name in missing)}")
    checked = {}
    for name, value in arguments.items():
        check = CHECKS.get(name)
        empty_text = value == "" and name in EMPTY_IS_MEANT
        checked[name] = value if check is None or value is None or empty_text else check(name, value)
    return checked


def unknown_argument(name: str, known: Iterable[str], caller: str, otherwise: str = _EXTRA) -> TypeError:
    """A TypeError that suggests the nearest name, or says `otherwise`."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1)
    hint = f"did you mean {near[0]!r}?" if near else otherwise
    return TypeError(f"{caller}() got an unexpected keyword argument {name!r}{'; ' if hint else ''}{hint}")


def body(arguments: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> bytes:
    """The JSON body: small parameters first, then tools, system, messages; `extra` laid over it."""
    fields = {name: value for name, value in arguments.items() if name not in LAST}
    for name in LAST:
        if name in arguments:
            fields[name] = arguments[name]
    return encoded({**fields, **(extra or {})})


def encoded(value: Any) -> bytes:
    """`value` as JSON. Takes what callers hold: our blocks, pydantic objects, dataclasses, tuples, iterators, bytes,
    paths and open files (as base64). Lone surrogates, which JSON in UTF-8 cannot hold, become U+FFFD."""
    try:
        return msgspec.json.encode(value, enc_hook=plain)
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(msgspec.to_builtins(value, enc_hook=plain)))


def plain(value: Any) -> Any:
    """A JSON value for an object that the encoder does not know."""
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return dump(mode="json", exclude_unset=True, by_alias=True)
    if isinstance(value, os.PathLike):
        with open(value, "rb") as file:
            return base64.b64encode(file.read()).decode()
    read = getattr(value, "read", None)
    if read is not None:
        data = read()
        return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"a request cannot hold {type(value).__name__} {_short(value)}: it has no JSON form")


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    return value
