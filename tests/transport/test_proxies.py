"""The environment's proxies are read as curl reads them, and CONNECT works with and without credentials."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Callable

import pytest
import trustme
from tests.ports import closed_port
from tests.transport.servers import Peer, always, answer, once, serving
from tests.transport.worlds import World, asked

import tercet
from tercet.transport.base import Lost, Reply
from tercet.transport.origin import Origin, proxy_chooser, proxy_of, target_of

SITE = Origin("https", "api.anthropic.com", 443)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p:1"}, "p:1"),
        ({"https_proxy": "p:2", "HTTPS_PROXY": "http://p:1"}, "p:2"),
        ({"ALL_PROXY": "http://p:3"}, "p:3"),
        ({"HTTP_PROXY": "http://p:1"}, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "localhost, .anthropic.com"}, None),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "anthropic.com:443"}, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "anthropic.com:80"}, "p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "thropic.com"}, "p:1"),
    ],
)
def test_the_environment_chooses_the_proxy(environment: dict[str, str], expected: str | None) -> None:
    proxy = proxy_chooser(None, environment)(SITE)

    assert (str(proxy) if proxy else None) == expected


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_never_asked_for_through_the_environments_proxy(host: str) -> None:
    assert proxy_chooser(None, {"ALL_PROXY": "http://p:1"})(Origin("http", host, 80)) is None
    assert str(proxy_chooser("http://p:1")(Origin("http", host, 80))) == "p:1"


@pytest.mark.parametrize("portable", [False, True])
def test_the_local_api_is_reached_behind_a_companys_proxy(portable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    if portable:
        monkeypatch.setenv("TERCET_TRANSPORT", "portable")
    with tercet.local_api() as api, api.client() as client:
        assert client.count_tokens("Hi") > 0


@pytest.mark.parametrize(
    ("host", "direct"), [("10.1.2.3", True), ("11.1.2.3", False), ("::1", True), ("a.10.0.0.0", False)]
)
def test_no_proxy_knows_networks(host: str, direct: bool) -> None:
    choose = proxy_chooser(None, {"HTTP_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8,::1"})

    assert (choose(Origin("http", host, 80)) is None) == direct


def test_a_cgi_script_takes_no_proxy_from_a_request_header() -> None:
    assert proxy_chooser(None, {"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"})(Origin("http", "a", 80)) is None


def test_a_proxy_hides_its_credentials() -> None:
    proxy = proxy_of("http://user:pass%40word@proxy.example:3128")

    assert proxy.authorization is not None
    assert proxy.authorization.reveal() == "Basic " + base64.b64encode(b"user:pass@word").decode()
    assert "pass" not in repr(proxy)
    assert "pass" not in str(Origin("https", "a", 1, proxy))
    assert proxy.authorization.reveal() not in repr(Origin("https", "a", 1, proxy))


@pytest.mark.parametrize("url", ["https://p:1", "socks5://u:secret@p:1", "http://:secret@", "http://p:x"])
def test_a_proxy_that_cannot_be_used_is_named_without_secrets(
    fast: World, url: str, worlds: Callable[..., World]
) -> None:
    outcome = worlds(fast.kind, proxy=url).send(asked("http://127.0.0.1:1/"))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("proxy", "not_sent")
    assert "secret" not in outcome.reason


@pytest.mark.parametrize("url", ["ftp://a/", "http:///x", "a.b/c", "http://a b/", "http://h:99999/"])
def test_a_url_that_cannot_be_reached_is_an_error_of_the_caller(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        target_of(url)


def test_a_plain_request_goes_whole_to_the_proxy(worlds: Callable[..., World], fast: World) -> None:
    with serving(always(answer(b"proxied"))) as proxy:
        world = worlds(fast.kind, proxy=f"http://u:p@127.0.0.1:{proxy.port}")
        reply = world.send(asked("http://api.example/v1?x=1"))

    assert isinstance(reply, Reply)
    assert reply.content == b"proxied"
    assert proxy.heads[0].startswith("POST http://api.example/v1?x=1 HTTP/1.1\r\nHost: api.example\r\n")
    assert "Proxy-Authorization: Basic dTpw" in proxy.heads[0]


def tunnel(peer: Peer) -> None:
    request = peer.request()
    assert request is not None
    host, _, port = request[0].split(" ")[1].rpartition(":")
    with socket.create_connection((host, int(port))) as onward:
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        thread = threading.Thread(target=_copy, args=(onward, peer.sock), daemon=True)
        thread.start()
        _copy(peer.sock, onward)
        thread.join(30)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_https_goes_through_a_tunnel(
    worlds: Callable[..., World], fast: World, authority: trustme.CA, server_tls: object, trusted: str
) -> None:
    with serving(always(answer(b"inside")), tls=server_tls) as server, serving(tunnel) as proxy:
        world = worlds(fast.kind, proxy=f"http://u:p@127.0.0.1:{proxy.port}", verify=trusted)
        replies = [world.send(asked(server.url)) for _ in range(2)]

    assert [reply.content for reply in replies if isinstance(reply, Reply)] == [b"inside", b"inside"]
    assert (proxy.connections, server.connections) == (1, 1)
    assert proxy.heads[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1")
    assert "Proxy-Authorization: Basic dTpw" in proxy.heads[0]
    assert "Proxy-Authorization" not in server.heads[0]
    assert "sk-ant" not in proxy.heads[0]


@pytest.mark.parametrize(
    ("reaction", "reason"),
    [(b"HTTP/1.1 407 Auth\r\ncontent-length: 0\r\n\r\n", "407"), (b"HTTP/1.1 200 OK\r\n\r\n", ""), (b"", "closed")],
    ids=["credentials wanted", "closes after CONNECT", "closes"],
)
def test_a_proxy_that_does_not_connect_is_a_failed_connection(
    worlds: Callable[..., World], fast: World, reaction: bytes, reason: str
) -> None:
    with serving(once(reaction)) as proxy:
        world = worlds(fast.kind, proxy=f"http://u:secret@127.0.0.1:{proxy.port}")
        outcome = world.send(asked("https://api.example/"))

    assert isinstance(outcome, Lost)
    assert outcome.phase == "not_sent"
    assert outcome.kind == {"407": "refused", "closed": "proxy"}.get(reason, outcome.kind)
    assert reason in outcome.reason
    assert "secret" not in outcome.reason


def test_a_proxy_that_is_down_is_named(worlds: Callable[..., World], fast: World) -> None:
    port = closed_port()
    outcome = worlds(fast.kind, proxy=f"http://u:secret@127.0.0.1:{port}").send(asked("https://api.example/"))

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("connect", "not_sent")
    assert f"127.0.0.1:{port}" in outcome.reason
