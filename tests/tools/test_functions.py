"""`@beta_tool` and `@beta_async_tool`: what the model is told, and how its input reaches the function."""

from __future__ import annotations

import math
from contextlib import asynccontextmanager, contextmanager
from functools import partial, partialmethod
from pathlib import Path
from typing import Any

import msgspec
import pydantic
import pytest

import tercet
from tercet.lib.tools import (
    BetaAsyncBuiltinFunctionTool,
    BetaAsyncFunctionTool,
    BetaBuiltinFunctionTool,
    BetaFunctionTool,
    ToolError,
    beta_async_tool,
    beta_tool,
)
from tercet.tools.results import failure_result


def add(a: int, b: int = 1) -> str:
    """Add two numbers.

    Args:
        a: The first.
    """
    return str(a + b)


async def later(a: int) -> str:
    """Answer later."""
    return str(a)


SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer", "description": "The first."}, "b": {"type": "integer", "default": 1}},
    "required": ["a"],
    "additionalProperties": False,
}


def test_a_function_describes_itself() -> None:
    assert beta_tool(add).to_dict() == {"name": "add", "description": "Add two numbers.", "input_schema": SCHEMA}


def test_options_win_over_the_function_and_none_is_left_out() -> None:
    made = beta_tool(
        name="plus",
        description="Plus.",
        strict=True,
        cache_control={"type": "ephemeral"},
        defer_loading=None,
        input_examples=[{"a": 1}],
    )(add)
    assert made.to_dict() == {
        "name": "plus",
        "description": "Plus.",
        "input_schema": SCHEMA,
        "cache_control": {"type": "ephemeral"},
        "input_examples": [{"a": 1}],
        "strict": True,
    }


def test_a_tool_is_still_its_function() -> None:
    made = beta_tool(add)
    assert (made(2, b=3), made.func, repr(made)) == ("5", add, "BetaFunctionTool('add')")


def test_call_takes_the_models_input_and_never_coerces_it() -> None:
    made = beta_tool(add)
    assert made.call({"a": 2}) == "3"
    with pytest.raises(ValueError) as caught:
        made.call({"a": "2"})
    assert str(caught.value) == "Invalid arguments for function add: a: Expected `int`, got `str`"


@pytest.mark.anyio
async def test_an_async_tool_is_awaited() -> None:
    made = beta_async_tool(later)
    assert isinstance(made, BetaAsyncFunctionTool)
    assert (await made.call({"a": 2}), await made(3)) == ("2", "3")
    with pytest.raises(ValueError, match="Invalid arguments for function later"):
        await made.call({})


def test_each_decorator_takes_its_own_kind_of_function() -> None:
    with pytest.raises(TypeError, match="use @beta_async_tool"):
        beta_tool(later)
    with pytest.raises(TypeError, match="use @beta_tool"):
        beta_async_tool(add)  # type: ignore[type-var]


def test_a_context_manager_is_no_tool() -> None:
    @contextmanager
    def opened() -> Any:
        yield add

    @asynccontextmanager
    async def opened_later() -> Any:
        yield later

    with pytest.raises(TypeError, match="not a context manager"):
        beta_tool(opened)
    with pytest.raises(TypeError, match="not a context manager"):
        beta_async_tool(opened_later)  # type: ignore[type-var]


