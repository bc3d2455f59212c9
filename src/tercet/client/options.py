"""The options of a client, one row each: what checks its value, what it is otherwise, where it may come from, how a copy
takes it over, and what of it is pickled.

Constructor, `copy`, pickle, environment and signature read this table: a new option is a row here, a field of `Settings` or
of `Policies` that uses it, and its type in `client_arguments.py`, which a test holds against this table.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from tercet.client.overrides import NO_OVERRIDES, Overrides
from tercet.flow.retry_budget import QuotaPolicy
from tercet.wire.http import Timeout, checked_headers, seconds
from tercet.wire.requests.sentinels import NotGiven, Omit, not_given
from tercet.wire.secret import Secret

if TYPE_CHECKING:
    from tercet.flow.breaker import Breaker
    from tercet.flow.budget import Budget
    from tercet.flow.fallback import Fallbacks
    from tercet.flow.ledger.place import Place
    from tercet.flow.pace import Pace

DEFAULT_BASE_URL = "https://api.anthropic.com"
DEFAULT_TIMEOUT = Timeout(600.0, connect=5.0, idle=90.0, stream_idle=300.0)
"""The API sends a ping about every 30 s while it has nothing to say: after 90 s without a byte it is gone."""
DEFAULT_MAX_RETRIES = 2
API_VERSION = "2023-06-01"

# --- checks ----------------------------------------------------------------------------------------------------------


def check_timeout(value: Any) -> Timeout:
    """Return `value` as a Timeout; what was not given is the default of 600 s, 5 s to connect."""
    return DEFAULT_TIMEOUT if isinstance(value, NotGiven) else Timeout.of(value)


def check_retries(value: object) -> int:
    """Return `value` as a number of retries."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"max_retries must be an int ≥ 0, not {type(value).__name__} {value!r}")
    if value < 0:
        raise ValueError(f"max_retries must be at least 0, not {value}")
    return value


def check_deadline(value: Any) -> float | None:
    """Return `value` as seconds for a whole call, or None."""
    return seconds(value, "deadline")


def check_api_key(value: Any) -> Secret | None:
    """Return a key that shows itself only when asked by name. An empty one is none: the first call says what is missing."""
    return None if value is None or value == "" else Secret(value, "api_key")


def check_auth_token(value: Any) -> Secret | None:
    """Return a token that shows itself only when asked by name; an empty one is none."""
    return None if value is None or value == "" else Secret(value, "auth_token")


def check_headers(value: Any) -> Overrides:
    """Return `value` as headers that can be sent, `omit` among them."""
    headers = dict(value or {})
    checked_headers({name: each for name, each in headers.items() if not isinstance(each, Omit)})
    return Overrides(headers)


def check_query(value: Any) -> Overrides:
    """Return `value` as parameters of a query."""
    return Overrides(value or {})


def check_defaults(value: Any) -> Overrides:
    """Return parameters that every call has which takes them; their module is loaded when there are some."""
    if not value:
        return NO_OVERRIDES
    from tercet.client.defaults import checked_defaults

    return checked_defaults(value)


def pickled_defaults(value: Overrides) -> dict[str, Any]:
    """Return what a pickle holds of the defaults: nothing that may be a credential."""
    from tercet.client.defaults import public_defaults

    return public_defaults(value)


