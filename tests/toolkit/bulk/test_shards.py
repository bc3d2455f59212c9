"""Shards: bodies as files, ids that say whose a result is, and what is refused when a file was changed."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.shards import CustomId, ShardWriter, base36, new_nonce, parse_custom_id, read_body, read_lines

PARAMS = {"model": "claude-haiku-4-5", "max_tokens": 5, "messages": [{"role": "user", "content": "a\nb"}]}


def written(path, *items, **limits):
    writer = ShardWriter(path, "3f2a9c10", **limits)
    taken = [writer.add(item, PARAMS) for item in items]
    return writer.close(), taken


@settings(deadline=None)
@given(st.integers(0, 10**15), st.none() | st.integers(0, 10**18))
def test_an_id_is_read_as_it_was_written_and_is_one_that_the_api_takes(item, paid):
    custom_id = CustomId(new_nonce(), item, paid)
    assert parse_custom_id(str(custom_id)) == custom_id
    assert len(str(custom_id)) <= 64


@settings(deadline=None)
@given(st.text(max_size=40) | st.none() | st.integers())
def test_any_text_is_an_id_of_ours_or_none(text):
    found = parse_custom_id(text)
    assert found is None or int(base36(found.item), 36) == found.item


def test_a_body_is_the_json_of_its_requests(tmp_path):
    digest, taken = written(tmp_path / "s.json", 0, 35, 36)
    body = json.loads(read_body(tmp_path / "s.json", digest))
    assert taken == [True, True, True]
    assert [each["custom_id"] for each in body["requests"]] == ["3f2a9c10-0", "3f2a9c10-z", "3f2a9c10-10"]
    assert body["requests"][0]["params"] == PARAMS
    assert [line.id.item for line in read_lines(tmp_path / "s.json")] == [0, 35, 36]


def test_a_shard_is_full_at_its_number_of_requests_and_at_its_bytes(tmp_path):
    assert written(tmp_path / "a.json", 1, 2, 3, most_requests=2)[1] == [True, True, False]
    _, taken = written(tmp_path / "b.json", *range(9), most_bytes=500)
    assert 0 < sum(taken) < 9
    assert (tmp_path / "b.json").stat().st_size <= 500


def test_a_request_that_no_batch_can_hold_is_refused_with_its_row(tmp_path):
    writer = ShardWriter(tmp_path / "s.json", "3f2a9c10", most_bytes=100)
    with pytest.raises(BulkError, match=r"row 8 has .* bytes; a batch takes 100"):
        writer.add(7, PARAMS)
    writer.discard()
    assert not (tmp_path / "s.json").exists()


def test_a_body_that_was_changed_is_not_sent(tmp_path):
    digest, _ = written(tmp_path / "s.json", 1)
    path = tmp_path / "s.json"
    path.write_bytes(path.read_bytes().replace(b"claude-haiku", b"claude-opus!"))
    with pytest.raises(BulkError, match="was changed"):
        read_body(path, digest)
    path.unlink()
    with pytest.raises(BulkError, match="cannot be read"):
        list(read_lines(path))


def test_lines_that_are_none_of_ours_are_refused(tmp_path):
    path = tmp_path / "s.json"
    path.write_bytes(b'{"requests":[\n{"custom_id":"mine","params":{}}\n]}')
    with pytest.raises(BulkError, match="no shard of this job"):
        list(read_lines(path))
    path.write_bytes(b'{"requests":[\n{"custom_id":"3f2a9c10-1","par')
    with pytest.raises(BulkError, match="cannot be read"):
        list(read_lines(path))
