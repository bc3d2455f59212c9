"""A project that only Google's default credentials know: asked for before the first request, since it is in the URL."""

from __future__ import annotations

from typing import Any

from tercet.client.anthropic import Anthropic, AsyncAnthropic
from tercet.client.call import Call
from tercet.flow.retry import CallResult
from tercet.platforms.base import run_in_thread
from tercet.wire.http import Response


class WithProject(Anthropic):
    """A blocking client whose platform has `tokens`, and `lacks_project` until they were read."""

    def _exchange(self, call: Call[Any]) -> tuple[Response, CallResult]:
        if self.auth_token is None and self._platform.lacks_project:
            self._platform.tokens.project_of_defaults()
        return super()._exchange(call)


class AsyncWithProject(AsyncAnthropic):
    """The async twin of `WithProject`: reads files and asks servers in a thread."""

    async def _exchange(self, call: Call[Any]) -> tuple[Response, CallResult]:
        if self.auth_token is None and self._platform.lacks_project:
            await run_in_thread(self._platform.tokens.project_of_defaults)
        return await super()._exchange(call)
