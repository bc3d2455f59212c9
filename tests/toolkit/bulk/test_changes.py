"""What changed since a job was begun: rows may come at the end; the first other row that differs is told, and how requests do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.toolkit.bulk.changes import (
    RowSums,
    check_requests,
    check_source,
    differences,
    is_sample,
    sample_of,
)
from tercet.toolkit.bulk.errors import JobChangedError
from tercet.toolkit.bulk.folder import JobRecord
from tercet.toolkit.bulk.items import NumberedRequest
from tercet.toolkit.bulk.sources import BadRow, source_of

ROWS = [{"text": str(n)} for n in range(20)]


def sums_of(folder, rows):
    sums = RowSums(folder)
    for row in rows:
        sums.add(row)
    sums.write()
    return RowSums(folder)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=14))
def test_the_first_row_that_differs_is_told_and_more_rows_are_welcome(tmp_path_factory, before, now):
    sums = sums_of(tmp_path_factory.mktemp("job"), [{"n": n} for n in before])
    expected = next((i for i, n in enumerate(before) if i >= len(now) or now[i] != n), None)
    assert sums.first_that_differs(iter([{"n": n} for n in now])) == expected


def test_rows_are_added_where_the_last_ones_ended_and_a_torn_sum_is_written_again(tmp_path):
    sums_of(tmp_path, ROWS[:3])
    with open(tmp_path / "rows.sum", "ab") as file:
        file.write(b"torn")
    sums = sums_of(tmp_path, ROWS[3:5])
    assert (len(sums), sums.first_that_differs(iter(ROWS))) == (5, None)


def test_a_source_that_changed_is_refused_with_its_row(tmp_path):
    sums = sums_of(tmp_path, ROWS)
    changed = [*ROWS[:7], {"text": "other"}, *ROWS[8:]]
    with pytest.raises(JobChangedError, match=r"Row 8 of the list is not what it was"):
        check_source(source_of(changed), JobRecord(), sums)
    with pytest.raises(JobChangedError, match=r"Row 20 of the list"):
        check_source(source_of(ROWS[:-1]), JobRecord(), sums)
    assert check_source(source_of([*ROWS, {"text": "more"}]), JobRecord(), sums) is None


def test_a_source_that_is_read_once_goes_on_behind_what_was_read(tmp_path):
    sums = sums_of(tmp_path, ROWS)
    rest = check_source(source_of(iter([*ROWS, {"text": "more"}])), JobRecord(), sums)
    assert list(rest) == [{"text": "more"}]


def test_a_file_that_looks_as_it_did_is_not_read_again(tmp_path, monkeypatch):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "a"}\n')
    source = source_of(path)
    monkeypatch.setattr(type(source), "rows", lambda self: pytest.fail("it was read"))
    assert check_source(source, JobRecord(source=source.fingerprint()), RowSums(tmp_path)) is None


def test_other_columns_are_told(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("a,c\n1,2\n")
    with pytest.raises(JobChangedError, match="a, c now, a, b then"):
        check_source(source_of(path), JobRecord(columns=["a", "b"]), RowSums(tmp_path))


def test_a_bad_row_has_a_hash_of_its_own(tmp_path):
    sums = sums_of(tmp_path, [BadRow("line 2 is not JSON")])
    assert sums.first_that_differs(iter([BadRow("line 2 is not JSON")])) is None
    assert sums.first_that_differs(iter([{"text": "line 2 is not JSON"}])) == 0


def request(item, row, model="claude-haiku-4-5", prompt="Say"):
    return NumberedRequest(
        item,
        {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": f"{prompt} {row['text']}"}]},
    )


def test_requests_are_sampled_ever_more_rarely():
    assert [n for n in range(70) if is_sample(n)] == [0, 1, 2, 4, 8, 16, 32, 64]


def test_a_changed_prompt_or_model_is_told_with_what_it_was():
    record = JobRecord(requests=[sample_of(request(n, ROWS[n]), ROWS[n]) for n in (0, 1, 2)])
    check_requests(record, request, ROWS[0])

    with pytest.raises(JobChangedError, match='model was "claude-haiku-4-5", and is "claude-sonnet-4-6"') as told:
        check_requests(record, lambda n, row: request(n, row, model="claude-sonnet-4-6"), ROWS[0])
    assert len(told.value.changes) == 1
    with pytest.raises(JobChangedError, match=r'messages\[0\].content was "Say 0", and is "Tell 0".*--continue'):
        check_requests(record, lambda n, row: request(n, row, prompt="Tell"), ROWS[0])
    with pytest.raises(JobChangedError, match="of row 3"):
        check_requests(record, lambda n, row: request(n, row, prompt="Tell" if n == 2 else "Say"), ROWS[0])


def test_rows_that_are_no_json_are_not_kept_and_the_first_is_compared_all_the_same():
    row = {"text": "a", "image": b"\x00"}
    sample = sample_of(request(0, row), row)
    assert "row" not in sample
    with pytest.raises(JobChangedError):
        check_requests(JobRecord(requests=[sample]), lambda n, row: request(n, row, prompt="No"), row)


def test_large_requests_are_kept_as_a_hash():
    row = {"text": "x" * 100_000}
    sample = sample_of(request(0, row), row)
    assert sample.keys() == {"item", "hash"}
    with pytest.raises(JobChangedError, match="another hash"):
        check_requests(JobRecord(requests=[sample]), lambda n, row: request(n, row, prompt="No"), row)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=2), JSON, max_size=3), st.dictionaries(st.text(max_size=2), JSON, max_size=3))
def test_differences_are_told_exactly_where_there_are_any(one, other):
    import json

    assert bool(list(differences(one, other))) == (json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True))
