"""Defaults of a client: for every call that takes them, and what a call says wins."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

import tercet

ASK: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello"}]}
DEFAULTS = {"model": "claude-haiku-4-5", "max_tokens": 64, "system": "Be brief."}


@pytest.fixture(scope="module")
def server() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        yield api


@pytest.fixture
def api(server: tercet.LocalAPI) -> tercet.LocalAPI:
    server.reset()
    return server


def sent(api: tercet.LocalAPI) -> dict[str, Any]:
    entry = api.journal.last()
    assert entry is not None
    body: dict[str, Any] = entry.json
    return body


def read_stream(client: Any) -> None:
    with client.messages.stream(**ASK) as stream:
        stream.until_done()


CALLS = {
    "create": lambda client: client.messages.create(**ASK),
    "create streamed": lambda client: list(client.messages.create(**ASK, stream=True)),
    "stream": read_stream,
    "parse": lambda client: client.messages.parse(**ASK),
    "beta create": lambda client: client.beta.messages.create(**ASK),
    "raw create": lambda client: client.messages.with_raw_response.create(**ASK),
    "tool runner": lambda client: client.beta.messages.tool_runner(**ASK, tools=[]).until_done(),
}


@pytest.mark.parametrize("call", CALLS)
def test_every_call_for_a_message_has_the_defaults(api: tercet.LocalAPI, call: str) -> None:
    CALLS[call](api.client(defaults=DEFAULTS))

    assert {name: sent(api)[name] for name in DEFAULTS} == DEFAULTS


def test_a_call_takes_of_the_defaults_what_it_knows(api: tercet.LocalAPI) -> None:
    client = api.client(defaults={**DEFAULTS, "betas": ["context-1m-2025-08-07"]})

    assert client.messages.count_tokens(**ASK).input_tokens > 0
    assert client.messages.create(**ASK).model.startswith("claude-haiku-4-5")
    assert client.estimate(**ASK).model == "claude-haiku-4-5"


def test_the_requests_of_a_batch_have_the_defaults(api: tercet.LocalAPI) -> None:
    client = api.client(defaults=DEFAULTS)
    client.messages.batches.create(requests=[{"custom_id": "a", "params": {**ASK, "max_tokens": 7}}])

    assert sent(api)["requests"][0]["params"] == {**DEFAULTS, **ASK, "max_tokens": 7}


def test_what_a_call_says_wins(api: tercet.LocalAPI) -> None:
    client = api.client(defaults=DEFAULTS)
    client.messages.create(**ASK, max_tokens=7, system=tercet.omit)

    assert sent(api)["max_tokens"] == 7
    assert "system" not in sent(api)
    client.messages.create(**ASK, max_tokens=tercet.not_given)
    assert sent(api)["max_tokens"] == 64


def test_a_copy_adds_to_them_and_a_pickle_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-" + "k" * 20)
    token = "a-token-of-an-mcp-server"
    servers = [{"type": "url", "url": "https://a.example", "name": "a", "authorization_token": token}]
    client = tercet.Anthropic(defaults={**DEFAULTS, "mcp_servers": servers}).with_options(defaults={"max_tokens": 9})

    assert client._settings.defaults["model"] == "claude-haiku-4-5"
    assert client._settings.defaults["max_tokens"] == 9
    assert token not in repr(vars(client))
    assert token.encode() not in pickle.dumps(client)
    assert dict(pickle.loads(pickle.dumps(client))._settings.defaults) == {**DEFAULTS, "max_tokens": 9}


@pytest.mark.parametrize(
    ("defaults", "says"),
    [
        ({"max_token": 5}, "did you mean 'max_tokens'"),
        ({"messages": []}, "'messages'"),
        ({"extra_headers": {"a": "b"}}, "the client has options for that"),
        ({"max_tokens": "many"}, r"defaults\['max_tokens'\] must be an int"),
        (["model"], "must be a dict"),
    ],
)
def test_what_is_no_default_is_refused(defaults: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        tercet.Anthropic(api_key="k" * 20, defaults=defaults)
