"""Tools of a request: your own, and the ready-made ones by name and date. Toolsets are in `toolsets.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from tercet.wire.params.sources import CacheControlEphemeralParam, CitationsConfigParam
from tercet.wire.typing_compat import Iterable, Required, TypedDict

AllowedCaller: TypeAlias = Literal[
    "direct", "code_execution_20250825", "code_execution_20260120", "code_execution_20260521"
]


class ToolOptionsParam(TypedDict, total=False):
    """The options of every tool."""

    cache_control: CacheControlEphemeralParam | None
    allowed_callers: Sequence[AllowedCaller]
    """Who may call the tool: the model itself (`direct`) or code in a sandbox. `direct` unless given."""
    defer_loading: bool
    """Leave the tool out of the prompt until a tool search finds it."""
    strict: bool
    """Hold the model to the input's schema. At most 20 strict tools in a request."""


class _ExampleOptionsParam(ToolOptionsParam, total=False):
    """The options of tools that take examples."""

    input_examples: Iterable[Mapping[str, object]]
    """Inputs as the tool would like them; each must satisfy the schema."""


class InputSchemaTyped(TypedDict, total=False):
    """The JSON schema of a tool's input: an object."""

    type: Required[Literal["object"]]
    properties: Mapping[str, object] | None
    required: Sequence[str] | None


InputSchema: TypeAlias = InputSchemaTyped | Mapping[str, object]


class ToolParam(_ExampleOptionsParam, total=False):
    """A tool of your own. The model asks for it with a `tool_use` block; you answer with a `tool_result` block."""

    name: Required[str]
    """1 to 128 letters, digits, `_` and `-`; unique in the request."""
    input_schema: Required[InputSchema]
    description: str
    """What the tool does and when to use it: the model knows nothing else of it."""
    eager_input_streaming: bool | None
    """Stream the input as it is written, before it is known to be valid JSON."""
    type: Literal["custom"] | None


class ToolBash20250124Param(_ExampleOptionsParam, total=False):
    """A shell that you run."""

    name: Required[Literal["bash"]]
    type: Required[Literal["bash_20250124"]]


class ToolBash20241022Param(_ExampleOptionsParam, total=False):
    """A shell that you run, in its first form (beta)."""

    name: Required[Literal["bash"]]
    type: Required[Literal["bash_20241022"]]


class ToolTextEditor20241022Param(_ExampleOptionsParam, total=False):
    """A file editor that you run, in its first form (beta)."""

    name: Required[Literal["str_replace_editor"]]
    type: Required[Literal["text_editor_20241022"]]


class ToolTextEditor20250124Param(_ExampleOptionsParam, total=False):
    """A file editor that you run."""

    name: Required[Literal["str_replace_editor"]]
    type: Required[Literal["text_editor_20250124"]]


class ToolTextEditor20250429Param(_ExampleOptionsParam, total=False):
    """A file editor that you run, without undo."""

    name: Required[Literal["str_replace_based_edit_tool"]]
    type: Required[Literal["text_editor_20250429"]]


class ToolTextEditor20250728Param(_ExampleOptionsParam, total=False):
    """A file editor that you run, without undo, that can cut what it shows."""

    name: Required[Literal["str_replace_based_edit_tool"]]
    type: Required[Literal["text_editor_20250728"]]
    max_characters: int | None


class MemoryTool20250818Param(_ExampleOptionsParam, total=False):
    """A directory of notes that you keep for the model."""

    name: Required[Literal["memory"]]
    type: Required[Literal["memory_20250818"]]


class CodeExecutionTool20250522Param(ToolOptionsParam, total=False):
    """Python in a container of the API."""

    name: Required[Literal["code_execution"]]
    type: Required[Literal["code_execution_20250522"]]


class CodeExecutionTool20250825Param(ToolOptionsParam, total=False):
    """Shell and file editor in a container of the API."""

    name: Required[Literal["code_execution"]]
    type: Required[Literal["code_execution_20250825"]]


class CodeExecutionTool20260120Param(ToolOptionsParam, total=False):
    """Code in a container of the API, which may call your tools."""

    name: Required[Literal["code_execution"]]
    type: Required[Literal["code_execution_20260120"]]


class CodeExecutionTool20260521Param(ToolOptionsParam, total=False):
    """Code in a container of the API, which may call your tools."""

    name: Required[Literal["code_execution"]]
    type: Required[Literal["code_execution_20260521"]]


class _ComputerOptionsParam(_ExampleOptionsParam, total=False):
    """The screen that a computer tool works on."""

    name: Required[Literal["computer"]]
    display_height_px: Required[int]
    display_width_px: Required[int]
    display_number: int | None


