"""Request, Response and URL: one exchange as values that show no credential."""

from __future__ import annotations

import pickle

import pytest

from tercet.wire.headers import REDACTED, Headers
from tercet.wire.http import URL, Request, Response
from tercet.wire.timeout import Timeout

KEY = "sk-ant-CANARY-0123456789"


def a_request(url: str = "https://h/v1/messages", **headers: str) -> Request:
    return Request("POST", url, Headers(headers), b"{}", timeout=Timeout(5), stream=True)


def test_a_request_without_a_timeout_has_no_limits() -> None:
    assert Request("GET", "https://h/", Headers()).timeout == Timeout(None)


def test_extra_headers_replace_those_of_the_same_name_in_any_case() -> None:
    request = a_request(Accept="a", Other="b").with_headers({"ACCEPT": "c"})

    assert request.headers.multi_items() == (("Other", "b"), ("ACCEPT", "c"))
    assert (request.stream, request.timeout, request.content) == (True, Timeout(5), b"{}")


def test_a_request_shows_neither_key_nor_password() -> None:
    request = a_request(f"https://user:{KEY}@h/v1?key={KEY}", Authorization=f"Bearer {KEY}")

    assert repr(request) == f"<Request('POST', 'https://{REDACTED}@h/v1?key={REDACTED}')>"
    assert KEY.encode() not in pickle.dumps(request)


def test_a_request_survives_pickling_with_everything_but_its_credentials() -> None:
    request = pickle.loads(pickle.dumps(a_request(**{"x-api-key": KEY, "a": "1"})))

    assert request.headers == {"x-api-key": REDACTED, "a": "1"}
    assert (request.method, request.url) == ("POST", "https://h/v1/messages")
    assert (request.content, request.timeout, request.stream) == (b"{}", Timeout(5), True)


def test_the_record_of_a_request_is_itself_when_it_holds_no_credential() -> None:
    request = a_request(a="1")

    assert request.redacted() is request


def test_the_record_of_a_request_keeps_all_but_the_credentials() -> None:
    record = a_request("https://u:p@h/", **{"x-api-key": KEY}).redacted()

    assert (record.url, record.headers) == (f"https://{REDACTED}@h/", {"x-api-key": REDACTED})
    assert (record.method, record.content, record.timeout, record.stream) == ("POST", b"{}", Timeout(5), True)


def test_a_response_reads_its_body_as_bytes_text_and_json() -> None:
    response = Response(200, Headers(), b'{"a":"\xc3\xa9"}', request=a_request())

    assert (response.read(), response.text, response.json()) == (b'{"a":"\xc3\xa9"}', '{"a":"é"}', {"a": "é"})
    assert (response.url, response.method, repr(response)) == ("https://h/v1/messages", "POST", "<Response [200]>")


def test_text_replaces_what_is_not_utf8_and_json_refuses_it() -> None:
    response = Response(200, Headers(), b'"\xff"', request=a_request())

    assert response.text == '"\ufffd"'
    with pytest.raises(ValueError):
        response.json()


@pytest.mark.parametrize(("status", "success"), [(199, False), (200, True), (299, True), (300, False), (500, False)])
def test_success_is_2xx(status: int, success: bool) -> None:
    assert Response(status, Headers(), request=a_request()).is_success is success


def test_a_response_survives_pickling_without_the_credentials_of_its_request() -> None:
    response = Response(
        429, Headers({"set-cookie": KEY, "a": "1"}), b"x", request=a_request(Authorization=KEY), http_version="h"
    )
    again = pickle.loads(pickle.dumps(response))

    assert KEY.encode() not in pickle.dumps(response)
    assert (again.status_code, again.content, again.http_version) == (429, b"x", "h")
    assert (again.headers, again.request.headers) == (
        {"set-cookie": REDACTED, "a": "1"},
        {"Authorization": REDACTED},
    )


def test_the_record_of_a_response_holds_no_echo_of_the_key() -> None:
    for request in (a_request(Authorization=f"Bearer {KEY}"), a_request(f"https://h/?key={KEY}")):
        response = Response(401, Headers(), f"unknown key {KEY}!".encode(), request=request)

        assert response.redacted().text == f"unknown key {REDACTED}!"


def test_the_record_of_a_response_is_itself_when_there_is_nothing_to_hide() -> None:
    response = Response(200, Headers(), b"x", request=a_request())

    assert response.redacted() is response


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text/html; charset=iso-8859-1", "für".encode("latin-1")),
        ('text/html; charset="UTF-8"; x=y', "für".encode()),
        ("text/html; charset=windows-1252", "für".encode("cp1252")),
        ("text/html", "für".encode()),
        ("text/html; charset=iso-8859-99", "für".encode()),
        ("text/html; charset=punycode", "für".encode()),
        ("text/html; charset=base64", "für".encode()),
    ],
)
def test_a_body_is_read_in_the_charset_that_its_content_type_names(kind: str, content: bytes) -> None:
    response = Response(
        502, Headers({"content-type": kind}), content, request=Request("GET", "http://local/", Headers())
    )

    assert response.text == "für"


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
