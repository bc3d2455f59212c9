# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Tercet: the Claude API for Python, in three lines: a client, a toolkit, a local API."""

from tercet.catalog.cost import price as price
from tercet.catalog.listing import models as models
from tercet.client.anthropic import (
    Anthropic as Anthropic,
    AsyncAnthropic as AsyncAnthropic,
    AsyncClient as AsyncClient,
    Client as Client,
)
from tercet.client.http_clients import (
    DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS,
    DefaultAsyncHttpxClient as DefaultAsyncHttpxClient,
    DefaultHttpxClient as DefaultHttpxClient,
)
from tercet.client.insecure import ExposedConnectionWarning as ExposedConnectionWarning
from tercet.client.middleware import (
    APIRequest as APIRequest,
    AsyncCallNext as AsyncCallNext,
    AsyncMiddlewareCallable as AsyncMiddlewareCallable,
    CallNext as CallNext,
    Middleware as Middleware,
    MiddlewareCallable as MiddlewareCallable,
    MiddlewareInput as MiddlewareInput,
)
from tercet.client.migration_hints import (
    AI_PROMPT as AI_PROMPT,
    HUMAN_PROMPT as HUMAN_PROMPT,
)
from tercet.client.options import (
    DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT as DEFAULT_TIMEOUT,
)
from tercet.client.platforms.bedrock import (
    AnthropicBedrock as AnthropicBedrock,
    AsyncAnthropicBedrock as AsyncAnthropicBedrock,
)
from tercet.client.platforms.foundry import (
    AnthropicFoundry as AnthropicFoundry,
    AsyncAnthropicFoundry as AsyncAnthropicFoundry,
)
from tercet.client.platforms.google_cloud import (
    AnthropicGoogleCloud as AnthropicGoogleCloud,
    AsyncAnthropicGoogleCloud as AsyncAnthropicGoogleCloud,
)
from tercet.client.platforms.signed_api import (
    AnthropicAWS as AnthropicAWS,
    AnthropicBedrockMantle as AnthropicBedrockMantle,
    AsyncAnthropicAWS as AsyncAnthropicAWS,
    AsyncAnthropicBedrockMantle as AsyncAnthropicBedrockMantle,
)
from tercet.client.platforms.vertex import (
    AnthropicVertex as AnthropicVertex,
    AsyncAnthropicVertex as AsyncAnthropicVertex,
)
from tercet.client.preflight import RefusedParameterError as RefusedParameterError
from tercet.client.raw.responses import (
    APIResponse as APIResponse,
    AsyncAPIResponse as AsyncAPIResponse,
)
from tercet.client.resources.multipart import file_from_path as file_from_path
from tercet.client.settings import MissingCredentialsError as MissingCredentialsError
from tercet.client.streams.message import (
    AsyncMessageStream as AsyncMessageStream,
    AsyncMessageStream as BetaAsyncMessageStream,
    AsyncMessageStreamManager as AsyncMessageStreamManager,
    AsyncMessageStreamManager as BetaAsyncMessageStreamManager,
    MessageStream as BetaMessageStream,
    MessageStream as MessageStream,
    MessageStreamManager as BetaMessageStreamManager,
    MessageStreamManager as MessageStreamManager,
)
from tercet.client.streams.reader import (
    AsyncStream as AsyncStream,
    Stream as Stream,
)
from tercet.compat import replace_anthropic as replace_anthropic
from tercet.flow.breaker import (
    Breaker as Breaker,
    CircuitBreaker as CircuitBreaker,
)
from tercet.flow.budget import Budget as Budget
from tercet.flow.fallback import Fallbacks as Fallbacks
from tercet.flow.ledger.journal import LedgerWarning as LedgerWarning
from tercet.flow.ledger.tags import tagged as tagged
from tercet.flow.pace import Pace as Pace
from tercet.flow.retry_budget import QuotaPolicy as QuotaPolicy
from tercet.local import (
    LocalAPI as LocalAPI,
    local_api as local_api,
)
from tercet.schema.transform import transform_schema as transform_schema
from tercet.toolkit import media as media
from tercet.toolkit.agent.agent import (
    Agent as Agent,
    AsyncAgent as AsyncAgent,
)
from tercet.toolkit.agent.run import (
    AgentRun as AgentRun,
    RunStep as RunStep,
    WaitingCall as WaitingCall,
)
from tercet.toolkit.bulk.errors import (
    BulkError as BulkError,
    JobBudgetError as JobBudgetError,
    JobBusyError as JobBusyError,
    JobChangedError as JobChangedError,
    JobStoppedError as JobStoppedError,
)
from tercet.toolkit.bulk.gather import (
    aask_all as aask_all,
    ask_all as ask_all,
)
from tercet.toolkit.bulk.job import (
    Job as Job,
    bulk as bulk,
)
from tercet.toolkit.conversation import views as views
from tercet.toolkit.conversation.approvals import (
    approve as approve,
    ask_first as ask_first,
    deny as deny,
)
from tercet.toolkit.conversation.conversation import (
    AsyncConversation as AsyncConversation,
    Conversation as Conversation,
)
from tercet.toolkit.conversation.errors import (
    ConversationBusyError as ConversationBusyError,
    ConversationConflictError as ConversationConflictError,
    ConversationError as ConversationError,
    ConversationLimitError as ConversationLimitError,
    ConversationNotFoundError as ConversationNotFoundError,
    ThinkingInvalidatedWarning as ThinkingInvalidatedWarning,
)
from tercet.toolkit.conversation.limits import Limits as Limits
from tercet.toolkit.conversation.store.conversations import Conversations as Conversations
from tercet.toolkit.conversation.validity.problems import MessageProblem as MessageProblem
from tercet.toolkit.conversation.validity.repair import (
    check_messages as check_messages,
    repair_messages as repair_messages,
)
from tercet.toolkit.ledger.errors import (
    LedgerBusyError as LedgerBusyError,
    LedgerError as LedgerError,
)
from tercet.toolkit.ledger.ledger import Ledger as Ledger
from tercet.toolkit.media.documents import document as document
from tercet.toolkit.media.errors import (
    MediaError as MediaError,
    MediaLibraryError as MediaLibraryError,
)
from tercet.toolkit.media.images import image as image
from tercet.tools.functions import (
    beta_async_tool as beta_async_tool,
    beta_tool as beta_tool,
)
from tercet.tools.mcp import mcp_tools as mcp_tools
from tercet.wire.errors import (
    APIConnectionError as APIConnectionError,
    APIError as APIError,
    APIResponseValidationError as APIResponseValidationError,
    APIStatusError as APIStatusError,
    APITimeoutError as APITimeoutError,
    APIWebhookValidationError as APIWebhookValidationError,
    AnthropicError as AnthropicError,
    AuthenticationError as AuthenticationError,
    BadRequestError as BadRequestError,
    BudgetExceededError as BudgetExceededError,
    BudgetUnknownError as BudgetUnknownError,
    CircuitOpenError as CircuitOpenError,
    ClientClosedRequestError as ClientClosedRequestError,
    ConflictError as ConflictError,
    ContentTooLargeError as ContentTooLargeError,
    CredentialsError as CredentialsError,
    DeadlineExceededError as DeadlineExceededError,
    GatewayTimeoutError as GatewayTimeoutError,
    HTTPNotImplementedError as HTTPNotImplementedError,
    IdentityTokenFileError as IdentityTokenFileError,
    IncompleteStreamError as IncompleteStreamError,
    InternalServerError as InternalServerError,
    NotFoundError as NotFoundError,
    OutputValidationError as OutputValidationError,
    OverloadedError as OverloadedError,
    PaceWaitError as PaceWaitError,
    PaymentRequiredError as PaymentRequiredError,
    PermissionDeniedError as PermissionDeniedError,
    PreconditionFailedError as PreconditionFailedError,
    RateLimitError as RateLimitError,
    RequestHeaderFieldsTooLargeError as RequestHeaderFieldsTooLargeError,
    RequestTimeoutError as RequestTimeoutError,
    RequestTooLargeError as RequestTooLargeError,
    RetryableError as RetryableError,
    ServiceUnavailableError as ServiceUnavailableError,
    SharedStateBusyError as SharedStateBusyError,
    SharedStateError as SharedStateError,
    StreamIdleTimeoutError as StreamIdleTimeoutError,
    StreamProtocolError as StreamProtocolError,
    ToolInputError as ToolInputError,
    UnprocessableEntityError as UnprocessableEntityError,
)
from tercet.wire.errors.codes import (
    CMEKContextUnavailableError as CMEKContextUnavailableError,
    CMEKKeyDisabledError as CMEKKeyDisabledError,
    CMEKKeyNetworkBlockedError as CMEKKeyNetworkBlockedError,
    CMEKKeyUnreachableError as CMEKKeyUnreachableError,
    ClaudeCodeKeyCreatorNotMemberError as ClaudeCodeKeyCreatorNotMemberError,
    ClaudeCodeVersionTooOldError as ClaudeCodeVersionTooOldError,
    ContractSpendLimitReachedError as ContractSpendLimitReachedError,
    EnforcedSpendLimitReachedError as EnforcedSpendLimitReachedError,
    LinkedOrganizationBillingUnavailableError as LinkedOrganizationBillingUnavailableError,
    LinkedOrganizationSpendLimitReachedError as LinkedOrganizationSpendLimitReachedError,
    OrganizationOnHoldError as OrganizationOnHoldError,
    OrganizationTypeNotSupportedError as OrganizationTypeNotSupportedError,
    ParentOrganizationRequiredError as ParentOrganizationRequiredError,
    RampLimitExceededError as RampLimitExceededError,
    RequestBodyEncodingInvalidError as RequestBodyEncodingInvalidError,
    RequestBodyEncodingUnsupportedError as RequestBodyEncodingUnsupportedError,
    RequestBodyTooLargeAfterDecodingError as RequestBodyTooLargeAfterDecodingError,
    SandboxEgressRestrictedError as SandboxEgressRestrictedError,
    WorkspaceHumanReviewDisabledError as WorkspaceHumanReviewDisabledError,
)
from tercet.wire.http import Timeout as Timeout
from tercet.wire.model import Model as BaseModel
from tercet.wire.requests.sentinels import (
    NOT_GIVEN as NOT_GIVEN,
    NotGiven as NotGiven,
    Omit as Omit,
    not_given as not_given,
    omit as omit,
)
from tercet.wire.stream.events import (
    ContentBlockStopEvent as BetaContentBlockStopEvent,
    ContentBlockStopEvent as ContentBlockStopEvent,
    ContentBlockStopEvent as ParsedBetaContentBlockStopEvent,
    ContentBlockStopEvent as ParsedContentBlockStopEvent,
    InputJsonEvent as BetaInputJsonEvent,
    InputJsonEvent as InputJsonEvent,
    MessageStopEvent as BetaMessageStopEvent,
    MessageStopEvent as MessageStopEvent,
    MessageStopEvent as ParsedBetaMessageStopEvent,
    MessageStopEvent as ParsedMessageStopEvent,
    MessageStreamEvent as BetaMessageStreamEvent,
    MessageStreamEvent as MessageStreamEvent,
    MessageStreamEvent as ParsedBetaMessageStreamEvent,
    MessageStreamEvent as ParsedMessageStreamEvent,
    TextEvent as BetaTextEvent,
    TextEvent as ParsedBetaTextEvent,
    TextEvent as TextEvent,
)
from tercet import lib as lib
from tercet import pagination as pagination
from tercet import resources as resources
from tercet import tools as tools
from tercet import types as types

