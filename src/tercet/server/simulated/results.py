"""Answers from tool results: values named in a sentence, errors acknowledged, several results side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tercet.server.simulated.conversation import RequestView, Result
from tercet.server.simulated.reading import describe

MOST_VALUES = 12
MOST_TEXT = 600


def answer_from_results(conversation: RequestView) -> str | None:
    """Return one sentence a result; None when the last turn brings none."""
    if not conversation.results:
        return None
    lines = [_sentence(result) for result in conversation.results]
    return lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)


def _sentence(result: Result) -> str:
    about = _about(result)
    if result.is_error:
        return f"The {result.name} tool reported an error{about}: {_short(result.text) or 'no reason was given'}. I cannot answer from it."
    pictures = [describe(block) for block in result.blocks if block.get("type") == "image"]
    value = _parsed(result.text)
    if isinstance(value, Mapping) and set(map(str, value)) & {"error", "errors"}:
        return f"The {result.name} tool could not do it{about}: {_spoken(value)}."
    if isinstance(value, Mapping | list):
        said = _listed(value)
    else:
        said = _short(result.text)
    parts = [part for part in (said, *pictures) if part]
    if not parts:
        return f"The {result.name} tool finished{about} and returned nothing."
    return f"According to {result.name}{about}: {'; '.join(parts).rstrip('.')}."


def _about(result: Result) -> str:
    values = [str(value) for value in result.input.values() if isinstance(value, str | int | float) and str(value)]
    return f" for {_short(values[0], 80)}" if values else ""


def _parsed(text: str) -> Any:
    """JSON, or a Python dict's text with its single quotes."""
    for candidate in (
        text,
        text.replace("'", '"').replace("None", "null").replace("True", "true").replace("False", "false"),
    ):
        if candidate.lstrip()[:1] in ("{", "["):
            try:
                return msgspec.json.decode(candidate)
            except (msgspec.DecodeError, RecursionError):
                continue
    return None


def _listed(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = [f"{str(key).replace('_', ' ')} {_spoken(item)}" for key, item in list(value.items())[:MOST_VALUES]]
        return ", ".join(pairs)
    items = [_spoken(item) for item in value[:MOST_VALUES]]
    more = f", and {len(value) - MOST_VALUES} more" if len(value) > MOST_VALUES else ""
    return f"{len(value)} results: {', '.join(items)}{more}" if items else "no results"


def _spoken(value: Any) -> str:
    if isinstance(value, str):
        return _short(value, 200)
    if isinstance(value, Mapping):
        return (
            "(" + ", ".join(f"{key} {_short(_flat(item), 80)}" for key, item in list(value.items())[:MOST_VALUES]) + ")"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_short(_flat(item), 80) for item in value[:MOST_VALUES]) + "]"
    return _flat(value)


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _short(text: str, most: int = MOST_TEXT) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"
