"""The official SDK meets scripted answers and faults as it would meet them in production, and does what it does there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.official import run_official

from tercet.server.run import LocalServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MEET = """
import warnings
ask = dict(model="claude-sonnet-4-6", max_tokens=100, messages=[{"role": "user", "content": "Hello"}])
def name(fault, stream=False):
    headers = {"tercet-fault": fault} if fault else {}
    try:
        if stream:
            with client.messages.stream(**ask, extra_headers=headers) as found:
                return found.get_final_message().stop_reason
        return client.messages.create(**ask, extra_headers=headers).content[0].text
    except Exception as error:
        return type(error).__name__
result = [name(*each) for each in given["faults"]]
"""


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with LocalServer(faults=["header"], journal=True) as running:
        yield running


def met(server: LocalServer, *faults: tuple[str, bool]) -> Any:
    return run_official(MEET, server.base_url, faults=faults)


def test_scripted_answers_are_messages_to_it(server: LocalServer) -> None:
    server.queue("First", {"thinking": "Hm.", "text": "Second", "stop_reason": "max_tokens"})
    assert met(server, ("", False), ("", True)) == ["First", "max_tokens"]


def test_faults_are_the_errors_that_it_raises_for_them(server: LocalServer) -> None:
    asked = [
        ("rst", False), ("fin@20", False), ("status:429", False), ("529", False), ("html:502", False),
        ("error@event:2:overloaded_error", True), ("garbage:tls", False), ("corrupt@30", False), ("body:array", False),
    ]  # fmt: skip
    connection = "APIConnectionError"
    found = met(server, *asked)
    assert found[:4] == [connection, connection, "RateLimitError", "OverloadedError"]
    assert found[4] == "InternalServerError"
    assert found[5] in ("APIStatusError", "OverloadedError")
    assert found[6] == connection
    server.journal.settled()
    assert [entry.fault for entry in server.journal] == [fault for fault, _ in asked]


def test_its_retries_are_seen_in_the_journal(server: LocalServer) -> None:
    server.fault("x2 status:529,retry-after-ms=1")
    program = "message = client.with_options(max_retries=2).messages.create(model='claude-sonnet-4-6', max_tokens=9, messages=[{'role': 'user', 'content': 'Hello'}])\nresult = message.type"
    assert run_official(program, server.base_url) == "message"
    server.journal.settled()
    assert [entry.status for entry in server.journal] == [529, 529, 200]
    assert [entry.headers.get("x-stainless-retry-count") for entry in server.journal] == ["0", "1", "2"]