@pytest.mark.parametrize("name", ["<lambda>", "my tool", "x" * 129, "prix_é"])
def test_a_name_that_the_api_refuses_is_refused_when_the_tool_is_made(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 128 letters, digits, _ or -"):
        beta_tool(add, name=name)


def test_an_unknown_option_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(TypeError, match="did you mean 'description'"):
        beta_tool(add, descripton="x")  # type: ignore[call-overload]


class Numbers(pydantic.BaseModel):
    a: int


class Digits(msgspec.Struct):
    a: int


def test_a_schema_may_be_given_as_a_dict_or_a_type() -> None:
    def take(**values: Any) -> str:
        return str(values)

    schema = {"type": "object", "properties": {"a": {"type": "integer", "maximum": 9}}, "required": ["a"]}
    made = beta_tool(take, input_schema=schema)
    assert made.to_dict()["input_schema"] == schema
    assert made.call({"a": 5}) == "{'a': 5}"
    for wrong in ({"a": "5"}, {"a": 10}, {}):
        with pytest.raises(ValueError, match="Invalid arguments for function take"):
            made.call(wrong)
    assert beta_tool(take, input_schema=Numbers).input_schema == Numbers.model_json_schema()
    assert beta_tool(take, input_schema=Digits).input_schema["properties"] == {"a": {"type": "integer"}}
    assert beta_tool(take, input_schema=Digits).input_schema["type"] == "object"


def test_a_tool_error_shows_its_text() -> None:
    assert str(ToolError("no")) == "no"
    assert str(ToolError([{"type": "text", "text": "no"}, {"type": "image", "source": {}}])) == "no [image]"
    assert str(ToolError([])) == "the tool failed"


class Memory(BetaBuiltinFunctionTool):
    def to_dict(self) -> Any:
        return {"type": "memory_20250818", "name": "memory"}

    def call(self, input: object) -> str:
        return "kept"


class Servers(BetaAsyncBuiltinFunctionTool):
    def to_dict(self) -> Any:
        return {"type": "mcp_toolset", "mcp_server_name": "docs"}

    async def call(self, input: object) -> str:
        return "asked"


class Nameless(Memory):
    def to_dict(self) -> Any:
        return {"type": "nothing"}


def test_tools_of_own_classes_have_the_name_of_their_definition() -> None:
    assert (Memory().name, Servers().name) == ("memory", "docs")
    with pytest.raises(ValueError, match="'nothing' has no name"):
        _ = Nameless().name


def test_the_public_names_are_the_official_ones() -> None:
    assert tercet.beta_tool is beta_tool
    assert tercet.beta_async_tool is beta_async_tool
    assert isinstance(beta_tool(add), BetaFunctionTool)


class Scaled:
    """Scales."""

    def __call__(self, number: int, by: int = 2) -> str:
        return str(number * by)

    def times(self, number: int, by: int) -> str:
        """Multiply.

        Args:
            number: What to multiply.
        """
        return str(number * by)

    thrice = partialmethod(times, by=3)


def test_a_partial_is_its_function_less_the_bound_arguments() -> None:
    properties = SCHEMA["properties"]
    for bound in (partial(add, b=5), partial(partial(add, b=1), b=5)):
        made = beta_tool(bound)
        assert made.to_dict() == {
            "name": "add",
            "description": "Add two numbers.",
            "input_schema": {**SCHEMA, "properties": {"a": properties["a"]}},
        }
        assert made.call({"a": 2}) == "7"
        with pytest.raises(ValueError, match="'b' is not a parameter"):
            made.call({"a": 2, "b": 3})
    first = beta_tool(partial(add, 2))
    assert (list(first.input_schema["properties"]), first.call({"b": 4})) == (["b"], "6")


def test_bound_methods_and_callable_objects_describe_themselves() -> None:
    scaled = Scaled()
    for tool, name, description, input in (
        (beta_tool(scaled), "Scaled", "Scales.", {"number": 2}),
        (beta_tool(partial(scaled, by=3)), "Scaled", "Scales.", {"number": 2}),
        (beta_tool(scaled.times), "times", "Multiply.", {"number": 2, "by": 3}),
        (beta_tool(scaled.thrice), "times", "Multiply.", {"number": 2}),
    ):
        assert (tool.name, tool.description) == (name, description)
        assert tool.call(input) in ("4", "6")


@pytest.mark.anyio
async def test_a_partial_of_an_async_function_is_async() -> None:
    class Later:
        async def __call__(self, a: int) -> str:
            return str(a)

    assert await beta_async_tool(partial(later, a=2)).call({}) == "2"
    assert await beta_async_tool(Later()).call({"a": 2}) == "2"
    for func in (partial(later, a=2), Later()):
        with pytest.raises(TypeError, match="use @beta_async_tool"):
            beta_tool(func)


def test_what_has_no_name_or_cannot_be_called_is_refused() -> None:
    with pytest.raises(ValueError, match="not '<lambda>'; pass name="):
        beta_tool(lambda: "x")
    for value in (5, Scaled.__dict__["thrice"]):
        with pytest.raises(TypeError, match="a tool is made of a function, not of"):
            beta_tool(value)


def test_defaults_that_have_no_json_form_or_name_a_local_path_are_not_told() -> None:
    def scan(folder: Path = Path("/home/me"), most: float = math.inf, kind: str = "a") -> str:
        return f"{folder} {most} {kind}"

    properties: Any = beta_tool(scan).input_schema["properties"]
    assert {name: part.get("default") for name, part in properties.items()} == {
        "folder": None,
        "most": None,
        "kind": "a",
    }


def test_examples_from_an_iterator_are_there_each_time() -> None:
    made = beta_tool(add, input_examples=({"a": number} for number in (1, 2)))

    assert made.to_dict() == made.to_dict()
    assert made.to_dict()["input_examples"] == [{"a": 1}, {"a": 2}]


def test_alone_is_said_with_true_or_false_and_is_not_sent() -> None:
    made = beta_tool(lambda: "", name="a", alone=False)
    assert made.alone is False
    assert "alone" not in made.to_dict()
    with pytest.raises(TypeError, match="alone must be True, False or None, not str 'yes'"):
        beta_tool(lambda: "", name="a", alone="yes")  # type: ignore[call-overload]


def test_an_error_that_holds_an_open_file_does_not_read_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("first line\nsecond line\n")
    with open(tmp_path / "secret") as file:
        for content in (file, [file], {"type": "text", "text": file}):
            error = ToolError(content)  # type: ignore[arg-type]
            assert "first line" not in str(failure_result({"id": "t"}, error))
        assert file.read() == "first line\nsecond line\n"


def test_an_error_may_hold_any_value_that_a_result_may_hold(tmp_path: Path) -> None:
    for content, text in ((tmp_path, str(tmp_path)), (5, "5"), (b"ab", '"YWI="'), ([1, 2], "[1,2]")):
        assert failure_result({"id": "t"}, ToolError(content))["content"] == text  # type: ignore[arg-type]


def test_how_a_tool_runs_is_kept_and_the_model_not_told() -> None:
    made = beta_tool(add, timeout=10, repeatable=True, alone=True, hidden_from_logs=["b"])

    assert (made.timeout, made.repeatable, made.alone, made.hidden_from_logs) == (10, True, True, {"b"})
    assert made.to_dict() == {"name": "add", "description": "Add two numbers.", "input_schema": SCHEMA}
    usual = beta_async_tool(later)
    assert (usual.timeout, usual.repeatable, usual.alone, usual.hidden_from_logs) == (None, False, None, frozenset())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0}, "timeout must be more than 0"),
        ({"timeout": math.nan}, "timeout must be more than 0"),
        ({"timeout": math.inf}, "timeout must be more than 0"),
        ({"timeout": "10"}, "timeout must be a number of seconds or None, not str '10'"),
        ({"timeout": True}, "timeout must be a number of seconds"),
        ({"repeatable": 1}, "repeatable must be True, False or None, not int 1"),
        ({"hidden_from_logs": "b"}, "hidden_from_logs must be a list of parameters' names, not str 'b'"),
        ({"hidden_from_logs": ["c"]}, r"hidden_from_logs names 'c', which is no parameter \(there are: a, b\)"),
    ],
)
def test_an_option_that_would_mean_nothing_is_refused(options: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        beta_tool(add, **options)
