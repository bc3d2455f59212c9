"""Spend limits: what was spent by the catalog's prices, and the API's words when nothing is left."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tercet.server.limits.spending import Spending, SpendLimit
from tercet.server.run import LocalServer
from tercet.server.settings import ServerSettings

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}
NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
USAGE = {
    "input_tokens": 1000,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 1000,
    "service_tier": "standard",
}


def test_what_is_spent_is_added_up_by_key_and_month() -> None:
    spending = Spending(SpendLimit(Decimal("1")))
    settings = ServerSettings(clock=NOVEMBER.timestamp)
    spending.used("a", "claude-opus-5-5", USAGE, settings.now())
    spending.used("a", "claude-opus-5-5", USAGE, settings.now())
    assert spending.spent("a", NOVEMBER) == Decimal("0.048")  # 4 $ in and 20 $ out a million tokens
    assert spending.spent("b", NOVEMBER) == 0
    assert spending.spent("a", datetime(2026, 12, 1, tzinfo=UTC)) == 0


REGAIN = "You will regain access on 2026-12-01 at 00:00 UTC."
CASES: list[tuple[str, int, str, str, Any]] = [
    ("tier", 429, "rate_limit_error", "You have reached your API usage limits: ", "enforced_spend_limit_reached"),
    ("contract", 429, "rate_limit_error", "You have reached your API usage limits: ", "contract_spend_limit_reached"),
    ("own", 400, "invalid_request_error", f"You have reached your specified API usage limits. {REGAIN}", None),
    ("workspace", 400, "invalid_request_error", f"You have reached your specified workspace API usage limits. {REGAIN}", None),
    (
        "credit", 400, "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
        None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "status", "error_type", "start", "code"), CASES, ids=[case[0] for case in CASES])
def test_a_reached_limit_is_refused_as_the_api_refuses_it(
    kind: Any, status: int, error_type: str, start: str, code: str | None
) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(LocalServer(spend_limit=SpendLimit(0.000001, kind), clock=NOVEMBER.timestamp))
        client = stack.enter_context(httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False))
        first, second = (client.post("/v1/messages", json=ASK) for _ in range(2))
        other = client.post("/v1/messages", json=ASK, headers={"x-api-key": "another"})
        counted = client.post("/v1/messages/count_tokens", json={name: ASK[name] for name in ("model", "messages")})
    error = second.json()["error"]
    assert (first.status_code, other.status_code, second.status_code, error["type"]) == (200, 200, status, error_type)
    assert error["message"].startswith(start)
    assert error.get("details") == ({"error_code": code} if code else None)
    assert second.headers.get_list("x-should-retry") == ["false"]
    assert "retry-after" not in second.headers
    assert counted.status_code == (400 if kind == "credit" else 200)
