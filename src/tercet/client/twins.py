"""An async client of the same settings, policies and credentials as a blocking one, for what needs an event loop inside."""

from __future__ import annotations

from typing import Any

from tercet.client.anthropic import Anthropic, AsyncAnthropic


def async_twin(client: Any) -> AsyncAnthropic | None:
    """Return an async client that sends what this blocking one does, under the same limits; close it yourself.

    None if there can be none: the client is of a class of the caller's own, carries its requests by their HTTP client or
    middleware, or had a method replaced. Ask such a client in threads.
    """
    import tercet

    cls = type(client)
    twin_class = getattr(tercet, f"Async{cls.__name__}", None)
    if not isinstance(client, Anthropic) or getattr(tercet, cls.__name__, None) is not cls or twin_class is None:
        return None
    if client._http_client is not None or client._middleware or _is_patched(client):
        return None
    made: AsyncAnthropic = twin_class.__new__(twin_class)
    for name, value in vars(client).items():
        if name in _KEPT:
            setattr(made, name, value)
    made._http_client, made._middleware = None, ()
    made._set_up(client._settings)
    return made


_KEPT = frozenset({"_policies", "_platform"})


def _is_patched(client: Anthropic) -> bool:
    """Return whether somebody put a function of their own in the place of `messages.create`, here or on the class."""
    from tercet.client.resources import messages
    from tercet.wire import frames

    held = vars(client).get("messages")
    if held is not None and (type(held) is not messages.Messages or "create" in vars(held)):
        return True
    create: Any = messages.Messages.create  # our own is a guard of `frames` around the method as it was written
    written = getattr(create, "__wrapped__", None)
    return [_file_of(create), _file_of(written)] != [frames.__file__, messages.__file__]


def _file_of(function: Any) -> str | None:
    return getattr(getattr(function, "__code__", None), "co_filename", None)
