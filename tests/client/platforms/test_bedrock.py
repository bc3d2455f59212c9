"""Claude on Bedrock, from arguments to answers: golden frames, both worlds, credentials that stay hidden."""

from __future__ import annotations

import json
import pickle
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from tests.client.platforms.clouds import AWS, cloud
from tests.client.scripted import ASK, JSON, MESSAGE, Script
from tests.platforms.frames import FRAMES, METRICS, chunk, exception

import tercet
from tercet.local import LocalAPI
from tercet.transport.base import Lost

AMAZON = {"content-type": "application/vnd.amazon.eventstream", "x-amzn-requestid": "id-1"}
REFUSED = {"content-type": "application/json", "x-amzn-errortype": "ThrottlingException", "x-amzn-requestid": "id-2"}
MODEL = "anthropic.claude-sonnet-4-6"
BEDROCK_ASK = {**ASK, "model": MODEL}


def bedrock(script: Script, **options: Any) -> Any:
    return cloud("AnthropicBedrock", script, **{**AWS, **options})


def async_bedrock(script: Script, **options: Any) -> Any:
    return cloud("AsyncAnthropicBedrock", script, **{**AWS, **options})


def test_a_streamed_answer_is_read_from_its_frames() -> None:
    script = Script((200, AMAZON, FRAMES))
    with bedrock(script).messages.stream(**BEDROCK_ASK) as stream:
        texts = list(stream.text_stream)
        message = stream.get_final_message()

    assert (texts, message.stop_reason, message.usage.output_tokens) == (["Hel", "lo"], "end_turn", 6)
    assert (stream.request_id, message._request_id) == ("id-1", "id-1")
    assert script.streams[0].closed


def test_raw_events_keep_amazons_metrics() -> None:
    script = Script((200, AMAZON, [b"".join(FRAMES)]))
    events = list(bedrock(script).messages.create(**BEDROCK_ASK, stream=True))

    assert [event.type for event in events][-2:] == ["message_delta", "message_stop"]
    assert events[-1]["amazon-bedrock-invocationMetrics"] == METRICS


@pytest.mark.anyio
async def test_the_async_client_reads_the_same() -> None:
    script = Script((200, AMAZON, [each[at : at + 5] for each in FRAMES for at in range(0, len(each), 5)]))
    async with async_bedrock(script).messages.stream(**BEDROCK_ASK) as stream:
        assert await stream.get_final_text() == "Hello"


@pytest.mark.parametrize("kept", range(1, 7))
def test_a_stream_without_its_end_is_an_error_with_the_part(kept: int) -> None:
    script = Script((200, AMAZON, FRAMES[:kept]))
    with bedrock(script).messages.stream(**BEDROCK_ASK) as stream:
        if kept == 6:  # the stop_reason came: the answer is whole
            assert stream.get_final_text() == "Hello"
            return
        with pytest.raises(tercet.IncompleteStreamError) as raised:
            stream.get_final_message()

    assert raised.value.partial_message.id == "msg_bdrk_01A"


@pytest.mark.parametrize("broken", [FRAMES[3][:-1] + b"?", FRAMES[3][:20], b"rubbish rubbish rubbish"])
def test_a_broken_frame_ends_the_stream_with_an_error(broken: bytes) -> None:
    script = Script((200, AMAZON, [*FRAMES[:3], broken]))
    with bedrock(script).messages.stream(**BEDROCK_ASK) as stream, pytest.raises(tercet.APIError) as raised:
        stream.until_done()

    assert raised.value.partial_message.content[0].text == "Hel"
    assert script.streams[0].closed


def test_a_broken_connection_stays_one() -> None:
    script = Script((200, AMAZON, [*FRAMES[:3], Lost("read", "cut", "reset by peer")]))
    with (
        bedrock(script).messages.stream(**BEDROCK_ASK) as stream,
        pytest.raises(tercet.IncompleteStreamError, match="reset by peer"),
    ):
        stream.until_done()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("throttlingException", tercet.RateLimitError),
        ("serviceUnavailableException", tercet.OverloadedError),
        ("validationException", tercet.BadRequestError),
        ("modelTimeoutException", tercet.GatewayTimeoutError),
        ("modelStreamErrorException", tercet.InternalServerError),
        ("somethingNewException", tercet.APIStatusError),
    ],
)
def test_an_exception_in_the_stream_is_the_exception_that_the_api_would_raise(kind: str, expected: Any) -> None:
    script = Script((200, AMAZON, [*FRAMES[:3], exception(kind, "Too much at once.")]))
    with bedrock(script).messages.stream(**BEDROCK_ASK) as stream, pytest.raises(expected) as raised:
        stream.until_done()

    assert type(raised.value) is expected
    assert (raised.value.api_message, raised.value.body["error"]["code"]) == ("Too much at once.", kind)
    assert raised.value.partial_message.content[0].text == "Hel"


