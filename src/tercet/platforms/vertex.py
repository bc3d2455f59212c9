"""Vertex AI on Google Cloud: project, region and model in the path, the API version in the body, Google's access tokens.
Streams are the Claude API's own. Knows no client."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from tercet.platforms.base import (
    COUNT,
    CREATE,
    MissingRegionError,
    Platform,
    body_headers,
    fields_of,
    platform_request,
    rewrite_request,
    text_field,
    with_version,
    without_headers,
)
from tercet.platforms.capabilities import refuse_endpoint, refuse_fields
from tercet.transport.base import Lost
from tercet.wire.errors import AnthropicError
from tercet.wire.http import Request

if TYPE_CHECKING:
    from tercet.platforms.google_tokens import GoogleTokens

API_VERSION = "vertex-2023-10-16"
_REGION = re.compile(r"[a-z][a-z0-9-]*")
_HOSTS = {
    "global": "aiplatform.googleapis.com",
    "us": "aiplatform.us.rep.googleapis.com",
    "eu": "aiplatform.eu.rep.googleapis.com",
}
"""The regions whose hosts do not follow the rule."""


def base_url_of(region: str) -> str:
    """Return where Vertex AI listens for a region."""
    return f"https://{_HOSTS.get(region, f'{region}-aiplatform.googleapis.com')}/v1"


def region_for(given: str | None) -> str:
    """Return the region: as given, or from CLOUD_ML_REGION. Raises MissingRegionError, a ValueError, if nobody names one."""
    region = os.environ.get("CLOUD_ML_REGION") if given is None else given
    if not region:
        raise MissingRegionError("No Google Cloud region: pass region= (such as 'global'), or set CLOUD_ML_REGION.")
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        raise ValueError(f"region must be like 'us-east5' or 'global', not {region!r}")
    return region


class Vertex(Platform):
    """Reach Vertex AI in one project and region."""

    name = "Vertex AI"

    def __init__(self, project: str | None, region: str, tokens: GoogleTokens) -> None:
        self.region, self.tokens = region, tokens
        self._project = project

    @property
    def project(self) -> str | None:
        """Return the project: as given, or that of the default credentials once they were read."""
        return self._project or self.tokens.project

    @property
    def lacks_project(self) -> bool:
        """Return whether only default credentials can tell the project, and nobody has read them yet."""
        return self.project is None and self.tokens.credentials is None

    @property
    def credential(self) -> object:
        """Return Google's tokens, printed without them."""
        return self.tokens

    def shape(self, request: Request, base_url: str) -> Request:
        """Return messages and counts as predictions of the model. Other requests go as they are, with a token."""
        asked = platform_request(request, base_url)
        if asked is None:
            return request
        refuse_endpoint(self.name, asked.path)
        if request.method != "POST" or asked.path not in (CREATE, COUNT):
            headers = without_headers(request.headers, "anthropic-version")
            return Request(
                request.method, request.url, headers, request.content, timeout=request.timeout, stream=request.stream
            )
        fields = fields_of(request)
        refuse_fields(self.name, fields, request)
        target = "count-tokens:rawPredict"
        if asked.path == CREATE:
            verb = "streamRawPredict" if bytes(fields.get("stream", b"")) == b"true" else "rawPredict"
            target = f"{segment(text_field(fields, 'model'), 'model')}:{verb}"
            fields = {name: value for name, value in fields.items() if name != "model"}
        url = f"{base_url}{self._path_prefix()}/publishers/anthropic/models/{target}{asked.query}"
        return rewrite_request(request, url, with_version(fields, request.headers), body_headers(request.headers))

    def _path_prefix(self) -> str:
        if not self.project:
            raise AnthropicError(
                "No Google Cloud project: pass project_id=, or set ANTHROPIC_VERTEX_PROJECT_ID. Nothing was sent."
            )
        return f"/projects/{segment(self.project, 'project_id')}/locations/{self.region}"

    def authorises_at_once(self, request: Request) -> bool:
        """Return whether a token is at hand."""
        return "authorization" in request.headers or self.tokens.ready

    def authorise(self, request: Request) -> Request | Lost:
        """Return the request with an access token, unless it carries one already."""
        if "authorization" in request.headers:
            return request
        token = self.tokens.token()
        return token if isinstance(token, Lost) else request.with_headers({"Authorization": f"Bearer {token}"})


def segment(value: str, name: str) -> str:
    """Return a value as one segment of a path: none can lead the request elsewhere."""
    if value in (".", ".."):
        raise ValueError(f"{name} must be a name, not {value!r}")
    return quote(value, safe="!$&'()*+,=:@")
