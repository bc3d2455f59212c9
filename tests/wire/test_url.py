"""Addresses are text, and know their parts."""

from __future__ import annotations

import pickle

from tercet.wire.url import URL


def test_an_address_is_text_that_knows_its_parts() -> None:
    url = URL("https://api.example:8443/v1/messages?beta=true")

    assert url == "https://api.example:8443/v1/messages?beta=true"
    assert (url.scheme, url.host, url.port, url.path, url.query) == (
        "https",
        "api.example",
        8443,
        "/v1/messages",
        b"beta=true",
    )


def test_what_an_address_does_not_name_is_empty() -> None:
    url = URL("http://localhost")

    assert (url.port, url.path, url.query) == (None, "/", b"")
    assert URL("").host == ""


def test_an_address_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(URL("http://a/b"))).path == "/b"
