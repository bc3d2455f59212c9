"""The state of one local API: its settings, ids, stores and service. Handlers get it, and nothing above it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tercet.server.ids import Ids
from tercet.server.journal.journal import Journal
from tercet.server.service.message_service import MessageService
from tercet.server.service.responder import Responder
from tercet.server.settings import ServerSettings
from tercet.server.stores.batches import BatchStore
from tercet.server.stores.files import FileStore

if TYPE_CHECKING:
    from tercet.server.middleware import Stack
    from tercet.server.stores.sqlite import Storage

CALL_SECONDS = 30.0


class State:
    """One local API as its handlers see it. `verify` tells whether a thinking block is one of the responder's."""

    def __init__(
        self, settings: ServerSettings, responder: Responder, verify: Callable[[dict[str, Any]], bool] | None = None
    ) -> None:
        self.settings, self.responder, self._verify = settings, responder, verify
        self.storage = _storage(settings)
        self.stack: Stack | None = None
        """The middlewares around every request; None unless asked for."""
        self.loop: asyncio.AbstractEventLoop | None = None
        """The loop that serves, once it runs."""
        self.refuse: Callable[[float], None] | None = None
        """Closes the port for some seconds, where there is one."""
        self._begin()

    def _begin(self) -> None:
        """Remember nothing yet."""
        settings = self.settings
        starts = self.storage.starts if self.storage is not None else 0
        self.ids = Ids(settings.seed + (starts << 64))
        self.files = FileStore(settings, self.ids)
        self.service = MessageService(settings, self.ids, self.responder, self.files, self._verify)
        self.batches = BatchStore(settings, self.ids, self.service.message, self._is_blocking)
        if self.storage is not None:
            self.files.keep_in(self.storage)
            self.batches.keep_in(self.storage)

    def _is_blocking(self) -> bool:
        return bool(getattr(self.service.answerer, "blocking", False))

    @property
    def journal(self) -> Journal | None:
        """The journal of requests and answers; None where it is not kept."""
        return self.stack.journal if self.stack is not None else None

    def reset(self) -> None:
        """Forget everything, as if newly started: files, batches, caches, threads, and what the stack holds."""
        self.batches.close()
        if self.stack is not None:
            self.stack.drop()
        if self.storage is not None:
            self.storage.clear()
        self._begin()
        if self.stack is not None:
            self.stack.reset()

    def call(self, work: Callable[[], None]) -> None:
        """Do this in the server's loop, from another thread, and return when it was done."""
        if self.loop is None or not self.loop.is_running():
            work()
            return

        async def done() -> None:
            work()

        asyncio.run_coroutine_threadsafe(done(), self.loop).result(CALL_SECONDS)

    def close(self) -> None:
        """Stop what goes on in the background. Call it in the server's event loop."""
        self.batches.close()
        if self.stack is not None:
            self.stack.close(self.loop)
        if self.storage is not None:
            self.storage.close()


def _storage(settings: ServerSettings) -> Storage | None:
    if settings.data is None:
        return None
    from tercet.server.stores.sqlite import Storage

    return Storage(settings.data)
