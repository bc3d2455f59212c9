"""Every client takes the same arguments, says so to whoever asks, and refuses others by name."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import pytest

import tercet
from tercet.client.base import CARRIERS, SETTING_ARGUMENTS
from tercet.client.client_arguments import ClientArguments
from tercet.client.policies import DEFAULTS

KEY = "sk-ant-" + "k" * 20
CLIENTS: dict[str, dict[str, Any]] = {
    "Anthropic": {"api_key": KEY},
    "AsyncAnthropic": {"api_key": KEY},
    "AnthropicBedrock": {"aws_region": "us-east-1", "api_key": KEY},
    "AsyncAnthropicVertex": {"region": "us", "project_id": "p", "access_token": KEY},
    "AnthropicFoundry": {"resource": "r", "api_key": KEY},
}


def test_what_is_declared_is_what_is_taken() -> None:
    assert set(ClientArguments.__annotations__) == SETTING_ARGUMENTS | CARRIERS | set(DEFAULTS)


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
