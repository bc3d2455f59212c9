"""The TypedDicts of requests agree with the classes of answers, with the plain lists of names, and with pydantic."""

from __future__ import annotations

import importlib
import pkgutil
import typing
from typing import Any, get_args

import pytest

import tercet.wire.params
from tercet.wire import argument_names
from tercet.wire.model import Model, type_tags
from tercet.wire.params import conversation as params_conversation
from tercet.wire.params import messages as params_messages
from tercet.wire.params import toolsets as params_toolsets
from tercet.wire.params.settings import ThinkingConfigParam
from tercet.wire.requests.sentinels import NOT_GIVEN, omit
from tercet.wire.responses.content import ContentBlock
from tercet.wire.typing_compat import Absent

ROOMS = [
    importlib.import_module(f"tercet.wire.params.{module.name}")
    for module in pkgutil.iter_modules(tercet.wire.params.__path__)
]
TYPED_DICTS = sorted(
    {
        value
        for room in ROOMS
        for value in vars(room).values()
        if isinstance(value, type) and hasattr(value, "__required_keys__")
    },
    key=lambda cls: cls.__name__,
)


def tag_of(param: Any) -> tuple[str, ...]:
    """The values that `type` may have in a TypedDict."""
    hint: Any = typing.get_type_hints(param).get("type")
    return tuple(value for value in get_args(hint) if isinstance(value, str))


@pytest.mark.parametrize("param", TYPED_DICTS, ids=lambda param: param.__name__)
def test_every_type_can_be_resolved_while_a_program_runs(param: type) -> None:
    """Pydantic and others read the annotations of users' own fields."""
    assert set(typing.get_type_hints(param)) == set(param.__annotations__)


@pytest.mark.parametrize("param", TYPED_DICTS, ids=lambda param: param.__name__)
def test_every_type_says_what_it_is(param: type) -> None:
    assert param.__doc__ or param.__name__ == "_FallbackFrom"


def test_every_block_of_an_answer_can_be_sent_back() -> None:
    sendable = {tag for param in get_args(params_conversation.ContentBlockParam) for tag in tag_of(param)}

    assert set() == {tag for kind in get_args(get_args(ContentBlock)[0]) for tag in type_tags(kind)} - sendable


@pytest.mark.parametrize("kind", get_args(get_args(ContentBlock)[0]), ids=lambda kind: kind.__name__)
def test_what_an_answer_calls_a_field_a_request_calls_the_same(kind: type[Model]) -> None:
    (tag,) = type_tags(kind)
    (param,) = [one for one in get_args(params_conversation.ContentBlockParam) if tag in tag_of(one)]

    assert set() == set(kind._fields) - set(param.__annotations__)


# The typed tools of the wire reference, section 5.5, generally available ones first.
DATED_TOOLS = [
    "bash_20250124",
    "text_editor_20250124",
    "text_editor_20250429",
    "text_editor_20250728",
    "code_execution_20250522",
    "code_execution_20250825",
    "code_execution_20260120",
    "code_execution_20260521",
    "web_search_20250305",
    "web_search_20260209",
    "web_search_20260318",
    "web_fetch_20250910",
    "web_fetch_20260209",
    "web_fetch_20260309",
    "web_fetch_20260318",
    "memory_20250818",
    "tool_search_tool_bm25_20251119",
    "tool_search_tool_bm25",
    "tool_search_tool_regex_20251119",
    "tool_search_tool_regex",
    "browser_toolset_20260801",
    "computer_toolset_20260801",
    "computer_20241022",
    "computer_20250124",
    "computer_20251124",
    "bash_20241022",
    "text_editor_20241022",
    "advisor_20260301",
    "mcp_toolset",
]


def test_every_tool_is_known_by_a_type_of_its_own() -> None:
    dated = [tag for tool in get_args(params_toolsets.ToolUnionParam) for tag in tag_of(tool)]

    assert sorted(DATED_TOOLS) == sorted(dated)


@pytest.mark.parametrize(
    ("names", "params"),
    [
        (argument_names.CREATE, params_messages.MessageCreateParams),
        (argument_names.CREATE, params_messages.MessageStreamParams),
        (argument_names.CREATE, params_messages.MessageParseParams),
        (argument_names.COUNT_TOKENS, params_messages.MessageCountTokensParams),
        (argument_names.BETA_CREATE, params_messages.BetaMessageCreateParams),
        (argument_names.BETA_CREATE, params_messages.BetaMessageStreamParams),
        (argument_names.BETA_CREATE, params_messages.BetaMessageParseParams),
        (argument_names.BETA_COUNT_TOKENS, params_messages.BetaMessageCountTokensParams),
        (argument_names.OPTIONS, params_messages.CallOptions),
        (argument_names.LIMITS, params_messages.CallLimits),
    ],
)
def test_the_plain_names_are_the_typed_ones(names: frozenset[str], params: type) -> None:
    assert set(params.__annotations__) == names


def required(params: type) -> set[str]:
    """The names that a TypedDict requires, read from its resolved annotations."""
    hints = typing.get_type_hints(params, include_extras=True)
    return {name for name, hint in hints.items() if typing.get_origin(hint) is typing.Required}


def test_the_required_names_are_the_typed_ones() -> None:
    assert required(params_messages.MessageCreateParams) == argument_names.REQUIRED
    assert required(params_messages.MessageCountTokensParams) == argument_names.COUNT_TOKENS_REQUIRED


def test_the_sentinels_for_not_given_are_absent() -> None:
    sentinels: list[Absent] = [NOT_GIVEN, omit]

    assert [bool(one) for one in sentinels] == [False, False]


def test_pydantic_takes_params_as_types_of_fields() -> None:
    pydantic = pytest.importorskip("pydantic")
    adapter = pydantic.TypeAdapter(ThinkingConfigParam)

    assert adapter.validate_python({"type": "adaptive"}) == {"type": "adaptive"}
    with pytest.raises(pydantic.ValidationError):
        adapter.validate_python({"type": "sometimes"})


def test_pydantic_takes_messages_as_types_of_fields() -> None:
    pydantic = pytest.importorskip("pydantic")
    adapter = pydantic.TypeAdapter(list[params_conversation.MessageParam])

    (message,) = adapter.validate_python([{"role": "user", "content": [{"type": "text", "text": "hi"}]}])

    assert message["role"] == "user"
    assert list(message["content"]) == [{"type": "text", "text": "hi"}]
    with pytest.raises(pydantic.ValidationError):
        adapter.validate_python([{"role": "robot", "content": "hi"}])
