"""Requests to Vertex AI: where they go, what moves, and whose token they carry."""

from __future__ import annotations

import json

import pytest

from tercet.platforms.base import MissingRegionError
from tercet.platforms.google_tokens import GoogleTokens
from tercet.platforms.vertex import Vertex, base_url_of, region_for
from tercet.wire.errors import AnthropicError
from tercet.wire.http import Headers, Request

BASE = base_url_of("us-east5")
BODY = b'{"model":"claude-opus-4-5@20251101","max_tokens":5,"stream":true,"messages":[]}'


def vertex(project: str | None = "project-1") -> Vertex:
    return Vertex(project, "us-east5", GoogleTokens())


def shaped(path: str, content: bytes = BODY, method: str = "POST") -> Request:
    return vertex().shape(Request(method, BASE + path, Headers({"anthropic-version": "v-1"}), content), BASE)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("global", "aiplatform.googleapis.com"),
        ("us", "aiplatform.us.rep.googleapis.com"),
        ("eu", "aiplatform.eu.rep.googleapis.com"),
        ("europe-west1", "europe-west1-aiplatform.googleapis.com"),
    ],
)
def test_each_region_has_its_host(region: str, host: str) -> None:
    assert base_url_of(region) == f"https://{host}/v1"


def test_a_streamed_message_keeps_its_mark_in_the_body() -> None:
    made = shaped("/v1/messages")

    assert made.url == (
        f"{BASE}/projects/project-1/locations/us-east5/publishers/anthropic/models/claude-opus-4-5@20251101:streamRawPredict"
    )
    assert json.loads(made.content) == {"anthropic_version": "v-1", "max_tokens": 5, "stream": True, "messages": []}
    assert "anthropic-version" not in made.headers


def test_a_count_keeps_its_model_in_the_body() -> None:
    made = shaped("/v1/messages/count_tokens?beta=true", b'{"model":"m","messages":[]}')

    assert made.url.endswith("/models/count-tokens:rawPredict")
    assert json.loads(made.content) == {"anthropic_version": "v-1", "model": "m", "messages": []}


def test_other_paths_go_as_they_are() -> None:
    made = shaped("/projects/p/locations/l/endpoints", b"", "GET")

    assert (made.url, made.content, dict(made.headers)) == (f"{BASE}/projects/p/locations/l/endpoints", b"", {})


def test_no_project_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(AnthropicError, match="ANTHROPIC_VERTEX_PROJECT_ID"):
        vertex(None).shape(Request("POST", f"{BASE}/v1/messages", Headers(), BODY), BASE)


@pytest.mark.parametrize("project", [".", ".."])
def test_a_project_cannot_lead_elsewhere(project: str) -> None:
    with pytest.raises(ValueError, match="project_id"):
        vertex(project).shape(Request("POST", f"{BASE}/v1/messages", Headers(), BODY), BASE)


def test_the_region_is_the_argument_or_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_ML_REGION", "us-east5")

    assert (region_for("global"), region_for(None)) == ("global", "us-east5")


def test_there_is_no_default_region() -> None:
    with pytest.raises(MissingRegionError, match="CLOUD_ML_REGION"):
        region_for(None)


@pytest.mark.parametrize("region", ["", "evil.example/", "us east5", "us-east5\n", "../x"])
def test_a_region_cannot_lead_elsewhere(region: str) -> None:
    with pytest.raises(ValueError, match="region"):
        region_for(region)
