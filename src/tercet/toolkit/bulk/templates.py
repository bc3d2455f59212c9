"""Prompts with fields: `{name}` is the field of that name, `{{` and `}}` are braces, and there is nothing else.

No attributes, no indexes, no conversions, no formats: whatever stands between braces is looked up in the row as it is written.
Rows are data of others; nothing of theirs is ever read as a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tercet.toolkit.bulk.errors import BulkError

_PARTS = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class PromptTemplate:
    """A prompt with fields, parsed once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts: list[tuple[str, str | None]] = []
        """A literal text, and the field that follows it."""
        literal, at = "", 0
        for found in _PARTS.finditer(text):
            literal += text[at : found.start()]
            at = found.end()
            match found.group():
                case "{{" | "}}" as braces:
                    literal += braces[0]
                case "{" | "}" as brace:
                    raise BulkError(
                        f"The prompt has a lone {brace!r} at character {found.start() + 1}; a field is {{name}}, a brace {brace * 2}."
                    )
                case _:
                    if not found.group(1).strip():
                        raise BulkError(
                            f"The prompt has a field without a name at character {found.start() + 1}: write {{name}}."
                        )
                    self._parts.append((literal, found.group(1)))
                    literal = ""
        self._parts.append((literal + text[at:], None))

    @property
    def fields(self) -> list[str]:
        """Return the names of the fields, in the order in which they first stand there."""
        return list(dict.fromkeys(name for _, name in self._parts if name is not None))

    def fill(self, row: Mapping[str, Any]) -> str:
        """Return the prompt for a row. LookupError names the field that the row lacks."""
        made: list[str] = []
        for literal, name in self._parts:
            made.append(literal)
            if name is not None:
                try:
                    made.append(text_of_value(row[name]))
                except KeyError:
                    raise LookupError(f"the row has no field {name!r}") from None
        return "".join(made)

    def check(self, names: list[str], where: str) -> None:
        """Raise BulkError for a field that is none of these names."""
        for name in self.fields:
            if name not in names:
                raise BulkError(
                    f"The prompt asks for {{{name}}}, and {where} has no such field; there are {', '.join(names) or 'none'}."
                )


def text_of_value(value: Any) -> str:
    """Return a value as a prompt shows it: texts as they are, nothing for null, the rest as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    try:
        return msgspec.json.encode(value, enc_hook=str).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        return str(value)
