"""How a client is made from its arguments, copied with some of them changed, and pickled: one declaration for the
blocking and the async client, which differ in how they carry a call out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, Unpack

from tercet.client.policies import DEFAULTS, Policies, policy_arguments
from tercet.client.settings import DEFAULT_BASE_URL, settings_from
from tercet.client.shared import (
    SETTING_ARGUMENTS,
    SharedClient,
    known_changes,
    own_timeout,
    pickled_settings,
    unpickled,
)
from tercet.wire.sentinels import NotGiven, not_given

if TYPE_CHECKING:
    from inspect import Signature

    from tercet.client.client_arguments import ClientArguments

CARRIERS = frozenset({"http_client", "middleware"})
"""Arguments that are neither settings nor policies: what carries requests, and what stands around it."""


def checked(middleware: Sequence[Any] | None, *, is_async: bool) -> tuple[Any, ...]:
    """Middleware of the right world, as functions; its module is loaded when there is some."""
    if not middleware:
        return ()
    from tercet.client.middleware import checked_middleware

    return checked_middleware(middleware, is_async=is_async)


def of_this_world(http_client: Any, *, is_async: bool) -> Any:
    """A user's own HTTP client. Raises TypeError for one of the other world, before anything depends on it."""
    if hasattr(http_client, "build_request") and hasattr(http_client, "aclose") is not is_async:
        needed = "an async http_client" if is_async else "a blocking http_client"
        raise TypeError(
            f"this client needs {needed}, not {type(http_client).__name__} of {type(http_client).__module__}"
        )
    return http_client


def signature_of(cls: type[Any]) -> Signature:
    """The arguments of a client's class, one by one; loaded when somebody asks."""
    from tercet.client.client_arguments import whole_signature

    return whole_signature(cls)


class _WholeSignature:
    """Shows `inspect.signature(Anthropic)` every argument by its name."""

    def __get__(self, instance: object | None, owner: type[Any]) -> Signature:
        return signature_of(owner)


class MadeClient(SharedClient):
    """A client made from the arguments of `Anthropic`."""

    __signature__ = _WholeSignature()

    _is_async: ClassVar[bool] = False
    _was_closed = False
    _http_client: Any
    _middleware: tuple[Any, ...]

    def __init__(
        self, *, api_key: str | None = None, auth_token: str | None = None, **arguments: Unpack[ClientArguments]
    ) -> None:
        self._start(arguments, api_key=api_key, auth_token=auth_token)

    def _start(self, arguments: Mapping[str, Any], **own: Any) -> None:
        """Set up by what the caller said; `own` is what this kind of client says itself."""
        for name in arguments:
            if not (name in SETTING_ARGUMENTS or name in DEFAULTS or name in CARRIERS):
                raise self._unknown(name)
        http_client = self._http_client = of_this_world(arguments.get("http_client"), is_async=self._is_async)
        self._middleware = checked(arguments.get("middleware"), is_async=self._is_async)
        self._policies = Policies({name: arguments[name] for name in DEFAULTS if name in arguments})
        settings = {name: arguments[name] for name in SETTING_ARGUMENTS if name in arguments}
        if http_client is not None and isinstance(settings.get("timeout", not_given), NotGiven):
            settings["timeout"] = own_timeout(http_client, not_given)
        self._set_up(settings_from(**{**settings, **own}))

    def _warn_of_exposure(self) -> None:
        base_url = self._settings.base_url
        if base_url == DEFAULT_BASE_URL and self._http_client is None:
            return
        from tercet.client.exposure import warn_of_exposure

        warn_of_exposure(base_url, self._http_client)

    def _unknown(self, name: str) -> TypeError:
        from tercet.client.old_names import ARGUMENTS
        from tercet.wire.arguments import unknown_argument

        return unknown_argument(
            name, signature_of(type(self)).parameters, type(self).__name__, otherwise=ARGUMENTS.get(name, "")
        )

    if not TYPE_CHECKING:  # type checkers shall find misspelt names

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):
                return object.__getattribute__(self, name)  # shows what went wrong inside of it
            from tercet.client.old_names import ATTRIBUTES, no_attribute

            raise no_attribute(self, name, ATTRIBUTES)

    def copy(self, **changes: Any) -> Self:
        """Another client with some settings changed; clients of equal transport settings share connections."""
        http_client = changes.pop("http_client", None)
        made = type(self).__new__(type(self))
        made._http_client = of_this_world(http_client, is_async=self._is_async) or self._http_client
        made._policies = self._policies.changed(policy_arguments(changes))
        made._middleware = self._middleware + checked(changes.pop("middleware", None), is_async=self._is_async)
        made._set_up(self._changed(known_changes(changes)))
        return made

    with_options = copy

    def with_middleware(self, *middleware: Any) -> Self:
        """A copy whose attempts also go through these functions, inside those that are there already."""
        return self.copy(middleware=middleware)

    def is_closed(self) -> bool:
        """Whether the client was closed, and has not been used since."""
        return self._was_closed and "_transport" not in self.__dict__

    def __reduce__(self) -> Any:
        return unpickled, (type(self), pickled_settings(self))
