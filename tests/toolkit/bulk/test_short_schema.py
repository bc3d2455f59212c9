"""Schemas in a line."""

import pytest

from tercet.schema.answers import output_format
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.short_schema import parse_schema


def test_fields_have_types_values_and_may_be_null():
    made = parse_schema("label, score number, n integer, good boolean, mood good | bad,note?, size? integer")
    assert made["properties"] == {
        "label": {"type": "string"},
        "score": {"type": "number"},
        "n": {"type": "integer"},
        "good": {"type": "boolean"},
        "mood": {"type": "string", "enum": ["good", "bad"]},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "size": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    }
    assert made["required"] == [*made["properties"]]
    assert output_format(made).param["schema"]["properties"].keys() == made["properties"].keys()


def test_json_and_a_file_of_it_are_taken_as_they_are(tmp_path):
    (tmp_path / "s.json").write_text(' {"type": "object"}')
    assert parse_schema('{"type": "object"}') == parse_schema(f"@{tmp_path}/s.json") == {"type": "object"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'', which is no field"),
        ("a,,b", "'', which is no field"),
        ("a-b", "'a-b', which is no field"),
        ("a double", "has the type 'double'; there are text"),
        ("a x|", "has a value that is empty"),
        ("a, a", "has the field 'a' twice"),
        ("{", "is no JSON object"),
        ("@none.json", "cannot be read"),
    ],
)
def test_what_is_no_schema_is_told(text, said):
    with pytest.raises(BulkError, match=said):
        parse_schema(text)
