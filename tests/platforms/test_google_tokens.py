"""Google's tokens: fetched once, renewed in time, off the loop, and failures told apart."""

from __future__ import annotations

import threading
from typing import Any

import google.auth
import google.auth.credentials
import google.auth.exceptions
import httpx2
import pytest

from tercet.platforms.google_tokens import SCOPE, GoogleTokens, RequestOverHttpx2
from tercet.transport.base import Lost
from tercet.wire.errors import CredentialsError


class Credentials(google.auth.credentials.Credentials):
    """Credentials of a test: every refresh gives the next token, or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.refreshed = 0
        self.run_out = False
        self.failure = failure

    @property
    def expired(self) -> bool:
        return self.run_out

    def refresh(self, request: Any) -> None:
        if self.failure is not None:
            raise self.failure
        self.refreshed += 1
        self.run_out = False
        self.token = f"token-{self.refreshed}"


def test_a_token_is_fetched_once_and_again_when_it_ran_out() -> None:
    credentials = Credentials()
    tokens = GoogleTokens(credentials)

    seen = [tokens.token(), tokens.token(), tokens.ready]
    credentials.run_out = True

    assert [*seen, tokens.ready, tokens.token()] == ["token-1", "token-1", True, False, "token-2"]


def test_many_threads_make_one_refresh() -> None:
    credentials = Credentials()
    tokens = GoogleTokens(credentials)
    threads = [threading.Thread(target=tokens.token) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert credentials.refreshed == 1


def test_default_credentials_bring_their_project(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def default(scopes: Any = None) -> Any:
        asked.append(scopes)
        return Credentials(), "project-of-mine"

    monkeypatch.setattr(google.auth, "default", default)
    tokens = GoogleTokens()

    assert (tokens.project_of_defaults(), tokens.token()) == ("project-of-mine", "token-1")
    assert asked == [[SCOPE]]


def test_no_default_credentials_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def default(scopes: Any = None) -> Any:
        raise google.auth.exceptions.DefaultCredentialsError("none here")

    monkeypatch.setattr(google.auth, "default", default)

    with pytest.raises(CredentialsError, match="none here"):
        GoogleTokens().token()


@pytest.mark.parametrize(
    "failure",
    [google.auth.exceptions.TransportError("no route"), google.auth.exceptions.RefreshError("busy", retryable=True)],
)
def test_a_token_server_that_is_not_reached_may_be_asked_again(failure: Exception) -> None:
    lost = GoogleTokens(Credentials(failure)).token()

    assert isinstance(lost, Lost)
    assert (lost.kind, lost.phase, lost.cause) == ("connect", "not_sent", failure)


def test_a_refusal_is_final() -> None:
    with pytest.raises(CredentialsError, match="invalid_grant"):
        GoogleTokens(Credentials(google.auth.exceptions.RefreshError("invalid_grant"))).token()


def test_requests_for_tokens_go_over_httpx2(monkeypatch: pytest.MonkeyPatch) -> None:
    def sent(method: str, url: str, **named: Any) -> httpx2.Response:
        return httpx2.Response(200, content=f"{method} {url} {named['content']}".encode(), headers={"x": "1"})

    monkeypatch.setattr(httpx2, "request", sent)
    answer = RequestOverHttpx2()("https://oauth2.example/token", "POST", body=b"grant", headers={"a": "b"})

    assert (answer.status, answer.data, answer.headers["x"]) == (
        200,
        b"POST https://oauth2.example/token b'grant'",
        "1",
    )


def test_a_failed_request_for_a_token_is_googles_transport_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def sent(method: str, url: str, **named: Any) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    monkeypatch.setattr(httpx2, "request", sent)

    with pytest.raises(google.auth.exceptions.TransportError, match="refused"):
        RequestOverHttpx2()("https://oauth2.example/token")


def test_no_token_shows() -> None:
    tokens = GoogleTokens(Credentials())
    tokens.token()

    assert "token-1" not in repr(tokens)
