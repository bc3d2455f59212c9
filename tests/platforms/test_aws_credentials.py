"""Amazon's signature equals the official SDK's for the same request, and credentials are found once and shown never."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import botocore.auth
import botocore.exceptions
import botocore.session
import pytest

from tercet.platforms.aws_credentials import AmazonCredentials, region_for
from tercet.platforms.base import MissingRegionError
from tercet.transport.base import Lost
from tercet.wire.errors import CredentialsError
from tercet.wire.http import Headers, Request

ROWS = json.loads((Path(__file__).parent.parent / "samples" / "platform_requests.json").read_text("utf-8"))["rows"]
SIGNED = [row for row in ROWS if "signed" in row]
NOW = datetime.datetime(2026, 11, 21, 4, 0, 0)
SECRET = "wJalrXUtnFEMI-canary-0123456789"
REQUEST = Request("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke", Headers(), b"{}")


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: NOW)


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No AWS configuration of this machine, and no metadata service."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


def signature(made: Request | Lost) -> str:
    assert isinstance(made, Request)
    return made.headers["authorization"]


@pytest.mark.parametrize("row", SIGNED, ids=lambda row: row["name"])
def test_the_signature_of_the_same_request_is_the_official_sdks(row: dict[str, Any]) -> None:
    options, sent = row["options"], row["signed"]
    before = {name: value for name, value in sent.items() if not name.startswith("x-amz-") and name != "authorization"}
    request = Request("POST", f"https://{row['host']}{row['url']}", Headers(before), row["content"].encode())
    token = options.get("aws_session_token")
    credentials = AmazonCredentials(options["aws_access_key"], options["aws_secret_key"], token, None)

    made = credentials.sign(request, options["aws_region"], "bedrock")

    assert isinstance(made, Request)
    assert {name: made.headers[name] for name in sent} == sent
    assert (made.method, made.url, made.content) == (request.method, request.url, request.content)


def test_keys_of_the_environment_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)

    made = AmazonCredentials(None, None, None, None).sign(REQUEST, "us-east-1", "bedrock")

    assert "Credential=AKIDENVIRONMENT/" in signature(made)


def test_a_profile_is_read_from_its_file(no_configuration: Path) -> None:
    text = f"[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = {SECRET}\n"
    (no_configuration / "credentials").write_text(text)

    made = AmazonCredentials(None, None, None, "work").sign(REQUEST, "us-east-1", "bedrock")

    assert "Credential=AKIDWORK/" in signature(made)


def test_no_credentials_anywhere_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(CredentialsError, match="AWS_ACCESS_KEY_ID"):
        AmazonCredentials(None, None, None, None).sign(REQUEST, "us-east-1", "bedrock")


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(CredentialsError, match="nobody"):
        AmazonCredentials(None, None, None, "nobody").sign(REQUEST, "us-east-1", "bedrock")


def test_credentials_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    real = botocore.session.Session.get_credentials

    def counted(session: Any) -> Any:
        looked.append("up")
        return real(session)

    monkeypatch.setattr(botocore.session.Session, "get_credentials", counted)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    credentials = AmazonCredentials(None, None, None, None)
    for _ in range(3):
        credentials.sign(REQUEST, "us-east-1", "bedrock")

    assert looked == ["up"]


def test_a_server_of_credentials_that_is_not_reached_may_be_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(session: Any) -> Any:
        raise botocore.exceptions.ConnectTimeoutError(endpoint_url="http://169.254.170.2")

    monkeypatch.setattr(botocore.session.Session, "get_credentials", unreachable)

    made = AmazonCredentials(None, None, None, None).sign(REQUEST, "us-east-1", "bedrock")

    assert isinstance(made, Lost)
    assert (made.kind, made.phase) == ("connect", "not_sent")


def test_given_keys_are_signed_with_at_once_but_not_for_large_bodies() -> None:
    credentials = AmazonCredentials("AKIDEXAMPLE", SECRET, None, None)
    large = Request("POST", REQUEST.url, Headers(), b" " * 1_000_000)

    assert (credentials.ready(REQUEST), credentials.ready(large)) == (True, False)
    assert not AmazonCredentials(None, None, None, None).ready(REQUEST)


def test_the_secret_key_shows_nowhere() -> None:
    credentials = AmazonCredentials("AKIDEXAMPLE", SECRET, "token-canary-0123456789", None)
    credentials.ready(REQUEST)

    assert "canary" not in f"{credentials!r} {vars(credentials)!r}"


@pytest.mark.parametrize("keys", [("a", None, None), (None, "b", None), (None, None, "token")])
def test_half_of_a_key_is_refused(keys: tuple[str | None, str | None, str | None]) -> None:
    with pytest.raises(ValueError, match="aws_"):
        AmazonCredentials(*keys, None)


def test_the_region_is_the_argument_or_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    second = region_for(None, None)
    monkeypatch.setenv("AWS_REGION", "eu-west-3")

    assert (region_for("us-west-2", None), region_for(None, None), second) == ("us-west-2", "eu-west-3", "eu-west-1")


def test_the_region_may_stand_in_the_profile(no_configuration: Path) -> None:
    (no_configuration / "config").write_text("[profile work]\nregion = ap-south-1\n")

    assert region_for(None, "work") == "ap-south-1"


def test_there_is_no_default_region() -> None:
    with pytest.raises(MissingRegionError, match="AWS_REGION") as raised:
        region_for(None, None)

    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize("region", ["us-east-1.evil.example/", "us east", "x", "us-east-1\n", "/", "US-EAST-1"])
def test_a_region_cannot_lead_elsewhere(region: str) -> None:
    with pytest.raises(ValueError, match="aws_region"):
        region_for(region, None)