def test_frames_read_whole_are_read_too() -> None:
    script = Script((200, AMAZON, b"".join(FRAMES)))

    events = list(bedrock(script).messages.create(**BEDROCK_ASK, stream=True))
    assert [event.type for event in events[:2]] == ["message_start", "content_block_start"]


def test_an_error_has_amazons_words_in_the_apis_places() -> None:
    script = Script((429, REFUSED, b'{"message":"Too many requests."}'))
    with pytest.raises(tercet.RateLimitError) as raised:
        bedrock(script).messages.create(**BEDROCK_ASK)

    error = raised.value
    assert (error.type, error.api_message, error.request_id) == ("rate_limit_error", "Too many requests.", "id-2")


def test_a_raw_response_of_a_stream_can_be_parsed() -> None:
    script = Script((200, AMAZON, FRAMES))
    response = bedrock(script).messages.with_raw_response.create(**BEDROCK_ASK, stream=True)

    assert [event.type for event in response.parse()][-1] == "message_stop"
    assert response.request_id == "id-1"


def test_each_attempt_is_signed_anew() -> None:
    script = Script((429, REFUSED, b"{}"), (200, JSON, MESSAGE))
    client = bedrock(script, max_retries=1, middleware=[lambda request, call_next: call_next(request)])
    client._policy = tercet.flow.retry.RetryPolicy(max_retries=1, first_delay=0)  # type: ignore[attr-defined]
    client.messages.create(**BEDROCK_ASK)

    first, second = (request.headers["authorization"] for request in script.sent)
    assert ("x-stainless-retry-count" in first, "x-stainless-retry-count" in second) == (False, True)


def test_what_a_middleware_changes_is_signed() -> None:
    def marked(request: Any, call_next: Any) -> Any:
        assert "authorization" not in request.headers
        return call_next(request.copy(headers={"x-team": "blue"}))

    script = Script((200, JSON, MESSAGE))
    bedrock(script, middleware=[marked]).messages.create(**BEDROCK_ASK)

    assert ";x-team," in script.sent[0].headers["authorization"]


def test_a_bedrock_key_takes_the_place_of_a_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "from-the-environment")
    script = Script((200, JSON, MESSAGE))
    for options in ({}, {"api_key": "given"}, {**AWS}):
        cloud("AnthropicBedrock", script, **{"aws_region": "us-east-1", **options}).messages.create(**BEDROCK_ASK)

    seen = [request.headers["authorization"].partition(",")[0] for request in script.sent]
    assert seen[:2] == ["Bearer from-the-environment", "Bearer given"]
    assert seen[2].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")


def test_a_key_and_aws_credentials_are_not_both_taken() -> None:
    with pytest.raises(ValueError, match="not both"):
        tercet.AnthropicBedrock(api_key="k", **AWS)


def test_the_claude_apis_own_key_and_address_stay_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary-0123456789")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "canary-token-0123456789")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://elsewhere.example")
    script = Script((200, JSON, MESSAGE))
    client = bedrock(script)
    client.copy(timeout=3).messages.create(**BEDROCK_ASK)

    request = script.sent[0]
    assert request.url.startswith("https://bedrock-runtime.us-east-1.amazonaws.com/model/")
    assert "canary-0123" not in str(request.headers.multi_items()).replace(AWS["aws_secret_key"], "")
    assert "x-api-key" not in request.headers


def test_the_base_url_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BEDROCK_BASE_URL", "https://gateway.example/bedrock/")

    assert tercet.AnthropicBedrock(**AWS).base_url == "https://gateway.example/bedrock/"


