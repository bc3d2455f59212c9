"""The base of every resource of the API: its client, and the two prefixes that give HTTP responses instead of objects."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from tercet.client.replaced_verbs import ResourceVerb
from tercet.client.resources.signature import DeclaredMethod
from tercet.wire.frames import Guarded

C = TypeVar("C")
if TYPE_CHECKING:
    kept = property
else:
    kept = cached_property
"""Made once, so that what is replaced on a view stays replaced; resources tell type checkers more of it, as properties."""


class Resource(Guarded):
    """`client.messages`, `client.models` … A resource calls `_send` and `_open` of its client and knows no more of it."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for method in vars(cls).values():
            if (function := getattr(method, "__wrapped__", None)) is not None:
                method.__wrapped__ = DeclaredMethod(function)

    _get, _post, _put, _patch, _delete = map(ResourceVerb, ("get", "post", "put", "patch", "delete"))

    def __init__(self, client: Any) -> None:
        self._client = client

    @kept
    def with_raw_response(self) -> Any:
        """The same methods, returning an `APIResponse`: status, headers, body, and `parse()`."""
        from tercet.client.raw.views import raw_view

        return raw_view(self)

    @kept
    def with_streaming_response(self) -> Any:
        """The same methods as context managers over an `APIResponse` whose body is still unread."""
        from tercet.client.raw.views import deferred_view

        return deferred_view(self)


def underlying_client(client: C) -> C:
    """Return the client itself, if this is a view of it that hands out HTTP responses."""
    held: C = vars(client).get("_client", client)
    return held
