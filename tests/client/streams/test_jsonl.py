"""JSON Lines, read as they come: any chunking, bad lines, broken and short responses, in both worlds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from tests.client.scripted import AsyncChunks, Chunks

import tercet
from tercet.client.streams.jsonl import AsyncJSONLDecoder, JSONLDecoder
from tercet.transport.base import Lost
from tercet.wire.http import Headers, Request, Response
from tercet.wire.responses.batches import MessageBatchIndividualResponse as Result

RESPONSE = Response(200, Headers({"request-id": "req_1"}), request=Request("GET", "http://local/r", Headers()))
NAMES = ["c", "a", "b"]
BODY = b"".join(
    json.dumps({"custom_id": name, "result": {"type": "canceled"}}).encode() + end
    for name, end in zip(NAMES, (b"\n", b"\r\n\r\n", b""))
)


def lines(chunks: Iterable[Any], expected: int = 0) -> tuple[JSONLDecoder[Result], Chunks]:
    source = Chunks(chunks)
    return JSONLDecoder(RESPONSE, source, Result, expected), source


def test_results_come_in_the_order_of_the_body_wherever_it_is_cut() -> None:
    for cut in range(len(BODY) + 1):
        results, source = lines([BODY[:cut], BODY[cut:]], 3)

        assert [each.custom_id for each in results] == NAMES
        assert source.closed


def test_results_come_byte_by_byte_too() -> None:
    results, _ = lines([bytes([each]) for each in BODY])

    assert [type(each) for each in results] == [Result] * 3


def test_a_result_is_given_as_soon_as_its_line_is_complete() -> None:
    results, source = lines([BODY.partition(b"\n")[0] + b"\n", Lost("read", "cut", "reset")])

    assert next(results).custom_id == "c"
    assert not source.closed


def test_a_result_that_comes_twice_stands_for_no_other() -> None:
    first, second, *_ = BODY.splitlines(keepends=True)
    results, _ = lines([first, first, second], 3)

    assert [next(results).custom_id for _ in range(3)] == ["c", "c", "a"]
    with pytest.raises(tercet.IncompleteStreamError, match="2 of 3"):
        next(results)


def test_leaving_the_block_gives_the_connection_up_and_ends_the_iteration() -> None:
    results, source = lines([BODY, BODY], 6)

    with results as inside:
        assert next(inside).custom_id == "c"

    assert source.closed
    assert list(results) == []


def test_a_bad_line_is_an_error_with_its_number_and_the_others_can_still_be_read() -> None:
    results, _ = lines([BODY.replace(b'"a"', b'"a')])

    assert next(results).custom_id == "c"
    with pytest.raises(tercet.StreamProtocolError, match="line 2 is not JSON") as caught:
        next(results)
    assert caught.value.events_seen == 1
    assert [each.custom_id for each in results] == ["b"]


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b"[1]\n", b"null\n"])
def test_what_is_no_list_of_objects_is_an_api_error(body: bytes) -> None:
    results, _ = lines([body])

    with pytest.raises(tercet.APIError, match="line 1 is not"):
        next(results)


def test_an_error_among_the_lines_is_raised_as_that_error() -> None:
    results, _ = lines([b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n'])

    with pytest.raises(tercet.OverloadedError, match="Overloaded"):
        next(results)


@pytest.mark.parametrize(
    ("lost", "error"),
    [
        (Lost("read", "cut", "connection reset", OSError("x")), tercet.IncompleteStreamError),
        (Lost("timeout", "cut", "nothing for 600 s"), tercet.APITimeoutError),
    ],
)
def test_a_broken_connection_is_an_error_after_the_results_that_came(lost: Lost, error: type[tercet.APIError]) -> None:
    results, source = lines([BODY, lost], 3)
    seen = [next(results).custom_id, next(results).custom_id]

    with pytest.raises(error, match=lost.reason) as caught:
        next(results)

    assert seen == ["c", "a"]
    assert caught.value.events_seen == 2
    assert caught.value.__cause__ is lost.cause
    assert source.closed
    assert list(results) == []


def test_fewer_results_than_the_batch_counts_are_incomplete_even_if_the_body_ended_cleanly() -> None:
    results, _ = lines([BODY], 5)

    with pytest.raises(tercet.IncompleteStreamError, match="3 of 5 came"):
        list(results)


def test_more_results_than_counted_are_given() -> None:
    assert len(list(lines([BODY], 2)[0])) == 3


@pytest.mark.anyio
async def test_the_async_results_end_and_fail_in_the_same_ways() -> None:
    source = AsyncChunks([BODY[:7], BODY[7:]])
    async with AsyncJSONLDecoder(RESPONSE, source, Result, 3) as results:
        assert [each.custom_id async for each in results] == NAMES
        assert results.request_id == "req_1"
    assert source.closed

    short = AsyncJSONLDecoder(RESPONSE, AsyncChunks([BODY]), Result, 4)
    with pytest.raises(tercet.IncompleteStreamError):
        _ = [each async for each in short]

    cut = AsyncChunks([BODY, Lost("read", "cut", "reset")])
    with pytest.raises(tercet.IncompleteStreamError, match="reset"):
        _ = [each async for each in AsyncJSONLDecoder(RESPONSE, cut, Result)]
    assert cut.closed