def check_version(value: object) -> str:
    """Return `value` as the text of an anthropic-version header."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"anthropic_version must be a date such as {API_VERSION!r}, not {value!r}")
    return value


def check_base_url(value: object) -> tuple[str, Secret | None]:
    """Return `value` without its last slash, and the user and password that it names.

    Raises ValueError, without showing them, unless it is an http(s) URL with a host and nothing that could end a header.
    """
    text = str(value)
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in text):
        raise ValueError("base_url holds a space or a control character")
    host, port = _host_and_port(text)
    if not text.lower().startswith(("http://", "https://")) or not host or port is None:
        shown = "this one, which is hidden as it seems to hold a password" if "@" in text else repr(text)
        raise ValueError(f"base_url must be like {DEFAULT_BASE_URL!r}, not {shown}")
    if "?" in text or "#" in text:
        raise ValueError("base_url must not have a query or fragment; use default_query")
    scheme, rest = text.rstrip("/").split("//", 1)
    user, at, _ = rest.partition("/")[0].rpartition("@")
    if not at:
        return f"{scheme}//{rest}", None
    return f"{scheme}//{rest[len(user) + 1 :]}", Secret(user, "the user in base_url", shown=0)


def _host_and_port(url: str) -> tuple[str, int | None]:
    """Return nothing and None for what is no URL. The errors of the parser repeat parts of it, so they end here."""
    with suppress(ValueError):
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or 0
    return "", None


def check_http_client(value: Any, *, is_async: bool) -> Any:
    """Return a user's own HTTP client. Raises TypeError for one of the other world, before anything depends on it."""
    if hasattr(value, "build_request") and hasattr(value, "aclose") is not is_async:
        needed = "an async http_client" if is_async else "a blocking http_client"
        raise TypeError(f"this client needs {needed}, not {type(value).__name__} of {type(value).__module__}")
    return value


def check_middleware(value: Any, *, is_async: bool) -> tuple[Any, ...]:
    """Return middleware of the right world as functions; its module is loaded when there is some."""
    if not value:
        return ()
    from tercet.client.middleware import middleware_functions

    return middleware_functions(value, is_async=is_async)


def check_retry_ambiguous(value: object) -> bool:
    """Return `value` if it is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"retry_ambiguous must be True or False, not {type(value).__name__} {value!r}")
    return value


def check_retry_quota(value: object) -> QuotaPolicy | None:
    """Return the policy that True, False or a QuotaPolicy asks for."""
    if value is True:
        return QuotaPolicy()
    if value is False or value is None:
        return None
    if isinstance(value, QuotaPolicy):
        return value
    raise TypeError(f"retry_quota must be True, False or a QuotaPolicy, not {type(value).__name__} {value!r}")


def check_breaker(value: object) -> Breaker | None:
    """Return the Breaker that `value` asks for; its module is loaded when there is one."""
    if value is None or value is False:
        return None
    from tercet.flow.breaker import breaker_from

    return breaker_from(value)


def check_fallbacks(value: object) -> Fallbacks | None:
    """Return model ids and patches of parameters as Fallbacks; nothing, or an empty list, is none."""
    if value is None or value == []:
        return None
    from tercet.flow.fallback import Fallbacks

    return Fallbacks.of(value)


def check_listener(value: Any) -> Callable[[Any], object] | None:
    """Return the function that hears what happens, or None."""
    if value is not None and not callable(value):
        raise TypeError(f"on_event must be a function of one argument, not {type(value).__name__} {value!r}")
    listener: Callable[[Any], object] | None = value
    return listener


def check_tracing(value: object) -> Any:
    """Return the Trace that True or a tracer provider asks for; its module is loaded when there is one."""
    if value is None or value is False:
        return None
    from tercet.client.otel import trace_from

    return trace_from(value)


def check_pace(value: object) -> Pace | None:
    """Return `value` as a Pace; True is one that learns everything from the answers."""
    if value is None or value is False:
        return None
    from tercet.flow.pace import Pace

    if value is True:
        return Pace()
    if isinstance(value, Pace):
        return value
    raise TypeError(f"pace must be True or a Pace, not {type(value).__name__} {value!r}")


def check_concurrency(value: object) -> int | None:
    """Return `value` as a number of requests, or None."""
    if value is not None and (type(value) is not int or value < 1):
        raise ValueError(f"max_concurrency must be a whole number above 0, not {value!r}")
    return value


def check_budgets(value: object) -> tuple[Budget, ...]:
    """Return none, one or several Budgets as a tuple."""
    if value is None:
        return ()
    from tercet.flow.budget import Budget

    budgets: tuple[Any, ...] = tuple(value) if isinstance(value, list | tuple) else (value,)
    for each in budgets:
        if not isinstance(each, Budget):
            raise TypeError(f"budget must be a Budget or a list of them, not {type(each).__name__} {each!r}")
    return budgets


def check_ledger(value: object) -> Place:
    """Return the path of a ledger (and how long it keeps bodies), True for the one in the user's data folder, False for none,
    None for what `TERCET_LEDGER` says."""
    if value is None or isinstance(value, bool):
        return value
    from tercet.flow.ledger.place import check_place

    return check_place(value)


def check_tags(value: object) -> Mapping[str, str | int] | None:
    """Return the tags of a client's calls, or None."""
    if value is None:
        return None
    from tercet.flow.ledger import tags

    return tags.check_tags(value)


