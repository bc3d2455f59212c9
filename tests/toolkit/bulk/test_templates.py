"""Prompts with fields: what stands between braces is a name, and nothing of a row is ever read as a template."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.templates import PromptTemplate, text_of_value


@pytest.mark.parametrize(
    ("template", "row", "made"),
    [
        ("Say {text}.", {"text": "hi"}, "Say hi."),
        ("{a}{b}{a}", {"a": "1", "b": "2"}, "121"),
        ("{{text}} is {text}", {"text": "x"}, "{text} is x"),
        ('{{"a": {n}}}', {"n": 3}, '{"a": 3}'),
        ("{{{text}}}", {"text": "x"}, "{x}"),
        ("{text}", {"text": "{other} {0} {text.__class__}"}, "{other} {0} {text.__class__}"),
        ("{my column}", {"my column": "x"}, "x"),
        ("{a.b} {c!r} {d:>10} {e[0]}", {"a.b": 1, "c!r": 2, "d:>10": 3, "e[0]": 4}, "1 2 3 4"),
        ("{a}|{b}|{c}|{d}", {"a": None, "b": True, "c": 1.5, "d": ["x", {"y": 1}]}, '|true|1.5|["x",{"y":1}]'),
        ("no fields", {}, "no fields"),
        ("", {}, ""),
    ],
)
def test_fields_are_filled_and_nothing_else_is(template, row, made):
    assert PromptTemplate(template).fill(row) == made


@pytest.mark.parametrize("template", ["{text.__class__}", "{text!r}", "{text:>9}", "{text[0]}", "{0}", "{text }"])
def test_no_attribute_index_or_format_is_followed(template):
    with pytest.raises(LookupError, match="the row has no field"):
        PromptTemplate(template).fill({"text": "x"})
    with pytest.raises(BulkError, match=r"asks for .*there are text"):
        PromptTemplate(template).check(["text"], "in.csv")


@pytest.mark.parametrize(
    ("template", "said"),
    [("{text", r"lone '\{' at character 1"), ("a } b", r"lone '\}' at character 3"), ("{}", "without a name"),
     ("{ }", "without a name"), ("{a{b}", r"lone '\{'"), ("{a}}", r"lone '\}'")],
)  # fmt: skip
def test_what_is_no_template_is_told_with_its_place(template, said):
    with pytest.raises(BulkError, match=said):
        PromptTemplate(template)


@given(st.dictionaries(st.text("abc .", min_size=1).filter(str.strip), st.text(), min_size=1), st.text())
def test_a_template_made_of_any_text_and_fields_gives_them_back(row, text):
    literal = text.replace("{", "{{").replace("}", "}}")
    template = PromptTemplate(literal + "".join(f"{{{name}}}{literal}" for name in row))
    assert template.fill(row) == text + "".join(value + text for value in row.values())
    assert template.fields == list(row)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.binary(), st.lists, max_leaves=5))
def test_every_value_has_a_text(value):
    assert isinstance(text_of_value(value), str)
