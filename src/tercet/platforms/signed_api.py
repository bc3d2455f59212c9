"""The Claude API in its own form on Amazon's side: "Claude Platform on AWS", and "Claude in Amazon Bedrock" (Mantle).
A request is as it would be at home, but signed for the service's name, or with a bearer token. Knows no client."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tercet.platforms.base import COUNT, CREATE, Platform, fields_of, platform_request, rewrite_request, without_headers
from tercet.platforms.capabilities import refuse_endpoint
from tercet.transport.base import Lost, Reply
from tercet.wire.http import Headers, Request

if TYPE_CHECKING:
    from tercet.platforms.aws_credentials import AmazonCredentials

WORKSPACE, USER_PROFILE, REQUEST_ID = "anthropic-workspace-id", "anthropic-user-profile-id", "x-amzn-requestid"


class Service(NamedTuple):
    """Name one of Amazon's services that speak the API."""

    name: str
    signed_as: str
    address: str
    """With the region's place in it."""
    profile_in_body: bool
    """Whether messages and counts name the user profile in the body instead of a header."""


AWS = Service(
    "Claude Platform on AWS", "aws-external-anthropic", "https://aws-external-anthropic.{region}.api.aws", False
)
MANTLE = Service(
    "Claude in Amazon Bedrock", "bedrock-mantle", "https://bedrock-mantle.{region}.api.aws/anthropic", True
)


class SignedAPI(Platform):
    """Reach one service in one region. `signs=False` leaves credentials to a proxy, or to a token that the client has."""

    def __init__(
        self,
        service: Service,
        region: str | None,
        credentials: AmazonCredentials,
        workspace: str | None = None,
        *,
        signs: bool = True,
    ) -> None:
        self.name = service.name
        self.service, self.region, self.credentials = service, region, credentials
        self.workspace, self.signs = workspace, signs

    @property
    def credential(self) -> object:
        """Return Amazon's keys, printed without them."""
        return self.credentials if self.signs else None

    def shape(self, request: Request, base_url: str) -> Request:
        """Return the same request, with the workspace that it belongs to."""
        asked = platform_request(request, base_url)
        if asked is None:
            return request
        refuse_endpoint(self.name, asked.path)
        if self.workspace is not None and WORKSPACE not in request.headers:
            request = request.with_headers({WORKSPACE: self.workspace})
        profile = request.headers.get(USER_PROFILE)
        if profile is None or not self.service.profile_in_body or asked.path not in (CREATE, COUNT):
            return request
        fields = {"user_profile_id": profile, **fields_of(request)}
        return rewrite_request(request, request.url, fields, without_headers(request.headers, USER_PROFILE))

    def authorises_at_once(self, request: Request) -> bool:
        """Return whether there is nothing to sign, or all to sign it with is at hand."""
        return self._is_authorised(request) or self.credentials.ready(request)

    def authorise(self, request: Request) -> Request | Lost:
        """Return the request, signed unless it carries a token already."""
        if self._is_authorised(request) or self.region is None:
            return request
        return self.credentials.sign(request, self.region, self.service.signed_as)

    def _is_authorised(self, request: Request) -> bool:
        return not self.signs or "authorization" in request.headers

    def restore_reply(self, reply: Reply) -> Reply:
        """Return the reply with Amazon's request id where the API's own is missing."""
        identity = reply.headers.get(REQUEST_ID)
        if not identity or "request-id" in reply.headers:
            return reply
        headers = Headers([*reply.headers.multi_items(), ("request-id", identity)])
        return Reply(reply.status, headers, reply.content, reply.stream, reply.http_version)
