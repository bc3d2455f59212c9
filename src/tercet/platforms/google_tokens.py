"""Google's access tokens, by google-auth, which is imported when the first token is needed. Renewed before they run out;
the requests for them go over httpx2, so that google-auth needs no HTTP library of its own."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

from tercet.platforms.base import MissingDependencyError
from tercet.transport.base import Lost
from tercet.wire.errors import CredentialsError

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LONGEST_REFRESH = 120.0
"""Seconds for one request to a token server."""


class GoogleTokens:
    """Keep tokens of the credentials given, or of Google's Application Default Credentials. For many threads and clients."""

    def __init__(self, credentials: Any = None) -> None:
        self._credentials = credentials
        self._lock = Lock()
        self.project: str | None = None
        """The project that default credentials belong to, once they were read."""

    def __repr__(self) -> str:
        kind = type(self._credentials).__name__ if self._credentials is not None else "default credentials"
        return f"<GoogleTokens: {kind}>"

    @property
    def credentials(self) -> Any:
        """Return the google-auth object, once there is one."""
        return self._credentials

    @property
    def ready(self) -> bool:
        """Return whether a token is at hand."""
        return self._credentials is not None and _usable(self._credentials)

    def token(self) -> str | Lost:
        """Return a token that is still good. May read files and ask Google.

        A Lost says that Google could not be reached. Raises CredentialsError if there are no usable credentials.
        """
        exceptions = _google_exceptions()
        with self._lock:  # many threads, one refresh
            try:
                if self._credentials is None:
                    self._credentials, self.project = _default_credentials()
                if not _usable(self._credentials):
                    self._credentials.refresh(RequestOverHttpx2())
            except exceptions.TransportError as error:
                return Lost("connect", "not_sent", f"Google's token server cannot be reached: {error}", error)
            except exceptions.GoogleAuthError as error:
                if getattr(error, "retryable", False):
                    return Lost("connect", "not_sent", f"Google gave no access token: {error}", error)
                raise CredentialsError(f"No usable Google credentials: {error}") from error
            token = self._credentials.token
        if not isinstance(token, str) or not token:
            raise CredentialsError(f"{type(self._credentials).__name__} gave no access token after its refresh")
        return token

    def project_of_defaults(self) -> str | None:
        """Return the project of the default credentials. May read files and ask the metadata server."""
        if self.project is None and self._credentials is None:
            self.token()
        return self.project


def _usable(credentials: Any) -> bool:
    return bool(credentials.token) and not credentials.expired


def _default_credentials() -> tuple[Any, str | None]:
    import google.auth

    found: tuple[Any, str | None] = google.auth.default(scopes=[SCOPE])
    return found


def _google_exceptions() -> Any:
    try:
        import google.auth.exceptions
    except ImportError as missing:
        raise MissingDependencyError("google-auth", "vertex") from missing
    return google.auth.exceptions


class TokenResponse:
    """Hold a response in the form that google-auth reads."""

    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self.status, self.headers, self.data = status, headers, data


class RequestOverHttpx2:
    """Send a request in the form that google-auth makes."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = LONGEST_REFRESH,
        **_: Any,
    ) -> TokenResponse:
        """Send it. Raises google-auth's TransportError if no response came."""
        import httpx2

        exceptions = _google_exceptions()
        try:
            came = httpx2.request(method, url, content=body, headers=dict(headers or {}), timeout=timeout)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise exceptions.TransportError(str(error) or type(error).__name__) from error
        return TokenResponse(came.status_code, came.headers, came.content)
