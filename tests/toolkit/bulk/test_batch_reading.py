"""Results of a batch: each given once, what is left and what did not fit goes into the next try, a foreign one is refused."""

import json

import msgspec
import pytest

from tercet.schema.answers import output_format
from tercet.toolkit.bulk.batch_reading import ShardReading
from tercet.toolkit.bulk.batch_records import BatchRow
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.shards import ShardWriter, read_lines
from tercet.wire.responses.batches import MessageBatchIndividualResponse

NONCE = "3f2a9c10"
PARAMS = {"model": "claude-haiku-4-5", "max_tokens": 5, "messages": [{"role": "user", "content": "q"}]}


def row(count=3):
    return BatchRow(0, 1, NONCE, count, 10, b"", "ended", "msgbatch_1", 0)


def message(text):
    usage = {"input_tokens": 1_000_000, "output_tokens": 0}
    content = [{"type": "text", "text": text}]
    return {"id": "m", "type": "message", "role": "assistant", "model": "claude-haiku-4-5", "content": content, "stop_reason": "end_turn", "usage": usage}  # fmt: skip


def result(custom_id, kind="succeeded", text="hi", **more):
    outcome = {"type": kind, **({"message": message(text)} if kind == "succeeded" else {}), **more}
    return MessageBatchIndividualResponse({"custom_id": custom_id, "result": outcome})


def errored(kind):
    return {"error": {"type": "error", "error": {"type": kind, "message": "no"}}}


def test_an_answer_is_given_once_at_the_price_of_batches():
    reading = ShardReading(row(), None)
    given = reading.take(result(f"{NONCE}-1"))
    assert (given.item, given.status, given.nano) == (1, "ok", 500_000_000)
    assert reading.take(result(f"{NONCE}-1")) is None


@pytest.mark.parametrize("kind", ["expired", "canceled"])
def test_what_got_no_answer_is_left_for_the_next_try(kind):
    reading = ShardReading(row(), None)
    assert reading.take(result(f"{NONCE}-2", kind)) is None
    assert (reading.left, reading.given_up) == ({2}, [])


def test_errors_that_may_pass_are_left_and_others_are_failures():
    reading = ShardReading(row(), None)
    for kind in ("api_error", "overloaded_error", "rate_limit_error", "timeout_error", "something_new"):
        assert reading.take(result(f"{NONCE}-{len(reading.left)}", "errored", **errored(kind))) is None
    given = reading.take(result(f"{NONCE}-9", "errored", **errored("invalid_request_error")))
    assert (given.status, given.error.type, given.error.code, given.error.retryable) == (
        "failed",
        "BadRequestError",
        400,
        False,
    )


def test_at_the_last_try_what_got_no_answer_has_failed():
    reading = ShardReading(row(), None, last=True)
    reading.take(result(f"{NONCE}-2", "expired"))
    (given,) = reading.given_up
    assert (given.item, given.status, given.error.retryable) == (2, "failed", True)


def test_an_answer_that_does_not_fit_is_asked_again_with_the_problem_and_what_was_paid(tmp_path):
    reading = ShardReading(row(), output_format(msgspec.defstruct("Answer", [("n", int)])))
    assert reading.take(result(f"{NONCE}-2", text="none")) is None
    writer = ShardWriter(tmp_path / "a.json", NONCE)
    for item in (1, 2):
        writer.add(item, PARAMS)
    writer.close()
    again = ShardWriter(tmp_path / "b.json", "00000001")
    for line in read_lines(tmp_path / "a.json"):
        reading.write_again(again, line)
    again.close()
    (line,) = read_lines(tmp_path / "b.json")
    asked = json.loads(bytes(line.params))["messages"]
    assert (line.id.item, line.id.paid) == (2, 500_000_000)
    assert [turn["role"] for turn in asked] == ["user", "assistant", "user"]
    assert "not of the format" in asked[2]["content"]
    second = ShardReading(row(), reading._output)
    second._row.nonce = "00000001"
    given = second.take(result(str(line.id), text="none"))
    assert (given.status, given.nano) == ("schema", 1_000_000_000)


@pytest.mark.parametrize("custom_id", ["ffffffff-1", "mine", "", None])
def test_a_result_that_was_never_asked_for_is_refused(custom_id):
    with pytest.raises(BulkError, match="never asked for"):
        ShardReading(row(), None).take(result(custom_id))
