"""Files and models over HTTP."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tercet.catalog import models
from tercet.server.errors import HTTPError
from tercet.server.http.bodies import parts_of
from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
OLD = {"anthropic-beta": "files-api-2025-04-14"}


def upload(api: httpx.Client, name: str = "a.txt", content: bytes = b"The sky is blue.", **data: str) -> httpx.Response:
    return api.post("/v1/files", files={"file": (name, content, "text/plain")}, data=data)


def test_a_file_is_kept_read_by_the_model_and_deleted(api: httpx.Client) -> None:
    file = upload(api).json()
    assert (file["filename"], file["mime_type"], file["size_bytes"]) == ("a.txt", "text/plain", 16)
    assert (file["downloadable"], file["expires_at"]) == (False, None)
    assert api.get(f"/v1/files/{file['id']}").json() == file
    document = {"type": "document", "source": {"type": "file", "file_id": file["id"]}}
    question = {"type": "text", "text": "Summarise the document."}
    ask = {
        "model": "claude-opus-5-5",
        "max_tokens": 200,
        "messages": [{"role": "user", "content": [document, question]}],
    }
    assert "The sky is blue" in api.post("/v1/messages", json=ask).json()["content"][-1]["text"]
    refused = api.get(f"/v1/files/{file['id']}/content")
    assert (refused.status_code, refused.json()["error"]["details"]) == (400, {"error_code": "file_not_downloadable"})
    assert api.delete(f"/v1/files/{file['id']}").json() == {"id": file["id"], "type": "file_deleted"}
    assert api.post("/v1/messages", json=ask).status_code == 404


def test_files_expire_by_the_clock() -> None:
    now = [1_795_000_000.0]
    with (
        LocalServer(clock=lambda: now[0]) as server,
        httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as api,
    ):
        file = upload(api, expires_in_seconds="3600").json()
        assert file["expires_at"] is not None
        now[0] += 3600
        gone = api.get(f"/v1/files/{file['id']}")
        assert (gone.status_code, gone.json()["error"]["details"]) == (404, {"error_code": "file_expired"})
        assert api.get("/v1/files").json() == {"data": [], "next_page": None}


def test_files_are_listed_in_both_shapes() -> None:
    with LocalServer() as server, httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as api:
        ids = [upload(api, f"{n}.txt").json()["id"] for n in range(3)][::-1]
        first = api.get("/v1/files", params={"limit": 2}).json()
        assert [file["id"] for file in first["data"]] == ids[:2]
        second = api.get("/v1/files", params={"limit": 2, "page": first["next_page"]}).json()
        assert ([file["id"] for file in second["data"]], second["next_page"]) == (ids[2:], None)
        old = api.get("/v1/files", params={"limit": 2}, headers=OLD).json()
        assert (old["has_more"], old["first_id"], old["last_id"]) == (True, ids[0], ids[1])
        chosen = api.get("/v1/files", params={"ids[]": [ids[2], "file_none"]}).json()
        assert [file["id"] for file in chosen["data"]] == [ids[2]]


def test_further_form_fields_of_an_upload_are_warned_of(api: httpx.Client) -> None:
    answer = upload(api, purpose="user_data", expires_in_seconds="3600")
    assert answer.status_code == 200
    assert "the form field 'purpose' is not read" in answer.headers["tercet-warning"]
    assert answer.json()["expires_at"] is not None


@pytest.mark.parametrize("name", ["a/b.txt", "a:b", "x" * 256])
def test_names_that_are_not_taken_are_refused(api: httpx.Client, name: str) -> None:
    assert upload(api, name).status_code == 400


def test_what_is_no_upload_is_refused(api: httpx.Client) -> None:
    assert api.post("/v1/files", json={}).status_code == 415
    missing = api.post("/v1/files", files={"other": ("a", b"b")})
    assert (missing.status_code, missing.json()["error"]["message"]) == (400, "file: Field required")
    assert upload(api, expires_in_seconds="5").status_code == 400


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_a_part_gives_back_its_bytes(content: bytes) -> None:
    if b"\r\n--mark" in b"\r\n" + content:
        return
    body = (
        b'--mark\r\ncontent-disposition: form-data; name="file"; filename="a \\"b\\".txt"\r\n\r\n'
        + content
        + b"\r\n--mark--\r\n"
    )
    (part,) = parts_of(body, 'multipart/form-data; boundary="mark"')
    assert (part.name, part.filename, part.content) == ("file", 'a "b".txt', content)


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from([b"--mark", b"\r\n", b"--", b'content-disposition: form-data; name="a"', b"x", b":"]),
        max_size=12,
    )
)
def test_no_body_breaks_the_parser(pieces: list[bytes]) -> None:
    with suppress(HTTPError):
        assert all(part.name == "a" for part in parts_of(b"".join(pieces), "multipart/form-data; boundary=mark"))


def test_models_are_listed_in_pages_and_found_by_alias(api: httpx.Client) -> None:
    everything = api.get("/v1/models", params={"limit": 1000}).json()
    ids = [model["id"] for model in everything["data"]]
    assert everything["has_more"] is False
    assert "claude-3-opus-20240229" not in ids
    found: list[str] = []
    page = api.get("/v1/models", params={"limit": 4}).json()
    while True:
        found += [model["id"] for model in page["data"]]
        if not page["has_more"]:
            break
        page = api.get("/v1/models", params={"limit": 4, "after_id": page["last_id"]}).json()
    assert found == ids
    model = api.get("/v1/models/claude-haiku-4-5").json()
    assert (model["id"], model["type"], model["max_tokens"]) == ("claude-haiku-4-5-20251001", "model", 64000)
    assert model["capabilities"]["thinking"]["types"]["enabled"] == {"supported": True}
    assert api.get("/v1/models/none").status_code == 404


def test_models_are_listed_newest_first_and_unknown_days_are_the_epoch(api: httpx.Client) -> None:
    days = [model["created_at"] for model in api.get("/v1/models", params={"limit": 1000}).json()["data"]]
    assert days == sorted(days, reverse=True)
    known = {facts.id: facts.released for facts in models.all_models()}
    for model in api.get("/v1/models", params={"limit": 1000}).json()["data"]:
        day = known[model["id"]] or date(1970, 1, 1)
        assert model["created_at"] == f"{day.isoformat()}T00:00:00Z"


def test_retired_models_are_listed_when_asked_for(api: httpx.Client) -> None:
    retired = api.get("/v1/models", params={"lifecycle[]": "retired", "limit": 1000}).json()["data"]
    assert "claude-3-opus-20240229" in [model["id"] for model in retired]
    assert {model["lifecycle"] for model in retired} == {"retired"}


def test_nothing_is_claimed_of_a_model_that_nothing_is_known_of(api: httpx.Client) -> None:
    unknown = api.get("/v1/models/claude-fable-5-2").json()
    assert (unknown["capabilities"], unknown["max_tokens"], unknown["max_input_tokens"]) == (None, None, None)
    assert api.get("/v1/models/claude-opus-5-5").json()["capabilities"]["effort"]["max"] == {"supported": True}
