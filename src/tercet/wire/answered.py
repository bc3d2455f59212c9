"""A Model that came as a whole response, and so knows the id under which the API's operators find it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tercet.wire.objects import Model


class Answered(Model):
    """A whole response. `_request_id` is its `request-id` header, None for an object that came as a part of another."""

    __slots__ = ("_request_id",)
    _request_id: str | None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            return None if name == "_request_id" else super().__getattr__(name)
