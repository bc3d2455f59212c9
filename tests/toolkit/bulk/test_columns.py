"""Columns of an output: the source keeps its own names, ours give way; the fields of a flat schema have columns of their own."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

import pytest

from tercet.schema.answers import output_format
from tercet.toolkit.bulk.columns import Columns, flat_fields
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.items import ItemError, ResultLine


class Mood(Enum):
    GOOD = "good"
    BAD = "bad"


@dataclass
class Flat:
    label: Literal["a", "b"]
    score: float
    mood: Mood
    note: str | None = None
    n: int | None = None


@dataclass
class Deep:
    tags: list[str] = field(default_factory=list)


def message(text, stop="end_turn"):
    return {"content": [{"type": "text", "text": text}], "stop_reason": stop, "usage": {"input_tokens": 1}}


def test_a_text_answer_stands_in_one_column():
    columns = Columns(["text"], None, flat=True)
    assert columns.all == ["text", "answer", "status", "stop_reason", "usage", "cost", "error"]
    assert columns.values(ResultLine(0, "ok", 1_500_000), message("hi")) == {
        "answer": "hi", "status": "ok", "stop_reason": "end_turn", "usage": {"input_tokens": 1}, "cost": "0.0015", "error": None,
    }  # fmt: skip
    assert columns.note() is None


def test_fields_of_a_flat_schema_are_columns_and_of_a_deep_one_are_not():
    flat = Columns(["text"], output_format(Flat), flat=True)
    assert flat.fields == ["label", "score", "mood", "note", "n"]
    kinds = {name: flat.kinds[f"answer_{name}"] for name in flat.fields}
    assert kinds == {"label": "string", "score": "number", "mood": "string", "note": "string", "n": "integer"}
    values = flat.values(ResultLine(0, "ok", 0), message('{"label": "a", "score": 1, "mood": "good"}'))
    assert (values["answer_label"], values["answer_score"], values["answer_note"]) == ("a", 1, None)
    assert flat_fields(output_format(Deep)) == []
    assert "answer" in Columns([], output_format(Deep), flat=True).names
    assert "answer" in Columns([], output_format(Flat), flat=False).names


@pytest.mark.parametrize("name", ["answer", "status", "stop_reason", "usage", "cost", "error"])
def test_a_name_that_the_source_has_stays_the_sources(name):
    columns = Columns(["x", name], None, flat=False)
    assert columns.names[name] == f"tercet_{name}"
    assert columns.all.count(name) == 1
    assert f"tercet_{name}" in columns.note()
    assert f"tercet_{name}" in columns.values(ResultLine(0, "ok", 0), message("hi"))


def test_a_source_with_both_names_is_refused():
    with pytest.raises(BulkError, match="both names, 'cost' and 'tercet_cost'"):
        Columns(["cost", "tercet_cost"], None, flat=False)


def test_an_answer_that_does_not_fit_keeps_its_text_in_the_error():
    columns = Columns([], output_format(Flat), flat=False)
    line = ResultLine(0, "schema", None, error=ItemError("OutputValidationError", "asked twice"))
    values = columns.values(line, message("no JSON"))
    assert (values["answer"], values["cost"]) == (None, None)
    assert values["error"] == {"type": "OutputValidationError", "message": "asked twice", "text": "no JSON"}


def test_a_failure_has_an_error_and_nothing_else():
    line = ResultLine(0, "failed", 0, error=ItemError("BadRequestError", "no", 400))
    values = Columns([], None, flat=False).values(line, {})
    assert values["error"] == {"type": "BadRequestError", "message": "no", "code": 400}
    assert (values["answer"], values["usage"], values["cost"]) == (None, None, "0.00")


def test_schemas_that_nobody_can_lay_flat_are_not():
    for schema in (
        {"type": "array"},
        {"type": "object"},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}},
    ):
        assert flat_fields(_Format(schema)) == []


class _Format:
    def __init__(self, schema):
        self.param = {"type": "json_schema", "schema": schema}
