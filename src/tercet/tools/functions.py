"""Tools made of functions: `@beta_tool` and `@beta_async_tool`. Describes them to the model and calls them with checked
input; who calls them, and when, is the tool runner's matter (or yours)."""

from __future__ import annotations

import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast, overload

from tercet.tools.docstrings import parse_docstring
from tercet.tools.function_input import ToolInput
from tercet.wire.requests.arguments import NO_LISTS, shown
from tercet.wire.requests.json_body import materialize

if TYPE_CHECKING:
    from typing import TypedDict, Unpack

    from tercet.wire.params.content import ToolResultContentParam
    from tercet.wire.params.sources import CacheControlEphemeralParam
    from tercet.wire.params.tools import AllowedCaller, InputSchema, ToolParam
    from tercet.wire.params.toolsets import ToolUnionParam

    class ToolOptions(TypedDict, total=False):
        """Options of a tool made of a function."""

        name: str | None
        """Its name to the model; the function's own unless given. 1 to 128 letters, digits, `_` and `-`."""
        description: str | None
        """What it does and when to use it; the docstring up to its first section unless given."""
        input_schema: InputSchema | type[Any] | None
        """Its input, as a schema or a type, instead of the function's signature."""
        defer_loading: bool | None
        cache_control: CacheControlEphemeralParam | None
        allowed_callers: list[AllowedCaller] | None
        eager_input_streaming: bool | None
        input_examples: Iterable[Mapping[str, object]] | None
        strict: bool | None
        alone: bool | None
        """Whether no other call of the same answer may run at the same time. Unless given, async tools run side by side, and
        so do plain functions in agents and conversations, each in a thread; in a tool runner they run one after another, and
        `alone=False` lets one run in a thread beside others."""
        timeout: float | None
        """Seconds after which a call is given up, and the model told so: an async tool is cancelled, a plain function, which
        runs in a thread then, left behind."""
        repeatable: bool
        """Whether a call that was interrupted, by the end of the program say, may be run again: it only reads, or a second
        time changes nothing more. Unless given, the model is told that the call's result is not known."""
        hidden_from_logs: Iterable[str]
        """Parameters whose values stand in no log record, such as `["token"]`. The conversation keeps what the model said."""


BetaFunctionToolResultType: TypeAlias = "str | Iterable[ToolResultContentParam]"
F = TypeVar("F", bound=Callable[..., Any])
AF = TypeVar("AF", bound=Callable[..., Coroutine[Any, Any, Any]])
NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
LONGEST_TIMEOUT = 30 * 86_400
OPTIONS = (
    "defer_loading",
    "cache_control",
    "allowed_callers",
    "eager_input_streaming",
    "input_examples",
    "strict",
)
"""What goes into the tool's definition as it is given."""
HOW_IT_RUNS = ("alone", "timeout", "repeatable", "hidden_from_logs")
"""What says how it is run here; the model is not told."""
KNOWN = frozenset({"name", "description", "input_schema", *HOW_IT_RUNS, *OPTIONS})


class ToolError(Exception):
    """Raise it in a tool to say what the model shall read: a text, or content blocks. The result is marked as an error."""

    def __init__(self, content: str | Iterable[Mapping[str, Any]]) -> None:
        several = (
            isinstance(content, Iterable) and not isinstance(content, NO_LISTS) and not hasattr(content, "readline")
        )
        blocks: list[Any] = list(content) if several else [content]
        self.content: Any = blocks if several or isinstance(content, Mapping) else content
        parts = [_shown(block) for block in blocks]
        super().__init__(" ".join(parts) or "the tool failed")


def _shown(block: Any) -> str:
    if not isinstance(block, Mapping):
        return block if isinstance(block, str) else shown(block)
    return str(block["text"]) if block.get("text") is not None else f"[{block.get('type', 'unknown')}]"


class BetaBuiltinFunctionTool(ABC):
    """A tool of a class of your own: `to_dict` gives its entry in `tools`, `call` runs it."""

    @abstractmethod
    def to_dict(self) -> ToolUnionParam:
        """Return the entry in `tools`."""

    @abstractmethod
    def call(self, input: object) -> BetaFunctionToolResultType:
        """Run it with the model's input."""

    @property
    def name(self) -> str:
        """Return the name by which the model calls it."""
        return definition_name(self.to_dict())