class ToolComputerUse20241022Param(_ComputerOptionsParam, total=False):
    """A screen, mouse and keyboard that you run, in the first form (beta)."""

    type: Required[Literal["computer_20241022"]]


class ToolComputerUse20250124Param(_ComputerOptionsParam, total=False):
    """A screen, mouse and keyboard that you run (beta)."""

    type: Required[Literal["computer_20250124"]]


class ToolComputerUse20251124Param(_ComputerOptionsParam, total=False):
    """A screen, mouse and keyboard that you run, with zoom (beta)."""

    type: Required[Literal["computer_20251124"]]
    enable_zoom: bool


class UserLocationParam(TypedDict, total=False):
    """The user's place, roughly, for searches."""

    type: Required[Literal["approximate"]]
    city: str | None
    country: str | None
    """Two letters, as in ISO 3166-1."""
    region: str | None
    timezone: str | None
    """A name of the IANA database, such as `Europe/Oslo`."""


class _WebOptionsParam(ToolOptionsParam, total=False):
    """The options of search and fetch."""

    allowed_domains: Sequence[str] | None
    """Only these domains. Not together with `blocked_domains`."""
    blocked_domains: Sequence[str] | None
    max_uses: int | None
    """How often the tool may be used in one request."""


class _WebSearchOptionsParam(_WebOptionsParam, total=False):
    """The options of every web search."""

    name: Required[Literal["web_search"]]
    user_location: UserLocationParam | None


class WebSearchTool20250305Param(_WebSearchOptionsParam, total=False):
    """Web search."""

    type: Required[Literal["web_search_20250305"]]


class WebSearchTool20260209Param(_WebSearchOptionsParam, total=False):
    """Web search whose results code can filter before the model reads them."""

    type: Required[Literal["web_search_20260209"]]


class WebSearchTool20260318Param(_WebSearchOptionsParam, total=False):
    """Web search whose results can be left out of the answer."""

    type: Required[Literal["web_search_20260318"]]
    response_inclusion: Literal["full", "excluded"]


class WebFetchURLSourceAllParam(TypedDict, total=False):
    """Addresses from everywhere of this kind."""

    type: Required[Literal["all"]]


class WebFetchURLSourceNoneParam(TypedDict, total=False):
    """No addresses of this kind."""

    type: Required[Literal["none"]]


class WebFetchURLSourceToolReferenceParam(TypedDict, total=False):
    """A tool, by name."""

    type: Required[Literal["tool_reference"]]
    name: Required[str]


class WebFetchURLSourceOnlyParam(TypedDict, total=False):
    """Addresses from the results of these tools only."""

    type: Required[Literal["only"]]
    tools: Required[Iterable[WebFetchURLSourceToolReferenceParam]]


class WebFetchURLSourceExceptParam(TypedDict, total=False):
    """Addresses from the results of all tools but these."""

    type: Required[Literal["except"]]
    tools: Required[Iterable[WebFetchURLSourceToolReferenceParam]]


WebFetchURLSourceParam: TypeAlias = (
    WebFetchURLSourceAllParam | WebFetchURLSourceNoneParam | WebFetchURLSourceOnlyParam | WebFetchURLSourceExceptParam
)


class WebFetchURLSourcesParam(TypedDict, total=False):
    """The places that an address must have come from to be fetched."""

    user_input: WebFetchURLSourceAllParam | WebFetchURLSourceNoneParam
    client_tool_results: WebFetchURLSourceParam
    server_tool_results: WebFetchURLSourceParam


class _WebFetchOptionsParam(_WebOptionsParam, total=False):
    """The options of every web fetch."""

    name: Required[Literal["web_fetch"]]
    citations: CitationsConfigParam | None
    max_content_tokens: int | None
    url_sources: WebFetchURLSourcesParam | None


class WebFetchTool20250910Param(_WebFetchOptionsParam, total=False):
    """Fetch pages and PDFs."""

    type: Required[Literal["web_fetch_20250910"]]


class WebFetchTool20260209Param(_WebFetchOptionsParam, total=False):
    """Fetch pages and PDFs that code can filter before the model reads them."""

    type: Required[Literal["web_fetch_20260209"]]


class WebFetchTool20260309Param(_WebFetchOptionsParam, total=False):
    """Fetch pages and PDFs, past the cache where wanted."""

    type: Required[Literal["web_fetch_20260309"]]
    use_cache: bool


class WebFetchTool20260318Param(_WebFetchOptionsParam, total=False):
    """Fetch pages and PDFs; what was fetched can be left out of the answer."""

    type: Required[Literal["web_fetch_20260318"]]
    use_cache: bool
    response_inclusion: Literal["full", "excluded"]
