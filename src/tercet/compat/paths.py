"""The table of module paths: where code written for the official SDK imports from, and what it gets.

A row is lines of `room: names`: the module below `tercet` where these names live, and the names. `Theirs=Ours` is one
that has another name here. Names that a room knows without their `Beta` are found without it. A room that ends in a
class stands for that class under all the names. `*` means every public name of a room, or of another row, `*Error*`
those that match, `Beta*Block=*Block` those that match `*Block`, with `Beta` before them here. Parents of rows are packages by that alone.
"""

from __future__ import annotations

from tercet.compat.type_names import TYPES

PATHS: dict[str, str] = TYPES | {
    "_base_client": """
        client.anthropic: SyncAPIClient=Anthropic AsyncAPIClient=AsyncAnthropic
        client.http_clients: DEFAULT_CONNECTION_LIMITS DefaultAsyncHttpxClient DefaultHttpxClient
          AsyncHttpxClientWrapper=DefaultAsyncHttpxClient SyncHttpxClientWrapper=DefaultHttpxClient
        client.base: BaseClient
        client.resources.pages: AsyncPaginator
        client.options: DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT
        compat.values: make_request_options
    """,
    "_client": """
        client.anthropic: Anthropic AsyncAnthropic AsyncClient Client
        client.streams.reader: AsyncStream Stream
        wire.http: Timeout
    """,
    "_constants": """
        client.http_clients: DEFAULT_CONNECTION_LIMITS
        client.options: ANTHROPIC_API_VERSION=API_VERSION DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT
        flow.retry: INITIAL_RETRY_DELAY=FIRST_DELAY MAX_RETRY_DELAY=LONGEST_DELAY
    """,
    "_exceptions": "wire.errors: *",
    "_files": "client.resources.multipart: file_from_path",
    "_legacy_response": """
        client.raw.responses: LegacyAPIResponse=APIResponse
        compat.values: HttpxBinaryResponseContent
    """,
    "_middleware": """
        client.middleware: APIRequest AsyncCallNext AsyncMiddlewareCallable CallNext Middleware MiddlewareCallable
          MiddlewareInput
    """,
    "_models": """
        wire.model: BaseModel=Model
        compat.values: construct_type construct_type_unchecked
    """,
    "_response": """
        client.raw.responses: APIResponse AsyncAPIResponse StreamAlreadyConsumed
        client.raw.views: AsyncResponseContextManager ResponseContextManager
        compat.values: AsyncBinaryAPIResponse AsyncStreamedBinaryAPIResponse BinaryAPIResponse StreamedBinaryAPIResponse
    """,
    "_streaming": "client.streams.reader: AsyncStream Stream",
    "_types": """
        wire.requests.sentinels: NOT_GIVEN NotGiven Omit not_given omit
        compat.values: Base64FileInput Body Headers NoneType Query RequestOptions
        wire.http: Timeout
        wire.params.lists: FileContent FileTypes
    """,
    "_utils": """
        client.resources.multipart: file_from_path
        compat.values: is_given
    """,
    "_utils._utils": "_utils: *",
    "lib": "",
    "lib.aws": "client.platforms.signed_api: AnthropicAWS AsyncAnthropicAWS",
    "lib.bedrock": """
        client.platforms.bedrock: AnthropicBedrock AsyncAnthropicBedrock
        client.platforms.signed_api: AnthropicBedrockMantle AsyncAnthropicBedrockMantle
    """,
    "lib.bedrock._client": "client.platforms.bedrock: AnthropicBedrock AsyncAnthropicBedrock",
    "lib.foundry": "client.platforms.foundry: AnthropicFoundry AsyncAnthropicFoundry",
    "lib.google_cloud": "client.platforms.google_cloud: AnthropicGoogleCloud AsyncAnthropicGoogleCloud",
    "lib.replace_anthropic": "compat: replace_anthropic",
    "lib.streaming": """
        client.streams.message: AsyncMessageStream AsyncMessageStreamManager MessageStream MessageStreamManager
          BetaAsyncMessageStream BetaAsyncMessageStreamManager BetaMessageStream BetaMessageStreamManager
        wire.stream.events: ContentBlockStopEvent MessageStopEvent MessageStreamEvent InputJsonEvent TextEvent
          BetaContentBlockStopEvent BetaMessageStopEvent BetaMessageStreamEvent BetaInputJsonEvent BetaTextEvent
          ParsedContentBlockStopEvent=ContentBlockStopEvent ParsedBetaContentBlockStopEvent=ContentBlockStopEvent
          ParsedMessageStopEvent=MessageStopEvent ParsedBetaMessageStopEvent=MessageStopEvent
          ParsedMessageStreamEvent=MessageStreamEvent ParsedBetaMessageStreamEvent=MessageStreamEvent
          ParsedBetaTextEvent=TextEvent
    """,
    "lib.streaming._beta_messages": """
        lib.streaming: *Beta*
        compat.accumulate: accumulate_event
    """,
    "lib.streaming._beta_types": "lib.streaming: *Beta*Event",
    "lib.streaming._messages": """
        lib.streaming: *Message* *Event
        compat.accumulate: accumulate_event
    """,
    "lib.streaming._types": "lib.streaming: *Event",
    "lib.tools": """
        tools.functions: BetaAsyncBuiltinFunctionTool BetaAsyncFunctionTool
          BetaBuiltinFunctionTool
          BetaFunctionTool BetaFunctionToolResultType ToolError beta_async_tool beta_tool
        tools.memory: BetaAbstractMemoryTool BetaAsyncAbstractMemoryTool
        tools.runner: BetaAsyncToolRunner BetaToolRunner
        client.resources.tool_runners: BetaAsyncStreamingToolRunner BetaStreamingToolRunner
    """,
    "lib.tools._beta_functions": "lib.tools: *Function* beta_async_tool beta_tool ToolError",
    "lib.tools._beta_runner": "lib.tools: *Runner",
    "lib.tools.mcp": """
        tools.mcp: async_mcp_tool mcp_tool UnsupportedMCPValueError mcp_content mcp_message mcp_resource_to_content
          mcp_resource_to_file
    """,
    "lib.vertex": "client.platforms.vertex: AnthropicVertex AsyncAnthropicVertex",
    "lib.vertex._client": "client.platforms.vertex: AnthropicVertex AsyncAnthropicVertex",
    "pagination": """
        client.resources.pages: AsyncBidirectionalPageCursor AsyncPage AsyncPageCursor AsyncReportPageCursor AsyncTokenPage
          SyncBidirectionalPageCursor SyncPage SyncPageCursor SyncReportPageCursor SyncTokenPage
    """,
    "resources": """
        resources.beta.beta: *
        resources.files: *
        resources.messages.messages: *
        resources.models: *
    """,
    "resources.beta": """
        resources.beta.beta: *
        resources.files: *
        resources.beta.messages.messages: *
        resources.models: *
    """,
    "resources.beta.beta": "client.resources.beta: AsyncBeta Beta",
    "resources.beta.files": "resources.files: *",
    "resources.beta.messages": """
        resources.beta.messages.messages: *
        resources.messages.batches: *
    """,
    "resources.beta.messages.batches": "resources.messages.batches: *",
    "resources.beta.messages.messages": """
        client.resources.beta_messages: AsyncMessages=AsyncBetaMessages Messages=BetaMessages
    """,
    "resources.beta.models": "resources.models: *",
    "resources.files": "client.resources.files: AsyncFiles Files",
    "resources.messages": """
        resources.messages.messages: *
        resources.messages.batches: *
    """,
    "resources.messages.batches": "client.resources.batches: AsyncBatches Batches",
    "resources.messages.messages": "client.resources.messages: AsyncMessages Messages",
    "resources.models": "client.resources.models: AsyncModels Models",
}
"""Module path -> the names that programs import from there."""

INSTEAD: dict[str, str] = {
    "_base_client.prepare_request_data": "client.post(path, body=…) takes what the methods take",
    "_models.FinalRequestOptions": "client.post(path, body=…, options=…) sends any request, middleware sees every one",
    "lib.credentials": "pass auth_token=, or use a platform's own client",
    "lib.threads": "client.beta.messages.tool_runner(thread=True) keeps a thread",
    "resources.completions": "the Messages API took the place of text completions: client.messages.create()",
    "resources.messages.DEPRECATED_MODELS": "tercet.catalog.find(model).lifecycle says it",
}
"""Name of the official SDK that is not here -> what to write instead."""
