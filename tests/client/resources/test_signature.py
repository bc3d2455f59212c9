"""Methods of resources show every parameter to `inspect.signature`, `help()` and whatever completes arguments."""

from __future__ import annotations

import inspect
import pydoc
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tests.client.scripted import ASK
from tests.conformance.test_drift import told

import tercet
from tercet.client.resources.resource import Resource

NOUNS = (
    "messages",
    "messages.batches",
    "models",
    "files",
    "beta.messages",
    "beta.messages.batches",
    "beta.models",
    "beta.files",
)
CLIENTS = [tercet.Anthropic(api_key="k"), tercet.AsyncAnthropic(api_key="k")]


def found(owner: Any, path: str) -> Any:
    for part in path.split("."):
        owner = getattr(owner, part)
    return owner


def methods(client: Any) -> Iterator[tuple[str, Any]]:
    for path in NOUNS:
        noun = found(client, path)
        for name, method in inspect.getmembers(noun, inspect.ismethod):
            if not name.startswith("_") and method.__func__ not in vars(Resource).values():
                yield f"{path}.{name}", method


METHODS = [(f"{type(client).__name__}.{path}", method) for client in CLIENTS for path, method in methods(client)]


@pytest.mark.parametrize(("path", "method"), METHODS, ids=[path for path, _ in METHODS])
def test_no_parameter_is_hidden(path: str, method: Any) -> None:
    shown = inspect.signature(method)

    assert not [each for each in shown.parameters.values() if each.kind is each.VAR_KEYWORD]
    assert {"extra_headers", "timeout", "max_retries"} <= shown.parameters.keys()
    assert "self" not in shown.parameters
    assert shown.return_annotation is not shown.empty


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: type(client).__name__)
def test_each_method_shows_what_the_official_sdks_shows(client: Any) -> None:
    shown = {path: inspect.signature(method).parameters for path, method in methods(client)}
    told_of = [each.rstrip(")").partition("(")[::2] for each in told()["methods"]]
    offered = [(path, argument) for path, argument in told_of if path in shown]  # `make drift` tells of what is not

    assert len({path for path, _ in offered}) > 20
    assert [f"{path}({argument})" for path, argument in offered if argument not in shown[path]] == []


def test_what_must_be_given_is_told_from_what_may_be_left_out() -> None:
    shown = inspect.signature(CLIENTS[0].messages.create)

    assert {name for name, each in shown.parameters.items() if each.default is each.empty} == set(ASK)
    assert shown.parameters["stream"].default is False
    assert shown.parameters["system"].default is tercet.NOT_GIVEN
    assert shown.parameters["max_tokens"].annotation == "int"
    shown.bind(**ASK)
    with pytest.raises(TypeError, match="max_tokens"):
        shown.bind(model="m", messages=[])


def test_ids_stand_first_and_may_be_given_without_a_name() -> None:
    assert next(iter(inspect.signature(CLIENTS[0].models.retrieve).parameters)) == "model_id"
    assert inspect.signature(CLIENTS[0].files.download).bind("file_1").arguments == {"file_id": "file_1"}


def test_views_that_hand_out_http_responses_show_the_same() -> None:
    for client in CLIENTS:
        plain = inspect.signature(client.messages.create)
        for prefix in ("with_raw_response", "with_streaming_response"):
            assert inspect.signature(getattr(client.messages, prefix).create).parameters == plain.parameters


def test_help_names_the_parameters_and_the_source_is_the_methods_own() -> None:
    assert "max_tokens: 'int'" in pydoc.plain(pydoc.render_doc(CLIENTS[0].messages.create))
    assert "return self._create(params)" in inspect.getsource(CLIENTS[0].messages.create)


def test_async_methods_are_still_coroutine_functions() -> None:
    assert inspect.iscoroutinefunction(CLIENTS[1].messages.create)
    assert not inspect.iscoroutinefunction(CLIENTS[0].messages.create)


def test_nothing_is_imported_before_somebody_asks() -> None:
    program = (
        "import sys, tercet\n"
        "create = tercet.Anthropic(api_key='k').messages.create\n"
        "before = 'tercet.client.resources.parameters' in sys.modules\n"
        "import inspect; inspect.signature(create)\n"
        "print(before, 'tercet.client.resources.parameters' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True"]
