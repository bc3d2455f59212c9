"""Requests that no noun describes: classed by method and path, however it is spelled, and closed where in doubt."""

from __future__ import annotations

import pytest

from tercet.flow.kinds import kind_of


@pytest.mark.parametrize(
    "path",
    [
        "/v1/messages",
        "/v1/messages/",
        "//v1//messages",
        "/v1/./messages",
        "/v1/models/../messages",
        "/v1/messages?beta=true",
        "/v1/messages?x=/v1/files",
        "/v1/messages#/../files",
        "/v1/%6dessages",
        "/V1/Messages",
        "/v1/messages;x=1",
        "messages",
        "/messages",
        "/gateway/v1/messages",
        "https://api.anthropic.com/v1/messages",
        "HTTP://localhost:1/a/v1/messages/",
    ],
)
def test_a_message_is_one_however_its_path_is_spelled(path: str) -> None:
    assert kind_of("POST", path, b"{}") == kind_of("post", path, b"") == "message"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/messages/batches", "batch"),
        ("/v1/messages/batches/", "batch"),
        ("/v1/complete", "completion"),
        ("//v1/complete?x", "completion"),
        ("/v1/messages/count_tokens", "free"),
        ("/gateway/v1/messages/count_tokens?beta=true", "free"),
        ("/v1/messages/batches/msgbatch_01/cancel", "free"),
        ("/v1/files", "free"),
        ("/v1/organizations/invites", "free"),
    ],
)
def test_what_is_known_is_what_it_is(path: str, kind: str) -> None:
    assert kind_of("POST", path, b"{}") == kind


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/v1/sessions",
        "/v1/chat/completions",
        "/model/anthropic.claude-sonnet-4-6/invoke",
        "/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-6:rawPredict",
        "/v1/messages%252Fcount_tokens",
        "/v1/messages%2Fcount_tokens",
        "/v1/messages/count_tokens/",
        "/v1/messages/count_tokens#x",
        "/v1/messages\\count_tokens",
        "/v1/messages/batches/../count_tokens",
        "/v1/organizations/../messages/x",
        "/v1/threads/7/messages",
        "/v1/messages\n",
    ],
)
def test_what_is_not_known_to_be_free_is_unknown(path: str) -> None:
    assert kind_of("POST", path, b"{}") in ("unknown", "batch" if path.endswith("batches") else "unknown")


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS", "get"])
def test_who_reads_or_deletes_asks_no_model(method: str) -> None:
    assert kind_of(method, "/v1/models", b"") == kind_of(method, "/anything/at/all", b"") == "free"
    assert kind_of(method, "/v1/models/claude-sonnet-4-6", b"{}") == "free"
    assert kind_of(method, "/v1/messages", b"{}") == kind_of(method, "/anything/at/all", b"{}") == "unknown"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "QUERY", "", "POST "])
def test_other_methods_are_unknown(method: str) -> None:
    assert kind_of(method, "/v1/messages", b"{}") == kind_of(method, "/v1/files", b"") == "unknown"
