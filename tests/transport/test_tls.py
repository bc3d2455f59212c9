"""Certificates are checked, and what is wrong with them is said."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from tests.transport.servers import always, answer, once, serving
from tests.transport.worlds import World, asked

from tercet.transport.base import Lost, Reply
from tercet.transport.tls import CA_FILES


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_a_trusted_server_answers(world: World, worlds: Callable[..., World], server_tls: object, trusted: str) -> None:
    trusting = worlds(world.kind, verify=trusted)
    with serving(always(answer(b"x" * 100_000)), tls=server_tls) as server:
        for _ in range(3):
            reply = trusting.send(asked(server.url, b"y" * 300_000))
            assert isinstance(reply, Reply), reply
            assert len(reply.content) == 100_000
        stream = trusting.send(asked(server.url, stream=True))
        assert isinstance(stream, Reply)
        assert trusting.read_all(stream) == (b"x" * 100_000, None)

    assert server.connections == 1


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_the_environment_names_further_authorities(
    fast: World, server_tls: object, trusted: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in CA_FILES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, trusted)
    with serving(always(answer()), tls=server_tls) as server:
        assert isinstance(fast.send(asked(server.url)), Reply)


def test_an_unknown_authority_is_refused(world: World, server_tls: object) -> None:
    with serving(always(answer()), tls=server_tls) as server:
        outcome = world.send(asked(server.url))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("tls", "not_sent")
    assert "certificate" in outcome.reason.lower()
    assert server.heads == []


def test_a_certificate_for_another_host_is_refused(
    world: World, worlds: Callable[..., World], authority: trustme.CA, trusted: str
) -> None:
    with serving(always(answer()), tls=context_of(authority.issue_cert("other.example"))) as server:
        outcome = worlds(world.kind, verify=trusted).send(asked(server.url))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("tls", "not_sent")


def test_an_expired_certificate_is_refused(
    world: World, worlds: Callable[..., World], authority: trustme.CA, trusted: str
) -> None:
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    with serving(always(answer()), tls=context_of(authority.issue_cert("127.0.0.1", not_after=past))) as server:
        outcome = worlds(world.kind, verify=trusted).send(asked(server.url))

    assert isinstance(outcome, Lost)
    assert outcome.kind == "tls"
    assert "expired" in outcome.reason


def test_nothing_is_checked_if_that_is_asked_for(fast: World, worlds: Callable[..., World], server_tls: object) -> None:
    with serving(always(answer()), tls=server_tls) as server:
        assert isinstance(worlds(fast.kind, verify=False).send(asked(server.url)), Reply)


def test_tls_to_a_plain_server_is_a_tls_fault(world: World) -> None:
    with serving(lambda peer: peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        outcome = world.send(asked(server.url.replace("http:", "https:")))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("tls", "not_sent")


def test_an_end_without_close_notify_cuts_the_body(
    fast: World, worlds: Callable[..., World], server_tls: object, trusted: str
) -> None:
    raw = b"HTTP/1.1 200 OK\r\n\r\nhalf of i"
    with serving(once(raw), tls=server_tls) as server:
        outcome = worlds(fast.kind, verify=trusted).send(asked(server.url))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("read", "cut")


def test_a_file_of_authorities_that_does_not_exist_is_said_to(
    fast: World, worlds: Callable[..., World], tmp_path: Path
) -> None:
    with serving(always(answer())) as server:
        outcome = worlds(fast.kind, verify=str(tmp_path / "none.pem")).send(
            asked(server.url.replace("http:", "https:"))
        )

    assert isinstance(outcome, Lost)
    assert outcome.phase == "not_sent"
