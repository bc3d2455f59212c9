"""A transport with a platform around it: each attempt is authorised on its way out and turned back on its way in.

It lies beneath middleware and retries, so that what a middleware changes is signed, and a repeated attempt anew.
"""

from __future__ import annotations

from tercet.platforms.base import BodyTranslator, Platform
from tercet.transport.base import AsyncByteStream, AsyncTransport, ByteStream, Lost, Reply, Transport
from tercet.wire.http import REDACTED, Request


class PlatformTransport:
    """Send through a blocking transport, authorised for a platform."""

    def __init__(self, inner: Transport, platform: Platform) -> None:
        self._inner, self._platform = inner, platform

    def send(self, request: Request) -> Reply | Lost:
        """Send one attempt at the platform."""
        ready = self._platform.authorise(request)
        if isinstance(ready, Lost):
            return ready
        outcome = self._inner.send(ready)
        if isinstance(outcome, Lost):
            return outcome
        body = self._platform.translator_for(outcome)
        return _translate(self._platform.restore_reply(_redact_echo(outcome, ready)), body, TranslatedBody)

    def close(self) -> None:
        """Close the transport within."""
        self._inner.close()


class AsyncPlatformTransport:
    """Send through an async transport, authorised for a platform."""

    def __init__(self, inner: AsyncTransport, platform: Platform) -> None:
        self._inner, self._platform = inner, platform

    async def send(self, request: Request) -> Reply | Lost:
        """Send one attempt at the platform."""
        ready = await self._platform.authorise_async(request)
        if isinstance(ready, Lost):
            return ready
        outcome = await self._inner.send(ready)
        if isinstance(outcome, Lost):
            return outcome
        body = self._platform.translator_for(outcome)
        return _translate(self._platform.restore_reply(_redact_echo(outcome, ready)), body, AsyncTranslatedBody)

    async def close(self) -> None:
        """Close the transport within."""
        await self._inner.close()


def _redact_echo(reply: Reply, sent: Request) -> Reply:
    """Return the reply without the credentials that were added here: what keeps errors does not know them."""
    if reply.status < 400:
        return reply
    content = reply.content
    for secret in sent.secrets():
        content = content.replace(secret.encode("latin-1", "replace"), REDACTED.encode())
    return reply if content is reply.content else Reply(reply.status, reply.headers, content, None, reply.http_version)


def _translate(
    reply: Reply, body: BodyTranslator | None, turned: type[TranslatedBody] | type[AsyncTranslatedBody]
) -> Reply:
    if body is None:
        return reply
    if reply.stream is None:
        content = body.feed(reply.content)
        return Reply(reply.status, reply.headers, content, None, reply.http_version)
    stream = turned(reply.stream, body)  # type: ignore[arg-type] # a transport's streams are of its own world
    return Reply(reply.status, reply.headers, b"", stream, reply.http_version)


class TranslatedBody:
    """Read a streamed body, turned into server-sent events as it comes."""

    def __init__(self, inner: ByteStream, body: BodyTranslator) -> None:
        self._inner, self._body = inner, body

    def read(self) -> bytes | Lost | None:
        """Return the next events. What breaks the platform's framing is a Lost: nothing after it can be trusted."""
        while self._body.broken is None:
            chunk = self._inner.read()
            if not isinstance(chunk, bytes):
                return _ending(chunk, self._body)
            if events := self._body.feed(chunk):
                return events
        self._inner.close()
        return Lost("protocol", "cut", self._body.broken)

    def close(self) -> None:
        """Give the connection up."""
        self._inner.close()


class AsyncTranslatedBody:
    """Read a streamed body of an event loop, turned into server-sent events as it comes."""

    def __init__(self, inner: AsyncByteStream, body: BodyTranslator) -> None:
        self._inner, self._body = inner, body

    async def read(self) -> bytes | Lost | None:
        """Return the next events."""
        while self._body.broken is None:
            chunk = await self._inner.read()
            if not isinstance(chunk, bytes):
                return _ending(chunk, self._body)
            if events := self._body.feed(chunk):
                return events
        await self._inner.close()
        return Lost("protocol", "cut", self._body.broken)

    async def close(self) -> None:
        """Give the connection up."""
        await self._inner.close()


def _ending(end: Lost | None, body: BodyTranslator) -> Lost | None:
    if end is None:
        body.close()
        return None if body.broken is None else Lost("protocol", "cut", body.broken)
    return end
