"""The part of a client that resources and views need, as protocols: so they know no client, and a client may know them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from tercet.client.call import Call
    from tercet.client.overrides import Overrides
    from tercet.client.settings import Settings
    from tercet.flow.retry import CallResult
    from tercet.transport.base import AsyncByteStream, ByteStream
    from tercet.wire.http import Response

T = TypeVar("T")
S = TypeVar("S")


class Core(Protocol):
    """A client, or a view of one, in this thread."""

    @property
    def _settings(self) -> Settings:
        """Return the settings that it was made with."""
        ...

    @property
    def _defaults(self) -> Overrides:
        """The parameters that calls have which do not say them."""
        ...

    def _exchange(self, call: Call[Any]) -> tuple[Response, CallResult]:
        """Carry out a call. Whatever is no success is raised."""
        ...

    def _send(self, call: Call[T]) -> T:
        """Carry out a call whose answer is read whole."""
        ...

    def _open(self, call: Call[Any], make: Callable[[Response, ByteStream], S]) -> S:
        """Carry out a call whose answer is a stream."""
        ...

    def _replaced(self, call: Call[Any]) -> Callable[..., Any] | None:
        """Return the verb that a call goes through, if somebody has replaced it."""
        ...

    def _takes_too_long(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether an answer read whole could outlast the default timeout."""
        ...


class AsyncCore(Protocol):
    """The async twin of `Core`."""

    @property
    def _settings(self) -> Settings:
        """Return the settings that it was made with."""
        ...

    @property
    def _defaults(self) -> Overrides:
        """The parameters that calls have which do not say them."""
        ...

    async def _exchange(self, call: Call[Any]) -> tuple[Response, CallResult]:
        """Carry out a call. Whatever is no success is raised."""
        ...

    async def _send(self, call: Call[T]) -> T:
        """Carry out a call whose answer is read whole."""
        ...

    async def _open(self, call: Call[Any], make: Callable[[Response, AsyncByteStream], S]) -> S:
        """Carry out a call whose answer is a stream."""
        ...

    def _replaced(self, call: Call[Any]) -> Callable[..., Any] | None:
        """Return the verb that a call goes through, if somebody has replaced it."""
        ...

    def _takes_too_long(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether an answer read whole could outlast the default timeout."""
        ...
