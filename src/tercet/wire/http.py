"""One exchange as plain values: Request, Response and URL. No HTTP library's type enters the ground floor.

Their reprs and pickles hold no credential, and `redacted()` gives the record of an exchange that may be kept.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from types import CellType
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tercet.wire.headers import REDACTED, Headers, checked_headers, is_secret, redacted_url, url_secrets
from tercet.wire.timeout import Timeout, seconds

__all__ = [
    "REDACTED",
    "URL",
    "Headers",
    "Request",
    "Response",
    "Timeout",
    "checked_headers",
    "is_secret",
    "redacted_url",
    "seconds",
]

NO_LIMITS = Timeout()


class Request:
    """One HTTP request, ready to send. `stream=True` asks the transport to leave a 2xx body unread."""

    __slots__ = ("_url", "content", "headers", "method", "reservation", "stream", "timeout")

    def __init__(
        self,
        method: str,
        url: str,
        headers: Headers,
        content: bytes = b"",
        *,
        timeout: Timeout | None = None,
        stream: bool = False,
    ) -> None:
        self.method, self.headers, self.content = method, headers, content
        self._url = CellType(url)  # may hold credentials, as headers do
        self.timeout = timeout or NO_LIMITS
        self.stream = stream
        self.reservation: Any = None
        """How limits count what is really sent, for those who may change a request on its way (middleware)."""

    @property
    def extensions(self) -> dict[str, Any]:
        """Return what an HTTP library would keep beside the request: nothing here."""
        return {}

    @property
    def url(self) -> str:
        """Return the address, credentials in the address or its query included."""
        url: str = self._url.cell_contents
        return url

    @url.setter
    def url(self, value: str) -> None:
        self._url = CellType(value)

    def with_headers(self, extra: Mapping[str, str]) -> Request:
        """Return the same request with `extra` laid over its headers (names compared without case)."""
        names = {name.lower() for name in extra}
        kept = [pair for pair in self.headers.multi_items() if pair[0].lower() not in names]
        headers = Headers([*kept, *extra.items()])
        return Request(self.method, self.url, headers, self.content, timeout=self.timeout, stream=self.stream)

    def __repr__(self) -> str:
        return f"<Request({self.method!r}, {redacted_url(self.url)!r})>"

    def secrets(self) -> list[str]:
        """Return the credentials that this request carries, bare."""
        return [*self.headers.secrets(), *url_secrets(self.url)]

    def redacted(self) -> Request:
        """Return the same request as a record: credentials in headers and URL replaced. Itself if it holds none."""
        url, headers = redacted_url(self.url), self.headers.redacted()
        if url == self.url and headers is self.headers:
            return self
        return Request(self.method, url, headers, self.content, timeout=self.timeout, stream=self.stream)

    def __reduce__(self) -> tuple[Any, ...]:
        return _request, (self.method, redacted_url(self.url), self.headers, self.content, self.timeout, self.stream)


def _request(method: str, url: str, headers: Headers, content: bytes, timeout: Timeout, stream: bool) -> Request:
    return Request(method, url, headers, content, timeout=timeout, stream=stream)


class Response:
    """One HTTP response. `content` is the body as received and decoded from its content-encoding; a streamed
    response has `content == b""` here and its bytes in the stream."""

    __slots__ = ("attempts", "closer", "content", "headers", "http_version", "info", "request", "status_code", "terms")

    def __init__(
        self,
        status_code: int,
        headers: Headers,
        content: bytes = b"",
        *,
        request: Request,
        http_version: str = "HTTP/1.1",
    ) -> None:
        self.status_code, self.headers, self.content = status_code, headers, content
        self.request, self.http_version = request, http_version
        self.closer: Callable[[], Any] | None = None
        """How the body is given up, if it is a stream that is still open."""
        self.attempts: tuple[Any, ...] = ()
        """The failed attempts before it (`Attempt`), its own included where its stream failed before the first content."""
        self.info: Any = None
        """How the call went, if somebody kept a record (`message.tercet_info`)."""
        self.terms = (False, False)
        """Whether inference in the US was asked for, and whether fast mode was: some answers do not tell."""

    @property
    def is_success(self) -> bool:
        """Return whether the status is 2xx."""
        return 200 <= self.status_code < 300

    @property
    def is_error(self) -> bool:
        """Return whether the status is 4xx or 5xx."""
        return 400 <= self.status_code < 600

    @property
    def reason_phrase(self) -> str:
        """Return the status's name, such as OK; empty for a status that has no name."""
        from http import HTTPStatus

        return HTTPStatus(self.status_code).phrase if self.status_code in HTTPStatus._value2member_map_ else ""

    @property
    def url(self) -> URL:
        """Return the request's address."""
        return URL(self.request.url)

    @property
    def method(self) -> str:
        """Return the request's method."""
        return self.request.method

    @property
    def text(self) -> str:
        """Return the body in the charset that its content type names, else UTF-8; undecodable bytes are replaced."""
        return self.content.decode(charset_of(self.headers.get("content-type", "")), "replace")

    def json(self) -> Any:
        """Return the body decoded from JSON. Raises ValueError (msgspec.DecodeError) if it is none."""
        return msgspec.json.decode(self.content)

    def read(self) -> bytes:
        """Return the body."""
        return self.content

    def raise_for_status(self) -> Response:
        """Return the response itself: what is no success was raised before anybody got it."""
        return self

    def close(self) -> Any:
        """Give a streamed body up. In the event loop the return value is awaited: see `aclose`."""
        return None if self.closer is None else self.closer()

    async def aclose(self) -> None:
        """Give a streamed body up, in the event loop."""
        if self.closer is not None:
            await self.closer()

    def redacted(self) -> Response:
        """Return the same response as a record: no credentials in its headers, its request, or echoed in its body."""
        request, headers, content = self.request.redacted(), self.headers.redacted(), self.content
        if request is self.request and headers is self.headers:
            return self
        for secret in self.request.secrets():
            content = content.replace(secret.encode("latin-1", "replace"), REDACTED.encode())
        return Response(self.status_code, headers, content, request=request, http_version=self.http_version)

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _response, (self.status_code, self.headers, self.content, self.request, self.http_version)


