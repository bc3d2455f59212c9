"""An option that was added works wherever options do: argument, copy, `with_options`, environment, pickle, signature."""

from __future__ import annotations

import inspect
import pickle

import pytest

import tercet

KEY = "sk-ant-" + "k" * 20


def agent(client: tercet.Anthropic | tercet.AsyncAnthropic) -> str:
    return client.default_headers["User-Agent"]


@pytest.mark.parametrize("cls", [tercet.Anthropic, tercet.AsyncAnthropic])
def test_the_option_is_an_argument_and_copies_keep_or_change_it(
    cls: type[tercet.Anthropic], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = cls(api_key=KEY, application="shop/1.2")

    assert agent(client).endswith(" shop/1.2")
    assert agent(client.copy()).endswith(" shop/1.2")
    assert agent(client.with_options(application="shop/1.3")).endswith(" shop/1.3")
    assert not agent(cls(api_key=KEY)).endswith("shop/1.2")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    assert agent(pickle.loads(pickle.dumps(client))).endswith(" shop/1.2")


def test_the_environment_is_asked_when_nobody_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERCET_APPLICATION", "from-outside")

    assert agent(tercet.Anthropic(api_key=KEY)).endswith(" from-outside")
    assert agent(tercet.Anthropic(api_key=KEY, application="given")).endswith(" given")


@pytest.mark.parametrize("value", ["", "a\r\nX-Evil: 1", "ä", 5])
def test_a_bad_value_is_refused_in_one_sentence(value: object) -> None:
    with pytest.raises(ValueError, match="application must be a name such as"):
        tercet.Anthropic(api_key=KEY, application=value)


def test_the_signature_shows_it_and_the_local_api_sees_it() -> None:
    assert inspect.signature(tercet.Anthropic).parameters["application"].default is None
    with tercet.local_api() as api, api.client(application="shop/1.2") as client:
        client.messages.create(model="claude-opus-4-6", max_tokens=5, messages=[{"role": "user", "content": "Hi"}])
        assert client.default_headers["user-agent"].endswith(" shop/1.2")
