"""`local_api()`: the local API in the background, with clients that talk to it. For examples, tests and first steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tercet.client.anthropic import Anthropic, AsyncAnthropic

if TYPE_CHECKING:
    from tercet.server.clock import Clock
    from tercet.server.journal.journal import Journal
    from tercet.server.run import LocalServer

LOCAL_KEY = "sk-ant-local"
"""A key for a server that accepts any: it opens nothing."""


class LocalAPI:
    """A running local API: `base_url`, `client()`, `async_client()`. Stops at the end of the `with` block."""

    def __init__(self, **settings: Any) -> None:
        self._server: LocalServer = _server_class()(**settings)
        self._key = next(iter(settings.get("keys") or ()), LOCAL_KEY)

    @property
    def base_url(self) -> str:
        """The URL at which it listens, such as http://127.0.0.1:49152."""
        return self._server.base_url

    def client(self, **options: Any) -> Anthropic:
        """Return a blocking client that talks to it. Takes the arguments of `Anthropic`."""
        return Anthropic(**self._pointed(options))

    def async_client(self, **options: Any) -> AsyncAnthropic:
        """Return an async client that talks to it. Takes the arguments of `AsyncAnthropic`."""
        return AsyncAnthropic(**self._pointed(options))

    def _pointed(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"base_url": self.base_url, "api_key": self._key, **options}

    def queue(self, *answers: Any) -> None:
        """Answer the next requests for a message with these, in order: texts, lists of blocks, or mappings.

        docs/local-api.md tells what a mapping may hold. Raises ValueError for one that is not understood.
        """
        self._server.queue(*answers)

    def script(self, rules: str | Path | Iterable[Any]) -> None:
        """Answer by these rules from now on, or by those of a file; the first that fits a request counts."""
        self._server.script(rules)

    def fault(self, *rules: str) -> None:
        """Do these faults to requests from now on, such as `x1 rst@120` or `5% status:529`. Raises ValueError."""
        self._server.fault(*rules)

    def reset(self) -> None:
        """Forget everything, as if newly started."""
        self._server.reset()

    @property
    def journal(self) -> Journal:
        """Requests and their answers, without credentials. Needs `journal=True`."""
        return self._server.journal

    @property
    def clock(self) -> Clock:
        """The clock that batches, files and caches go by. Needs `clock=Clock()` from `tercet.server.clock`."""
        return self._server.clock

    def start(self) -> Self:
        """Start listening. Returns when it answers."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop, cutting what is still streamed."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def local_api(**settings: Any) -> LocalAPI:
    """Return the local API on a free port of this machine: `with tercet.local_api() as api: client = api.client()`.

    Settings go to the server: `port`, `strict`, `script`, `rate_limits`, and the others of `tercet.server.settings`;
    docs/local-api.md and docs/limits.md list them. Its answers are simulated by a small deterministic program; no model is
    asked and nothing leaves the machine.
    """
    return LocalAPI(**settings)


def _server_class() -> type[LocalServer]:
    from tercet.server.run import LocalServer  # where it is used: clients alone do not load a server

    return LocalServer


def serve_in_foreground(host: str, port: int, *, on_ready: Callable[[str], None], **settings: Any) -> None:
    """Serve in this thread until Ctrl-C or SIGTERM. `on_ready` gets the base URL once requests are answered."""
    from tercet.server.run import serve

    serve(host, port, on_ready=on_ready, **settings)
