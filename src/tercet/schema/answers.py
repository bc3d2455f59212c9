"""Structured output: a type or schema becomes `output_config.format`, and the answer's text becomes a value of it.

An answer is never lost: one that was refused or cut comes back with `parsed_output=None`; a finished one that does not
fit is an `OutputValidationError` that holds it. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from tercet.schema.transform import transform_schema
from tercet.schema.types import Library, Read, library_of, reader_of, schema_of
from tercet.wire.errors import OutputValidationError
from tercet.wire.http import Response
from tercet.wire.json_schema import check_value
from tercet.wire.requests.arguments import wrong
from tercet.wire.requests.json_body import encode_json
from tercet.wire.requests.sentinels import is_absent
from tercet.wire.responses.parsed import ParsedMessage, ParsedTextBlock

UNFINISHED = frozenset(
    {
        "max_tokens",
        "model_context_window_exceeded",
        "stop_sequence",
        "refusal",
        "pause_turn",
        "tool_use",
        "compaction",
    }
)
"""Stop reasons after which the text need not be of the format: the model did not come to the end of its answer."""


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """An output format: `param` goes out as `output_config.format`, `read` makes a value of the answer's text."""

    param: Mapping[str, Any]
    read: Read
    name: str

    def fill(self, message: ParsedMessage[Any], response: Response) -> None:
        """Give each text block its data. OutputValidationError if a finished answer has text and none of it fits.

        An answer without text has no data, whatever its stop reason.
        """
        content = message.content if isinstance(message["content"], list) else ()
        texts = [block for block in content if isinstance(block, ParsedTextBlock) and block.get("text") != ""]
        problems = [problem for problem in map(self.fill_block, texts) if problem is not None]
        if texts and len(problems) == len(texts) and message.stop_reason not in UNFINISHED:
            raise self._error(message, str(texts[0].get("text")), problems[0], response) from problems[0]

    def fill_block(self, block: ParsedTextBlock[Any]) -> Exception | None:
        """Give one text block its data, once; return why that cannot be done."""
        if block._parsed is None:
            try:
                block._parsed = self.read(block["text"])
            except Exception as problem:  # validators are callers' code: whatever they raise must not cost the answer
                return problem
        return None

    def _error(
        self, message: ParsedMessage[Any], text: str, problem: Exception, response: Response
    ) -> OutputValidationError:
        why = _one_paragraph(problem)
        said = f"The answer is not of the output format {self.name}: {why} It begins {text[:200]!r}."
        return OutputValidationError(response, text, message=said, answer=message, text=text)


def _one_paragraph(problem: Exception) -> str:
    said = " ".join(str(problem).split())[:1000] or type(problem).__name__
    return said if said.endswith(".") else said + "."


# --- from arguments --------------------------------------------------------------------------------------------------


def with_output_format(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], OutputFormat | None]:
    """Return the arguments with `output_format` moved into `output_config`, and what it asks for; None if it was not given.

    Raises TypeError or ValueError for what is no type or schema that the API can answer in.
    """
    rest = dict(arguments)
    kind = rest.pop("output_format", None)
    if kind is None or is_absent(kind):
        return rest, None
    output, config = output_format(kind), _config(rest)
    if config.get("format") is not None:
        raise TypeError("give output_format= or output_config={'format': ...}, not both: they say the same")
    rest["output_config"] = {**config, "format": output.param}
    return rest, output


def with_any_format(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], OutputFormat | None]:
    """Return the same for `parse()`, which also reads by the schema of an `output_config.format` as it stands."""
    rest, output = with_output_format(arguments)
    if output is None:
        asked = _config(rest).get("format")
        if isinstance(asked, Mapping) and isinstance(asked.get("schema"), Mapping):
            output = _as_written(asked)
    return rest, output


def _config(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    config = arguments.get("output_config")
    if config is None or is_absent(config):
        return {}
    if not isinstance(config, Mapping):
        raise wrong("output_config", config, "a dict")
    return config


def output_format(kind: Any) -> OutputFormat:
    """Return what to send and how to read, for a type, a JSON schema, or the API's own `{"type": "json_schema", ...}`.

    The schema of a class is made once and kept as long as the class.
    """
    if isinstance(kind, Mapping):
        return _as_written(kind) if kind.get("type") == "json_schema" else _from_schema(kind)
    if isinstance(kind, type):
        param, library = _ASKED.get(kind) or _ASKED.setdefault(kind, _asked(kind))
        return OutputFormat(param, reader_of(kind, library), kind.__qualname__)
    try:
        return _of_alias(kind)
    except TypeError as problem:
        if "unhashable" not in str(problem):
            raise
        return _of_alias.__wrapped__(kind)


_ASKED: WeakKeyDictionary[type, tuple[Mapping[str, Any], Library]] = WeakKeyDictionary()


def _asked(kind: Any) -> tuple[Mapping[str, Any], Library]:
    library = library_of(kind)
    return _param(schema_of(kind, library)), library


def _param(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "json_schema", "schema": transform_schema(schema)}


@lru_cache(maxsize=128)
def _of_alias(kind: Any) -> OutputFormat:
    """Return the format of a union, a list or the like, which is made anew wherever it is written."""
    param, library = _asked(kind)
    return OutputFormat(param, reader_of(kind, library), str(kind))


def _as_written(asked: Mapping[str, Any]) -> OutputFormat:
    schema = asked.get("schema")
    if not isinstance(schema, Mapping):
        raise wrong("output_format['schema']", schema, "a JSON schema")
    return OutputFormat(asked, partial(_read_by_schema, schema), "of the schema")


def _from_schema(schema: Mapping[str, Any]) -> OutputFormat:
    return OutputFormat(_param_of_schema(encode_json(schema)), partial(_read_by_schema, schema), "of the schema")


@lru_cache(maxsize=128)
def _param_of_schema(schema: bytes) -> Mapping[str, Any]:
    return _param(msgspec.json.decode(schema))


def _read_by_schema(schema: Mapping[str, Any], text: str) -> Any:
    value = msgspec.json.decode(text)
    check_value(value, schema)
    return value