def test_the_official_sdks_order_of_arguments_is_taken() -> None:
    client = tercet.AnthropicBedrock("secret", "AKID", "eu-west-1")

    assert (client.aws_secret_key, client.aws_access_key, client.aws_region) == ("secret", "AKID", "eu-west-1")


def test_a_copy_in_another_region_goes_there() -> None:
    client = tercet.AnthropicBedrock(**AWS, model_hint="claude-opus-4-6")
    moved = client.copy(aws_region="eu-west-3", max_retries=5)
    kept = tercet.AnthropicBedrock(**AWS, base_url="https://gateway.example").copy(aws_region="eu-west-3")

    assert (moved.base_url, moved.aws_region, moved.max_retries) == (
        "https://bedrock-runtime.eu-west-3.amazonaws.com",
        "eu-west-3",
        5,
    )
    assert (moved.aws_access_key, moved.model_behind("arn:aws:x/abc")) == ("AKIDEXAMPLE", "claude-opus-4-6")
    assert (kept.base_url, client.aws_region) == ("https://gateway.example", "us-east-1")


def test_a_copy_may_change_its_credentials() -> None:
    script = Script((200, JSON, MESSAGE))
    client = bedrock(script)
    client.copy(aws_access_key="AKIDOTHER", aws_secret_key="other").messages.create(**BEDROCK_ASK)
    client.with_options(api_key="bedrock-key").messages.create(**BEDROCK_ASK)
    client.copy(api_key="bedrock-key").copy(aws_access_key="AKID2", aws_secret_key="other").messages.create(
        **BEDROCK_ASK
    )
    client.messages.create(**BEDROCK_ASK)

    seen = [request.headers["authorization"].partition("/")[0] for request in script.sent]
    assert seen == [
        "AWS4-HMAC-SHA256 Credential=AKIDOTHER",
        "Bearer bedrock-key",
        "AWS4-HMAC-SHA256 Credential=AKID2",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE",
    ]


def test_policies_are_taken_as_by_every_client() -> None:
    client = tercet.AnthropicBedrock(**AWS, retry_quota=False, breaker=True)
    woken = pickle.loads(pickle.dumps(client))

    assert (client.retry_quota, woken.retry_quota, client.copy(timeout=1).retry_quota) == (None, None, None)
    with pytest.raises(TypeError, match="did you mean 'breaker'"):
        tercet.AnthropicBedrock(**AWS, braker=True)


def test_the_catalog_speaks_of_the_model_behind_an_arn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERCET_ADVICE", "1")
    script = Script((200, JSON, MESSAGE))
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
    ask = {**BEDROCK_ASK, "model": arn}
    bedrock(script).messages.create(**ask, temperature=0.5)  # nothing is known of this model

    with pytest.warns(DeprecationWarning, match="claude-3-5-sonnet-20241022.* was retired"):
        bedrock(script, model_hint={arn: "claude-3-5-sonnet-20241022"}).messages.create(**ask)


def test_the_bodys_version_is_not_taken_for_a_newer_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERCET_ADVICE", "1")
    bedrock(Script((200, JSON, MESSAGE))).messages.create(**BEDROCK_ASK, temperature=0.5)


def test_an_unknown_argument_of_copy_suggests_the_nearest() -> None:
    with pytest.raises(TypeError, match="max_retries"):
        tercet.AnthropicBedrock(**AWS).copy(max_retrys=1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.messages.batches.list(),
        lambda client: client.messages.batches.retrieve("msgbatch_1"),
        lambda client: client.beta.messages.batches.list(),
        lambda client: client.messages.count_tokens(model=MODEL, messages=ASK["messages"]),
        lambda client: client.beta.messages.count_tokens(model=MODEL, messages=ASK["messages"]),
        lambda client: client.count_tokens("text"),
        lambda client: client.models.list(),
        lambda client: client.models.retrieve("m"),
        lambda client: client.files.list(),
        lambda client: client.beta.files.delete("file_1"),
        lambda client: client.messages.create(
            **{
                **BEDROCK_ASK,
                "messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "x"}}]}],
            }
        ),
    ],
)
def test_what_bedrock_lacks_is_an_error_before_anything_is_sent(ask: Any) -> None:
    script = Script((200, JSON, MESSAGE))

    with pytest.raises(tercet.AnthropicError, match="Amazon Bedrock does not support"):
        ask(bedrock(script))

    assert script.sent == []


