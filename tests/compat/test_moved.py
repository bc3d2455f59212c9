"""Paths from before the house was rearranged."""

import importlib
import subprocess
import sys

import pytest

import tercet
from tercet.compat.moved import MOVED, read_row


@pytest.mark.parametrize("path", sorted(MOVED))
def test_an_earlier_path_is_no_file_any_more_and_leads_to_modules_and_names_that_are_there(path):
    rooms, renamed = read_row(path)
    held = {}
    for room in rooms:
        held |= vars(importlib.import_module(f"tercet.{room}"))
    assert set(renamed.values()) <= set(held)
    assert importlib.import_module(f"tercet.{path}").__loader__.__class__.__name__ == "_MovedLoader"


def test_a_name_of_an_earlier_path_is_the_one_of_today_and_says_where_it_is():
    with pytest.warns(
        DeprecationWarning, match=r"tercet.transport.clock has moved: import Deadline from tercet\.transport\."
    ):
        from tercet.transport.clock import Clock
    from tercet.transport.deadline import Deadline

    assert Clock is Deadline


def test_an_earlier_module_is_imported_from_its_package():
    from tercet.flow import shared_state

    with pytest.warns(DeprecationWarning, match="import store_at from tercet.flow"):
        assert shared_state.store_at


def test_a_name_that_is_gone_says_where_to_look():
    module = importlib.import_module("tercet.client.shared")
    with pytest.raises(AttributeError, match=r"look into tercet\..*docs/glossary.md"):
        module.SharedClient2  # noqa: B018


def test_what_was_never_here_is_not_found():
    with pytest.raises(ModuleNotFoundError, match=r"tercet\.transport\.tock"):
        importlib.import_module("tercet.transport.tock")


def test_nobody_pays_for_earlier_paths():
    code = "import sys, tercet; tercet.Anthropic(api_key='k').messages; print('tercet.compat.moved' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
    assert tercet.__all__
