"""Passes requests on to another server, the real API or any that speaks its protocol, and its answers back as they come.

Only where the user names that server. Keys pass through in memory, or one from TERCET_UPSTREAM_KEY takes their place.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tercet.server.errors import HTTPError
from tercet.server.exchange import BrokenOff, LiveResponse, ServerExchange
from tercet.server.responders.recording import Taken, written
from tercet.wire.redaction import redacted_url

LOG = logging.getLogger("tercet.server")
KEY_VARIABLE = "TERCET_UPSTREAM_KEY"
HOP = b"tercet-hop"
OF_THE_CONNECTION = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer", b"upgrade",
        b"transfer-encoding", b"host", b"content-length", b"accept-encoding", b"expect", b"tercet-fault", b"cookie",
        b"tercet-token", b"proxy-connection",
    }
)  # fmt: skip
"""Headers that are not passed on."""
NOT_BACK = frozenset(
    {b"connection", b"keep-alive", b"transfer-encoding", b"trailer", b"upgrade", b"set-cookie", b"date"}
)
LIMITS = httpx2.Timeout(600.0, connect=10.0)
MOST_KEPT = 64 * 1024 * 1024
"""Bytes of an answer that are recorded; a longer one is passed on and not kept."""


class _WithoutCredentials(logging.Filter):
    """The library logs whole URLs, and some programs put their key into one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take credentials out of the record's URLs; let it pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                redacted_url(str(each)) if isinstance(each, httpx2.URL) else each for each in record.args
            )
        return True


LIBRARY_LOG = logging.getLogger("httpx2")
WITHOUT_CREDENTIALS = _WithoutCredentials()


class Upstream:
    """Another server. With a folder, every exchange with it is recorded there."""

    def __init__(self, url: str, folder: str | Path | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"upstream is {url[:200]!r}; write a URL such as https://api.anthropic.com")
        if parts.username or parts.password:
            raise ValueError(f"the upstream's URL holds credentials; give the key in {KEY_VARIABLE} instead")
        LIBRARY_LOG.addFilter(WITHOUT_CREDENTIALS)
        self._url = url.rstrip("/")
        self._host = parts.netloc
        self._client: httpx2.AsyncClient | None = None
        self._folder = Path(folder) if folder is not None else None
        self._number = 0
        if self._folder is not None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            numbers = [path.name.partition("-")[0] for path in self._folder.glob("*.json")]
            self._number = max((int(number) for number in numbers if number.isdigit()), default=0)

    async def answer(self, state: Any, exchange: ServerExchange) -> LiveResponse:
        """Return what the other server answers. Raises 502 if it cannot be reached and 508 if it is this one."""
        if HOP in exchange.headers:
            raise HTTPError(508, "The upstream of this local API is this local API.", kind="api_error")
        content = await exchange.body(state.settings.file_bytes)
        query = f"?{exchange.query_string.decode('latin-1')}" if exchange.query_string else ""
        raw_path = exchange.raw_path.decode("latin-1")
        await asyncio.sleep(0)  # from here on in a task: the client's limits need one
        client, begun = self._ready(), time.perf_counter()
        request = client.build_request(
            exchange.method, f"{self._url}{raw_path}{query}", headers=_passed_on(exchange), content=content
        )
        try:
            response = await client.send(request, stream=True)
        except httpx2.HTTPError as problem:
            said = f"The upstream {self._host} could not be reached: {type(problem).__name__}"
            raise HTTPError(502, said, kind="api_error") from None
        headers = [(name.lower(), value) for name, value in response.headers.raw if name.lower() not in NOT_BACK]
        return LiveResponse(response.status_code, headers, self._passing(exchange, content, response, headers, begun))

    async def _passing(
        self, exchange: ServerExchange, content: bytes, response: httpx2.Response, headers: Any, begun: float
    ) -> AsyncGenerator[bytes, None]:
        chunks: list[tuple[float, bytes]] = []
        kept, recorded = 0, self._folder is None
        taken = Taken(
            exchange.method, exchange.path, exchange.query_string, exchange.pairs, content, response.status_code,
            headers, chunks,
        )  # fmt: skip
        try:
            async for data in response.aiter_raw():
                kept += len(data)
                if not recorded and kept <= MOST_KEPT:
                    chunks.append((time.perf_counter() - begun, data))
                    if _is_whole(chunks, headers):  # kept before the client can leave with all it wanted
                        recorded = True
                        await self._keep(taken)
                yield data
            if not recorded and kept <= MOST_KEPT:
                await self._keep(taken)
        except httpx2.HTTPError as problem:
            LOG.warning("the upstream %s broke off: %s", self._host, type(problem).__name__)
            raise BrokenOff from None
        finally:
            await response.aclose()

    async def _keep(self, taken: Taken) -> None:
        assert self._folder is not None
        self._number += 1
        try:
            await asyncio.to_thread(written, taken, self._folder, self._number)
        except OSError as problem:
            LOG.warning("an exchange is not recorded: %s", problem.strerror)

    def _ready(self) -> httpx2.AsyncClient:
        """Return the client, made in the loop that uses it. Loopback is never reached through a proxy."""
        if self._client is None:
            host = urlsplit(self._url).hostname or ""
            outside = host not in ("localhost", "::1") and not host.startswith("127.")
            self._client = httpx2.AsyncClient(timeout=LIMITS, trust_env=outside, follow_redirects=False)
        return self._client

    async def close(self) -> None:
        """Let the connections go."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _is_whole(chunks: list[tuple[float, bytes]], headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether everything has come, though the connection's end was not waited for."""
    length = next((value for name, value in headers if name == b"content-length"), None)
    if length is not None:
        return length.isdigit() and sum(len(data) for _, data in chunks) == int(length)
    return b'"type":"message_stop"' in b"".join(data for _, data in chunks[-2:]).replace(b" ", b"")


def _passed_on(exchange: ServerExchange) -> list[tuple[bytes, bytes]]:
    """Return the request's headers as the other server gets them."""
    key = os.environ.get(KEY_VARIABLE, "").strip()
    replaced = {b"x-api-key", b"authorization"} if key else set()
    kept = [pair for pair in exchange.pairs if pair[0] not in OF_THE_CONNECTION and pair[0] not in replaced]
    own = [(b"x-api-key", key.encode())] if key else []
    return [*kept, *own, (b"accept-encoding", b"identity"), (HOP, b"1")]
