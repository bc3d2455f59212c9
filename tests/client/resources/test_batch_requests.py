"""The requests of a batch are checked one by one, and the error names the request and the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import BaseModel
from tests.client.scripted import ASK, MESSAGE

from tercet.client.resources import batch_requests
from tercet.client.resources.batch_requests import check_requests, encode_batch
from tercet.wire.requests.sentinels import NOT_GIVEN
from tercet.wire.responses.message import Message


def request(custom_id: Any = "a", **changes: Any) -> dict[str, Any]:
    return {"custom_id": custom_id, "params": {**ASK, **changes}}


def test_requests_may_be_any_iterable_and_hold_iterators() -> None:
    turns = ({"role": "user", "content": each} for each in ("Hello",))

    body = encode_batch((request(each, messages=turns) for each in ("a",)), {})

    assert json.loads(body) == {
        "requests": [{"custom_id": "a", "params": {**ASK, "messages": [{"role": "user", "content": "Hello"}]}}]
    }


def test_params_are_sent_with_messages_last_so_that_equal_prefixes_stay_equal() -> None:
    params = {"messages": ASK["messages"], "system": "s", "tools": [], "max_tokens": 1, "model": "m"}

    sent = json.loads(encode_batch([{"custom_id": "a", "params": params}], {}))

    assert list(sent["requests"][0]["params"]) == ["max_tokens", "model", "tools", "system", "messages"]


def test_the_callers_own_requests_are_left_as_they_were() -> None:
    given = request(messages=tuple(ASK["messages"]), system=NOT_GIVEN)
    before = {**given, "params": dict(given["params"])}

    check_requests([given])

    assert given == before


def test_mappings_pydantic_objects_and_answers_are_taken() -> None:
    class Params(BaseModel):
        model: str
        max_tokens: int
        messages: list[dict[str, str]]

    class Request(BaseModel):
        custom_id: str
        params: Params

    answer = Message(json.loads(MESSAGE))
    told = [
        MappingProxyType(request("a", messages=[*ASK["messages"], {"role": "assistant", "content": answer.content}])),
        {"custom_id": "b", "params": Params(**ASK)},
        Request(custom_id="c", params=Params(**ASK)),
    ]

    sent = json.loads(encode_batch(told, {}))["requests"]

    assert sent[0]["params"]["messages"][1]["content"] == [{"type": "text", "text": "Hi!"}]
    assert sent[1:] == [{"custom_id": each, "params": ASK} for each in "bc"]


def test_arguments_that_were_not_given_are_left_out_and_unknown_ones_are_sent() -> None:
    sent = json.loads(encode_batch([request(temperature=NOT_GIVEN, brand_new=1)], {}))

    assert sent["requests"][0]["params"] == {**ASK, "brand_new": 1}


@pytest.mark.parametrize(
    ("requests", "error", "message"),
    [
        ([], ValueError, "at least one request"),
        ("abc", TypeError, "requests must be a list, not str"),
        ({"custom_id": "a"}, TypeError, "requests must be a list, not dict"),
        ([3], TypeError, r"requests\[0\] must be a request such as"),
        ([request(), {"custom_id": "b"}], ValueError, r"requests\[1\] has no 'params'"),
        ([{"params": ASK}], ValueError, r"requests\[0\] has no 'custom_id'"),
        ([request(7)], TypeError, r"requests\[0\]\.custom_id must be a string, not int"),
        ([request("a" * 65)], ValueError, r"requests\[0\]\.custom_id must have 1 to 64 .* not 65 characters"),
        ([request("a b")], ValueError, r"requests\[0\]\.custom_id must have 1 to 64 letters"),
        ([request("a\n")], ValueError, r"requests\[0\]\.custom_id must have"),
        ([request("é")], ValueError, r"requests\[0\]\.custom_id must have"),
        ([request("")], ValueError, r"requests\[0\]\.custom_id must have"),
        (
            [request("x"), request("y"), request("x")],
            ValueError,
            r"requests\[2\]\.custom_id 'x' is that of requests\[0\] too",
        ),
        ([{"custom_id": "a", "params": [1]}], TypeError, r"requests\[0\]\.params must be the arguments"),
        (
            [{"custom_id": "a", "params": {"model": "m"}}],
            ValueError,
            r"requests\[0\]\.params has no 'max_tokens', 'messages'",
        ),
        (
            [request("a"), request("b", max_tokens="9")],
            TypeError,
            r"requests\[1\]\.params\.max_tokens must be an int, not str '9'",
        ),
        ([request(max_tokens=-1)], ValueError, r"requests\[0\]\.params\.max_tokens must be at least 0"),
        ([request(max_tokens=0)], ValueError, r"requests\[0\]\.params\.max_tokens must not be 0: a batch needs"),
        ([request(stream=True)], ValueError, r"requests\[0\]\.params\.stream must not be True: a batch has no streams"),
        ([request(temperature=3)], ValueError, r"requests\[0\]\.params\.temperature must be from 0 to 1"),
        ([request(messages=[{"role": "user"}])], ValueError, r"requests\[0\]\.params\.messages\[0\] has no 'content'"),
        ([request(messages=[])], ValueError, r"requests\[0\]\.params\.messages must hold at least one message"),
        ([request(timeout=5)], ValueError, r"requests\[0\]\.params\.timeout is about one exchange"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(requests: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check_requests(requests)


def test_stream_false_is_no_fault_and_none_means_unset() -> None:
    sent = check_requests([request(stream=False, system=None, stop_sequences=None)])

    assert sent[0]["params"] == {**ASK, "stream": False, "system": None, "stop_sequences": None}


def test_a_batch_beyond_the_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_requests, "MOST_REQUESTS", 2)
    monkeypatch.setattr(batch_requests, "LARGEST_BATCH", 200)

    with pytest.raises(ValueError, match="may have 2 requests, not 3; make several batches"):
        encode_batch([request("a"), request("b"), request("c")], {})
    with pytest.raises(ValueError, match="may have 256 MB"):
        encode_batch([request("a", system="s" * 200)], {})


def test_extra_fields_are_laid_over_the_body() -> None:
    extra: Mapping[str, Any] = {"brand_new": {"a": 1}}

    assert json.loads(encode_batch([request()], extra))["brand_new"] == {"a": 1}
