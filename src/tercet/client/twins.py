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
    """Return whether somebody put a function of their own in the place of `messages.create` or of a verb, here or on the
    class."""
    from tercet.client.call import Call, ignore_body
    from tercet.client.resources import messages

    held = vars(client).get("messages")
    if held is not None and (type(held) is not messages.Messages or "create" in vars(held)):
        return True
    if held is not None and held._client is not client:  # one of its verbs is replaced
        return True
    if messages.Messages.create is not messages.WRITTEN_CREATE:
        return True
    return client._replaced(Call("POST", "/v1/messages", ignore_body)) is not None
