"""Error codes: a class for each, made when asked for, always the same one."""

from __future__ import annotations

import ast
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import tercet
from tercet.wire.errors import codes as error_codes
from tercet.wire.errors.codes import CODES, NAMES, class_of
from tercet.wire.errors.mapping import STATUS_OF_TYPE, class_for
from tercet.wire.errors.statuses import STATUS_CLASSES
from tercet.wire.headers import Headers
from tercet.wire.http import Request, Response

ROWS = [(status, code, name) for status, row in CODES.items() for code, name in row.items()]


def test_there_are_as_many_pairs_of_status_and_code_as_the_sdk_maps() -> None:
    assert len(ROWS) + len(STATUS_CLASSES) == 150
    assert len(NAMES) == len(ROWS)


@pytest.mark.parametrize(("status", "code", "name"), ROWS)
def test_a_code_has_a_class_under_that_of_its_status(status: int, code: str, name: str) -> None:
    cls = class_of(status, code)

    assert cls is not None
    assert cls is class_for(status, code) is getattr(error_codes, name)
    assert (cls.__name__, cls.__bases__) == (name, (STATUS_CLASSES[status],))
    assert cls.__module__ == ("tercet" if name in tercet.__all__ else "tercet.types")
    assert pickle.loads(pickle.dumps(cls)) is cls
    assert (cls.error_code, cls.status_code) == (code, status)
    assert code in (cls.__doc__ or "")


def test_a_code_under_another_status_is_not_known() -> None:
    assert (class_of(400, "ramp_limit_exceeded"), class_of(999, "x"), class_of(429, "")) == (None, None, None)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="NoSuchError"):
        error_codes.NoSuchError  # type: ignore[attr-defined] # noqa: B018


def test_the_names_are_listed() -> None:
    assert set(NAMES) <= set(dir(error_codes))


def test_an_error_of_a_code_survives_pickling_into_another_process() -> None:
    response = Response(429, Headers(), request=Request("GET", "https://h/", Headers()))
    error = error_codes.RampLimitExceededError("m", response=response, body=None)
    code = "import pickle,sys; e=pickle.load(sys.stdin.buffer); print(type(e).__name__, e.error_code, e.status_code)"
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(error), capture_output=True, check=True)

    assert done.stdout.split() == [b"RampLimitExceededError", b"ramp_limit_exceeded", b"429"]


def test_no_class_is_made_before_it_is_asked_for() -> None:
    code = (
        "import tercet.wire.errors, sys; print([name for name in sys.modules if name.endswith(('.codes', '.mapping'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert done.stdout.strip() == b"[]"


def test_type_checkers_read_the_same_classes_as_the_table_makes() -> None:
    tree = ast.parse(Path(inspect.getfile(error_codes)).read_text(encoding="utf-8"))
    written = {
        node.name: ast.unparse(node.bases[0]).rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }

    assert written == {name: STATUS_CLASSES[status].__name__ for status, _, name in ROWS}


def test_every_status_of_an_error_type_has_its_class() -> None:
    assert {status for status in STATUS_OF_TYPE.values() if status != 500} <= set(STATUS_CLASSES)
