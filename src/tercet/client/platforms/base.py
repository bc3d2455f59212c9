"""The base of the platforms' clients: how one is set up, copied and pickled around its `Platform`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from tercet.client.base import BaseClient, unpickle_client
from tercet.client.options import API_VERSION
from tercet.wire.requests.sentinels import drop_not_given


class PlatformClient(BaseClient):
    """A client whose calls go to a platform. Everything but its credentials and addresses is the API client's own."""

    _platform_arguments: ClassVar[frozenset[str]]
    """Arguments of the constructor that describe the platform."""
    _instead_of_token: ClassVar[frozenset[str]]
    """Those of them that take the place of a key or token when they are given to a copy."""

    def _start_on(self, platform: Any, arguments: Mapping[str, Any], **own: Any) -> None:
        """Set up, without the environment's credentials for the Claude API: they are nobody else's business."""
        self._platform = platform
        self._start(arguments, ambient=False, **own)

    def _check_parameters(self, asked: Mapping[str, Any]) -> None:
        """Check by the API's model and version; a platform's own version is that of the oldest."""
        from tercet.client.preflight import check_parameters

        version = self._settings.anthropic_version
        known = {**asked, "model": self.model_behind(str(asked.get("model")))}
        check_parameters(known, self._settings.base_url, version if version[:1].isdigit() else API_VERSION)

    def _arguments(self) -> dict[str, Any]:
        """Return the platform's arguments as they stand, credentials included."""
        raise AssertionError("each platform's client says")

    def _rebuilt(self, arguments: dict[str, Any], changes: dict[str, Any]) -> Any:
        """Return the platform of a copy. May move arguments into `changes`, which are the API client's own."""
        raise AssertionError("each platform's client says")

    def copy(self, **changes: Any) -> Self:
        """Return another client with some options changed: those of the API's client, and the platform's own."""
        changes = drop_not_given(changes)
        named = {name: changes.pop(name) for name in self._platform_arguments if name in changes}
        own = {name: value for name, value in named.items() if value is not None}
        platform = self._rebuilt({**self._arguments(), **own}, changes) if own else self._platform
        made = super().copy(**changes)
        made._platform = platform
        if own.keys() & self._instead_of_token and "auth_token" not in changes:
            made._set_up(made._settings.changed(api_key=None, auth_token=None))
        return made

    def with_options(self, **changes: Any) -> Self:
        """Return a copy, under the name that reads well before one call."""
        return self.copy(**changes)

    def __repr__(self) -> str:
        key = self._settings.api_key or self._settings.auth_token or self._platform.credential
        return f"{type(self).__name__}(base_url={self._settings.base_url!r}, credential={key!r})"

    def _public_arguments(self) -> dict[str, Any]:
        """Return the platform's arguments that are no credentials."""
        return {}

    def __reduce__(self) -> Any:
        return unpickle_client, (type(self), {**self._pickled(), **self._public_arguments()})
