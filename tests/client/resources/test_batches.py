"""messages.batches: from creation to results, and where the key may go for them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, KEY, MESSAGE, Script

import tercet
from tercet.client.resources.batches import may_receive_key
from tercet.transport.base import Lost
from tercet.types.messages import MessageBatch, MessageBatchSucceededResult

COUNTS = {"processing": 0, "succeeded": 1, "errored": 1, "canceled": 0, "expired": 0}
JSONL = {"content-type": "application/x-jsonl", "request-id": "req_results"}
LINES = [
    b'{"custom_id":"b","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"no"}}}}\n',
    b'{"custom_id":"a","result":{"type":"succeeded","message":' + MESSAGE + b"}}\n",
]


def batch(
    status: str = "ended", url: str | None = "http://local/v1/messages/batches/msgbatch_1/results", **more: Any
) -> Any:
    fields = {
        "id": "msgbatch_1",
        "type": "message_batch",
        "processing_status": status,
        "request_counts": COUNTS,
        "created_at": "2026-11-20T10:00:00.100435Z",
        "expires_at": "2026-11-21T10:00:00.100435Z",
        "results_url": url,
        **more,
    }
    return 200, JSON, json.dumps(fields).encode()


def test_a_batch_is_made_and_read_as_a_model() -> None:
    script = Script(batch("in_progress", None))

    made = script.client().messages.batches.create(requests=iter([{"custom_id": "a", "params": ASK}]))

    assert isinstance(made, MessageBatch)
    assert (made.id, made.processing_status, made.results_url) == ("msgbatch_1", "in_progress", None)
    assert made.request_counts.succeeded == 1
    assert made.created_at.isoformat() == "2026-11-20T10:00:00.100435+00:00"
    assert made._request_id == "req_011CTest"
    assert json.loads(script.sent[0].content) == {"requests": [{"custom_id": "a", "params": ASK}]}


def test_nothing_is_sent_when_one_request_is_wrong() -> None:
    script = Script(batch())

    with pytest.raises(TypeError, match=r"requests\[1\]\.params\.max_tokens"):
        script.client().messages.batches.create(
            requests=[{"custom_id": "a", "params": ASK}, {"custom_id": "b", "params": {**ASK, "max_tokens": "5"}}]  # type: ignore[typeddict-item]
        )

    assert script.sent == []


def test_results_are_read_as_they_come_and_told_apart() -> None:
    script = Script(batch(), (200, JSONL, LINES))

    results = script.client().messages.batches.results("msgbatch_1")
    found = {each.custom_id: each.result for each in results}

    assert found["b"].type == "errored"
    assert found["b"].error.error.message == "no"
    assert isinstance(found["a"], MessageBatchSucceededResult)
    assert found["a"].message.content[0].text == "Hi!"
    assert results.request_id == "req_results"
    assert results.response is results.http_response
    assert script.streams[0].closed
    assert [sent.stream for sent in script.sent] == [False, True]


def test_results_of_a_batch_that_goes_on_are_an_error_that_names_its_status() -> None:
    script = Script(batch("in_progress", None))

    with pytest.raises(tercet.AnthropicError, match="msgbatch_1 has no results yet: its status is 'in_progress'"):
        script.client().messages.batches.results("msgbatch_1")

    assert len(script.sent) == 1


def test_an_error_instead_of_results_is_raised_as_that_error() -> None:
    body = b'{"type":"error","error":{"type":"not_found_error","message":"gone"}}'

    with pytest.raises(tercet.NotFoundError, match="gone"):
        Script(batch(), (404, JSON, body)).client().messages.batches.results("msgbatch_1")


def test_results_fewer_than_the_counts_are_incomplete() -> None:
    results = Script(batch(), (200, JSONL, LINES[:1])).client().messages.batches.results("msgbatch_1")

    with pytest.raises(tercet.IncompleteStreamError, match="1 of 2 came"):
        list(results)


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/v1/messages/batches/msgbatch_1/results",
        "https://local/v1/messages/batches/msgbatch_1/results",
        "http://local:81/x",
        "http://local@evil.example/x",
        "http://evil.example\\@local/x",
        "https://api.anthropic.com.evil.example/x",
        "http://api.anthropic.com/x",
        "//evil.example/x",
        "/v1/elsewhere",
        "file:///etc/passwd",
        "http://local:99999/x",
        "http://[::1/x",
    ],
)
def test_the_key_follows_no_address_to_another_origin(url: str) -> None:
    script = Script(batch(url=url), (200, JSONL, LINES))

    results = script.client().messages.batches.results("msgbatch_1")

    assert len(list(results)) == 2
    assert script.sent[1].url == "http://local/v1/messages/batches/msgbatch_1/results"


@pytest.mark.parametrize(
    ("url", "base_url", "expected"),
    [
        ("http://local/a?b=c", "http://local", True),
        ("http://LOCAL:80/a", "http://local", True),
        ("https://api.anthropic.com/a", "http://local", True),
        ("https://api.anthropic.com:443/a", "https://api.anthropic.com", True),
        ("https://api.anthropic.com:444/a", "https://api.anthropic.com", False),
        ("http://api.anthropic.com/a", "https://api.anthropic.com", False),
        ("http://local:8080/a", "http://local:8080/prefix", True),
        ("http://ⅼocal/a", "http://local", False),
        ("http://local/a b", "http://local", False),
        ("http://local/\n", "http://local", False),
        ("", "http://local", False),
    ],
)
def test_credentials_go_to_the_origin_of_base_url_and_to_the_api_itself(
    url: str, base_url: str, expected: bool
) -> None:
    assert expected == may_receive_key(url, base_url)


def test_an_address_on_the_same_origin_is_asked_as_it_was_given() -> None:
    url = "http://local/elsewhere/results?token=1"
    script = Script(batch(url=url), (200, JSONL, LINES))

    script.client(default_query={"q": "2"}).messages.batches.results("msgbatch_1").close()

    assert script.sent[1].url == url + "&q=2"
    assert script.sent[1].headers["x-api-key"] == KEY
    assert script.sent[1].headers["Accept"] == "application/binary"


def test_options_hold_for_both_requests_of_results() -> None:
    script = Script(batch(), (200, JSONL, LINES))

    script.client().messages.batches.results(
        "msgbatch_1", betas=["x"], workspace_id="w", extra_headers={"X-Mine": "1"}, timeout=3, deadline=60
    ).close()

    for sent in script.sent:
        assert [sent.headers[name] for name in ("anthropic-beta", "anthropic-workspace-id", "X-Mine")] == [
            "x",
            "w",
            "1",
        ]
        assert sent.timeout.read == 3.0


def test_results_can_be_had_behind_a_raw_response() -> None:
    script = Script(batch(), (200, JSONL, LINES))

    response = script.client().messages.batches.with_raw_response.results("msgbatch_1")

    assert response.request_id == "req_results"
    assert [each.custom_id for each in response.parse()] == ["b", "a"]


@pytest.mark.anyio
async def test_the_async_batches_do_the_same() -> None:
    page = (200, JSON, json.dumps({"data": [{"id": "msgbatch_1"}], "has_more": False}).encode())
    gone = (200, JSON, b'{"id":"msgbatch_1","type":"message_batch_deleted"}')
    script = Script(batch("in_progress", None), batch(), page, batch("canceling"), gone, batch(), (200, JSONL, LINES))
    batches = script.async_client().batches

    made = await batches.create(requests=[{"custom_id": "a", "params": ASK}])
    assert (await batches.retrieve(made.id)).processing_status == "ended"
    assert [each.id async for each in batches.list(limit=1)] == ["msgbatch_1"]
    assert (await batches.cancel(made.id)).processing_status == "canceling"
    assert (await batches.delete(made.id)).type == "message_batch_deleted"
    assert [each.custom_id async for each in await batches.results(made.id)] == ["b", "a"]
    assert [sent.method for sent in script.sent] == ["POST", "GET", "GET", "POST", "DELETE", "GET", "GET"]
    assert script.streams[0].closed


@pytest.mark.anyio
async def test_the_async_results_name_the_status_too() -> None:
    with pytest.raises(tercet.AnthropicError, match="'canceling'"):
        await Script(batch("canceling", None)).async_client().messages.batches.results("msgbatch_1")


# --- never made twice ----------------------------------------------------------------------------------------------------

REQUESTS = [{"custom_id": "a", "params": ASK}]
AMBIGUOUS = {
    "unanswered": Lost("read", "unanswered", "it broke"),
    "timeout": Lost("timeout", "unanswered", "too slow"),
    "body lost": Lost("read", "cut", "it broke"),
    "undecodable": Lost("decode", "cut", "no gzip"),
    "500": (500, JSON, b"{}"),
    "500, asked to retry": (500, {**JSON, "x-should-retry": "true"}, b"{}"),
    "502": (502, JSON, b"{}"),
    "524": (524, JSON, b"{}"),
    "200 with api_error": (200, JSON, b'{"type":"error","error":{"type":"api_error","message":"m"}}'),
}
CERTAIN = {
    "not sent": Lost("connect", "not_sent", "refused"),
    "429": (429, {**JSON, "retry-after-ms": "1"}, b"{}"),
    "503": (503, {**JSON, "retry-after-ms": "1"}, b"{}"),
    "529": (529, {**JSON, "retry-after-ms": "1"}, b"{}"),
}
WAYS = {
    "messages.batches": lambda client: client.messages.batches.create(requests=REQUESTS),
    "batches": lambda client: client.batches.create(requests=REQUESTS, max_retries=4),
    "beta": lambda client: client.beta.messages.batches.create(requests=REQUESTS),
    "raw": lambda client: client.messages.batches.with_raw_response.create(requests=REQUESTS),
    "post": lambda client: client.post("/v1/messages/batches", body={"requests": REQUESTS}, cast_to=dict),
    "post, oddly": lambda client: client.post("v1//messages/batches/?beta=true", body={}, cast_to=dict),
}


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("outcome", list(AMBIGUOUS))
def test_a_batch_that_may_have_been_made_is_not_made_again(way: str, outcome: str) -> None:
    script = Script(AMBIGUOUS[outcome], batch())
    with pytest.raises(
        tercet.APIError, match=r"may have been made all the same.*batches\.list\(\).*custom_id"
    ) as caught:
        WAYS[way](script.client(max_retries=2))

    assert len(script.sent) == 1
    assert caught.value.message == str(caught.value)
    assert "not retried" in caught.value.__notes__[0]


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("outcome", list(CERTAIN))
def test_a_batch_that_was_certainly_not_made_is_tried_again(way: str, outcome: str) -> None:
    script = Script(CERTAIN[outcome], batch())
    WAYS[way](script.client(max_retries=2))

    assert len(script.sent) == 2


def test_without_retries_the_error_says_so_too_and_a_refusal_does_not() -> None:
    for outcome, says in [(AMBIGUOUS["unanswered"], True), ((400, JSON, b"{}"), False), (CERTAIN["429"], False)]:
        with pytest.raises(tercet.APIError) as caught:
            Script(outcome).client(max_retries=0).messages.batches.create(requests=REQUESTS)
        assert ("may have been made" in str(caught.value)) is says


@pytest.mark.anyio
async def test_the_async_client_makes_no_batch_twice_either() -> None:
    script = Script(AMBIGUOUS["unanswered"])
    client = script.async_client(max_retries=2)
    for ask in (
        lambda: client.messages.batches.create(requests=REQUESTS),
        lambda: client.post("/v1/messages/batches", body={}, cast_to=dict),
    ):
        with pytest.raises(tercet.APIConnectionError, match="may have been made"):
            await ask()

    assert len(script.sent) == 2


def test_what_makes_no_batch_is_repeated_as_ever() -> None:
    script = Script(AMBIGUOUS["unanswered"], AMBIGUOUS["unanswered"], batch())
    script.client(max_retries=2).messages.batches.cancel("msgbatch_1")

    assert len(script.sent) == 3