class BetaAsyncBuiltinFunctionTool(ABC):
    """The async twin of `BetaBuiltinFunctionTool`."""

    @abstractmethod
    def to_dict(self) -> ToolUnionParam:
        """Return the entry in `tools`."""

    @abstractmethod
    async def call(self, input: object) -> BetaFunctionToolResultType:
        """Run it with the model's input."""

    @property
    def name(self) -> str:
        """Return the name by which the model calls it."""
        return definition_name(self.to_dict())


def definition_name(definition: Mapping[str, Any]) -> str:
    """Return the name in a tool's definition."""
    name = definition.get("mcp_server_name") or definition.get("name")
    if not isinstance(name, str):
        raise ValueError(f"a tool of type {definition.get('type')!r} has no name")
    return name


class BaseFunctionTool(Generic[F]):
    """A function as a tool. Called, it is the function; `call` takes the model's input, checked."""

    func: F
    name: str
    description: str
    input_schema: Mapping[str, Any]
    alone: bool | None
    timeout: float | None
    repeatable: bool
    hidden_from_logs: frozenset[str]

    def __init__(self, func: F, **options: Unpack[ToolOptions]) -> None:
        for option in options:
            if option not in KNOWN:
                from tercet.wire.requests.arguments import unknown_argument

                raise unknown_argument(option, KNOWN, "beta_tool", otherwise="")
        if not callable(func):
            raise TypeError(f"a tool is made of a function, not of {type(func).__name__}; of a method, take obj.method")
        doc = parse_docstring(description_of(func))
        self.func = func
        self.name = check_name(options.get("name") or name_of(func))
        self.description = options.get("description") or doc.description
        self.alone = _flag("alone", options.get("alone"))
        self.repeatable = bool(_flag("repeatable", options.get("repeatable")))
        self.timeout = _checked_timeout(options.get("timeout"))
        self._given_schema = _schema_given(options.get("input_schema"))
        self._input = ToolInput(func, doc)
        self.input_schema = self._given_schema or self._input.schema
        self.hidden_from_logs = _names_of_parameters(options.get("hidden_from_logs"), self.input_schema)
        given = {option: options[option] for option in OPTIONS if options.get(option) is not None}  # type: ignore[literal-required]
        self._options = materialize(given, "", name=self.name)

    @property
    def __call__(self) -> F:
        return self.func

    def to_dict(self) -> ToolParam:
        """Return the tool's entry in `tools`."""
        made = {"name": self.name, "description": self.description, "input_schema": self.input_schema, **self._options}
        return cast("ToolParam", made)

    def arguments(self, input: object) -> dict[str, Any]:
        """Return the model's input as arguments for the function. ValueError or TypeError if it does not fit."""
        try:
            if self._given_schema is not None:
                from tercet.wire.json_schema import check_value

                check_value(input, self._given_schema)
            return self._input.arguments(input)
        except ValueError as problem:
            raise ValueError(f"Invalid arguments for function {self.name}: {problem}") from problem

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


def unwrap_partials(func: Any) -> Any:
    """Return the function whose arguments `functools.partial`, once or often, has bound."""
    while isinstance(func, partial):
        func = func.func
    return func


def name_of(func: Any) -> str:
    """Return a function's own name; of a callable object its class's. A partial has that of its function."""
    own = getattr(func, "__name__", None)
    inner = unwrap_partials(func)
    return str(own or getattr(inner, "__name__", type(inner).__name__))


def description_of(func: Any) -> str | None:
    """Return the docstring of what is called. A partial has that of its function; an object its class's, or its `__call__`'s."""
    if isinstance(func, partial) and "__doc__" in vars(func):
        return str(func.__doc__)
    inner = unwrap_partials(func)
    if inspect.isroutine(inner) or isinstance(inner, type):
        return inner.__doc__
    doc: str | None = inner.__doc__ or _call_of(inner).__doc__
    return doc


def _call_of(called: object) -> Any:
    return inspect.getattr_static(type(called), "__call__", None)


def _is_async(func: Any) -> bool:
    inner = unwrap_partials(func)
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(_call_of(inner))


def check_name(name: str) -> str:
    """Return a name that the API takes."""
    if not NAME.fullmatch(name):
        raise ValueError(f"a tool's name must have 1 to 128 letters, digits, _ or -, not {name[:140]!r}; pass name=")
    return name


