"""Import circles are found by kind: at run time, inside functions, for type checkers alone."""

from __future__ import annotations

import ast
from typing import Any

import pytest


@pytest.fixture
def circles() -> Any:
    import house_circles

    return house_circles


def found(circles: Any, **files: str) -> dict[str, list[str]]:
    from house_figures import Source

    house = [Source(f"{name.replace('__', '/')}.py", text, ast.parse(text)) for name, text in files.items()]
    return {kind: rings for kind, rings in circles.all_circles(house).items() if rings}


def test_arrows_that_run_downwards_make_no_circle(circles: Any) -> None:
    assert found(circles, flow__a="from tercet.wire import b\n", wire__b="import os\n") == {}


@pytest.mark.parametrize(
    ("back", "kinds"),
    [
        ("from tercet.flow.a import X\n", ["run time", "in functions", "type checking"]),
        ("def f():\n    from tercet.flow.a import X\n", ["in functions", "type checking"]),
        ("if TYPE_CHECKING:\n    from tercet.flow.a import X\n", ["type checking"]),
        ("if not TYPE_CHECKING:\n    from tercet.flow.a import X\n", ["run time", "in functions", "type checking"]),
    ],
)
def test_an_arrow_back_is_a_circle_of_its_kind_and_of_the_wider_ones(circles: Any, back: str, kinds: list[str]) -> None:
    rings = found(circles, flow__a="import tercet.wire.b\n", wire__b=back)

    assert rings == {f"between rooms, {kind}": ["flow <-> wire"] for kind in kinds}


def test_a_circle_within_a_room_names_its_modules(circles: Any) -> None:
    rings = found(
        circles,
        wire__a="from tercet.wire import b\n",
        wire__b="import tercet.wire.c\n",
        wire__c="import tercet.wire.a\n",
    )

    assert rings["within rooms, run time"] == ["3: tercet.wire.a, tercet.wire.b, tercet.wire.c"]


def test_two_circles_are_two(circles: Any) -> None:
    graph = {"a": {"b"}, "b": {"a", "c"}, "c": {"d"}, "d": {"c"}, "e": {"a"}}

    assert circles.circles(graph) == [["c", "d"], ["a", "b"]]


def test_the_front_door_is_no_room(circles: Any) -> None:
    assert found(circles, __init__="", wire__b="import tercet\n", cli__a="import tercet.wire.b\n") == {}
