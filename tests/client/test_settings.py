"""Arguments, then environment, then defaults; and every value checked when the client is made."""

from __future__ import annotations

import pickle
from typing import Any

import httpx
import pytest

from tercet.client.anthropic import Anthropic, AsyncAnthropic
from tercet.client.overrides import query_string
from tercet.wire.http import Timeout
from tercet.wire.requests.sentinels import omit

KEY = "sk-ant-canary-0123456789abcdef"


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)

    assert Anthropic().api_key == KEY


def test_an_argument_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)

    client = Anthropic(auth_token="token-of-mine")

    assert (client.api_key, client.auth_token) == (None, "token-of-mine")
    assert client.default_headers["authorization"] == "Bearer token-of-mine"
    assert "x-api-key" not in client.default_headers


def test_base_url_and_headers_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:8787/")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Team: blue\nX-Area: north")

    client = Anthropic(api_key=KEY)

    assert client.base_url == "http://127.0.0.1:8787"
    assert (client.default_headers["x-team"], client.default_headers["x-area"]) == ("blue", "north")


def test_the_defaults_are_those_of_the_official_sdk() -> None:
    client = Anthropic(api_key=KEY)

    assert client.base_url == "https://api.anthropic.com"
    assert client.timeout == Timeout(600, connect=5)
    assert client.max_retries == 2
    assert client.default_headers["anthropic-version"] == "2023-06-01"


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"api_key": "a\nb"}, ValueError, "api_key"),
        ({"api_key": 5}, TypeError, "api_key must be a string"),
        ({"api_key": KEY, "auth_token": "t"}, ValueError, "not both"),
        ({"max_retries": -1}, ValueError, "max_retries must be at least 0"),
        ({"max_retries": None}, TypeError, "max_retries must be an int"),
        ({"max_retries": True}, TypeError, "max_retries must be an int"),
        ({"timeout": "fast"}, TypeError, "timeout must be seconds"),
        ({"timeout": -5}, ValueError, "timeout"),
        ({"base_url": "api.anthropic.com"}, ValueError, "base_url must be like"),
        ({"base_url": "ftp://host"}, ValueError, "base_url must be like"),
        ({"base_url": "https://host/\r\nx"}, ValueError, "control character"),
        ({"default_headers": {"x-a": "1\r\nx-b: 2"}}, ValueError, "x-a"),
        ({"deadline": "soon"}, TypeError, "deadline"),
    ],
)
def test_a_wrong_setting_is_refused_when_the_client_is_made(
    arguments: dict[str, Any], error: type[Exception], says: str
) -> None:
    for client in (Anthropic, AsyncAnthropic):
        with pytest.raises(error, match=says):
            client(**arguments)


def test_timeouts_of_httpx_are_taken() -> None:
    assert Anthropic(api_key=KEY, timeout=httpx.Timeout(60.0, connect=5.0)).timeout == Timeout(60, connect=5)


def test_a_copy_changes_what_it_is_told_and_keeps_the_rest() -> None:
    client = Anthropic(api_key=KEY, max_retries=1, default_headers={"X-Team": "blue"})

    copy = client.with_options(timeout=9, default_headers={"X-Area": "north"})

    assert (copy.api_key, copy.max_retries, copy.timeout) == (KEY, 1, Timeout(9))
    assert (copy.default_headers["x-team"], copy.default_headers["x-area"]) == ("blue", "north")
    assert client.timeout == Timeout(600, connect=5)


def test_a_copy_refuses_unknown_settings() -> None:
    with pytest.raises(TypeError, match="did you mean 'max_retries'"):
        Anthropic(api_key=KEY).copy(max_retry=3)


def test_a_default_header_can_be_omitted() -> None:
    client = Anthropic(api_key=KEY, default_headers={"User-Agent": omit})

    assert "user-agent" not in client.default_headers


def test_no_client_shows_its_key() -> None:
    client = Anthropic(api_key=KEY, default_headers={"X-Auth": KEY})

    assert "canary" not in f"{client!r} {vars(client)} {client.default_headers!r} {pickle.dumps(client)!r}"


def test_a_client_pickles_as_its_configuration_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    client = pickle.loads(pickle.dumps(AsyncAnthropic(api_key=KEY, base_url="http://127.0.0.1:1", max_retries=0)))

    assert isinstance(client, AsyncAnthropic)
    assert (client.api_key, client.base_url, client.max_retries) == (None, "http://127.0.0.1:1", 0)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({}, ""),
        ({"limit": 5, "after_id": "a b"}, "?limit=5&after_id=a%20b"),
        ({"ids": ["x", "y"]}, "?ids[]=x&ids[]=y"),
        ({"on": True, "none": None}, "?on=true"),
    ],
)
def test_queries_are_written_as_the_api_reads_them(query: dict[str, Any], text: str) -> None:
    assert text == query_string(query)
