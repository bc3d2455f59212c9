"""Settings as plain values, as command lines and files have them, and what is said to those that mean nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tercet.server.limits.overload import overload_of
from tercet.server.limits.rates import KeyLimits
from tercet.server.limits.spending import SpendLimit
from tercet.server.run import LocalServer
from tercet.server.settings import ServerSettings

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}


def given(**settings: Any) -> ServerSettings:
    return ServerSettings(**settings)


def test_limits_may_be_given_as_plain_values() -> None:
    assert given(rate_limits={"requests": 2}).rate_limits == KeyLimits(requests=2)
    assert given(rate_limits=None).rate_limits is None
    assert given(spend_limit=5).spend_limit == SpendLimit(5)
    assert given(spend_limit=Decimal("0.5")).spend_limit == SpendLimit(Decimal("0.5"))
    assert given(spend_limit={"usd": 5, "kind": "credit"}).spend_limit == SpendLimit(5, "credit")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rate_limits": {"rpm": 2}}, "rate_limits holds 'rpm'; known are requests, input_tokens"),
        ({"rate_limits": {"requests": 0}}, "rate_limits: requests is 0; a whole number above 0 is expected"),
        ({"rate_limits": {"requests": "2"}}, "rate_limits: requests is '2'"),
        ({"rate_limits": {"requests": True}}, "rate_limits: requests is True"),
        ({"spend_limit": -1}, "spend_limit is -1; an amount of US dollars is expected"),
        ({"spend_limit": float("nan")}, "spend_limit is nan"),
        (
            {"spend_limit": {"usd": 1, "kind": "mine"}},
            "spend_limit: kind is 'mine'; known are tier, contract, own, workspace, credit",
        ),
        ({"spend_limit": {"eur": 1}}, "spend_limit holds 'eur'; known are usd, kind"),
        ({"spend_limit": "much"}, "spend_limit is 'much'"),
        ({"overloaded": 2}, "overloaded is 2; a share of the requests is expected, from 0 to 1, or a function"),
        ({"overloaded": "often"}, "overloaded is 'often'"),
    ],
)
def test_values_that_mean_nothing_are_refused_by_name(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace("(", r"\(")):
        given(**settings)


def struck(seed: int) -> list[bool]:
    ask = overload_of(0.25, seed)
    assert ask is not None
    return [ask() for _ in range(400)]


def test_a_share_strikes_that_share_and_the_same_requests_for_the_same_seed() -> None:
    assert struck(1) == struck(1) != struck(2)
    assert 60 < sum(struck(1)) < 140
    assert overload_of(None, 1) is None


def test_a_server_overloaded_at_a_share_begins_anew_when_it_is_reset() -> None:
    with LocalServer(overloaded=0.5, seed=3) as server, httpx.Client(trust_env=False, headers=HEADERS) as client:

        def statuses() -> list[int]:
            return [client.post(f"{server.base_url}/v1/messages", json=ASK).status_code for _ in range(20)]

        first = statuses()
        server.reset()
        assert set(first) == {200, 529}
        assert statuses() == first
