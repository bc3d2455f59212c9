"""Every option of the table is taken by the constructor, a copy, a pickle and the environment; others are refused by name."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import tercet
from tercet.client.client_arguments import ClientArguments
from tercet.client.options import CREDENTIALS, OPTIONS, POLICIES, SETTERS

KEY = "sk-ant-" + "k" * 20
CLIENTS: dict[str, dict[str, Any]] = {
    "Anthropic": {"api_key": KEY},
    "AsyncAnthropic": {"api_key": KEY},
    "AnthropicBedrock": {"aws_region": "us-east-1", "api_key": KEY},
    "AsyncAnthropicVertex": {"region": "us", "project_id": "p", "access_token": KEY},
    "AnthropicFoundry": {"resource": "r", "api_key": KEY},
}


def plain_middleware(request: Any, call_next: Any) -> Any:
    return call_next(request)


def attribute(name: str) -> Callable[[Any], Any]:
    return lambda client: getattr(client, name)


def policy(name: str) -> Callable[[Any], Any]:
    return lambda client: client._policies.given.get(name)


SAMPLES: dict[str, tuple[Any, Callable[[Any], Any], Any]] = {
    "api_key": ("sk-ant-" + "o" * 20, attribute("api_key"), "sk-ant-" + "o" * 20),
    "auth_token": ("token-" + "o" * 20, attribute("auth_token"), "token-" + "o" * 20),
    "base_url": ("http://localhost:8787/", attribute("base_url"), "http://localhost:8787"),
    "timeout": (9, lambda client: client.timeout.read, 9.0),
    "max_retries": (7, attribute("max_retries"), 7),
    "deadline": (33, lambda client: client._settings.deadline, 33.0),
    "stream_idle_timeout": (
        11,
        lambda client: (client.timeout.stream_idle, client.copy(timeout=30).timeout.stream_idle),
        (11.0, 11.0),
    ),
    "default_headers": ({"X-Team": "blue"}, lambda client: client.default_headers.get("x-team"), "blue"),
    "default_query": ({"beta": "true"}, lambda client: client.default_query.get("beta"), "true"),
    "defaults": (
        {"model": "claude-sonnet-4-6"},
        lambda client: dict(client._settings.defaults),
        {"model": "claude-sonnet-4-6"},
    ),
    "http_client": ("a transport", attribute("_http_client"), "a transport"),
    "anthropic_version": ("2026-10-21", lambda client: client.default_headers["anthropic-version"], "2026-10-21"),
    "middleware": ([plain_middleware], attribute("_middleware"), (plain_middleware,)),
    "retry_ambiguous": (False, policy("retry_ambiguous"), False),
    "retry_quota": (False, attribute("retry_quota"), None),
    "breaker": (True, policy("breaker"), True),
    "fallbacks": (["claude-haiku-4-5"], policy("fallbacks"), ["claude-haiku-4-5"]),
    "on_event": (print, policy("on_event"), print),
    "open_telemetry": (False, policy("open_telemetry"), False),
    "pace": (True, policy("pace"), True),
    "max_concurrency": (3, policy("max_concurrency"), 3),
    "budget": ((), policy("budget"), ()),
    "ledger": (False, policy("ledger"), False),
    "tags": ({"app": "report"}, policy("tags"), {"app": "report"}),
}
"""Option -> a value that is not its default, how a client shows it, and what it shows."""
VARIABLES = {
    "api_key": "sk-ant-" + "o" * 20,
    "auth_token": "token-" + "o" * 20,
    "base_url": "http://localhost:8787",
    "default_headers": "X-Team: blue",
}
"""Option -> the text of its variable that says the same."""


def made(**options: Any) -> Any:
    return tercet.Anthropic(**({} if options.keys() & set(CREDENTIALS) else {"api_key": KEY}), **options)


def test_the_table_is_what_is_declared_and_what_is_tried_here() -> None:
    assert set(ClientArguments.__annotations__) | set(CREDENTIALS) == set(OPTIONS)
    assert set(SAMPLES) == set(OPTIONS)
    assert set(VARIABLES) == {name for name, option in OPTIONS.items() if option.environment}
    assert set(inspect.signature(tercet.Anthropic).parameters) == set(OPTIONS)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_constructor_takes_every_option(name: str) -> None:
    value, shown, expected = SAMPLES[name]

    assert shown(made()) != expected
    assert shown(made(**{name: value})) == expected


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("method", ["copy", "with_options"])
def test_a_copy_takes_every_option_and_keeps_every_other(name: str, method: str) -> None:
    value, shown, expected = SAMPLES[name]
    client = made()
    changed = getattr(client, method)(**{name: value})

    assert shown(changed) == expected
    assert shown(client) != expected
    other = {"timeout": 5} if name != "timeout" else {"max_retries": 5}
    assert shown(getattr(changed, method)(**other)) == expected
    assert shown(getattr(changed, method)(**{name: tercet.not_given})) == expected


@pytest.mark.parametrize("name", OPTIONS)
def test_a_pickle_keeps_every_option_but_credentials_and_what_belongs_to_a_process(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    value, shown, expected = SAMPLES[name]
    again = pickle.loads(pickle.dumps(made(**{name: value})))

    kept = name not in {*CREDENTIALS, "http_client", "middleware", "on_event", "open_telemetry"}
    assert (shown(again) == expected) is kept


@pytest.mark.parametrize("name", VARIABLES)
def test_an_option_with_a_variable_comes_from_the_environment_unless_it_is_given(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(str(OPTIONS[name].environment), VARIABLES[name])
    _, shown, expected = SAMPLES[name]
    credentials = {} if name in CREDENTIALS else {"api_key": KEY}

    assert shown(tercet.Anthropic(**credentials)) == expected
    assert shown(tercet.Anthropic(**credentials, **{name: None})) == expected
    assert shown(tercet.Anthropic(**credentials, **{name: tercet.not_given})) == expected


def test_headers_of_the_environment_are_added_to_unless_the_same_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Team: blue\nX-Area: north")
    client = made(default_headers={"X-Team": "green"}).copy(default_headers={"X-Two": "2"})

    assert [client.default_headers[name] for name in ("x-team", "x-area", "x-two")] == ["green", "north", "2"]
    assert made(default_headers={"X-One": "1"}).copy(set_default_headers={}).default_headers.get("x-one") is None


@pytest.mark.parametrize("setter", SETTERS)
def test_a_copy_adds_or_sets_and_not_both(setter: str) -> None:
    with pytest.raises(ValueError, match="not both"):
        made().copy(**{setter: {"a": "1"}, SETTERS[setter]: {"b": "2"}})


@pytest.mark.parametrize("setter", ["timeout", "max_retries", "base_url", "api_key", "auth_token"])
def test_an_option_that_is_set_later_is_what_a_constructor_would_make_of_it(setter: str) -> None:
    value, shown, expected = SAMPLES[setter]
    client = made(stream_idle_timeout=7)
    setattr(client, setter, value)

    assert shown(client) == expected
    assert client.timeout.stream_idle == 7


@pytest.mark.parametrize("name", [*OPTIONS, *SETTERS])
@pytest.mark.parametrize("method", ["copy", "with_options"])
def test_a_copy_names_the_nearest_option(name: str, method: str) -> None:
    with pytest.raises(TypeError, match=rf"^copy\(\) got .*'{name[:-1]}_'; did you mean '{name}'\?$"):
        getattr(made(), method)(**{f"{name[:-1]}_": 1})


def test_nothing_but_the_policies_that_were_given_is_kept_of_them() -> None:
    assert made(**{name: OPTIONS[name].default for name in POLICIES})._policies.given == {}


@pytest.mark.parametrize("name", CLIENTS)
def test_the_signature_names_every_argument_with_its_default(name: str) -> None:
    parameters = inspect.signature(getattr(tercet, name)).parameters

    assert set(ClientArguments.__annotations__) | set(CLIENTS[name]) <= set(parameters)
    assert parameters["max_retries"].default == 2
    assert parameters["timeout"].default is tercet.not_given
    assert "arguments" not in parameters


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_takes_policies_and_limits(name: str) -> None:
    client = getattr(tercet, name)(**CLIENTS[name], max_retries=5, stream_idle_timeout=7, pace=True, deadline=3)

    assert client.max_retries == 5
    assert client.timeout.stream_idle == 7


@pytest.mark.parametrize("name", CLIENTS)
def test_an_unknown_argument_is_a_type_error_that_suggests_the_nearest(name: str) -> None:
    with pytest.raises(TypeError, match=rf"^{name}\(\) got .*'max_retry'; did you mean 'max_retries'\?$"):
        getattr(tercet, name)(**CLIENTS[name], max_retry=1)
    with pytest.raises(TypeError, match=r"'zzz'$"):
        getattr(tercet, name)(**CLIENTS[name], zzz=1)


@pytest.mark.parametrize("argument", ["set_default_headers", "set_default_query"])
def test_what_only_copies_take_is_unknown_to_a_constructor(argument: str) -> None:
    with pytest.raises(TypeError, match=argument):
        tercet.Anthropic(api_key=KEY, **{argument: {}})


def test_a_program_that_makes_a_client_does_not_load_the_declaration() -> None:
    program = (
        "import sys, tercet; tercet.Anthropic(api_key='k' * 20); print('tercet.client.client_arguments' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
