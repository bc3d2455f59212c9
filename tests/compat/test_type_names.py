"""`tercet.types` offers the official names: which of them, and which not, stands in `sdk_names.txt`."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import tercet.types
from tercet.wire.responses import blocks, message

OFFERED = "offered"


def listed() -> dict[str, dict[str, list[str]]]:
    """Package -> group -> names, as the file lists them."""
    packages: dict[str, dict[str, list[str]]] = {}
    group: list[str] = []
    for line in Path(__file__).with_name("sdk_names.txt").read_text().splitlines():
        if line.startswith("["):
            package = packages[line.strip("[]")] = {}
        elif line.endswith(":") and not line.startswith("#"):
            group = package[line[:-1]] = []
        elif line.startswith("  "):
            group.extend(line.split())
    return packages


LISTED = listed()
CASES = [(package, name) for package, groups in LISTED.items() for name in groups[OFFERED]]
LEFT_OUT = [
    (package, name)
    for package, groups in LISTED.items()
    for group, names in groups.items()
    if group != OFFERED
    for name in names
]


def test_the_list_is_whole() -> None:
    """648 + 1027 + 11 + 11 + 59 names are what the official SDK 2.14.0 exports from these packages."""
    assert {package: sum(len(names) for names in groups.values()) for package, groups in LISTED.items()} == {
        "tercet.types": 648,
        "tercet.types.beta": 1027,
        "tercet.types.messages": 11,
        "tercet.types.beta.messages": 11,
        "tercet.types.shared": 59,
    }


@pytest.mark.parametrize("package", LISTED)
def test_every_name_that_is_said_to_be_offered_is(package: str) -> None:
    module = import_module(package)

    assert [name for name in LISTED[package][OFFERED] if not hasattr(module, name)] == []


@pytest.mark.parametrize("package", LISTED)
def test_every_name_that_is_said_to_be_left_out_is(package: str) -> None:
    module = import_module(package)

    assert [name for where, name in LEFT_OUT if where == package and hasattr(module, name)] == []


def test_names_that_are_not_there_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match=r"'tercet\.types' has no attribute 'Massage'"):
        _ = tercet.types.Massage
    assert not hasattr(tercet.types, "TYPE_CHECKING_")


def test_a_name_leads_to_the_class_itself() -> None:
    assert message.Message is tercet.types.Message
    assert blocks.TextBlock is tercet.types.TextBlock
    assert blocks.TextBlock is tercet.types.beta.BetaTextBlock


def test_star_import_and_dir_hold_the_offered_names() -> None:
    space: dict[str, object] = {}
    exec("from tercet.types import *", space)

    assert set() == set(LISTED["tercet.types"][OFFERED]) - set(space)
    assert set() == set(LISTED["tercet.types"][OFFERED]) - set(dir(tercet.types))
    assert set() == set(LISTED["tercet.types.beta"][OFFERED]) - set(dir(tercet.types.beta))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("tercet.types.text_block", "TextBlock"),
        ("tercet.types.message_param", "MessageParam"),
        ("tercet.types.url_image_source_param", "URLImageSourceParam"),
        ("tercet.types.beta.beta_message", "BetaMessage"),
        ("tercet.types.messages.message_batch", "MessageBatch"),
        ("tercet.types.message_create_params", "MessageCreateParamsNonStreaming"),
        ("tercet.types.messages.batch_create_params", "Request"),
        ("tercet.types.beta.messages.batch_create_params", "Request"),
        ("tercet.types.beta.message_create_params", "MessageCreateParamsStreaming"),
    ],
)
def test_module_paths_of_older_programs_still_lead_there(path: str, name: str) -> None:
    assert hasattr(import_module(path), name)


def test_module_paths_that_never_were_do_not_exist() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_module("tercet.types.hologram_block")
    with pytest.raises(ModuleNotFoundError):
        import_module("tercet.hologram")


def test_types_are_loaded_when_they_are_touched_and_not_before() -> None:
    program = "import sys, tercet.types; print(sorted(m for m in sys.modules if m.startswith('tercet.wire')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_params_can_be_made_like_dicts() -> None:
    assert tercet.types.MessageParam(role="user", content="hi") == {"role": "user", "content": "hi"}