# --- the table -------------------------------------------------------------------------------------------------------


def parse_header_lines(text: str) -> dict[str, str]:
    """Return the headers of a text that has `Name: value`, one a line."""
    lines = (line.partition(":") for line in text.split("\n"))
    return {name.strip(): value.strip() for name, colon, value in lines if colon}


def public_strings(headers: Overrides) -> dict[str, str]:
    """Return the headers that do not look like a credential and are not left out."""
    return {name: value for name, value in headers.public().items() if isinstance(value, str)}


def unchanged(value: Any) -> Any:
    """Return `value`."""
    return value


class Option(NamedTuple):
    """One option of a client."""

    place: Literal["credential", "setting", "policy", "carrier"]
    """A credential or another field of `Settings`, an argument of `Policies`, or what carries requests."""
    check: Callable[..., Any]
    """Returns the value as the client keeps it, or raises TypeError or ValueError."""
    default: Any = None
    environment: str | None = None
    """The variable that is asked when nobody gives the option."""
    parse: Callable[[str], Any] = unchanged
    """How the variable is read."""
    adds: bool = False
    """Whether a value is added to the one before, that of the environment or of the copied client."""
    keeps: tuple[object, ...] = ()
    """Values with which a copy keeps what it has, beside `not_given`."""
    pickle: Callable[[Any], Any] | None = unchanged
    """What of the value a pickle holds; None: it belongs to a process, or is a credential."""


OPTIONS: dict[str, Option] = {
    "api_key": Option("credential", check_api_key, None, "ANTHROPIC_API_KEY", keeps=(None,), pickle=None),
    "auth_token": Option("credential", check_auth_token, None, "ANTHROPIC_AUTH_TOKEN", keeps=(None,), pickle=None),
    "base_url": Option("setting", check_base_url, DEFAULT_BASE_URL, "ANTHROPIC_BASE_URL", keeps=(None, "")),
    "timeout": Option("setting", check_timeout, not_given),
    "max_retries": Option("setting", check_retries, DEFAULT_MAX_RETRIES),
    "deadline": Option("setting", check_deadline),
    "stream_idle_timeout": Option("setting", unchanged, not_given),
    "default_headers": Option(
        "setting", check_headers, None, "ANTHROPIC_CUSTOM_HEADERS", parse_header_lines, adds=True, pickle=public_strings
    ),
    "default_query": Option("setting", check_query, adds=True, pickle=Overrides.public),
    "defaults": Option("setting", check_defaults, adds=True, pickle=pickled_defaults),
    "http_client": Option("carrier", check_http_client, keeps=(None,), pickle=None),
    "anthropic_version": Option("setting", check_version, API_VERSION, keeps=(None, "")),
    "middleware": Option("carrier", check_middleware, adds=True, pickle=None),
    "retry_ambiguous": Option("policy", check_retry_ambiguous, True),
    "retry_quota": Option("policy", check_retry_quota, True),
    "breaker": Option("policy", check_breaker),
    "fallbacks": Option("policy", check_fallbacks),
    "on_event": Option("policy", check_listener, pickle=None),
    "open_telemetry": Option("policy", check_tracing, pickle=None),
    "pace": Option("policy", check_pace),
    "max_concurrency": Option("policy", check_concurrency),
    "budget": Option("policy", check_budgets),
    "ledger": Option("policy", check_ledger, pickle=check_ledger),
    "tags": Option("policy", check_tags),
}
CREDENTIALS = tuple(name for name, option in OPTIONS.items() if option.place == "credential")
"""Of these a client has one; whoever gives one to a copy replaces the other."""
SETTINGS = tuple(name for name, option in OPTIONS.items() if option.place in ("credential", "setting"))
FROM_ENVIRONMENT = tuple(name for name, option in OPTIONS.items() if option.place == "setting" and option.environment)
POLICIES = tuple(name for name, option in OPTIONS.items() if option.place == "policy")
ADDED = tuple(name for name in SETTINGS if OPTIONS[name].adds)
"""Settings that a copy adds to."""
SETTERS = {f"set_{name}": name for name in ("default_headers", "default_query")}
"""Options of `copy` alone: they replace what the option without `set_` adds to."""


