"""Keeps alive what this process holds in stores that outlive it. One thread, and only while something is held."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Any

from tercet.flow.store.store import Store
from tercet.transport.sockets import reset_in_child
from tercet.wire.errors.limits import SharedStateError


class Leases:
    """Keep alive the tokens that this process holds in one store."""

    def __init__(self, store: Store) -> None:
        self._store = weakref.ref(store)
        self._lease = store.lease
        self._held: dict[tuple[str, str], type[Any]] = {}
        """By token and key: one request may hold something in several states."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        reset_in_child(self)

    def keep(self, token: str, key: str, kind: type[Any]) -> None:
        """Renew this token until it is dropped."""
        if self._lease == float("inf"):
            return
        with self._lock:
            self._held[token, key] = kind
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew_on, name="tercet-leases", daemon=True)
                self._thread.start()

    def drop(self, token: str, key: str) -> None:
        """Forget a token that is no longer ours."""
        self._held.pop((token, key), None)

    def renew(self) -> int:
        """Renew everything now. Returns how many tokens are held."""
        places: dict[tuple[str, type[Any]], list[str]] = {}
        with self._lock:
            for (token, key), kind in list(self._held.items()):
                places.setdefault((key, kind), []).append(token)
        store = self._store()
        if store is None:
            return 0
        until = store.now() + self._lease
        asked = [store.begin(key, kind, _renewal(tokens, until)) for (key, kind), tokens in places.items()]
        for future in asked:
            with suppress(SharedStateError):  # the store is away: whoever needs it next is told
                future.result()
        return len(self._held)

    def _renew_on(self) -> None:
        pause = Event()
        while True:
            pause.wait(self._lease / 3)
            self.renew()
            with self._lock:
                if not self._held or self._store() is None:
                    self._thread = None
                    return

    def after_fork(self) -> None:
        """Begin anew in a forked child: the parent's tokens are the parent's, and its thread is not here."""
        self._held, self._lock, self._thread = {}, threading.Lock(), None


def _renewal(tokens: list[str], until: float) -> Callable[[Any], None]:
    return lambda state: state.renew(tokens, until)