def _flag(option: str, value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise TypeError(f"{option} must be True, False or None, not {type(value).__name__} {value!r:.60}")
    return value


def _checked_timeout(timeout: Any) -> float | None:
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise TypeError(f"timeout must be a number of seconds or None, not {type(timeout).__name__} {timeout!r:.60}")
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise ValueError(f"timeout must be more than 0 and at most {LONGEST_TIMEOUT:,} seconds, not {timeout!r:.60}")
    return timeout


def _names_of_parameters(names: Any, schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of parameters that logs do not show. A name that is none would hide nothing, in silence."""
    if names is None:
        return frozenset()
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise TypeError(
            f"hidden_from_logs must be a list of parameters' names, not {type(names).__name__} {names!r:.60}"
        )
    made = frozenset(names)
    known = schema.get("properties", {})
    if schema.get("additionalProperties", True) is False and (strange := sorted(made - set(known))):
        raise ValueError(
            f"hidden_from_logs names {strange[0]!r}, which is no parameter (there are: {', '.join(known) or 'none'})"
        )
    return made


def _schema_given(schema: Any) -> Mapping[str, Any] | None:
    if schema is None or isinstance(schema, Mapping):
        return cast("Mapping[str, Any] | None", schema)
    from tercet.schema.types import schema_of

    return schema_of(schema)


class BetaFunctionTool(BaseFunctionTool[F]):
    """A tool made of a function by `@beta_tool`."""

    def __init__(self, func: F, **options: Unpack[ToolOptions]) -> None:
        if _is_async(func):
            raise TypeError("@beta_tool takes a plain function; use @beta_async_tool for an async one")
        super().__init__(func, **options)

    def call(self, input: object) -> BetaFunctionToolResultType:
        """Call the function with the model's input."""
        return cast("BetaFunctionToolResultType", self.func(**self.arguments(input)))


class BetaAsyncFunctionTool(BaseFunctionTool[F]):
    """A tool made of an async function by `@beta_async_tool`."""

    def __init__(self, func: F, **options: Unpack[ToolOptions]) -> None:
        if not _is_async(func):
            raise TypeError("@beta_async_tool takes an async function; use @beta_tool for a plain one")
        super().__init__(func, **options)

    async def call(self, input: object) -> BetaFunctionToolResultType:
        """Call the function with the model's input."""
        running = cast("Awaitable[BetaFunctionToolResultType]", self.func(**self.arguments(input)))
        return await running


@overload
def beta_tool(func: F, **options: Unpack[ToolOptions]) -> BetaFunctionTool[F]: ...
@overload
def beta_tool(func: None = None, **options: Unpack[ToolOptions]) -> Callable[[F], BetaFunctionTool[F]]: ...
def beta_tool(func: Any = None, **options: Unpack[ToolOptions]) -> Any:
    """Make a tool of a function, with or without parentheses.

    Its input's schema comes from the annotations, descriptions from the docstring (`Args:`) or from
    `Annotated[int, "how many"]`. The model's input is checked and never coerced before the function is called.
    """
    if func is None:
        return lambda function: BetaFunctionTool(_no_context_manager(function), **options)
    return BetaFunctionTool(_no_context_manager(func), **options)


@overload
def beta_async_tool(func: AF, **options: Unpack[ToolOptions]) -> BetaAsyncFunctionTool[AF]: ...
@overload
def beta_async_tool(func: None = None, **options: Unpack[ToolOptions]) -> Callable[[AF], BetaAsyncFunctionTool[AF]]: ...
def beta_async_tool(func: Any = None, **options: Unpack[ToolOptions]) -> Any:
    """Make a tool of an async function. See `beta_tool`."""
    if func is None:
        return lambda function: BetaAsyncFunctionTool(_no_context_manager(function), **options)
    return BetaAsyncFunctionTool(_no_context_manager(func), **options)


def _no_context_manager(func: Any) -> Any:
    """Return the function; TypeError for a context manager, which has no end here: nothing would leave it."""
    inner = getattr(func, "__wrapped__", None)
    if inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
        raise TypeError("a tool must be a function, not a context manager; open what it needs around the tool runner")
    return func
