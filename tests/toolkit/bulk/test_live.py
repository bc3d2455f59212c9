"""The live way: as many at once as were asked for; what may pass is waited for, what is the job's matter ends it."""

import asyncio
from dataclasses import dataclass

import pytest

import tercet
from tercet.flow.ledger.tags import current_tags
from tercet.schema.answers import output_format
from tercet.toolkit.bulk.items import NumberedRequest
from tercet.toolkit.bulk.live import LiveWay, cached_prefix
from tercet.toolkit.bulk.ways import StopRequest
from tercet.wire.http import Headers, Request, Response
from tercet.wire.responses.message import Message


def answer(text="hi", stop="end_turn"):
    usage = {"input_tokens": 10, "output_tokens": 2}
    content = [{"type": "text", "text": text}]
    return Message({"id": "m", "role": "assistant", "model": "claude-haiku-4-5", "content": content, "stop_reason": stop, "usage": usage})  # fmt: skip


def status_error(cls, status, retry_after=None):
    request = Request("POST", "https://api.anthropic.com/v1/messages", Headers())
    error = cls("no", response=Response(status, Headers(), b"{}", request=request), body=None)
    error.retry_after = retry_after
    return error


class Asked:
    """A client whose `messages.create` is a function of the test's."""

    def __init__(self, create):
        self.messages = type("Messages", (), {"create": staticmethod(create)})


