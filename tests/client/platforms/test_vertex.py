"""Claude on Vertex AI, from arguments to answers: both worlds, Google's tokens, and what is not there."""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Iterator
from typing import Any

import google.auth
import google.auth.credentials
import google.auth.exceptions
import pytest
from tests.client.platforms.clouds import GOOGLE, cloud
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

import tercet
from tercet.local import LocalAPI

MODEL = "claude-sonnet-4-6"
VERTEX_ASK = {**ASK, "model": MODEL}
PLACE = {"region": "us-east5", "project_id": "project-1"}


class Credentials(google.auth.credentials.Credentials):
    """Credentials of a test; `threads` keeps where they were refreshed."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[threading.Thread] = []

    def refresh(self, request: Any) -> None:
        self.threads.append(threading.current_thread())
        self.token = "ya29.canary-0123456789"


@pytest.fixture
def defaults(monkeypatch: pytest.MonkeyPatch) -> Credentials:
    """Application Default Credentials of a machine in `project-of-mine`."""
    held = Credentials()
    monkeypatch.setattr(google.auth, "default", lambda **named: (held, "project-of-mine"))
    return held


def test_default_credentials_are_used_and_bring_their_project(defaults: Credentials) -> None:
    script = Script((200, JSON, MESSAGE))
    client = cloud("AnthropicVertex", script, region="us-east5")
    for _ in range(2):
        client.messages.create(**VERTEX_ASK)

    assert [request.headers["authorization"] for request in script.sent] == ["Bearer ya29.canary-0123456789"] * 2
    assert "/projects/project-of-mine/locations/us-east5/" in script.sent[0].url
    assert (len(defaults.threads), client.project_id, client.credentials) == (1, "project-of-mine", defaults)


@pytest.mark.anyio
@pytest.mark.parametrize("options", [{"region": "us-east5"}, PLACE])
async def test_tokens_are_fetched_off_the_loop(defaults: Credentials, options: dict[str, Any]) -> None:
    script = Script((200, JSON, MESSAGE))
    client = cloud("AsyncAnthropicVertex", script, **options)
    for _ in range(2):
        await client.messages.create(**VERTEX_ASK)

    assert len(defaults.threads) == 1
    assert defaults.threads[0] is not threading.main_thread()
    assert script.sent[1].headers["authorization"] == "Bearer ya29.canary-0123456789"


def test_given_credentials_win_over_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script((200, JSON, MESSAGE))
    cloud("AnthropicVertex", script, **PLACE, credentials=Credentials()).messages.create(**VERTEX_ASK)

    assert script.sent[0].headers["authorization"] == "Bearer ya29.canary-0123456789"


def test_no_credentials_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def default(**named: Any) -> Any:
        raise google.auth.exceptions.DefaultCredentialsError("none here")

    monkeypatch.setattr(google.auth, "default", default)
    script = Script((200, JSON, MESSAGE))

    with pytest.raises(tercet.CredentialsError, match="none here"):
        cloud("AnthropicVertex", script, **PLACE).messages.create(**VERTEX_ASK)

    assert script.sent == []


def test_a_token_server_that_is_not_reached_is_asked_again(
    defaults: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refresh(request: Any) -> None:
        raise google.auth.exceptions.TransportError("no route to Google")

    monkeypatch.setattr(defaults, "refresh", refresh)
    script = Script((200, JSON, MESSAGE))

    with pytest.raises(tercet.APIConnectionError, match="no route to Google"):
        cloud("AnthropicVertex", script, **PLACE).messages.create(**VERTEX_ASK)

    assert script.sent == []


def test_streams_are_the_apis_own() -> None:
    script = Script((200, SSE, EVENTS))
    with cloud("AnthropicVertex", script).messages.stream(**VERTEX_ASK) as stream:
        assert stream.get_final_text() == "Hello"

    assert script.sent[0].url.endswith(f"/models/{MODEL}:streamRawPredict")


def test_googles_errors_speak_the_apis_words() -> None:
    body = b'[{"error":{"code":429,"message":"Quota exceeded.","status":"RESOURCE_EXHAUSTED"}}]'
    with pytest.raises(tercet.RateLimitError) as raised:
        cloud("AnthropicVertex", Script((429, JSON, body))).messages.create(**VERTEX_ASK)

    assert (raised.value.type, raised.value.api_message) == ("rate_limit_error", "Quota exceeded.")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_ML_REGION", "global")
    monkeypatch.setenv("ANTHROPIC_VERTEX_PROJECT_ID", "project-2")
    first = tercet.AnthropicVertex()
    monkeypatch.setenv("ANTHROPIC_VERTEX_BASE_URL", "https://gateway.example/v1/")

    assert (first.region, first.project_id, first.base_url) == (
        "global",
        "project-2",
        "https://aiplatform.googleapis.com/v1/",
    )
    assert tercet.AnthropicVertex().base_url == "https://gateway.example/v1/"


def test_the_claude_apis_own_key_stays_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-home-0123456789")
    script = Script((200, JSON, MESSAGE))
    cloud("AnthropicVertex", script).copy(max_retries=0).messages.create(**VERTEX_ASK)

    assert "sk-ant-home" not in str(script.sent[0].headers.multi_items())


def test_a_copy_may_go_elsewhere() -> None:
    script = Script((200, JSON, MESSAGE))
    client = cloud("AnthropicVertex", script)
    client.copy(region="global", project_id="project-2").messages.create(**VERTEX_ASK)
    client.with_options(access_token="other").messages.create(**VERTEX_ASK)
    client.copy(credentials=Credentials()).messages.create(**VERTEX_ASK)

    first, second, third = script.sent
    assert first.url.startswith("https://aiplatform.googleapis.com/v1/projects/project-2/locations/global/")
    assert [each.headers["authorization"] for each in (first, second, third)] == [
        "Bearer ya29.canary-0123456789",
        "Bearer other",
        "Bearer ya29.canary-0123456789",
    ]


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.messages.batches.list(),
        lambda client: client.models.list(),
        lambda client: client.files.list(),
        lambda client: client.messages.create(
            **{
                **VERTEX_ASK,
                "messages": [
                    {"role": "user", "content": [{"type": "document", "source": {"type": "url", "url": "x"}}]}
                ],
            }
        ),
    ],
)
def test_what_vertex_lacks_is_an_error_before_anything_is_sent(ask: Any) -> None:
    script = Script((200, JSON, MESSAGE))

    with pytest.raises(tercet.AnthropicError, match="Vertex AI does not support"):
        ask(cloud("AnthropicVertex", script))

    assert script.sent == []


def test_tokens_show_in_no_repr_and_no_pickle(defaults: Credentials) -> None:
    script = Script((200, JSON, MESSAGE))
    found = cloud("AnthropicVertex", script, **PLACE)
    found.messages.create(**VERTEX_ASK)
    shown = [repr(found), repr(vars(found)), repr(pickle.dumps(tercet.AnthropicVertex(**GOOGLE)))]

    assert "canary" not in " ".join(shown)


def test_a_token_that_an_answer_echoes_is_taken_out(defaults: Credentials) -> None:
    script = Script((502, {"content-type": "text/html"}, b"<p>Authorization: Bearer ya29.canary-0123456789</p>"))
    with pytest.raises(tercet.APIStatusError) as raised:
        cloud("AnthropicVertex", script, **PLACE).messages.create(**VERTEX_ASK)

    assert raised.value.body == "<p>Authorization: Bearer <redacted></p>"


def test_a_pickled_client_knows_its_place() -> None:
    made = pickle.loads(pickle.dumps(tercet.AnthropicVertex(**GOOGLE, max_retries=4)))

    assert (made.region, made.project_id, made.max_retries, made.access_token) == ("us-central1", "project-1", 4, None)


def test_without_google_auth_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "google" or name.startswith("google.auth")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "google.auth", None)

    with pytest.raises(tercet.AnthropicError, match=r"tercet\[vertex\]"):
        cloud("AnthropicVertex", Script((200, JSON, MESSAGE)), **PLACE).messages.create(**VERTEX_ASK)


@pytest.fixture(scope="module")
def api() -> Iterator[LocalAPI]:
    with tercet.local_api() as running:
        yield running


def test_the_local_api_answers_in_vertex_form(api: LocalAPI) -> None:
    with tercet.AnthropicVertex(**GOOGLE, base_url=f"{api.base_url}/v1") as client:
        message = client.messages.create(**VERTEX_ASK)
        count = client.messages.count_tokens(model=MODEL, messages=ASK["messages"])
        with client.messages.stream(**VERTEX_ASK) as stream:
            streamed = stream.get_final_message()

    assert message.id.startswith("msg_vrtx_")
    assert (streamed.content, count.input_tokens) == (message.content, message.usage.input_tokens)


@pytest.mark.anyio
async def test_the_local_api_answers_the_async_client(api: LocalAPI) -> None:
    async with tercet.AsyncAnthropicVertex(**GOOGLE, base_url=f"{api.base_url}/v1") as client:
        message = await client.messages.create(**VERTEX_ASK)

    assert message.id.startswith("msg_vrtx_")
