"""Tokens from a function of the user's own, plain or async: `azure_ad_token_provider=`, `token_provider=`."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from tercet.platforms.place import in_a_thread
from tercet.wire.errors import CredentialsError
from tercet.wire.http import Request

TokenProvider: TypeAlias = Callable[[], str | Awaitable[str]]


async def token_of(provider: TokenProvider) -> object:
    """What a provider gives in an event loop: a plain function is called in a thread, since it may ask a server."""
    plain = not inspect.iscoroutinefunction(provider)
    token: Any = await in_a_thread(provider) if plain else provider()
    return await token if inspect.isawaitable(token) else token


def with_token(request: Request, token: object, argument: str) -> Request:
    """The request with what a provider gave. Raises CredentialsError, which does not show it, if that is no token."""
    if not isinstance(token, str) or not token:
        if inspect.iscoroutine(token):
            token.close()
        raise CredentialsError(f"{argument} must return a token, not {type(token).__name__}")
    return request.with_headers({"Authorization": f"Bearer {token}"})