def test_other_operations_of_bedrock_can_be_called() -> None:
    script = Script((200, JSON, b'{"ok": true}'))
    made = bedrock(script).post(f"/model/{MODEL}/converse", cast_to=dict, body={"messages": []})

    assert (made, json.loads(script.sent[0].content)) == ({"ok": True}, {"messages": []})
    assert script.sent[0].headers["authorization"].startswith("AWS4-HMAC-SHA256 ")


def test_credentials_show_in_no_repr_pickle_or_traceback() -> None:
    script = Script((403, REFUSED, b'{"message":"no"}'))
    client = bedrock(script, aws_session_token="token-canary-0123456789")
    try:
        client.messages.create(**BEDROCK_ASK)
    except tercet.APIStatusError as error:
        shown = [traceback.format_exc(), repr(error.request), repr(vars(error)), repr(pickle.dumps(error))]
    shown += [repr(client), repr(pickle.dumps(tercet.AnthropicBedrock(**AWS))), repr(script.sent[0].headers)]
    shown += [repr(vars(client)), repr(vars(client._platform))]

    assert "canary" not in " ".join(shown)


def test_a_pickled_client_finds_its_credentials_where_it_wakes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pickle.loads(pickle.dumps(tercet.AnthropicBedrock(**AWS, max_retries=4, model_hint="claude-opus-4-6")))

    assert (made.aws_region, made.max_retries, made.aws_access_key) == ("us-east-1", 4, None)
    assert made.model_behind("arn:aws:x/abc") == "claude-opus-4-6"


@pytest.mark.anyio
async def test_credentials_are_looked_up_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    from tercet.platforms.aws_credentials import AmazonCredentials

    threads: list[threading.Thread] = []
    real = AmazonCredentials._find

    def seen(credentials: Any) -> Any:
        threads.append(threading.current_thread())
        return real(credentials)

    monkeypatch.setattr(AmazonCredentials, "_find", seen)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    script = Script((200, JSON, MESSAGE))
    await cloud("AsyncAnthropicBedrock", script, aws_region="us-east-1").messages.create(**BEDROCK_ASK)

    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    assert "Credential=AKIDENVIRONMENT/" in script.sent[0].headers["authorization"]


def test_without_botocore_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "botocore"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "botocore", None)

    with pytest.raises(tercet.AnthropicError, match=r"tercet\[bedrock\]"):
        bedrock(Script((200, JSON, MESSAGE))).messages.create(**BEDROCK_ASK)


@pytest.fixture(scope="module")
def api() -> Iterator[LocalAPI]:
    with tercet.local_api() as running:
        yield running


def test_the_local_api_answers_in_bedrocks_form(api: LocalAPI) -> None:
    with tercet.AnthropicBedrock(**AWS, base_url=api.base_url) as client:
        message = client.messages.create(**BEDROCK_ASK)
        with client.messages.stream(**BEDROCK_ASK) as stream:
            streamed = stream.get_final_message()
        with pytest.raises(tercet.NotFoundError) as raised:
            client.messages.create(**{**BEDROCK_ASK, "model": "anthropic.no-such-model"})

    assert message.id.startswith("msg_bdrk_")
    assert (streamed.content, streamed.usage.output_tokens) == (message.content, message.usage.output_tokens)
    assert raised.value.type == "not_found_error"


@pytest.mark.anyio
async def test_the_local_api_answers_the_async_client(api: LocalAPI) -> None:
    async with tercet.AsyncAnthropicBedrock(**AWS, base_url=api.base_url) as client:
        async with client.messages.stream(**BEDROCK_ASK) as stream:
            streamed = await stream.get_final_message()
        message = await client.messages.create(**BEDROCK_ASK)

    assert streamed.content == message.content


def test_an_unknown_event_passes() -> None:
    script = Script((200, AMAZON, [*FRAMES[:1], chunk({"type": "brand_new", "a": 1}), *FRAMES[1:]]))
    events = list(bedrock(script).messages.create(**BEDROCK_ASK, stream=True))

    assert events[1].to_dict() == {"type": "brand_new", "a": 1}
