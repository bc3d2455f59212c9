"""Amazon Bedrock (InvokeModel): the model in the path, the API version and betas in the body, Amazon's signature or a
bearer token, answers in Amazon's framing. Knows no client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from tercet.platforms.base import (
    CREATE,
    BodyTranslator,
    Platform,
    PlatformRequest,
    body_headers,
    fields_of,
    platform_request,
    rewrite_request,
    text_field,
    with_version,
    without_headers,
)
from tercet.platforms.capabilities import refuse_endpoint, refuse_fields
from tercet.transport.base import Lost, Reply
from tercet.wire.http import Headers, Request

if TYPE_CHECKING:
    from tercet.platforms.aws_credentials import AmazonCredentials

API_VERSION = "bedrock-2023-05-31"
SERVICE = "bedrock"
REQUEST_ID = "x-amzn-requestid"


def base_url_of(region: str) -> str:
    """Return where Bedrock listens in a region."""
    return f"https://bedrock-runtime.{region}.amazonaws.com"


class Bedrock(Platform):
    """Reach Bedrock in one region. `hint`: the model behind ids that do not say it (ARNs of inference profiles), by id or one
    for all."""

    name = "Amazon Bedrock"

    def __init__(
        self, region: str, credentials: AmazonCredentials, hint: str | Mapping[str, str] | None = None
    ) -> None:
        self.region, self.credentials, self.hint = region, credentials, hint

    @property
    def credential(self) -> object:
        """Return Amazon's keys, printed without them."""
        return self.credentials

    def shape(self, request: Request, base_url: str) -> Request:
        """Return POST /v1/messages as an invocation of the model. Other requests go as they are, signed."""
        asked = platform_request(request, base_url)
        if asked is None:
            return request
        refuse_endpoint(self.name, asked.path)
        if asked.path == CREATE and request.method == "POST":
            return self._invocation(request, base_url, asked)
        headers = without_headers(request.headers, "anthropic-version")
        return Request(
            request.method, request.url, headers, request.content, timeout=request.timeout, stream=request.stream
        )

    def _invocation(self, request: Request, base_url: str, asked: PlatformRequest) -> Request:
        fields = fields_of(request)
        refuse_fields(self.name, fields, request)
        segment = model_segment(text_field(fields, "model"))
        verb = "invoke-with-response-stream" if bytes(fields.get("stream", b"")) == b"true" else "invoke"
        fields = {name: value for name, value in fields.items() if name not in ("model", "stream")}
        betas = [name.strip() for name in request.headers.get("anthropic-beta", "").split(",") if name.strip()]
        body = with_version(fields, request.headers, **({"anthropic_beta": betas} if betas else {}))
        return rewrite_request(
            request, f"{base_url}/model/{segment}/{verb}{asked.query}", body, body_headers(request.headers)
        )

    def authorises_at_once(self, request: Request) -> bool:
        """Return whether the request carries a token already, or is signed with given keys."""
        return "authorization" in request.headers or self.credentials.ready(request)

    def authorise(self, request: Request) -> Request | Lost:
        """Return the request, signed unless it carries a token already."""
        if "authorization" in request.headers:
            return request
        return self.credentials.sign(request, self.region, SERVICE)

    def restore_reply(self, reply: Reply) -> Reply:
        """Return the reply with Amazon's request id under the name that the Claude API has for it."""
        headers = reply.headers
        identity = headers.get(REQUEST_ID)
        named = [("request-id", identity)] if identity and "request-id" not in headers else []
        if self._is_framed(reply):
            headers = Headers([*without_headers(headers, "content-type").multi_items(), _SSE])
        elif not named:
            return reply
        return Reply(
            reply.status, Headers([*headers.multi_items(), *named]), reply.content, reply.stream, reply.http_version
        )

    def translator_for(self, reply: Reply) -> BodyTranslator | None:
        """Return what unwraps a streamed answer."""
        if not self._is_framed(reply):
            return None
        from tercet.platforms.eventstream import EventStreamBody

        return EventStreamBody()

    @staticmethod
    def _is_framed(reply: Reply) -> bool:
        return reply.headers.get("content-type", "").lower().startswith("application/vnd.amazon.eventstream")

    def model_behind(self, model: str) -> str:
        """Return the model's own name where the id does not tell it, by `hint`; else the id."""
        if self.hint is None:
            return model
        if isinstance(self.hint, str):
            return self.hint if hides_model(model) else model
        return self.hint.get(model, model)


_SSE = ("content-type", "text/event-stream; charset=utf-8")


def hides_model(model: str) -> bool:
    """Return whether this is the ARN of something that stands for a model: an inference profile, a provisioned throughput."""
    return model.startswith("arn:") and "anthropic." not in model.rpartition("/")[2]


def model_segment(model: str) -> str:
    """Return a model id or ARN as one segment of a path: no id can lead the request elsewhere."""
    if model.partition(";")[0] in (".", "..", ""):
        raise ValueError(f"model must be a model id or ARN, not {model!r}")
    return quote(model, safe=":;")
