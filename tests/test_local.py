"""local_api(): a real server in the background, and clients that talk to it."""

from __future__ import annotations

import pytest

import tercet

ASK = {"model": "claude-sonnet-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}


def test_a_client_and_a_server_talk_over_a_real_socket() -> None:
    with tercet.local_api() as api, api.client() as client:
        message = client.messages.create(**ASK)  # type: ignore[call-overload]

    assert message.content[0].text
    assert message._request_id.startswith("req_")


@pytest.mark.anyio
async def test_so_does_the_async_client() -> None:
    with tercet.local_api() as api:
        async with api.async_client() as client, client.messages.stream(**ASK) as stream:  # type: ignore[arg-type]
            text = "".join([piece async for piece in stream.text_stream])

    assert text


def test_several_serve_at_once_on_ports_of_their_own() -> None:
    with tercet.local_api() as one, tercet.local_api() as other:
        assert one.base_url != other.base_url
        for api in (one, other):
            with api.client() as client:
                assert client.models.list(limit=1).data


def test_the_server_is_gone_afterwards() -> None:
    with tercet.local_api() as api:
        client = api.client(max_retries=0)

    with client, pytest.raises(tercet.APIConnectionError, match=r"127\.0\.0\.1"):
        client.messages.create(**ASK)  # type: ignore[call-overload]


def test_its_clients_use_a_key_that_it_lets_in() -> None:
    with tercet.local_api(keys=["sk-ant-team"]) as api:
        with api.client() as client:
            assert client.models.list(limit=1).data
        with api.client(api_key="sk-ant-other") as stranger, pytest.raises(tercet.AuthenticationError):
            stranger.models.list()


def test_limits_are_plain_values() -> None:
    settings = {"rate_limits": {"requests": 1}, "spend_limit": 5, "overloaded": 0}
    with tercet.local_api(**settings) as api, api.client(max_retries=0) as client:
        client.messages.create(**ASK)  # type: ignore[call-overload]
        with pytest.raises(tercet.RateLimitError):
            client.messages.create(**ASK)  # type: ignore[call-overload]
