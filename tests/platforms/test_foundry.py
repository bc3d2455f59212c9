"""Requests to Foundry: the API's own, with the credentials that Foundry takes."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.platforms.foundry import Foundry, base_url_of
from tercet.wire.errors import CredentialsError
from tercet.wire.http import Headers, Request

BASE = base_url_of("my-resource")


def request(**headers: str) -> Request:
    return Request("POST", f"{BASE}/v1/messages", Headers(headers), b'{"model":"m"}')


def test_a_resource_has_its_host() -> None:
    assert BASE == "https://my-resource.services.ai.azure.com/anthropic"


@pytest.mark.parametrize("resource", ["", "a.evil.example/", "a b", "-a", "a/", "a" * 64, None])
def test_a_resource_cannot_lead_elsewhere(resource: Any) -> None:
    with pytest.raises(ValueError, match="resource"):
        base_url_of(resource)


def test_a_key_goes_out_under_both_names() -> None:
    made = Foundry().shape(request(**{"x-api-key": "k"}), BASE)

    assert (made.headers["x-api-key"], made.headers["api-key"], made.content) == ("k", "k", b'{"model":"m"}')


def test_a_key_goes_to_no_other_host() -> None:
    asked = Request("GET", "https://elsewhere.example/x", Headers({"x-api-key": "k"}))

    assert Foundry().shape(asked, BASE) is asked


def test_the_provider_is_asked_for_every_request() -> None:
    tokens = iter(["one", "two"])
    foundry = Foundry(lambda: next(tokens))
    made = [foundry.authorise(request()) for _ in range(2)]

    assert [each.headers["authorization"] for each in made if isinstance(each, Request)] == ["Bearer one", "Bearer two"]


def test_a_header_of_the_callers_own_wins() -> None:
    asked = request(authorization="Bearer mine")

    assert Foundry(lambda: "theirs").authorise(asked) is asked


@pytest.mark.anyio
async def test_a_provider_may_be_async_or_not() -> None:
    async def later() -> str:
        return "later"

    made = [await Foundry(each).authorise_async(request()) for each in (later, lambda: "now", lambda: later())]

    assert [each.headers["authorization"] for each in made if isinstance(each, Request)] == [
        "Bearer later",
        "Bearer now",
        "Bearer later",
    ]


@pytest.mark.parametrize("token", ["", None, 5])
def test_a_provider_without_a_token_is_an_error_that_does_not_show_what_it_gave(token: Any) -> None:
    with pytest.raises(CredentialsError, match="azure_ad_token_provider must return a token"):
        Foundry(lambda: token).authorise(request())


def test_an_async_provider_in_a_blocking_client_is_told() -> None:
    async def later() -> str:
        return "later"

    with pytest.raises(CredentialsError, match="coroutine"):
        Foundry(later).authorise(request())