def check_names(arguments: Iterable[str], caller: str) -> None:
    """Raise TypeError for what is no option of `copy`, naming the nearest."""
    for name in arguments:
        if name not in OPTIONS and name not in SETTERS:
            from tercet.wire.requests.arguments import unknown_argument

            raise unknown_argument(name, [*OPTIONS, *SETTERS], caller, otherwise="")


def given_settings(arguments: Mapping[str, Any], *, ambient: bool = True) -> dict[str, Any]:
    """Return the settings that these arguments name, or the environment does.

    `ambient`: whether credentials may come from the environment.
    """
    found = {name: value for name in FROM_ENVIRONMENT if (value := from_environment(name)) is not None}
    for name in SETTINGS:
        value = arguments.get(name, not_given)
        if isinstance(value, NotGiven) or (value is None and OPTIONS[name].environment is not None):
            continue
        found[name] = _added(name, found.get(name) or {}, value) if OPTIONS[name].adds else value
    given = [name for name in CREDENTIALS if name in found]
    if len([name for name in given if found[name] != ""]) > 1:
        raise ValueError("pass api_key or auth_token, not both")
    return found if given or not ambient else {**found, **credential_of_environment()}


def _added(name: str, before: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """Return `value` laid over what was there before. Raises TypeError for what is no mapping."""
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict, not {type(value).__name__} {value!r:.80}")
    return {**before, **(value or {})}


def from_environment(name: str) -> Any:
    """Return what the environment says of an option; None if that is nothing."""
    option = OPTIONS[name]
    text = os.environ.get(option.environment or "")
    return option.parse(text) if text else None


def credential_of_environment() -> dict[str, str]:
    """Return the first credential that the environment has, under its option's name; empty if there is none."""
    found = {name: value for name in CREDENTIALS if (value := from_environment(name)) is not None}
    return dict([*found.items()][:1])


def changed_settings(now: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that these arguments of `copy` change; `now` has the headers and parameters they are added to."""
    changes = {name: value for name, value in changes.items() if not isinstance(value, NotGiven)}
    found: dict[str, Any] = {}
    for setter, name in SETTERS.items():
        if changes.get(setter) is not None:
            if changes.get(name) is not None:
                raise ValueError(
                    "copy() adds to default_headers and default_query, or sets them with set_...: not both"
                )
            found[name] = {**(from_environment(name) or {}), **changes[setter]}
    for name, value in changes.items():
        option = OPTIONS.get(name)
        if option is None or option.place not in ("credential", "setting") or value in option.keeps:
            continue
        found[name] = _added(name, now[name], value) if option.adds else value
    if any(name in found for name in CREDENTIALS):
        found |= {name: found.get(name) for name in CREDENTIALS}
        if None not in map(found.get, CREDENTIALS):
            raise ValueError("pass api_key or auth_token, not both")
    return found
