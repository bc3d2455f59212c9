"""Calls about batches: a body is sent once whatever happens to it, and what is known then is said truly."""

import asyncio

import pytest

import tercet
from tercet.toolkit.bulk.batch_api import BatchAPI
from tercet.toolkit.bulk.batch_submission import SubmissionMade, SubmissionRefused, SubmissionUnclear

BODY = (
    b'{"requests":[{"custom_id":"3f2a9c10-1","params":{"model":"claude-haiku-4-5","max_tokens":5,'
    b'"messages":[{"role":"user","content":"Hello"}]}}]}'
)


async def no_pause(seconds):
    await asyncio.sleep(0)


def sent(fault=None, body=BODY, **settings):
    """What is known after a body was sent under this fault, and how many batches there are."""

    async def work(api):
        async with api.async_client() as client:
            held = BatchAPI(client, no_pause)
            if fault is not None:
                api.fault(fault)
            try:
                known = await held.send(body, [])
            except tercet.APIError as problem:
                known = problem
            return known, len(await held.listed(0.0))

    with tercet.local_api(faults=[], **settings) as api:
        return asyncio.run(work(api))


def test_an_answer_tells_the_batch():
    known, made = sent()
    assert isinstance(known, SubmissionMade)
    assert made == 1


@pytest.mark.parametrize("fault", ["rst@10", "rst@0", "end@10", "empty:200", "html:502", "body:null"])
def test_an_answer_that_is_lost_leaves_it_unclear_and_nothing_is_sent_twice(fault):
    known, made = sent(f"x1 /v1/messages/batches {fault}")
    assert isinstance(known, SubmissionUnclear)
    assert made <= 1


def test_a_full_queue_is_a_refusal():
    known, made = sent(rate_limits={"batch_queue": 1}, body=BODY.replace(b"]}]}}]}", b"]}]}}]}"), batch_seconds=1e9)
    assert isinstance(known, SubmissionMade)
    known, made = sent("x1 /v1/messages/batches status:429,retry-after=7")
    assert known == SubmissionRefused(7.0)
    assert made == 0


def test_what_concerns_every_batch_is_raised():
    known, made = sent(body=b'{"requests":[]}')
    assert isinstance(known, tercet.BadRequestError)
    assert made == 0


def test_a_list_that_fails_is_asked_for_again_and_never_taken_for_an_empty_one():
    async def work(api):
        async with api.async_client(max_retries=0) as client:
            held = BatchAPI(client, no_pause)
            await held.send(BODY, [])
            api.fault("x5 /v1/messages/batches 529", "x2 /v1/messages/batches rst")
            return await held.listed(0.0)

    with tercet.local_api(faults=[]) as api:
        (found,) = asyncio.run(work(api))
    assert found.requests == 1


def test_the_nonce_is_that_of_the_first_result():
    async def work(api):
        async with api.async_client() as client:
            held = BatchAPI(client, no_pause)
            made = await held.send(BODY, [])
            while not await held.has_ended(made.id):
                pass
            return await held.first_nonce(made.id)

    with tercet.local_api() as api:
        assert asyncio.run(work(api)) == "3f2a9c10"