CHARSETS = (
    r"(us-)?ascii|utf-?(8|16|32)([-_]?[lb]e)?|latin-?1|iso-?8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|"
    r"shift_?jis|euc-(jp|kr)|gb(2312|k|18030)|big5"
)


"""Charsets that pages of proxies are written in. Other codecs of Python are no charsets, or take quadratic time."""


def charset_of(content_type: str) -> str:
    """Return the charset that a content type names, if it is one of CHARSETS; else UTF-8."""
    name = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    if name in ("", "utf-8") or not re.fullmatch(CHARSETS, name):
        return "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:  # iso-8859-99
        return "utf-8"


def _response(status_code: int, headers: Headers, content: bytes, request: Request, http_version: str) -> Response:
    return Response(status_code, headers, content, request=request, http_version=http_version)


class URL(str):
    """`https://api.anthropic.com/v1`: a string with `.scheme`, `.host`, `.port`, `.path` and `.query`."""

    __slots__ = ()

    @property
    def scheme(self) -> str:
        """Return the scheme, such as https."""
        return urlsplit(self).scheme

    @property
    def host(self) -> str:
        """Return the host, without its port."""
        return urlsplit(self).hostname or ""

    @property
    def port(self) -> int | None:
        """Return the port, if the address names one."""
        return urlsplit(self).port

    @property
    def path(self) -> str:
        """Return the path, `/` at least."""
        return urlsplit(self).path or "/"

    @property
    def query(self) -> bytes:
        """Return the bytes after the question mark."""
        return urlsplit(self).query.encode()
