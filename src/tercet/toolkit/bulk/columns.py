"""The columns that an output has: those of the source, as they are, and ours beside them. Pure.

Ours are `answer` (in CSV and Parquet the fields of a flat schema instead, as `answer_<field>`), `status`, `stop_reason`, `usage`,
`cost` and `error`. A source that has a column of such a name keeps it; ours is then `tercet_<name>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tercet.catalog.cost import in_dollars
from tercet.schema.answers import OutputFormat
from tercet.toolkit.bulk.answers import plain_answer
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.items import ResultLine

OURS = ("answer", "status", "stop_reason", "usage", "cost", "error")
SCALARS = frozenset({"string", "number", "integer", "boolean", "null"})
PREFIX = "tercet_"


class Columns:
    """The names of an output's columns, and the values of ours."""

    def __init__(self, source: Iterable[str], output: OutputFormat | None, *, flat: bool) -> None:
        self.source = list(source)
        self.output = output
        self.fields = flat_fields(output) if flat else []
        """The fields of a flat schema that have columns of their own."""
        names = [*(f"answer_{field}" for field in self.fields), *OURS[1:]] if self.fields else list(OURS)
        taken = set(self.source)
        self.names: dict[str, str] = {name: name if name not in taken else PREFIX + name for name in names}
        """Our names -> the names that they have here."""
        for name in self.names.values():
            if name in taken:
                raise BulkError(
                    f"The source has columns of both names, {name.removeprefix(PREFIX)!r} and {name!r}; rename one."
                )

    @property
    def renamed(self) -> dict[str, str]:
        """Return those of our names that are taken -> what they are instead."""
        return {name: held for name, held in self.names.items() if name != held}

    @property
    def all(self) -> list[str]:
        """Return every name, in order: the source's, then ours."""
        return [*self.source, *self.names.values()]

    @property
    def kinds(self) -> dict[str, str]:
        """Return the JSON types of our columns, where they are fixed: all but that of an answer that is no text."""
        kinds = {self.names[name]: "string" for name in OURS[1:]}
        if self.output is None:
            kinds[self.names["answer"]] = "string"
        schema = {} if self.output is None else self.output.param["schema"]
        for field in self.fields:
            found = scalar_kinds(schema["properties"][field], schema)
            if len(found) == 1:
                kinds[self.names[f"answer_{field}"]] = found.pop()
            elif found == {"integer", "number"}:
                kinds[self.names[f"answer_{field}"]] = "number"
        return kinds

    def note(self) -> str | None:
        """Return the sentence about names that are taken, None if none is."""
        if not self.renamed:
            return None
        told = ", ".join(f"{name!r} is {held!r}" for name, held in self.renamed.items())
        return f"The source has columns of our names and keeps them; in the output, of ours, {told}."

    def values(self, line: ResultLine, message: Mapping[str, Any]) -> dict[str, Any]:
        """Return our columns of a row, from its line and the message in it (empty if there is none)."""
        answer = plain_answer(message, line.status, self.output) if message else None
        error: dict[str, Any] | None = None
        if line.error is not None:
            error = {"type": line.error.type, "message": line.error.message}
            if line.error.code is not None:
                error["code"] = line.error.code
        if line.status in ("schema", "cut") and self.output is not None and message:
            error = {**(error or {}), "text": plain_answer(message, line.status, None)}
        made: dict[str, Any] = {
            "status": line.status,
            "stop_reason": message.get("stop_reason"),
            "usage": message.get("usage"),
            "cost": None if line.nano is None else format(in_dollars(line.nano), "f"),
            "error": error,
        }
        if self.fields:
            held = answer if isinstance(answer, Mapping) else {}
            made = {**{f"answer_{field}": held.get(field) for field in self.fields}, **made}
        else:
            made = {"answer": answer, **made}
        return {self.names[name]: value for name, value in made.items()}


def flat_fields(output: OutputFormat | None) -> list[str]:
    """Return the fields of a schema that is an object of plain values; none if it is anything else."""
    schema = {} if output is None else output.param.get("schema")
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        return []
    parts = schema.get("properties")
    if not isinstance(parts, Mapping) or not all(scalar_kinds(part, schema) for part in parts.values()):
        return []
    return [str(name) for name in parts]


def scalar_kinds(part: Any, root: Mapping[str, Any]) -> set[str]:
    """Return the JSON types that values of a schema have, `null` left out; none if one of them is no plain value."""
    if not isinstance(part, Mapping):
        return set()
    for several in ("anyOf", "oneOf"):
        if isinstance(part.get(several), list):
            each = [scalar_kinds(one, root) for one in part[several] if one != {"type": "null"}]
            return set().union(*each) if all(each) else set()
    reference = part.get("$ref")
    if isinstance(reference, str):
        home, _, name = reference.removeprefix("#/").partition("/")
        found = root.get(home)
        inner = found.get(name) if isinstance(found, Mapping) else None
        return scalar_kinds(inner, root) if isinstance(inner, Mapping) and "$ref" not in inner else set()
    if "enum" in part or "const" in part:
        values = part["enum"] if "enum" in part else [part["const"]]
        kinds = {_KIND_OF.get(type(value), "") for value in values if value is not None}
        return set() if "" in kinds else kinds
    kind = part.get("type")
    kinds = {kind} if isinstance(kind, str) else set(kind) if isinstance(kind, list) else set()
    return kinds - {"null"} if kinds <= SCALARS else set()


_KIND_OF = {str: "string", bool: "boolean", int: "integer", float: "number"}
