"""Headers: case, repeats, checks before sending, and silence about credentials."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.wire.headers import REDACTED, Headers, checked_headers, is_secret, redacted_url, url_secrets

KEY = "sk-ant-CANARY-0123456789"

SECRET_NAMES = [
    "Authorization",
    "PROXY-AUTHORIZATION",
    "x-api-key",
    "Api-Key",
    "api_key",
    "Cookie",
    "Set-Cookie",
    "X-Amz-Security-Token",
    "X-Goog-Api-Key",
    "x-goog-iam-authorization-token",
    "X-Goog-Anything",
    "X-Auth",
    "x-client-secret",
    "X-Token",
    "x-password",
    "X-Signature",
]
OPEN_NAMES = [
    "anthropic-ratelimit-tokens-limit",
    "anthropic-ratelimit-input-tokens-remaining",
    "anthropic-priority-output-tokens-reset",
    "anthropic-fast-input-tokens-limit",
    "x-amzn-bedrock-input-token-count",
    "Idempotency-Key",
    "WWW-Authenticate",
    "X-Author",
    ":authority",
    "request-id",
    "retry-after",
    "content-type",
    "user-agent",
    "keep-alive",
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_header_that_may_carry_a_credential_is_secret_in_any_case(name: str) -> None:
    assert [is_secret(name), is_secret(name.upper()), is_secret(name.lower())] == [True, True, True]


@pytest.mark.parametrize("name", OPEN_NAMES)
def test_limits_counts_and_plain_headers_are_not_secret(name: str) -> None:
    assert [is_secret(name), is_secret(name.upper())] == [False, False]


@pytest.mark.parametrize("value", [KEY, f"Bearer {KEY}", "basic dXNlcjpwYXNz", f"  {KEY}"])
def test_a_value_that_looks_like_a_credential_is_secret_under_any_name(value: str) -> None:
    assert is_secret("x-forwarded-thing", value)


def test_names_are_found_in_any_case() -> None:
    headers = Headers([("Request-Id", "req_1")])

    assert (headers["REQUEST-ID"], headers.get("request-id"), "Request-ID" in headers) == ("req_1", "req_1", True)


def test_an_absent_header_is_a_key_error_and_get_gives_the_default() -> None:
    headers = Headers()

    assert (headers.get("x"), headers.get("x", "none"), 7 in headers) == (None, "none", False)
    with pytest.raises(KeyError):
        headers["x"]


def test_repeated_headers_are_joined_when_read_and_kept_apart_on_the_wire() -> None:
    headers = Headers([("Via", "a"), ("X", "1"), ("via", "b")])

    assert headers["via"] == "a, b"
    assert headers.get_list("VIA") == ["a", "b"]
    assert headers.multi_items() == (("Via", "a"), ("X", "1"), ("via", "b"))
    assert (list(headers), len(headers)) == (["via", "x"], 2)


def test_headers_are_equal_to_any_mapping_that_says_the_same() -> None:
    headers = Headers({"A": "1"})

    assert headers == {"a": "1"}
    assert headers != {"a": "2"}
    assert (headers == 3) is False


@pytest.mark.parametrize("items", [{"a": "1"}, [("a", "1")], (("a", "1"),), iter([("a", "1")]), Headers({"a": "1"})])
def test_headers_are_made_from_mappings_and_from_pairs(items: object) -> None:
    assert Headers(items) == {"a": "1"}  # type: ignore[arg-type]


def test_repr_and_pickle_hide_credentials_and_keep_the_rest() -> None:
    headers = Headers({"X-Api-Key": KEY, "Authorization": f"Bearer {KEY}", "a": "1"})

    assert repr(headers) == f"Headers({{'X-Api-Key': '{REDACTED}', 'Authorization': '{REDACTED}', 'a': '1'}})"
    assert KEY.encode() not in pickle.dumps(headers)
    assert pickle.loads(pickle.dumps(headers)) == {"x-api-key": REDACTED, "authorization": REDACTED, "a": "1"}
    assert headers["x-api-key"] == KEY


def test_a_copy_in_the_same_process_is_also_a_record_without_credentials() -> None:
    assert copy.deepcopy(Headers({"x-api-key": KEY})) == {"x-api-key": REDACTED}


def test_headers_without_credentials_are_their_own_record() -> None:
    headers = Headers({"a": "1"})

    assert headers.redacted() is headers


def test_secrets_are_given_bare_and_short_ones_left_out() -> None:
    headers = Headers(
        {"Authorization": f"Bearer {KEY}", "x-api-key": "short", "cookie": REDACTED, "b": "no secret here"}
    )

    assert headers.secrets() == [KEY]


def test_checked_headers_keep_order_take_bytes_and_trim() -> None:
    checked = checked_headers({"A": " 1\t", "B": b"caf\xe9", "C": ""})

    assert checked.multi_items() == (("A", "1"), ("B", "café"), ("C", ""))


def test_of_names_that_differ_in_case_the_last_counts() -> None:
    assert checked_headers({"X-A": "1", "b": "2", "x-a": "3"}).multi_items() == (("b", "2"), ("x-a", "3"))


@pytest.mark.parametrize(
    ("name", "value", "error", "says"),
    [
        ("x-api-key", f"{KEY}\r\nevil: 1", ValueError, "'x-api-key' holds a line break at character 24 of 33"),
        ("x-api-key", f"{KEY}\n", ValueError, "'x-api-key' holds a line break"),
        ("x-api-key", f"{KEY}\0", ValueError, "'x-api-key' holds a NUL"),
        ("x-api-key", f"{KEY}\x1b[31m", ValueError, "'x-api-key' holds a control character"),
        ("x-api-key", f"{KEY}\x7f".encode(), ValueError, "'x-api-key' holds a control character"),
        ("x-api-key", f"{KEY}\u2028", ValueError, "'x-api-key' holds a character outside Latin-1"),
        ("x-api-key", None, TypeError, "'x-api-key' must be a str or bytes, not NoneType"),
        ("x-api-key", 5, TypeError, "'x-api-key' must be a str or bytes, not int"),
        ("", KEY, ValueError, "name is empty"),
        ("a b", KEY, ValueError, "'a b'"),
        ("a:", KEY, ValueError, "'a:'"),
        ("a\r\nb", KEY, ValueError, "characters that a header's name cannot"),
        ("é", KEY, ValueError, "'é'"),
        (b"a", KEY, TypeError, "must be a str, not bytes"),
    ],
)
def test_what_cannot_stand_in_a_header_is_refused_without_showing_it(
    name: str, value: object, error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as caught:
        checked_headers({"before": "x", name: value, "authorization": KEY})  # type: ignore[dict-item]

    own_frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack[1:]
    shown = "".join(traceback.StackSummary.from_list(own_frames).format())
    assert says in str(caught.value)
    assert own_frames
    assert KEY not in str(caught.value) + repr(caught.value) + shown


@given(st.dictionaries(st.text(max_size=20), st.one_of(st.text(max_size=40), st.binary(max_size=40)), max_size=4))
def test_headers_that_pass_hold_nothing_that_could_end_a_line(given_headers: dict[str, str | bytes]) -> None:
    try:
        checked = checked_headers(given_headers)
    except ValueError:
        return

    wire = "".join(f"{name}: {value}\r\n" for name, value in checked.multi_items()).encode("latin-1")
    assert wire.count(b"\n") == wire.count(b"\r") == len(checked)
    assert b"\0" not in wire


@pytest.mark.parametrize(
    ("url", "shown", "taken"),
    [
        ("https://h/v1?a=1#f", "https://h/v1?a=1#f", []),
        ("https://user:passw0rd@h/v1", f"https://{REDACTED}@h/v1", ["passw0rd"]),
        ("https://onlytoken123@h/", f"https://{REDACTED}@h/", ["onlytoken123"]),
        ("https://a@b@h/", f"https://{REDACTED}@h/", []),
        ("https://h/?key=0123456789&b=2", f"https://h/?key={REDACTED}&b=2", ["0123456789"]),
        (f"https://h/?x={KEY}", f"https://h/?x={REDACTED}", [KEY]),
        ("https://h/a@b?c=d@e", "https://h/a@b?c=d@e", []),
    ],
)
def test_a_url_is_shown_without_its_credentials(url: str, shown: str, taken: list[str]) -> None:
    assert (redacted_url(url), url_secrets(url)) == (shown, taken)


@pytest.mark.parametrize("given", ["x-a: 1", [("x-a", "1")], 5])
def test_headers_that_are_no_mapping_are_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="headers must be a dict, not"):
        checked_headers(given)