def requests(count, **more):
    for item in range(count):
        yield NumberedRequest(
            item, {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": f"q{item}"}], **more}
        )


async def collected(way, source, stop=None):
    return [result async for group in way.answer(source, stop or StopRequest()) for result in group]


def run(create, count=10, *, output=None, concurrency=4, stop=None, **more):
    return asyncio.run(
        collected(LiveWay(Asked(create), output, concurrency=concurrency), requests(count, **more), stop)
    )


def test_every_request_is_answered_once_and_no_more_are_under_way_than_asked_for():
    under_way, most, pulled = set(), [0], []

    async def create(**params):
        question = params["messages"][0]["content"]
        assert question not in under_way
        under_way.add(question)
        most[0] = max(most[0], len(under_way))
        await asyncio.sleep(0)
        under_way.discard(question)
        return answer(question)

    def source():
        for request in requests(1000):
            pulled.append(request.item)
            yield request

    results = asyncio.run(collected(LiveWay(Asked(create), concurrency=7), source()))
    assert sorted(each.item for each in results) == list(range(1000))
    assert all(each.value == f"q{each.item}" for each in results)
    assert most[0] == 7


def test_a_worker_asks_nothing_new_before_its_answer_is_written():
    asked, written = [0], [0]

    async def create(**params):
        asked[0] += 1
        assert asked[0] - written[0] <= 3
        await asyncio.sleep(0)
        return answer()

    async def go():
        async for group in LiveWay(Asked(create), concurrency=3).answer(requests(500), StopRequest()):
            written[0] += len(group)

    asyncio.run(go())
    assert written == [500]


def test_a_slow_writer_is_waited_for():
    pulled = []

    def source():
        for request in requests(300):
            pulled.append(request.item)
            yield request

    async def create(**params):
        return answer()

    async def go():
        total = 0
        async for group in LiveWay(Asked(create), concurrency=3).answer(source(), StopRequest()):
            total += len(group)
            for _ in range(50):
                await asyncio.sleep(0)
            assert len(pulled) - total <= 6
        return total

    assert asyncio.run(go()) == 300


def test_a_rate_limit_delays_all_and_drops_nothing():
    seen = []

    async def create(**params):
        seen.append(params["messages"][0]["content"])
        if len(seen) % 3:
            raise status_error(tercet.RateLimitError, 429, retry_after=0.001)
        return answer()

    results = run(create, 30)
    assert [each.status for each in results] == ["ok"] * 30
    assert len(seen) == 90


@pytest.mark.parametrize(
    ("error", "calls"),
    [
        (lambda: status_error(tercet.BadRequestError, 400), 1),
        (lambda: status_error(tercet.InternalServerError, 500, 0.001), 4),
        (lambda: TypeError("no such argument"), 1),
        (lambda: RuntimeError("a hook of the caller's"), 1),
    ],
)
def test_an_item_that_fails_is_a_result_and_the_others_go_on(error, calls):
    seen = []

    async def create(**params):
        question = params["messages"][0]["content"]
        seen.append(question)
        if question == "q3":
            raise error()
        return answer()

    results = {each.item: each for each in run(create)}
    assert [item for item, each in results.items() if each.status == "failed"] == [3]
    assert seen.count("q3") == calls
    assert results[3].error.type == type(error()).__name__


@pytest.mark.parametrize(
    "error",
    [
        lambda: status_error(tercet.AuthenticationError, 401),
        lambda: tercet.BudgetExceededError("spent"),
        lambda: tercet.SharedStateError("no disk"),
    ],
)
def test_what_is_the_jobs_matter_ends_it_with_nothing_marked_as_failed(error):
    seen, results = [], []

    async def create(**params):
        seen.append(params)
        if len(seen) == 5:
            raise error()
        return answer()

    async def go():
        async for group in LiveWay(Asked(create), concurrency=1).answer(requests(100), StopRequest()):
            results.extend(group)

    with pytest.raises(type(error())):
        asyncio.run(go())
    assert len(seen) == 5
    assert [each.status for each in results] == ["ok"] * 4


def test_an_error_of_the_source_is_raised_and_what_was_answered_is_given():
    def source():
        yield from requests(3)
        raise ValueError("the file ends badly")

    async def create(**params):
        return answer()

    results = []

    async def go():
        async for group in LiveWay(Asked(create), concurrency=2).answer(source(), StopRequest()):
            results.extend(group)

    with pytest.raises(ValueError, match="ends badly"):
        asyncio.run(go())
    assert len(results) == 3


def test_a_stop_finishes_what_is_under_way_and_asks_nothing_new():
    stop, seen = StopRequest(), []

    async def create(**params):
        seen.append(params)
        if len(seen) == 4:
            stop.request()
        await asyncio.sleep(0)
        return answer()

    assert len(run(create, 100, stop=stop)) == len(seen) == 4


def test_a_stop_at_once_gives_what_was_answered_and_waits_for_nothing():
    stop = StopRequest()

    async def create(**params):
        if params["messages"][0]["content"] != "q0":
            stop.request(at_once=True)
            await asyncio.Event().wait()
        return answer()

    assert [each.item for each in run(create, 100, stop=stop)] == [0]


def test_a_stop_ends_the_wait_for_a_rate_limit():
    stop = StopRequest()

    async def create(**params):
        asyncio.get_running_loop().call_soon(stop.request)
        raise status_error(tercet.RateLimitError, 429, retry_after=3000)

    assert run(create, stop=stop) == []


def test_calls_carry_the_job_and_the_item():
    seen = []

    async def create(**params):
        seen.append(current_tags(None).all)
        return answer()

    asyncio.run(collected(LiveWay(Asked(create), job="out.csv", concurrency=2), requests(3)))
    assert sorted(seen, key=lambda tags: tags["item"]) == [{"job": "out.csv", "item": n} for n in range(3)]


@dataclass
class Label:
    label: str


def test_a_misfit_is_asked_again_once_and_both_are_paid():
    asked = []

    async def create(**params):
        asked.append(params["messages"])
        return answer('{"label": "a"}' if len(params["messages"]) == 3 else "no")

    (result,) = run(create, 1, output=output_format(Label))
    assert (result.status, result.value) == ("ok", Label("a"))
    assert result.nano == 2 * int(answer().cost * 10**9)
    assert [len(messages) for messages in asked] == [1, 3]


def test_an_answer_that_never_fits_is_kept_with_its_text():
    async def create(**params):
        return answer("never")

    (result,) = run(create, 1, output=output_format(Label))
    assert (result.status, result.message.text, result.error.type) == ("schema", "never", "OutputValidationError")
    assert result.nano == 2 * int(answer().cost * 10**9)


def test_a_misfit_that_could_not_be_asked_again_is_kept_all_the_same():
    async def create(**params):
        if len(params["messages"]) == 3:
            raise status_error(tercet.BadRequestError, 400)
        return answer("never")

    (result,) = run(create, 1, output=output_format(Label))
    assert (result.status, result.message.text) == ("schema", "never")


CACHED = [{"type": "text", "text": "long", "cache_control": {"type": "ephemeral"}}]


def test_the_first_of_a_shared_cached_prefix_goes_alone():
    under_way, first = [0], []

    async def create(**params):
        under_way[0] += 1
        first.append(under_way[0])
        for _ in range(20):
            await asyncio.sleep(0)
        under_way[0] -= 1
        return answer()

    assert len(run(create, 20, concurrency=5, system=CACHED)) == 20
    assert first[0] == 1
    assert first[1:6] == [1, 2, 3, 4, 5], "the others waited for its end"


@pytest.mark.parametrize(
    ("params", "shared"),
    [
        ({}, False),
        ({"system": "plain"}, False),
        ({"system": CACHED}, True),
        ({"tools": [{"name": "t", "cache_control": {"type": "ephemeral"}}]}, True),
        ({"messages": [{"role": "user", "content": [*CACHED, {"type": "text", "text": "q"}]}]}, True),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}]}, False),
        ({"messages": []}, False),
    ],
)
def test_a_prefix_is_shared_where_one_is_marked(params, shared):
    asked = {"model": "m", "messages": [{"role": "user", "content": "x"}], **params}
    assert (cached_prefix(asked) is not None) is shared


def test_prefixes_are_equal_exactly_up_to_the_mark():
    def asked(question, prefix="long"):
        block = {"type": "text", "text": prefix, "cache_control": {"type": "ephemeral"}}
        return {"model": "m", "messages": [{"role": "user", "content": [block, {"type": "text", "text": question}]}]}

    assert cached_prefix(asked("a")) == cached_prefix(asked("b"))
    assert cached_prefix(asked("a")) != cached_prefix(asked("a", "other"))
