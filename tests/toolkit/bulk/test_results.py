"""Logs of results: whole lines survive whatever tears the last one, and the scan says of each item what its lines say."""

import errno
import os

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.toolkit.bulk import results
from tercet.toolkit.bulk.errors import JobStoppedError
from tercet.toolkit.bulk.items import CODES, FAILED, STATUSES, ItemError, ItemResult
from tercet.toolkit.bulk.results import LineReader, ResultLog, log_files, scan

LINES = [
    ItemResult(item=0, status="ok", nano=5, message={"content": "a,b\n"}),
    ItemResult(item=2, status="failed", error=ItemError("E", "no")),
    ItemResult(item=1, status="cut", nano=None, message={"x": "}"}),
    ItemResult(item=3, status="ok", nano=0, same=0),
    ItemResult(item=4, status="refused", nano=7),
]


def written(folder, lines):
    log = ResultLog(folder)
    log.write([each.line() for each in lines])
    log.close()


def test_a_scan_says_of_each_item_what_its_line_says(tmp_path):
    written(tmp_path, LINES)

    found = scan(tmp_path, places=True)

    assert list(found.codes[:5]) == [CODES[s] for s in ("ok", "cut", "failed", "ok", "refused")]
    assert (found.nano, found.unpriced, found.torn, found.count(), found.count("ok")) == (12, 1, 0, 5, 2)
    reader = LineReader(found)
    assert [reader.line(item).item for item in (4, 0, 3, 1, 2)] == [4, 0, 3, 1, 2]
    assert msgspec.json.decode(reader.line(0).message) == {"content": "a,b\n"}
    assert reader.line(5) is None
    reader.close()


def test_a_log_that_is_torn_anywhere_keeps_its_whole_lines(tmp_path):
    whole = b"".join(each.line() for each in LINES)
    file = tmp_path / "results-00000.log"
    for cut in range(len(whole) + 1):
        file.write_bytes(whole[:cut])
        kept = whole[:cut].count(b"\n")
        assert scan(tmp_path).count() == kept
        assert scan(tmp_path).torn == 0

        written(tmp_path, [ItemResult(item=9, status="ok")])

        assert scan(tmp_path).count() == kept + 1, "the torn line was not cut off"
        assert scan(tmp_path).torn == 0


@pytest.mark.parametrize(
    "line",
    [
        b"\x00" * 40 + b"\n",
        b'{"item":-1,"status":"ok","nano":0,"same":1}\n',
        b'{"item":99999999999,"status":"ok","nano":0,"same":1}\n',
        b'{"item":1,"status":"fine","nano":0,"same":1}\n',
        b'{"item":1,"status":"ok","nano":0,"message":{"a"\n',
        b'{"item":"1","status":"ok","nano":0}\n',
        b"\n",
    ],
)
def test_a_damaged_line_is_no_result_and_is_counted(tmp_path, line):
    (tmp_path / "results-00000.log").write_bytes(LINES[0].line() + line + LINES[1].line())
    found = scan(tmp_path, most=1000)
    assert (found.count(), found.torn) == (2, 1)
    assert len(found.codes) < 1000


def test_a_line_that_is_damaged_behind_its_head_is_told_with_its_place(tmp_path):
    (tmp_path / "results-00000.log").write_bytes(b'{"item":0,"status":"ok","nano":1,"message":{"a":}\x01}\n')
    reader = LineReader(scan(tmp_path, places=True))
    with pytest.raises(JobStoppedError, match="damaged at byte 0: the result of item 0"):
        reader.line(0)
    reader.close()


def test_of_two_lines_the_later_holds_unless_it_failed(tmp_path):
    for first in STATUSES:
        for second in STATUSES:
            folder = tmp_path / f"{first}-{second}"
            folder.mkdir()
            written(folder, [ItemResult(item=0, status=first, nano=1), ItemResult(item=0, status=second, nano=2)])
            found = scan(folder)
            holds = first if second == "failed" and first != "failed" else second
            assert (found.of(0), found.count(), found.nano) == (CODES[holds], 1, 3)


def test_a_full_file_is_left_and_another_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "LARGEST_FILE", 100)
    log = ResultLog(tmp_path)
    for item in range(10):
        log.write([ItemResult(item=item, status="ok").line()])
    log.close()
    written(tmp_path, [ItemResult(item=10, status="ok")])
    assert len(log_files(tmp_path)) > 3
    assert scan(tmp_path).count() == 11


def test_what_a_full_disk_does_not_take_is_taken_back(tmp_path, monkeypatch):
    log = ResultLog(tmp_path)
    log.write([LINES[0].line()])
    real = os.write
    calls = []

    def full(file, content):
        calls.append(len(content))
        if len(calls) == 1:
            return real(file, content[:7])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(JobStoppedError, match="No space left on device") as told:
        log.write([LINES[1].line()])
    assert told.value.exit_code == 1
    assert (tmp_path / "results-00000.log").read_bytes() == LINES[0].line()
    monkeypatch.setattr(os, "write", real)
    log.write([LINES[1].line()])
    log.close()
    assert scan(tmp_path).count() == 2


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(STATUSES), st.none() | st.integers(0, 99)), max_size=60))
def test_the_map_is_what_a_dictionary_would_be(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("job")
    if lines:
        written(folder, [ItemResult(item=item, status=status, nano=nano) for item, status, nano in lines])
    held = {}
    for item, status, _ in lines:
        if status != "failed" or held.get(item, "failed") == "failed":
            held[item] = status
    found = scan(folder)
    assert {item: STATUSES[code - 1] for item, code in enumerate(found.codes) if code} == held
    assert list(found.items([FAILED])) == sorted(item for item, status in held.items() if status == "failed")
    assert found.nano == sum(nano or 0 for *_, nano in lines)
