"""What the model reads after a call."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.tools.functions import ToolError
from tercet.tools.results import (
    cut_off_result,
    error_text,
    failure_result,
    not_found_result,
    out_of_time_result,
    result_content,
    success_result,
)

CALL = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}
TEXT = {"type": "text", "text": "a"}
IMAGE = {"type": "image", "source": {"type": "file", "file_id": "file_1"}}


@dataclass
class Point:
    x: int


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("18 degrees", "18 degrees"),
        ("", ""),
        ([TEXT, IMAGE], [TEXT, IMAGE]),
        ((TEXT,), [TEXT]),
        (iter([TEXT]), [TEXT]),
        (TEXT, [TEXT]),
        ({"degrees": 18}, '{"degrees":18}'),
        ({"type": "sunny"}, '{"type":"sunny"}'),
        ([], "[]"),
        ([1, TEXT], '[1,{"type":"text","text":"a"}]'),
        (18, "18"),
        (True, "true"),
        (Point(1), '{"x":1}'),
        ((number for number in range(3)), "[0,1,2]"),
    ],
)
def test_a_result_is_text_or_blocks_and_other_data_as_json(value: Any, content: Any) -> None:
    assert success_result(CALL, value) == {"type": "tool_result", "tool_use_id": "toolu_1", "content": content}


def test_nothing_is_a_result_without_content() -> None:
    assert success_result(CALL, None) == {"type": "tool_result", "tool_use_id": "toolu_1"}


def test_an_exception_is_its_class_and_message() -> None:
    assert failure_result(CALL, ValueError("no such city")) == {
        "type": "tool_result",
        "tool_use_id": "toolu_1",
        "content": "ValueError: no such city",
        "is_error": True,
    }


def test_a_path_is_its_text_and_an_open_file_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"secret")
    name = str(tmp_path / "a")

    assert result_content(tmp_path / "a") == name
    for value in ([tmp_path / "a"], list(os.scandir(tmp_path)), tmp_path.glob("*"), os.scandir(tmp_path)):
        assert result_content(value) == f'["{name}"]'
    assert result_content({"at": tmp_path / "a", tmp_path / "a": 6}) == f'{{"at":"{name}","{name}":6}}'
    assert result_content([{"type": "text", "text": tmp_path / "a"}]) == [{"type": "text", "text": name}]
    with (tmp_path / "a").open() as opened:
        for held in (opened, [opened], {"f": opened}, iter([opened])):
            with pytest.raises(TypeError, match=r"^result.* holds a TextIOWrapper"):
                result_content(held)
        assert opened.read() == "secret"


def test_the_file_of_an_image_is_read_at_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": tmp_path / "a"}}

    (block,) = result_content([image])
    assert block["source"]["data"] == "YWJj"


def test_blocks_of_a_tool_error_are_read_once_and_kept() -> None:
    problem = ToolError(dict(block) for block in (TEXT, TEXT))

    assert str(problem) == "a a"
    assert failure_result(CALL, problem)["content"] == failure_result(CALL, problem)["content"] == [TEXT, TEXT]
    assert failure_result(CALL, ToolError(TEXT))["content"] == [TEXT]


def test_a_tool_error_that_cannot_be_told_is_still_an_error() -> None:
    told = failure_result(CALL, ToolError([{"type": "text", "text": object()}]))

    assert told["is_error"] is True
    assert told["content"].startswith("TypeError: result[0].text cannot hold object")
    assert "no model reads more" in failure_result(CALL, ToolError("x" * 8_000_001))["content"]


def test_a_tool_error_says_what_it_was_given() -> None:
    assert failure_result(CALL, ToolError([TEXT]))["content"] == [TEXT]
    assert failure_result(CALL, ToolError("x" * 5000))["content"] == "x" * 5000


class Broken(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (ValueError(), "ValueError"),
        (KeyError("city"), "KeyError: 'city'"),
        (Broken(), "Broken"),
        (ValueError("key sk-ant-api03-AbC_123-x refused"), "ValueError: key sk-ant-[hidden] refused"),
        (ValueError("Authorization: Bearer abc.def-123"), "ValueError: Authorization: Bearer [hidden]"),
    ],
)
def test_an_error_text_holds_no_credentials(problem: Exception, text: str) -> None:
    assert error_text(problem) == text


@given(st.text(min_size=1, max_size=3000))
def test_an_error_text_has_at_most_a_thousand_characters(said: str) -> None:
    text = error_text(ValueError(said))
    assert len(text) <= 1000
    assert text.startswith("ValueError: ")


def test_a_call_that_cannot_be_run_says_why() -> None:
    assert not_found_result(CALL)["content"] == "Error: Tool 'weather' not found"
    assert not_found_result({**CALL, "toolset_name": "browser"}) == {
        "type": "tool_result",
        "tool_use_id": "toolu_1",
        "toolset_name": "browser",
        "content": "Error: Toolset 'browser' member 'weather' not found",
        "is_error": True,
    }
    assert cut_off_result(CALL)["is_error"] is True
    assert "not run" in cut_off_result(CALL)["content"]


def test_what_has_no_json_form_is_an_error_of_the_tool() -> None:
    with pytest.raises(TypeError, match="it has no JSON form"):
        result_content(object())


def test_an_iterator_without_an_end_is_an_error_and_not_a_hang() -> None:
    def forever(item: Any) -> Any:
        while True:
            yield item

    for item in ("x" * 1000, 1, TEXT, b"x" * 1000):
        with pytest.raises(
            ValueError, match=r"^the result (has|is an iterator of) more than [18],000,000 (characters|items)"
        ):
            success_result(CALL, forever(item))


def test_more_base64_than_a_request_takes_is_an_error_that_the_model_reads() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 100_000_000}}

    with pytest.raises(ValueError, match=r"100,000,000 characters of base64 and no request takes more than 20,000,000"):
        success_result(CALL, [TEXT, image])


def test_what_has_no_json_form_is_an_error_that_names_it() -> None:
    async def pieces() -> Any:
        yield "a"

    with pytest.raises(TypeError, match=r"result cannot hold async_generator"):
        success_result(CALL, pieces())


def test_a_call_that_ran_out_of_time_says_whether_it_may_go_on() -> None:
    stopped, left = out_of_time_result(CALL, 2.5, False), out_of_time_result(CALL, 10, True)

    assert stopped["content"].startswith("Error: the tool was stopped after 2.5 s without a result")
    assert left["content"].startswith("Error: the tool had no result after 10 s and may still be running")
    assert stopped["is_error"]
    assert left["is_error"]
