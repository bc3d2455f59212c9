"""Tercet: the Claude API for Python, in three lines: a client, a toolkit, a local API.

    import tercet as anthropic
    client = anthropic.Anthropic()
    print(client.messages.create(model="claude-sonnet-4-6", max_tokens=100, messages=[...]).content[0].text)

Every public name lives in a room below and is loaded when first touched, so that importing costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from typing import Any

from tercet._version import __version__

_HOMES: dict[str, str] = {
    "catalog.cost": "price",
    "catalog.listing": "models",
    "client.preflight": "RefusedParameterError",
    "client.anthropic": "Anthropic AsyncAnthropic Client AsyncClient",
    "client.platforms.bedrock": "AnthropicBedrock AsyncAnthropicBedrock",
    "client.insecure": "ExposedConnectionWarning",
    "client.platforms.foundry": "AnthropicFoundry AsyncAnthropicFoundry",
    "wire.requests.sentinels": "NOT_GIVEN NotGiven Omit not_given omit",
    "client.platforms.google_cloud": "AnthropicGoogleCloud AsyncAnthropicGoogleCloud",
    "client.http_clients": "DEFAULT_CONNECTION_LIMITS DefaultAsyncHttpxClient DefaultHttpxClient",
    "client.streams.message": (
        "AsyncMessageStream AsyncMessageStreamManager MessageStream MessageStreamManager "
        "BetaAsyncMessageStream=AsyncMessageStream BetaAsyncMessageStreamManager=AsyncMessageStreamManager "
        "BetaMessageStream=MessageStream BetaMessageStreamManager=MessageStreamManager"
    ),
    "client.middleware": (
        "APIRequest AsyncCallNext AsyncMiddlewareCallable CallNext Middleware MiddlewareCallable MiddlewareInput"
    ),
    "client.resources.multipart": "file_from_path",
    "client.migration_hints": "AI_PROMPT HUMAN_PROMPT",
    "client.raw.responses": "APIResponse AsyncAPIResponse",
    "schema.transform": "transform_schema",
    "client.options": "DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT",
    "client.settings": "MissingCredentialsError",
    "client.platforms.signed_api": "AnthropicAWS AnthropicBedrockMantle AsyncAnthropicAWS AsyncAnthropicBedrockMantle",
    "client.streams.reader": "AsyncStream Stream",
    "client.platforms.vertex": "AnthropicVertex AsyncAnthropicVertex",
    "tools.functions": "beta_async_tool beta_tool",
    "flow.breaker": "Breaker CircuitBreaker",
    "flow.budget": "Budget",
    "flow.fallback": "Fallbacks",
    "flow.ledger.journal": "LedgerWarning",
    "flow.ledger.tags": "tagged",
    "flow.pace": "Pace",
    "compat": "replace_anthropic",
    "flow.retry_budget": "QuotaPolicy",
    "local": "LocalAPI local_api",
    "toolkit.conversation.validity.problems": "MessageProblem",
    "toolkit.conversation.validity.repair": "check_messages repair_messages",
    "toolkit.agent.agent": "Agent AsyncAgent",
    "tools.mcp": "mcp_tools",
    "toolkit.agent.run": "AgentRun RunStep WaitingCall",
    "toolkit.conversation.views": "views=.",
    "toolkit.conversation.approvals": "approve ask_first deny",
    "toolkit.conversation.limits": "Limits",
    "toolkit.conversation.conversation": "AsyncConversation Conversation",
    "toolkit.conversation.store.conversations": "Conversations",
    "toolkit.conversation.errors": (
        "ConversationBusyError ConversationConflictError ConversationError ConversationLimitError "
        "ConversationNotFoundError ThinkingInvalidatedWarning"
    ),
    "toolkit.media": "media=.",
    "toolkit.media.documents": "document",
    "toolkit.media.errors": "MediaError MediaLibraryError",
    "toolkit.media.images": "image",
    "toolkit.bulk.errors": "BulkError JobBudgetError JobBusyError JobChangedError JobStoppedError",
    "toolkit.bulk.gather": "aask_all ask_all",
    "toolkit.bulk.job": "Job bulk",
    "toolkit.ledger.errors": "LedgerBusyError LedgerError",
    "toolkit.ledger.ledger": "Ledger",
    "wire.errors.codes": (
        "CMEKContextUnavailableError CMEKKeyDisabledError CMEKKeyNetworkBlockedError CMEKKeyUnreachableError "
        "ClaudeCodeKeyCreatorNotMemberError ClaudeCodeVersionTooOldError ContractSpendLimitReachedError "
        "EnforcedSpendLimitReachedError LinkedOrganizationBillingUnavailableError "
        "LinkedOrganizationSpendLimitReachedError OrganizationOnHoldError OrganizationTypeNotSupportedError "
        "ParentOrganizationRequiredError RampLimitExceededError RequestBodyEncodingInvalidError "
        "RequestBodyEncodingUnsupportedError RequestBodyTooLargeAfterDecodingError "
        "SandboxEgressRestrictedError WorkspaceHumanReviewDisabledError"
    ),
    "wire.errors": (
        "AnthropicError APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError "
        "APIWebhookValidationError AuthenticationError BadRequestError BudgetExceededError BudgetUnknownError CircuitOpenError ClientClosedRequestError ConflictError "
        "ContentTooLargeError CredentialsError DeadlineExceededError GatewayTimeoutError HTTPNotImplementedError "
        "IdentityTokenFileError IncompleteStreamError InternalServerError NotFoundError OutputValidationError "
        "OverloadedError PaceWaitError "
        "PaymentRequiredError PermissionDeniedError PreconditionFailedError RateLimitError "
        "RequestHeaderFieldsTooLargeError RequestTimeoutError RequestTooLargeError RetryableError "
        "ServiceUnavailableError SharedStateBusyError SharedStateError StreamIdleTimeoutError StreamProtocolError ToolInputError UnprocessableEntityError"
    ),
    "wire.http": "Timeout",
    "wire.model": "BaseModel=Model",
    "wire.stream.events": (
        "ContentBlockStopEvent InputJsonEvent MessageStopEvent MessageStreamEvent TextEvent "
        "BetaContentBlockStopEvent=ContentBlockStopEvent BetaInputJsonEvent=InputJsonEvent "
        "BetaMessageStopEvent=MessageStopEvent BetaMessageStreamEvent=MessageStreamEvent BetaTextEvent=TextEvent "
        "ParsedBetaContentBlockStopEvent=ContentBlockStopEvent ParsedBetaMessageStopEvent=MessageStopEvent "
        "ParsedBetaMessageStreamEvent=MessageStreamEvent ParsedBetaTextEvent=TextEvent "
        "ParsedContentBlockStopEvent=ContentBlockStopEvent ParsedMessageStopEvent=MessageStopEvent "
        "ParsedMessageStreamEvent=MessageStreamEvent"
    ),
}
"""Room -> the public names that live there; `BaseModel=Model` is one that has another name there, `views=.` is the room
itself. `dir(tercet)`, `__all__`, the lazy loading and the stub that type checkers read are all made of this."""

_HOME_OF = {name.partition("=")[0]: (room, name) for room, names in _HOMES.items() for name in names.split()}
__title__ = "tercet"
__all__ = ["__title__", "__version__", "types", *_HOME_OF]  # pyright: ignore[reportUnsupportedDunderAll]


class _SdkPaths:
    """Find module paths of the official SDK, which are no files here: `tercet.compat` knows them, and is loaded then."""

    packages: tuple[str, ...] = tuple(f"tercet.{part}" for part in ("_", "lib", "pagination", "resources", "types"))

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not fullname.startswith(cls.packages) or fullname.startswith("tercet.__"):
            return None
        from tercet.compat import found

        return found(fullname)


class _MovedPaths:
    """Find what stood elsewhere in this package before. Asked last, when nobody else has found a module."""

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not fullname.startswith("tercet."):
            return None
        from tercet.compat.moved import find_moved

        return find_moved(fullname)


sys.meta_path.append(_MovedPaths)
sys.meta_path.insert(0, _SdkPaths)  # before the finder of files: the stubs of these paths lie in folders of their names


def __getattr__(name: str) -> Any:
    room, real = _HOME_OF.get(name) or ("", "")
    if room:
        module, real = import_module(f"tercet.{room}"), real.rpartition("=")[2]
        value = globals()[name] = module if real == "." else getattr(module, real)
        return value
    if not name.startswith("__"):
        from tercet.compat import PATHS

        if name in PATHS or name == "tools":
            return import_module(f"tercet.{name}")
    raise AttributeError(f"module 'tercet' has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
