"""What belongs to one key is not there for another: batches, files, and files named in messages."""

from __future__ import annotations

import httpx
import pytest

from tercet.server.run import LocalServer

ASK = {"model": "claude-opus-5-5", "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}
OTHER = {"x-api-key": "another"}


def test_batches_belong_to_their_key(api: httpx.Client) -> None:
    batch = api.post("/v1/messages/batches", json={"requests": [{"custom_id": "a", "params": ASK}]}).json()["id"]
    assert api.get(f"/v1/messages/batches/{batch}").status_code == 200
    for verb, path in (("GET", ""), ("GET", "/results"), ("POST", "/cancel"), ("DELETE", "")):
        answer = api.request(verb, f"/v1/messages/batches/{batch}{path}", headers=OTHER)
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")
    assert api.get("/v1/messages/batches", headers=OTHER).json()["data"] == []


def test_files_belong_to_their_key(api: httpx.Client) -> None:
    file = api.post("/v1/files", files={"file": ("a.txt", b"Secret", "text/plain")}).json()["id"]
    for verb, path in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
        assert api.request(verb, f"/v1/files/{file}{path}", headers=OTHER).status_code == 404
    assert api.get("/v1/files", headers=OTHER).json()["data"] == []
    block = {"type": "document", "source": {"type": "file", "file_id": file}}
    asked = {**ASK, "messages": [{"role": "user", "content": [block, {"type": "text", "text": "Summarise."}]}]}
    assert api.post("/v1/messages", json=asked).status_code == 200
    assert api.post("/v1/messages", json=asked, headers=OTHER).status_code == 404


@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
def test_a_key_without_permission_is_known_and_refused(header: str) -> None:
    with LocalServer(keys=["right"], keys_without_permission=["barred"]) as server:
        value = "Bearer barred" if header == "authorization" else "barred"
        answer = httpx.post(
            f"{server.base_url}/v1/messages",
            json=ASK,
            headers={header: value, "anthropic-version": "2023-06-01"},
            trust_env=False,
        )
    assert (answer.status_code, answer.json()["error"]) == (
        403,
        {"type": "permission_error", "message": "Your API key does not have permission to use the specified resource."},
    )
