"""Credentials leave nothing behind: in headers, URLs, bodies, in every form that they may have there."""

from __future__ import annotations

import base64
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.wire.redaction import FIELDS, REDACTED, Redaction

SECRET = "sk-ant-CANARY/+=123"


def test_headers_that_may_be_kept_are_and_the_others_are_named_only() -> None:
    pairs = [
        (b"X-Api-Key", SECRET.encode()),
        (b"anthropic-version", b"2023-06-01"),
        (b"x-mine", b"a"),
        (b"tercet-token", b"t"),
    ]
    assert Redaction(pairs).headers(pairs) == {
        "x-api-key": REDACTED,
        "anthropic-version": "2023-06-01",
        "x-mine": REDACTED,
        "tercet-token": REDACTED,
    }


def test_a_key_in_a_harmless_header_is_not_kept() -> None:
    assert Redaction().headers([(b"user-agent", b"sk-ant-abcdefghijk")]) == {"user-agent": REDACTED}


def test_the_requests_credentials_are_taken_out_of_bodies_plain_bare_and_quoted() -> None:
    redaction = Redaction([(b"authorization", b"Bearer TOKEN/TOKEN"), (b"x-api-key", SECRET.encode())])
    for form in ("Bearer TOKEN/TOKEN", "TOKEN/TOKEN", "TOKEN%2FTOKEN", SECRET, "sk-ant-CANARY%2F%2B%3D123"):
        assert redaction.text(f"a {form} z") == f"a {REDACTED} z"


def test_keys_of_others_go_too() -> None:
    assert Redaction().text("key=sk-ant-api03-abcdefgh!") == f"key={REDACTED}!"


def test_credential_fields_of_a_request_are_replaced_at_any_depth() -> None:
    given = {"mcp_servers": [{"url": "https://x", "authorization_token": "abc"}], "password": 5}
    assert Redaction().json(given) == {
        "mcp_servers": [{"url": "https://x", "authorization_token": REDACTED}],
        "password": REDACTED,
    }


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40), st.text())
@settings(deadline=None)
def test_no_credential_survives_whatever_stands_around_it(secret: str, around: str) -> None:
    text = Redaction([(b"x-api-key", secret.encode())]).text(around + secret + around)
    assert secret not in text.replace(REDACTED, "\x00")


def test_json_without_credentials_is_unchanged() -> None:
    value = {"a": [1, None, {"b": "c"}]}
    assert msgspec.json.encode(Redaction().json(value)) == msgspec.json.encode(value)


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_found_in_a_text_however_it_is_written(name: str) -> None:
    for said in (name, name.upper(), name.replace("_", "-"), name.replace("_", "").title()):
        for text in (f'it says {{"{said}" : "hunter-2-hunter"}}', f"https://a.example/?b=1&{said}=hunter-2-hunter"):
            assert "hunter" not in Redaction().text(text)


@pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF", b"%PDF-1.7\n"])
def test_a_picture_is_read_once_and_gives_no_credential_away(head: bytes) -> None:
    key = "an-ordinary-key-0123456789"
    redaction = Redaction([(b"x-api-key", key.encode())])
    noise = random.Random(1).randbytes(20_000)
    harmless = base64.b64encode(head + noise).decode()
    for secret in (key, f"sk-ant-api03-{'a1B2' * 8}", "AKIAIOSFODNN7EXAMPLE"):
        for place in (0, 1, 2, 3):
            hidden = base64.b64encode(head + noise[: 9_000 + place] + secret.encode() + noise).decode()
            assert redaction.json({"data": hidden, "b": [harmless]}) == {"data": REDACTED, "b": [harmless]}
    assert redaction.json({"data": harmless + key}) == {"data": harmless + REDACTED}


@pytest.mark.parametrize("written", [
    "export ANTHROPIC_API_KEY={}", "DB_PASSWORD='{}'", "aws_secret_access_key = {}", "secret_access_key: {}", "X-Api-Key:   {}",
    "x-api-key : {}", 'API_KEY="{}"', "https://host/x#access_token={}&a=1", "https://host/x?token={}", "?a=1;token={}",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n{}\n-----END PGP PRIVATE KEY BLOCK-----",
])  # fmt: skip
def test_a_credential_is_taken_out_of_lines_as_programs_write_them(written: str) -> None:
    text = "before\n" + written.format("hunter2hunter2/9x") + "\nafter"
    assert "hunter2" not in Redaction().text(text)
    assert Redaction().text(text).startswith("before\n")
    assert Redaction().text(text).endswith("\nafter")


@pytest.mark.parametrize(
    "text", ["password: string", "api_key: the key of your account", "max_tokens = 1024", "token: 5"]
)
def test_words_behind_the_name_of_a_credential_are_kept(text: str) -> None:
    assert Redaction().text(text) == text


@pytest.mark.parametrize(
    "held", ["hunter2-or-so", 1234567890123, 12345.678, ["one-secret-9", ["another-secret-8"]], [17, 18]]
)
def test_what_a_credential_field_holds_goes_whatever_it_is_written_as(held: object) -> None:
    value = {"connection": {"password": held, "user": "anna"}, "password_rules": "long"}
    assert Redaction().json(value) == {"connection": {"password": REDACTED, "user": "anna"}, "password_rules": "long"}


def test_the_description_of_a_credential_field_is_kept() -> None:
    schema = {"properties": {"password": {"type": "string", "description": "as it was given to you by mail"}}}
    assert Redaction().json({"input_schema": schema, "api_key": True}) == {"input_schema": schema, "api_key": True}
