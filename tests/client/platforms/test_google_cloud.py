"""Claude Models on Google Cloud, from arguments to answers: places, tokens, and projects that credentials know."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from tests.client.platforms.clouds import GATEWAY, cloud
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

import tercet
from tercet.platforms import google_tokens

PLACE = "https://claude.googleapis.com/v1/projects/project-1/locations/global"
EMPTY = b'{"data":[],"has_more":false,"first_id":null,"last_id":null}'


class Credentials:
    """What google-auth would give."""

    token = "from-google"
    expired = False
    project_id: str | None = None


def answered() -> Script:
    return Script((200, JSON, MESSAGE))


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PROJECT", "LOCATION", "WORKSPACE_ID", "BASE_URL"):
        monkeypatch.delenv(f"ANTHROPIC_GOOGLE_CLOUD_{name}", raising=False)
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)


def test_the_apis_own_request_goes_to_the_place_of_its_workspace() -> None:
    script = answered()
    cloud("AnthropicGoogleCloud", script).messages.create(**ASK)

    request = script.sent[0]
    assert request.url == f"{PLACE}/workspaces/wrkspc_01/invoke/v1/messages"
    assert request.headers["authorization"] == "Bearer ya29.canary-0123456789"
    assert "x-api-key" not in request.headers
    assert json.loads(request.content) == ASK


@pytest.mark.anyio
async def test_the_async_client_takes_an_async_provider() -> None:
    async def provider() -> str:
        return "later"

    script = Script((200, SSE, EVENTS))
    client = cloud("AsyncAnthropicGoogleCloud", script, **{**GATEWAY, "token_provider": provider})
    async with client.messages.stream(**ASK) as stream:
        assert await stream.get_final_text() == "Hello"
    assert script.sent[0].headers["authorization"] == "Bearer later"


def test_an_async_provider_in_a_blocking_client_is_told() -> None:
    async def provider() -> str:
        return "later"

    with pytest.raises(tercet.CredentialsError, match="token_provider must return a token, not coroutine"):
        cloud("AnthropicGoogleCloud", answered(), **{**GATEWAY, "token_provider": provider}).messages.create(**ASK)


def test_batches_models_and_files_are_there_and_organizations_have_their_own_place() -> None:
    script = Script((200, JSON, EMPTY))
    client = cloud("AnthropicGoogleCloud", script)
    client.models.list()
    client.messages.batches.list()
    client.get("/v1/organizations/me", cast_to=dict)

    assert [request.url.removeprefix(PLACE) for request in script.sent] == [
        "/workspaces/wrkspc_01/invoke/v1/models",
        "/workspaces/wrkspc_01/invoke/v1/messages/batches",
        "/claudeOrganization/invoke/v1/organizations/me",
    ]


def test_a_gateway_of_ones_own_gets_the_apis_paths() -> None:
    script = answered()
    cloud("AnthropicGoogleCloud", script, skip_auth=True, base_url="https://gateway.example").messages.create(**ASK)

    assert script.sent[0].url == "https://gateway.example/v1/messages"
    assert "authorization" not in script.sent[0].headers


@pytest.mark.parametrize(
    ("missing", "says"), [("project", "No Google Cloud project"), ("workspace_id", "No workspace")]
)
def test_a_place_that_is_not_known_is_an_error_before_anything_is_sent(missing: str, says: str) -> None:
    script = answered()
    client = cloud("AnthropicGoogleCloud", script, **{**GATEWAY, missing: None})

    with pytest.raises(tercet.AnthropicError, match=says):
        client.messages.create(**ASK)
    assert script.sent == []


def test_no_name_can_lead_the_request_elsewhere() -> None:
    script = answered()
    cloud("AnthropicGoogleCloud", script, **{**GATEWAY, "workspace_id": "../../x?y"}).messages.create(**ASK)

    assert script.sent[0].url == f"{PLACE}/workspaces/..%2F..%2Fx%3Fy/invoke/v1/messages"


def test_given_credentials_tell_their_project() -> None:
    credentials = Credentials()
    credentials.project_id = "of-the-credentials"
    script = answered()
    client = cloud("AnthropicGoogleCloud", script, credentials=credentials, workspace_id="w")
    client.messages.create(**ASK)

    assert client.project == "of-the-credentials"
    assert script.sent[0].headers["authorization"] == "Bearer from-google"
    assert "/projects/of-the-credentials/locations/global/workspaces/w/invoke/" in script.sent[0].url


@pytest.mark.anyio
async def test_default_credentials_are_asked_for_their_project_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def defaults() -> tuple[Any, str]:
        asked.append(1)
        return Credentials(), "of-the-defaults"

    monkeypatch.setattr(google_tokens, "_default_credentials", defaults)
    script = answered()
    client = cloud("AsyncAnthropicGoogleCloud", script, workspace_id="w", location="us-central1")
    for _ in range(2):
        await client.messages.create(**ASK)

    assert (client.project, len(asked)) == ("of-the-defaults", 1)
    assert "/projects/of-the-defaults/locations/us-central1/" in script.sent[0].url


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "googles")
    monkeypatch.setenv("ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID", "w")
    monkeypatch.setenv("ANTHROPIC_GOOGLE_CLOUD_LOCATION", "eu")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-home-0123456789")
    client = tercet.AnthropicGoogleCloud(token_provider=lambda: "t")

    assert (client.project, client.workspace_id, client.location, client.api_key) == ("googles", "w", "eu", None)


def test_skip_auth_takes_no_credentials() -> None:
    with pytest.raises(ValueError, match="skip_auth"):
        tercet.AnthropicGoogleCloud(skip_auth=True, token_provider=lambda: "t")


def test_a_copy_may_change_place_and_credentials() -> None:
    script = answered()
    client = cloud("AnthropicGoogleCloud", script)
    client.copy(location="eu", workspace_id="other").messages.create(**ASK)
    client.copy(credentials=Credentials()).messages.create(**ASK)
    client.copy(token_provider=lambda: "new").messages.create(**ASK)

    assert "/locations/eu/workspaces/other/" in script.sent[0].url
    assert [request.headers["authorization"] for request in script.sent] == [
        "Bearer ya29.canary-0123456789",
        "Bearer from-google",
        "Bearer new",
    ]


def test_tokens_show_in_no_repr_and_no_pickle() -> None:
    client = tercet.AnthropicGoogleCloud(**GATEWAY)
    dumped = pickle.dumps(client)

    assert "canary" not in f"{client!r} {vars(client)!r} {dumped!r}"
    assert (pickle.loads(dumped).project, pickle.loads(dumped).workspace_id) == ("project-1", "wrkspc_01")