__title__: str
__version__: str

class _SdkPaths:
    packages: tuple[str, ...]

__all__ = [
    "__title__",
    "__version__",
    "types",
    "AI_PROMPT",
    "APIConnectionError",
    "APIError",
    "APIRequest",
    "APIResponse",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "APIWebhookValidationError",
    "Agent",
    "AgentRun",
    "Anthropic",
    "AnthropicAWS",
    "AnthropicBedrock",
    "AnthropicBedrockMantle",
    "AnthropicError",
    "AnthropicFoundry",
    "AnthropicGoogleCloud",
    "AnthropicVertex",
    "AsyncAPIResponse",
    "AsyncAgent",
    "AsyncAnthropic",
    "AsyncAnthropicAWS",
    "AsyncAnthropicBedrock",
    "AsyncAnthropicBedrockMantle",
    "AsyncAnthropicFoundry",
    "AsyncAnthropicGoogleCloud",
    "AsyncAnthropicVertex",
    "AsyncCallNext",
    "AsyncClient",
    "AsyncConversation",
    "AsyncMessageStream",
    "AsyncMessageStreamManager",
    "AsyncMiddlewareCallable",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "BaseModel",
    "BetaAsyncMessageStream",
    "BetaAsyncMessageStreamManager",
    "BetaContentBlockStopEvent",
    "BetaInputJsonEvent",
    "BetaMessageStopEvent",
    "BetaMessageStream",
    "BetaMessageStreamEvent",
    "BetaMessageStreamManager",
    "BetaTextEvent",
    "Breaker",
    "Budget",
    "BudgetExceededError",
    "BudgetUnknownError",
    "BulkError",
    "CMEKContextUnavailableError",
    "CMEKKeyDisabledError",
    "CMEKKeyNetworkBlockedError",
    "CMEKKeyUnreachableError",
    "CallNext",
    "CircuitBreaker",
    "CircuitOpenError",
    "ClaudeCodeKeyCreatorNotMemberError",
    "ClaudeCodeVersionTooOldError",
    "Client",
    "ClientClosedRequestError",
    "ConflictError",
    "ContentBlockStopEvent",
    "ContentTooLargeError",
    "ContractSpendLimitReachedError",
    "Conversation",
    "ConversationBusyError",
    "ConversationConflictError",
    "ConversationError",
    "ConversationLimitError",
    "ConversationNotFoundError",
    "Conversations",
    "CredentialsError",
    "DEFAULT_CONNECTION_LIMITS",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "DeadlineExceededError",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "EnforcedSpendLimitReachedError",
    "ExposedConnectionWarning",
    "Fallbacks",
    "GatewayTimeoutError",
    "HTTPNotImplementedError",
    "HUMAN_PROMPT",
    "IdentityTokenFileError",
    "IncompleteStreamError",
    "InputJsonEvent",
    "InternalServerError",
    "Job",
    "JobBudgetError",
    "JobBusyError",
    "JobChangedError",
    "JobStoppedError",
    "Ledger",
    "LedgerBusyError",
    "LedgerError",
    "LedgerWarning",
    "Limits",
    "LinkedOrganizationBillingUnavailableError",
    "LinkedOrganizationSpendLimitReachedError",
    "LocalAPI",
    "MediaError",
    "MediaLibraryError",
    "MessageProblem",
    "MessageStopEvent",
    "MessageStream",
    "MessageStreamEvent",
    "MessageStreamManager",
    "Middleware",
    "MiddlewareCallable",
    "MiddlewareInput",
    "MissingCredentialsError",
    "NOT_GIVEN",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "OrganizationOnHoldError",
    "OrganizationTypeNotSupportedError",
    "OutputValidationError",
    "OverloadedError",
    "Pace",
    "PaceWaitError",
    "ParentOrganizationRequiredError",
    "ParsedBetaContentBlockStopEvent",
    "ParsedBetaMessageStopEvent",
    "ParsedBetaMessageStreamEvent",
    "ParsedBetaTextEvent",
    "ParsedContentBlockStopEvent",
    "ParsedMessageStopEvent",
    "ParsedMessageStreamEvent",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "QuotaPolicy",
    "RampLimitExceededError",
    "RateLimitError",
    "RefusedParameterError",
    "RequestBodyEncodingInvalidError",
    "RequestBodyEncodingUnsupportedError",
    "RequestBodyTooLargeAfterDecodingError",
    "RequestHeaderFieldsTooLargeError",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "RetryableError",
    "RunStep",
    "SandboxEgressRestrictedError",
    "ServiceUnavailableError",
    "SharedStateBusyError",
    "SharedStateError",
    "Stream",
    "StreamIdleTimeoutError",
    "StreamProtocolError",
    "TextEvent",
    "ThinkingInvalidatedWarning",
    "Timeout",
    "ToolInputError",
    "UnprocessableEntityError",
    "WaitingCall",
    "WorkspaceHumanReviewDisabledError",
    "aask_all",
    "approve",
    "ask_all",
    "ask_first",
    "beta_async_tool",
    "beta_tool",
    "bulk",
    "check_messages",
    "deny",
    "document",
    "file_from_path",
    "image",
    "local_api",
    "mcp_tools",
    "media",
    "models",
    "not_given",
    "omit",
    "price",
    "repair_messages",
    "replace_anthropic",
    "tagged",
    "transform_schema",
    "views",
]
