"""Rows of files, iterables and Arrow tables: read one by one; a bad row is an item that fails, a bad header ends it."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.sources import BadRow, row_hash, source_of

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def written(path: Path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_jsonl_gives_objects_and_says_which_lines_are_none(tmp_path):
    path = written(tmp_path / "in.jsonl", '\ufeff{"a": 1}\n\n[1]\n{"a": \n{"b": null}')
    first, bad, broken, last = source_of(path).rows()
    assert (first, last) == ({"a": 1}, {"b": None})
    assert bad == BadRow("line 3 of in.jsonl is no JSON object: [1]")
    assert "line 4 of in.jsonl is not JSON" in broken.problem


def test_csv_gives_texts_by_the_header_and_says_which_rows_are_ragged(tmp_path):
    path = written(tmp_path / "in.csv", '\ufeffa,b\r\n1,"x, ""y""\nz"\r\n\r\n2\r\n3,4,5\r\n6,\r\n')
    source = source_of(path)
    one, short, long, last = source.rows()
    assert source.columns == ["a", "b"]
    assert (one, last) == ({"a": "1", "b": 'x, "y"\nz'}, {"a": "6", "b": ""})
    assert short == BadRow("line 5 of in.csv has 1 fields, where the header names 2")
    assert "has 3 fields" in long.problem


def test_fields_longer_than_pythons_limit_are_read(tmp_path):
    csv.field_size_limit(131072)
    path = written(tmp_path / "in.tsv", "a\tb\n" + "x" * 300_000 + "\ty\n")
    assert len(next(source_of(path).rows())["a"]) == 300_000


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("in.csv", "a,b,a\n1,2,3\n", "in.csv has two columns of the name 'a'"),
        ("in.csv", "a,,b\n", "Column 2 of in.csv has no name"),
        ("in.csv", "", "is empty: a CSV file begins with the names"),
        ("in.csv", b"\xff\xfea,b\n", "cannot be read as CSV in UTF-8"),
        ("in.txt", "x", r"must be .jsonl .*'.txt' is none of them"),
        ("in", "x", "'no suffix' is none of them"),
    ],
)
def test_what_is_wrong_with_all_rows_is_told_at_once(tmp_path, name, content, said):
    with pytest.raises(BulkError, match=said):
        source_of(written(tmp_path / name, content))


def test_a_quote_that_never_ends_swallows_no_rows_silently(tmp_path):
    rows = source_of(written(tmp_path / "in.csv", 'a,b\n1,2\n3,"4\n5,6\n7,8\n')).rows()
    assert next(rows) == {"a": "1", "b": "2"}
    with pytest.raises(BulkError, match="cannot be read as CSV"):
        list(rows)


def test_bytes_that_are_no_utf8_end_the_csv_with_their_place(tmp_path):
    with pytest.raises(BulkError, match=r"cannot be read as CSV in UTF-8.* position 6"):
        source_of(written(tmp_path / "in.csv", b"a,b\n1,\xff\n"))
    with pytest.raises(BulkError, match="cannot be read as CSV in UTF-8 after line"):
        list(source_of(written(tmp_path / "in.csv", b"a,b\n" + b"1,2\n" * 99_999 + b"\xff,2\n")).rows())


@pytest.mark.parametrize("source", [5, None, {"a": 1}, b"x"])
def test_what_is_no_source_is_told(source):
    with pytest.raises(BulkError, match="A source is a path, an iterable of mappings, or an Arrow table"):
        source_of(source)


def test_a_file_that_is_not_there_or_a_folder_is_told(tmp_path):
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(BulkError, match=r"none.csv does not exist"):
        source_of(tmp_path / "none.csv")
    with pytest.raises(BulkError, match=r"d.csv is no file"):
        source_of(str(tmp_path / "d.csv"))


def test_an_iterable_gives_its_mappings_and_a_generator_can_be_read_once():
    rows = [{"a": 1}, "x", {"a": 2}]
    assert list(source_of(rows).rows()) == [{"a": 1}, BadRow("a row must be a mapping, not 'x'"), {"a": 2}]
    assert not source_of(rows).once
    assert source_of(iter(rows)).once
    assert (source_of(rows).count_hint(), source_of(iter(rows)).count_hint()) == (3, None)


def test_an_iterable_that_raises_is_told_with_the_row():
    def rows():
        yield {"a": 1}
        raise OSError("gone")

    with pytest.raises(BulkError, match="the generator gave no row 2: OSError: gone"):
        list(source_of(rows()).rows())


def test_parquet_and_arrow_give_the_same_rows(tmp_path):
    table = pyarrow.table({"a": [1, 2, 3], "b": [{"x": [1]}, None, {"x": []}]})
    parquet.write_table(table, tmp_path / "in.parquet", row_group_size=2)
    file, held = source_of(tmp_path / "in.parquet"), source_of(table)
    expected = table.to_pylist()
    assert list(file.rows()) == list(held.rows()) == list(held.rows()) == expected
    assert file.columns == held.columns == ["a", "b"]
    assert file.schema == held.schema == table.schema
    assert (file.count_hint(), held.count_hint()) == (3, 3)
    reader = source_of(table.to_reader())
    assert reader.once
    assert list(reader.rows()) == expected


def test_the_fingerprint_of_a_file_tells_changes_at_both_ends(tmp_path):
    path = written(tmp_path / "in.jsonl", b"x" * 200_000)
    before = source_of(path).fingerprint()
    assert source_of(path).fingerprint() == before
    path.write_bytes(b"x" * 199_999 + b"y")
    assert source_of(path).fingerprint()["ends"] != before["ends"]


@pytest.mark.parametrize(("name", "content", "count"), [("a.csv", "h\n1\n2", 2), ("a.jsonl", "{}\n{}\n", 2), ("a.csv", "h\n", 0)])  # fmt: skip
def test_the_number_of_rows_is_guessed_by_lines(tmp_path, name, content, count):
    assert source_of(written(tmp_path / name, content)).count_hint() == count


JSON = st.dictionaries(
    st.text(max_size=4), st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4), max_size=4
)


@given(st.lists(JSON, max_size=6))
def test_whatever_json_lines_hold_is_read_as_json_reads_it(tmp_path_factory, rows):
    path = written(tmp_path_factory.mktemp("j") / "in.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert list(source_of(path).rows()) == rows


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=2, max_size=2), max_size=6
    )
)
def test_whatever_csv_holds_is_read_as_it_was_written(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("c") / "in.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["a", "b"], *rows])
    assert [[*row.values()] for row in source_of(path).rows()] == rows


@given(JSON, JSON)
def test_rows_have_equal_hashes_exactly_if_they_are_equal(one, other):
    assert (row_hash(one) == row_hash(other)) == (json.dumps(one) == json.dumps(other))


def test_an_object_in_a_row_has_the_same_hash_in_the_next_run():
    class Thing:
        pass

    assert row_hash({"a": Thing()}) == row_hash({"a": Thing()})
