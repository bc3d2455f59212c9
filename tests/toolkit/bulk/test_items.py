"""Values of bulk jobs: a result's line begins with its number, status and cost, and is read again as it was."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.toolkit.bulk.items import STATUSES, ItemError, ItemResult, NumberedRequest, ResultLine

TEXTS = st.text(max_size=40)


@settings(deadline=None)
@given(
    item=st.integers(0, 10**9),
    status=st.sampled_from(STATUSES),
    nano=st.none() | st.integers(0, 10**15),
    message=st.none() | st.dictionaries(TEXTS, TEXTS | st.integers(-5, 5) | st.none(), max_size=4),
    error=st.none()
    | st.builds(ItemError, type=TEXTS.filter(str.isprintable), message=st.just("a\nb"), code=st.just(400)),
    same=st.none() | st.integers(0, 10**6),
)
def test_a_line_is_read_as_it_was_written(item, status, nano, message, error, same):
    line = ItemResult(item=item, status=status, nano=nano, message=message, error=error, same=same).line()

    read = msgspec.json.decode(line, type=ResultLine)

    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert line.startswith(b'{"item":%d,"status":"%s","nano":' % (item, status.encode()))
    assert (read.item, read.status, read.nano, read.error, read.same) == (item, status, nano, error, same)
    assert msgspec.json.decode(read.message) == message


def test_a_message_that_is_still_json_stands_in_the_line_as_it_came():
    line = ItemResult(item=3, status="ok", nano=1, encoded=b'{"id":\n"a\\nb"}').line()
    assert line == b'{"item":3,"status":"ok","nano":1,"message":{"id": "a\\nb"}}' + b"\n"


def test_the_first_letters_of_statuses_tell_them_apart():
    assert len({status[0] for status in STATUSES}) == len(STATUSES)


def test_equal_requests_are_equal_bytes():
    one = NumberedRequest(0, {"model": "m", "max_tokens": 1, "messages": []})
    other = NumberedRequest(7, {"model": "m", "max_tokens": 1, "messages": []}, row={"text": "x"})
    assert one.encoded() == other.encoded()


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_a_line(status):
    assert msgspec.json.decode(ItemResult(item=0, status=status).line(), type=ResultLine).status == status
