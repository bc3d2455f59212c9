"""Claude Platform on AWS and Claude in Amazon Bedrock (Mantle), from arguments to answers."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from tests.client.platforms.clouds import AWS, WORKSPACE, cloud
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

import tercet

AWS_KEY, MANTLE_KEY = "aws-canary-0123456789", "mantle-canary-0123456789"


def answered() -> Script:
    return Script((200, JSON, MESSAGE))


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "ANTHROPIC_AWS_API_KEY", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")


def test_aws_gets_the_apis_own_request_signed_and_with_its_workspace() -> None:
    script = answered()
    cloud("AnthropicAWS", script).messages.create(**ASK)

    request = script.sent[0]
    assert request.url == "https://aws-external-anthropic.us-east-1.api.aws/v1/messages"
    assert request.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/us-east-1/aws-external-anthropic/aws4_request" in request.headers["authorization"]
    assert "anthropic-workspace-id" in request.headers["authorization"]  # among the signed headers
    assert request.headers["anthropic-workspace-id"] == "wrkspc_01"
    assert json.loads(request.content) == ASK


def test_mantle_gets_it_under_its_own_path() -> None:
    script = answered()
    cloud("AnthropicBedrockMantle", script).messages.create(**ASK)

    assert script.sent[0].url == "https://bedrock-mantle.us-east-1.api.aws/anthropic/v1/messages"
    assert "/bedrock-mantle/aws4_request" in script.sent[0].headers["authorization"]


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["AsyncAnthropicAWS", "AsyncAnthropicBedrockMantle"])
async def test_streams_of_the_async_clients_are_the_apis_own(kind: str) -> None:
    async with cloud(kind, Script((200, SSE, EVENTS))).messages.stream(**ASK) as stream:
        assert await stream.get_final_text() == "Hello"


def test_a_key_takes_the_place_of_the_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_AWS_API_KEY", AWS_KEY)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", MANTLE_KEY)
    script = answered()
    where = {"aws_region": "us-east-1"}
    cloud("AnthropicAWS", script, **where, workspace_id="w").messages.create(**ASK)
    cloud("AnthropicBedrockMantle", script, **where).messages.create(**ASK)
    cloud("AnthropicBedrockMantle", script, **where, api_key="mine").messages.create(**ASK)
    cloud("AnthropicBedrockMantle", script, **AWS).messages.create(**ASK)

    sent = [request.headers["authorization"].partition(" Credential")[0] for request in script.sent]
    assert sent == [f"Bearer {AWS_KEY}", f"Bearer {MANTLE_KEY}", "Bearer mine", "AWS4-HMAC-SHA256"]


def test_skip_auth_leaves_credentials_to_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_AWS_API_KEY", AWS_KEY)
    script = answered()
    client = cloud("AnthropicAWS", script, skip_auth=True, base_url="https://proxy.example")
    client.messages.create(**ASK)

    assert (client.workspace_id, client.skip_auth) == (None, True)
    assert "authorization" not in script.sent[0].headers
    assert "x-api-key" not in script.sent[0].headers


def test_a_user_profile_is_named_in_the_body_of_mantles_messages_alone() -> None:
    script = answered()
    cloud("AnthropicBedrockMantle", script).messages.create(**ASK, user_profile_id="uprof_01")
    cloud("AnthropicAWS", script).messages.create(**ASK, user_profile_id="uprof_01")

    mantle, aws = script.sent
    assert json.loads(mantle.content)["user_profile_id"] == "uprof_01"
    assert "anthropic-user-profile-id" not in mantle.headers
    assert aws.headers["anthropic-user-profile-id"] == "uprof_01"
    assert "user_profile_id" not in json.loads(aws.content)


def test_settings_come_from_the_environment_and_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("ANTHROPIC_AWS_WORKSPACE_ID", "theirs")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-home-0123456789")
    first = tercet.AnthropicAWS(api_key="k")
    second = tercet.AnthropicAWS(api_key="k", workspace_id="mine", aws_region="us-west-2")
    monkeypatch.setenv("ANTHROPIC_AWS_BASE_URL", "https://gateway.example/")

    assert (first.workspace_id, first.api_key) == ("theirs", "k")
    assert first.base_url == "https://aws-external-anthropic.eu-west-1.api.aws"
    assert (second.workspace_id, second.aws_region) == ("mine", "us-west-2")
    assert tercet.AnthropicAWS(api_key="k").base_url == "https://gateway.example"


@pytest.mark.parametrize(
    ("kind", "arguments", "error", "says"),
    [
        ("AnthropicAWS", AWS, tercet.AnthropicError, "ANTHROPIC_AWS_WORKSPACE_ID"),
        ("AnthropicAWS", {"api_key": "k", "workspace_id": "w"}, ValueError, "No AWS region"),
        ("AnthropicBedrockMantle", {"api_key": "k"}, ValueError, "No AWS region"),
        ("AnthropicBedrockMantle", {**AWS, "api_key": "k"}, ValueError, "not both"),
        (
            "AnthropicAWS",
            {"workspace_id": "w", "aws_access_key": "a", "aws_region": "us-east-1"},
            ValueError,
            "missing",
        ),
        ("AnthropicAWS", {**WORKSPACE, "aws_region": "evil.example/"}, ValueError, "aws_region must be like"),
    ],
)
def test_what_is_missing_or_too_much_is_said(kind: str, arguments: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        getattr(tercet, kind)(**arguments)


def test_a_copy_moves_to_another_region_and_workspace() -> None:
    script = answered()
    client = cloud("AnthropicAWS", script)
    client.copy(aws_region="eu-west-1", workspace_id="other").messages.create(**ASK)

    request = script.sent[0]
    assert request.url.startswith("https://aws-external-anthropic.eu-west-1.api.aws/")
    assert "/eu-west-1/aws-external-anthropic/" in request.headers["authorization"]
    assert request.headers["anthropic-workspace-id"] == "other"
    assert client.workspace_id == "wrkspc_01"


def test_aws_has_the_whole_api_and_mantle_no_models_and_files() -> None:
    script = Script((200, JSON, b'{"data":[],"has_more":false,"first_id":null,"last_id":null}'))
    cloud("AnthropicAWS", script).models.list()
    with pytest.raises(tercet.AnthropicError, match=r"Claude in Amazon Bedrock does not support /v1/models"):
        cloud("AnthropicBedrockMantle", script).models.list()

    assert [request.url for request in script.sent] == ["https://aws-external-anthropic.us-east-1.api.aws/v1/models"]


def test_amazons_request_id_is_known_where_the_apis_is_missing() -> None:
    script = Script((200, {"content-type": "application/json", "x-amzn-requestid": "id-1"}, MESSAGE))

    assert cloud("AnthropicAWS", script).messages.create(**ASK)._request_id == "id-1"


@pytest.mark.parametrize("kind", ["AnthropicAWS", "AsyncAnthropicBedrockMantle"])
def test_keys_show_in_no_repr_and_no_pickle(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cloud(kind, answered())
    client._http_client = None
    dumped = pickle.dumps(client)
    monkeypatch.setenv("ANTHROPIC_AWS_API_KEY", "another")
    again = pickle.loads(dumped)

    assert "canary" not in f"{client!r} {vars(client)!r} {dumped!r}"
    assert (again.api_key, again.aws_region, again.base_url) == ("another", "us-east-1", client.base_url)
