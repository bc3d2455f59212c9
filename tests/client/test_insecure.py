"""A key over plain HTTP or unchecked TLS: said once, when a client is about to send, and never an error."""

from __future__ import annotations

import ssl
import warnings
from typing import Any

import httpx
import httpx2
import pytest
from tests.client.scripted import ASK, JSON, KEY, MESSAGE, Blocking, Script

import tercet
from tercet.client import insecure
from tercet.client.insecure import is_this_machine, verifies_certificates
from tercet.local import LocalAPI
from tercet.transport.base import TransportSettings


@pytest.fixture(autouse=True)
def _spoken_and_nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERCET_ADVICE")
    monkeypatch.setattr(insecure, "_told", set())


def ask(**options: Any) -> tercet.Anthropic:
    """A client that asks once, over a transport that reaches nobody."""
    client = tercet.Anthropic(api_key=KEY, **{"http_client": Blocking(Script((200, JSON, MESSAGE))), **options})
    client.messages.create(**ASK)
    return client


def said(**options: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        ask(**options)
    return [str(each.message) for each in seen]


def test_plain_http_to_another_machine_is_a_warning_that_points_at_the_callers_line() -> None:
    with pytest.warns(tercet.ExposedConnectionWarning, match="gateway.example go over plain HTTP") as seen:
        ask(base_url="http://gateway.example:8080")

    assert seen[0].filename == __file__
    assert KEY not in str(seen[0].message)


def test_it_is_said_once_for_an_origin_however_many_clients_there_are() -> None:
    assert len(said(base_url="http://gateway.example")) == 1
    assert said(base_url="http://gateway.example") == []
    assert len(said(base_url="http://another.example")) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8787", "http://127.9.9.9", "http://[::1]:1", "http://localhost", "http://api.localhost"]
)
def test_this_machine_and_https_are_silent(url: str) -> None:
    assert said(base_url=url) == []
    assert said(base_url="https://gateway.example") == []


@pytest.mark.parametrize(
    "host", ["", "10.0.0.1", "example.com", "localhost.example", "127.0.0.1.example", "::2", "0.0.0.0"]
)
def test_other_machines_are_not_taken_for_this_one(host: str) -> None:
    assert not is_this_machine(host)


def test_it_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERCET_ADVICE", "0")

    assert said(base_url="http://gateway.example") == []


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_client_object_that_checks_no_certificates_is_noticed(library: Any) -> None:
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    for verify, checks in ((False, False), (unchecked, False), (True, True), (ssl.create_default_context(), True)):
        with library.Client(verify=verify) as client:
            assert verifies_certificates(client) is checks


def test_so_are_settings_of_our_own_transport_and_what_cannot_be_told_is_trusted() -> None:
    assert not verifies_certificates(TransportSettings(verify=False))
    assert verifies_certificates(TransportSettings())
    assert verifies_certificates(object())


def test_such_a_client_is_a_warning_where_the_api_itself_is_asked() -> None:
    with httpx.Client(verify=False) as unchecked:
        client = tercet.Anthropic(api_key=KEY, http_client=unchecked)
        with pytest.warns(tercet.ExposedConnectionWarning, match=r"api.anthropic.com checks no certificates"):
            client._transport  # noqa: B018 - made when the first request goes out


def test_requests_to_the_local_api_say_nothing() -> None:
    with LocalAPI() as api, warnings.catch_warnings():
        warnings.simplefilter("error")
        with httpx.Client(verify=False) as mine:
            api.client(http_client=mine).messages.create(**ASK)
