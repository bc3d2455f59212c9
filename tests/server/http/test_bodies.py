"""Compressed request bodies: taken, refused when broken, and not let grow beyond the limit."""

from __future__ import annotations

import gzip
import json
import zlib

import httpx
import pytest

from tercet.server.errors import HTTPError
from tercet.server.http.bodies import decoded

BODY = json.dumps({"model": "claude-opus-5-5", "messages": [{"role": "user", "content": "Hello"}]}).encode()
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("encoding", "body"), [("gzip", gzip.compress(BODY, mtime=0)), ("deflate", zlib.compress(BODY)), ("identity", BODY)]
)
def test_compressed_requests_are_answered(api: httpx.Client, encoding: str, body: bytes) -> None:
    answer = api.post("/v1/messages/count_tokens", content=body, headers={**JSON, "content-encoding": encoding})
    assert answer.json() == api.post("/v1/messages/count_tokens", content=BODY, headers=JSON).json()


@pytest.mark.parametrize(
    ("encoding", "body", "code"),
    [
        ("br", BODY, "request_body_encoding_unsupported"),
        ("gzip", BODY, "request_body_encoding_invalid"),
        ("gzip", gzip.compress(BODY, mtime=0)[:-3], "request_body_encoding_invalid"),
        ("gzip", gzip.compress(BODY, mtime=0) + b"more", "request_body_encoding_invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(api: httpx.Client, encoding: str, body: bytes, code: str) -> None:
    answer = api.post("/v1/messages", content=body, headers={**JSON, "content-encoding": encoding})
    assert (answer.status_code, answer.json()["error"]["details"]) == (400, {"error_code": code})


def test_a_body_that_grows_beyond_the_limit_is_cut_off_there() -> None:
    with pytest.raises(HTTPError) as caught:
        decoded(gzip.compress(bytes(50_000_000)), "gzip", 1000)
    assert (caught.value.status, caught.value.details) == (413, {"error_code": "request_body_too_large_after_decoding"})
