"""What arrives at a server is what was signed: each transport leaves path, query, signed headers and body as they are."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.auth
import httpx
import httpx2
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.client.platforms.clouds import AWS
from tests.client.scripted import ASK, MESSAGE

import tercet

MODELS = [
    "anthropic.claude-haiku-4-5-20251001-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
    "a b/c;d?e#f%é~'(x)*!",
]


class Seen(BaseHTTPRequestHandler):
    """Keeps what arrives, and answers with a message."""

    protocol_version = "HTTP/1.1"
    arrived: list[tuple[str, str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.arrived.append((self.command, self.path, dict(self.headers.items()), body))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(MESSAGE)))
        self.end_headers()
        self.wfile.write(MESSAGE)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    handler = type("Handler", (Seen,), {"arrived": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.arrived = handler.arrived  # type: ignore[attr-defined]
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def holds(method: str, path: str, headers: dict[str, str], body: bytes, service: str = "bedrock") -> bool:
    """Whether the signature is right for what arrived, by botocore's own reckoning."""
    low = {name.lower(): value for name, value in headers.items()}
    names = re.search(r"SignedHeaders=([^,]+),", low["authorization"])
    assert names is not None
    assert {"host", "content-type", "x-amz-date"} <= {*names[1].split(";")}
    kept = {name: low[name] for name in names[1].split(";")}
    request = AWSRequest(method=method, url=f"http://{low['host']}{path}", headers=kept, data=body)
    request.context["timestamp"] = low["x-amz-date"]
    credentials = Credentials(AWS["aws_access_key"], AWS["aws_secret_key"])
    signer = botocore.auth.SigV4Auth(credentials, service, AWS["aws_region"])
    found = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return low["authorization"].endswith(f"Signature={found}")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("carrier", [None, "portable", httpx.Client, httpx2.Client])
def test_the_signature_holds_at_the_other_end(
    server: Any, model: str, carrier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {
        "default_headers": {"X-Team": "blue  and   green"},
        "default_query": {"a": "b c/ü", "A": "+"},
    }
    if carrier == "portable":
        monkeypatch.setenv("TERCET_TRANSPORT", "portable")
    with contextlib.ExitStack() as stack:
        if callable(carrier):  # a client of the user's own stays open until the user closes it
            options["http_client"] = stack.enter_context(carrier())
        url = f"http://127.0.0.1:{server.server_port}"
        client = stack.enter_context(tercet.AnthropicBedrock(**AWS, base_url=url, **options))
        client.messages.create(**{**ASK, "model": model})

    assert holds(*server.arrived[0])


@pytest.mark.anyio
@pytest.mark.parametrize("carrier", [None, httpx.AsyncClient])
async def test_the_signature_of_the_async_client_holds_too(server: Any, carrier: Any) -> None:
    options = {} if carrier is None else {"http_client": carrier()}
    url = f"http://127.0.0.1:{server.server_port}"
    async with tercet.AsyncAnthropicBedrock(**AWS, base_url=url, **options) as client:
        await client.messages.create(**{**ASK, "model": MODELS[1]})
    if carrier is not None:
        await options["http_client"].aclose()

    assert holds(*server.arrived[0])


@pytest.mark.parametrize(
    ("kind", "service"),
    [("AnthropicAWS", "aws-external-anthropic"), ("AnthropicBedrockMantle", "bedrock-mantle")],
)
def test_services_that_speak_the_api_itself_are_signed_for_by_their_names(server: Any, kind: str, service: str) -> None:
    url = f"http://127.0.0.1:{server.server_port}"
    with getattr(tercet, kind)(**AWS, base_url=url, workspace_id="wrkspc_01") as client:
        client.messages.create(**ASK)
        client.messages.create(**ASK, user_profile_id="uprof_01")

    assert [arrived[1] for arrived in server.arrived] == ["/v1/messages"] * 2
    assert all(holds(*arrived, service) for arrived in server.arrived)
