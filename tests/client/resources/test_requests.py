"""Batches, files and models send what the official SDK sends for the same arguments: method, path, query, body, and
the headers that say something about the call."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from tests.client.scripted import JSON, Script

from tercet.client.anthropic import Anthropic
from tercet.wire.http import Request

SAMPLE = Path(__file__).parents[2] / "samples" / "noun_requests.json"
ROWS = json.loads(SAMPLE.read_text("utf-8"))["rows"]
TOLD = ("accept", "content-type", "anthropic-beta", "anthropic-workspace-id", "anthropic-user-profile-id")
BATCH = {
    "id": "msgbatch_1",
    "processing_status": "ended",
    "results_url": "https://api.anthropic.com/v1/messages/batches/msgbatch_1/results",
    "data": [],
}


def given_file(value: Any, folder: Path) -> Any:
    """The file that a row of the sample describes, in the form in which a caller gives it."""
    if not isinstance(value, dict):
        return value
    if "tuple" in value:
        return tuple(given_file(item, folder) for item in value["tuple"])
    if "bytes" in value:
        return value["bytes"].encode()
    if "path" in value or "open" in value:
        path = folder / (value.get("path") or value["open"])
        path.write_bytes(b"%PDF-1.4 hello")
        return path if "path" in value else path.open("rb")
    if "file" in value:
        held = io.BytesIO(value["file"].encode())
        if "name" in value:
            held.name = value["name"]  # type: ignore[misc]
        return held
    return value


def told(request: Request) -> dict[str, Any]:
    """A request in the sample's form. A GET has no body for its content-type to describe."""
    url = urlsplit(request.url)
    headers = {name: request.headers[name] for name in TOLD if name in request.headers}
    body = request.content.decode()
    if "boundary=" in headers.get("content-type", ""):
        boundary = headers["content-type"].partition("boundary=")[2]
        headers["content-type"], body = "multipart/form-data; boundary=B", body.replace(boundary, "B")
    if request.method == "GET":
        headers.pop("content-type", None)
    target = unquote(url.path + (f"?{url.query}" if url.query else ""))
    return {"method": request.method, "target": target, "headers": headers, "body": body}


def plain_body(request: dict[str, Any]) -> dict[str, Any]:
    """JSON bodies are equal whatever the order of their fields."""
    body = request["body"]
    return {**request, "target": unquote(request["target"]), "body": json.loads(body) if body[:1] == "{" else body}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['call']}{row['ids']}")
def test_a_call_sends_what_the_official_sdk_sends(row: dict[str, Any], tmp_path: Path) -> None:
    script = Script((200, JSON, json.dumps(BATCH).encode()))
    resource: Any = script.client(base_url="https://api.anthropic.com")
    for name in row["call"].removeprefix("beta.").split("."):
        resource = getattr(resource, name)
    arguments = {
        name: given_file(value, tmp_path) if name == "file" else value for name, value in row["arguments"].items()
    }

    resource(*row["ids"], **arguments)

    for value in arguments.values():
        if hasattr(value, "close"):
            value.close()
    assert [plain_body(request) for request in row["requests"]] == [plain_body(told(sent)) for sent in script.sent]


def test_the_older_name_of_batches_is_the_same_noun() -> None:
    script = Script((200, JSON, json.dumps(BATCH).encode()))
    client: Anthropic = script.client()

    assert client.batches.retrieve("msgbatch_1").id == client.messages.batches.retrieve("msgbatch_1").id
    assert script.sent[0].url == script.sent[1].url


@pytest.mark.parametrize("wrong_id", ["", " ", ".", "..", None, 3])
def test_what_is_no_id_is_refused_before_anything_is_sent(wrong_id: Any) -> None:
    script = Script((200, JSON, b"{}"))

    for method in (
        script.client().messages.batches.retrieve,
        script.client().files.delete,
        script.client().models.retrieve,
    ):
        with pytest.raises((ValueError, TypeError), match="_id must"):
            method(wrong_id)

    assert script.sent == []


def test_an_id_cannot_lead_to_another_endpoint() -> None:
    script = Script((200, JSON, b'{"id":"x"}'))

    script.client().files.retrieve_metadata("../../v1/messages?x=1#y")

    assert script.sent[0].url == "http://local/v1/files/..%2F..%2Fv1%2Fmessages%3Fx%3D1%23y"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda client: client.files.list(limits=3), "did you mean 'limit'"),
        (lambda client: client.models.list(limit="3"), "limit must be an int"),
        (lambda client: client.models.list(lifecycle="active"), "lifecycle must be a list"),
        (lambda client: client.models.retrieve("m", betas="x"), "betas must be a list"),
        (lambda client: client.files.list(extra_body={"a": 1}), "takes no extra_body"),
        (lambda client: client.files.delete("f", workspace="w"), "did you mean 'workspace_id'"),
        (lambda client: client.files.upload(), "needs file="),
        (lambda client: client.batches.create(), "needs requests="),
        (lambda client: client.batches.create(request=[]), "did you mean 'requests'"),
    ],
)
def test_wrong_arguments_are_type_errors_that_help(call: Any, message: str) -> None:
    script = Script((200, JSON, b"{}"))

    with pytest.raises(TypeError, match=message):
        call(script.client())

    assert script.sent == []


def test_betas_of_a_noun_come_before_those_of_the_call() -> None:
    from tercet.client.resources.files import Files

    class BetaFiles(Files):
        betas = ("files-api-2025-04-14",)

    script = Script((200, JSON, b'{"id":"x"}'))
    BetaFiles(script.client()).retrieve_metadata("f", betas=["other", "files-api-2025-04-14"])
    BetaFiles(script.client()).with_raw_response.retrieve_metadata("f")

    assert [sent.headers["anthropic-beta"] for sent in script.sent] == [
        "files-api-2025-04-14,other",
        "files-api-2025-04-14",
    ]
