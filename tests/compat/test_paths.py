"""The module paths of the official SDK that programs import from, the private ones among them."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec

import pytest

import tercet
from tercet.compat import PATHS, homes, names_of
from tercet.compat.paths import INSTEAD


@pytest.mark.parametrize(
    ("path", "name", "home"),
    [
        ("_client", "Anthropic", "client.anthropic.Anthropic"),
        ("_base_client", "SyncAPIClient", "client.anthropic.Anthropic"),
        ("_exceptions", "OverloadedError", "wire.errors.OverloadedError"),
        ("_types", "NOT_GIVEN", "wire.requests.sentinels.NOT_GIVEN"),
        ("_types", "Omit", "wire.requests.sentinels.Omit"),
        ("_models", "BaseModel", "wire.model.Model"),
        ("_streaming", "AsyncStream", "client.streams.reader.AsyncStream"),
        ("_response", "APIResponse", "client.raw.responses.APIResponse"),
        ("_legacy_response", "LegacyAPIResponse", "client.raw.responses.APIResponse"),
        ("_constants", "DEFAULT_TIMEOUT", "client.options.DEFAULT_TIMEOUT"),
        ("lib.streaming", "TextEvent", "wire.stream.events.TextEvent"),
        ("lib.streaming", "BetaAsyncMessageStream", "client.streams.message.AsyncMessageStream"),
        ("lib.aws", "AnthropicAWS", "client.platforms.signed_api.AnthropicAWS"),
        ("lib.bedrock", "AnthropicBedrockMantle", "client.platforms.signed_api.AnthropicBedrockMantle"),
        ("lib.google_cloud", "AnthropicGoogleCloud", "client.platforms.google_cloud.AnthropicGoogleCloud"),
        ("lib.vertex", "AnthropicVertex", "client.platforms.vertex.AnthropicVertex"),
        ("lib.foundry", "AnthropicFoundry", "client.platforms.foundry.AnthropicFoundry"),
        ("resources", "Messages", "client.resources.messages.Messages"),
        ("resources.messages", "AsyncMessages", "client.resources.messages.AsyncMessages"),
        ("resources.messages.messages", "Messages", "client.resources.messages.Messages"),
        ("resources.messages.batches", "Batches", "client.resources.batches.Batches"),
        ("resources.models", "Models", "client.resources.models.Models"),
        ("resources.files", "AsyncFiles", "client.resources.files.AsyncFiles"),
        ("resources.beta", "Beta", "client.resources.beta.Beta"),
        ("resources.beta.beta", "AsyncBeta", "client.resources.beta.AsyncBeta"),
        ("resources.beta.messages", "Messages", "client.resources.beta_messages.BetaMessages"),
        ("resources.beta.messages.messages", "AsyncMessages", "client.resources.beta_messages.AsyncBetaMessages"),
        ("resources.beta.messages.batches", "AsyncBatches", "client.resources.batches.AsyncBatches"),
        ("resources.beta.models", "Models", "client.resources.models.Models"),
        ("resources.beta.files", "Files", "client.resources.files.Files"),
    ],
)
def test_a_name_is_the_thing_itself(path: str, name: str, home: str) -> None:
    module, _, real = home.rpartition(".")

    assert getattr(import_module(f"tercet.{path}"), name) is getattr(import_module(f"tercet.{module}"), real)


def test_a_method_patched_on_a_class_of_resources_is_what_clients_call(monkeypatch: pytest.MonkeyPatch) -> None:
    from tercet.resources.messages import Messages

    monkeypatch.setattr(Messages, "create", lambda self, **named: named["model"])
    client = tercet.Anthropic(api_key="k" * 20)

    assert client.messages.create(model="m", max_tokens=1, messages=[]) == "m"


def test_an_answer_is_made_of_json_by_its_declared_type() -> None:
    from tercet._models import construct_type, construct_type_unchecked
    from tercet.types import ContentBlock, Message, TextBlock

    message = construct_type_unchecked(value={"content": [{"type": "text", "text": "a"}]}, type_=Message)

    assert isinstance(message.content[0], TextBlock)
    assert isinstance(construct_type(value={"type": "text", "text": "a"}, type_=ContentBlock), TextBlock)


@pytest.mark.parametrize("path", PATHS)
def test_every_name_of_every_row_leads_to_something(path: str) -> None:
    module = import_module(f"tercet.{path}")

    assert [name for name in names_of(path) if getattr(module, name, None) is None] == []
    assert set(names_of(path)) <= set(dir(module))
    assert module.__all__ == sorted(homes(path))
    assert find_spec(f"tercet.{path}") is not None


@pytest.mark.parametrize("path", ["resources.nouns", "_undone", "lib.tools.hammer", "types.beta.messages.mistake"])
def test_a_path_that_is_no_row_is_not_found(path: str) -> None:
    assert find_spec(f"tercet.{path}") is None
    with pytest.raises(ModuleNotFoundError, match=path.rpartition(".")[2]):
        import_module(f"tercet.{path}")


def test_a_name_that_a_row_lacks_is_an_attribute_error_and_an_import_error() -> None:
    with pytest.raises(AttributeError, match=r"'tercet\.resources\.messages' has no attribute 'Massages'"):
        _ = tercet.resources.messages.Massages  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="Massages"):
        exec("from tercet.resources.messages import Massages")


@pytest.mark.parametrize("package", ["tercet", "anthropic"])
@pytest.mark.parametrize(
    "touched",
    [
        "_exceptions.OverloadedError",
        "_client.Anthropic",
        "resources.messages.Messages",
        "resources.beta.messages.messages.AsyncMessages",
        "lib.streaming.TextEvent",
        "lib.streaming._messages.MessageStreamManager",
        "lib.tools.mcp.mcp_tool",
        "pagination.SyncPage",
        "types.beta.messages.BetaMessageBatch",
        "types.shared.ErrorResponse",
        "_utils.is_given",
    ],
)
def test_modules_are_attributes_before_anybody_has_imported_them(package: str, touched: str) -> None:
    path, _, name = touched.rpartition(".")
    program = (
        f"import tercet; tercet.replace_anthropic(); import {package}; found = {package}.{touched};"
        f"from tercet.{path} import {name}; print(found is {name})"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr) == ("True", "")


def test_classes_and_what_is_made_of_them_survive_a_pickle() -> None:
    from tercet.types.text_block import TextBlock

    from tercet._exceptions import OverloadedError
    from tercet.resources.beta.messages import Messages

    made = TextBlock(type="text", text="a")

    assert pickle.loads(pickle.dumps([OverloadedError, Messages, TextBlock, made])) == [
        OverloadedError,
        Messages,
        TextBlock,
        made,
    ]


def test_the_finder_asks_for_nothing_that_is_another_package() -> None:
    program = "import sys, tercet, json, xml.dom; print('tercet.compat' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_options_for_a_call_hold_what_is_given_alone() -> None:
    from tercet._base_client import make_request_options
    from tercet._types import NOT_GIVEN, omit
    from tercet._utils import is_given

    options = make_request_options(query={"a": 1}, extra_query={"b": 2}, extra_headers={"h": "v"}, timeout=NOT_GIVEN)

    assert options == {"params": {"a": 1, "b": 2}, "headers": {"h": "v"}}
    assert [is_given(each) for each in (NOT_GIVEN, omit, None, 0)] == [False, False, True, True]


def test_every_exception_survives_a_pickle_whatever_its_code() -> None:
    classes = [value for name in dir(tercet.types) if is_error(value := getattr(tercet.types, name))]

    assert pickle.loads(pickle.dumps(classes)) == classes
    assert len(classes) > 90


def is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Exception)


@pytest.mark.parametrize("name", [name for name in INSTEAD if name.rpartition(".")[0] in PATHS])
def test_a_name_that_is_known_and_not_here_says_what_to_write(name: str) -> None:
    path, _, last = name.rpartition(".")
    with pytest.raises(ImportError, match=f"cannot import name '{last}'.*__init__.pyi"):  # where the names are listed
        exec(f"from tercet.{path} import {last}")
    with pytest.raises(AttributeError) as caught:
        getattr(import_module(f"tercet.{path}"), last)
    assert str(caught.value).endswith(f"has no attribute {last!r}: {INSTEAD[name]}")


def test_a_small_module_says_which_names_it_holds() -> None:
    with pytest.raises(AttributeError, match=r"'Gone': it holds BaseModel, construct_type, construct_type_unchecked$"):
        getattr(import_module("tercet._models"), "Gone")  # noqa: B009 - type checkers would find it
