"""Tercet: the Claude API for Python, in three lines: a client, a toolkit, a local API.

    import tercet as anthropic
    client = anthropic.Anthropic()
    print(client.messages.create(model="claude-sonnet-4-6", max_tokens=100, messages=[...]).content[0].text)

Every public name lives in a room below and is loaded when first touched, so that importing costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tercet._version import __version__

if TYPE_CHECKING:
    from tercet import types as types
    from tercet.client.advice import RefusedParameterError as RefusedParameterError
    from tercet.client.anthropic import Anthropic as Anthropic
    from tercet.client.anthropic import AsyncAnthropic as AsyncAnthropic
    from tercet.client.anthropic import AsyncClient as AsyncClient
    from tercet.client.anthropic import Client as Client
    from tercet.client.exposure import ExposedConnectionWarning as ExposedConnectionWarning
    from tercet.client.given import NOT_GIVEN as NOT_GIVEN
    from tercet.client.given import NotGiven as NotGiven
    from tercet.client.given import Omit as Omit
    from tercet.client.given import not_given as not_given
    from tercet.client.given import omit as omit
    from tercet.client.http_clients import DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS
    from tercet.client.http_clients import DefaultAsyncHttpxClient as DefaultAsyncHttpxClient
    from tercet.client.http_clients import DefaultHttpxClient as DefaultHttpxClient
    from tercet.client.middleware import APIRequest as APIRequest
    from tercet.client.middleware import AsyncCallNext as AsyncCallNext
    from tercet.client.middleware import AsyncMiddlewareCallable as AsyncMiddlewareCallable
    from tercet.client.middleware import CallNext as CallNext
    from tercet.client.middleware import Middleware as Middleware
    from tercet.client.middleware import MiddlewareCallable as MiddlewareCallable
    from tercet.client.middleware import MiddlewareInput as MiddlewareInput
    from tercet.client.nouns.multipart import file_from_path as file_from_path
    from tercet.client.old_names import AI_PROMPT as AI_PROMPT
    from tercet.client.old_names import HUMAN_PROMPT as HUMAN_PROMPT
    from tercet.client.platforms.bedrock import AnthropicBedrock as AnthropicBedrock
    from tercet.client.platforms.bedrock import AsyncAnthropicBedrock as AsyncAnthropicBedrock
    from tercet.client.platforms.foundry import AnthropicFoundry as AnthropicFoundry
    from tercet.client.platforms.foundry import AsyncAnthropicFoundry as AsyncAnthropicFoundry
    from tercet.client.platforms.google_cloud import AnthropicGoogleCloud as AnthropicGoogleCloud
    from tercet.client.platforms.google_cloud import AsyncAnthropicGoogleCloud as AsyncAnthropicGoogleCloud
    from tercet.client.platforms.signed_api import AnthropicAWS as AnthropicAWS
    from tercet.client.platforms.signed_api import AnthropicBedrockMantle as AnthropicBedrockMantle
    from tercet.client.platforms.signed_api import AsyncAnthropicAWS as AsyncAnthropicAWS
    from tercet.client.platforms.signed_api import AsyncAnthropicBedrockMantle as AsyncAnthropicBedrockMantle
    from tercet.client.platforms.vertex import AnthropicVertex as AnthropicVertex
    from tercet.client.platforms.vertex import AsyncAnthropicVertex as AsyncAnthropicVertex
    from tercet.client.raw.responses import APIResponse as APIResponse
    from tercet.client.raw.responses import AsyncAPIResponse as AsyncAPIResponse
    from tercet.client.settings import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES
    from tercet.client.settings import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT
    from tercet.client.settings import MissingCredentialsError as MissingCredentialsError
    from tercet.client.streams.message import AsyncMessageStream as AsyncMessageStream
    from tercet.client.streams.message import AsyncMessageStreamManager as AsyncMessageStreamManager
    from tercet.client.streams.message import MessageStream as MessageStream
    from tercet.client.streams.message import MessageStreamManager as MessageStreamManager
    from tercet.client.streams.raw import AsyncStream as AsyncStream
    from tercet.client.streams.raw import Stream as Stream
    from tercet.client.structured.schemas import transform_schema as transform_schema
    from tercet.client.tools.functions import beta_async_tool as beta_async_tool
    from tercet.client.tools.functions import beta_tool as beta_tool
    from tercet.flow.breaker import Breaker as Breaker
    from tercet.flow.breaker import CircuitBreaker as CircuitBreaker
    from tercet.flow.budget import Budget as Budget
    from tercet.flow.fallback import Fallbacks as Fallbacks
    from tercet.flow.pace import Pace as Pace
    from tercet.flow.quota import QuotaPolicy as QuotaPolicy
    from tercet.lib.replace_anthropic import replace_anthropic as replace_anthropic
    from tercet.lib.streaming import BetaAsyncMessageStream as BetaAsyncMessageStream
    from tercet.lib.streaming import BetaAsyncMessageStreamManager as BetaAsyncMessageStreamManager
    from tercet.lib.streaming import BetaContentBlockStopEvent as BetaContentBlockStopEvent
    from tercet.lib.streaming import BetaInputJsonEvent as BetaInputJsonEvent
    from tercet.lib.streaming import BetaMessageStopEvent as BetaMessageStopEvent
    from tercet.lib.streaming import BetaMessageStream as BetaMessageStream
    from tercet.lib.streaming import BetaMessageStreamEvent as BetaMessageStreamEvent
    from tercet.lib.streaming import BetaMessageStreamManager as BetaMessageStreamManager
    from tercet.lib.streaming import BetaTextEvent as BetaTextEvent
    from tercet.lib.streaming import ContentBlockStopEvent as ContentBlockStopEvent
    from tercet.lib.streaming import InputJsonEvent as InputJsonEvent
    from tercet.lib.streaming import MessageStopEvent as MessageStopEvent
    from tercet.lib.streaming import MessageStreamEvent as MessageStreamEvent
    from tercet.lib.streaming import ParsedBetaContentBlockStopEvent as ParsedBetaContentBlockStopEvent
    from tercet.lib.streaming import ParsedBetaMessageStopEvent as ParsedBetaMessageStopEvent
    from tercet.lib.streaming import ParsedBetaMessageStreamEvent as ParsedBetaMessageStreamEvent
    from tercet.lib.streaming import ParsedBetaTextEvent as ParsedBetaTextEvent
    from tercet.lib.streaming import ParsedContentBlockStopEvent as ParsedContentBlockStopEvent
    from tercet.lib.streaming import ParsedMessageStopEvent as ParsedMessageStopEvent
    from tercet.lib.streaming import ParsedMessageStreamEvent as ParsedMessageStreamEvent
    from tercet.lib.streaming import TextEvent as TextEvent
    from tercet.local import LocalAPI as LocalAPI
    from tercet.local import local_api as local_api
    from tercet.wire.errors import AnthropicError as AnthropicError
    from tercet.wire.errors import APIConnectionError as APIConnectionError
    from tercet.wire.errors import APIError as APIError
    from tercet.wire.errors import APIResponseValidationError as APIResponseValidationError
    from tercet.wire.errors import APIStatusError as APIStatusError
    from tercet.wire.errors import APITimeoutError as APITimeoutError
    from tercet.wire.errors import APIWebhookValidationError as APIWebhookValidationError
    from tercet.wire.errors import AuthenticationError as AuthenticationError
    from tercet.wire.errors import BadRequestError as BadRequestError
    from tercet.wire.errors import BudgetExceededError as BudgetExceededError
    from tercet.wire.errors import BudgetUnknownError as BudgetUnknownError
    from tercet.wire.errors import CircuitOpenError as CircuitOpenError
    from tercet.wire.errors import ClientClosedRequestError as ClientClosedRequestError
    from tercet.wire.errors import ConflictError as ConflictError
    from tercet.wire.errors import ContentTooLargeError as ContentTooLargeError
    from tercet.wire.errors import CredentialsError as CredentialsError
    from tercet.wire.errors import DeadlineExceededError as DeadlineExceededError
    from tercet.wire.errors import GatewayTimeoutError as GatewayTimeoutError
    from tercet.wire.errors import HTTPNotImplementedError as HTTPNotImplementedError
    from tercet.wire.errors import IdentityTokenFileError as IdentityTokenFileError
    from tercet.wire.errors import IncompleteStreamError as IncompleteStreamError
    from tercet.wire.errors import InternalServerError as InternalServerError
    from tercet.wire.errors import NotFoundError as NotFoundError
    from tercet.wire.errors import OutputValidationError as OutputValidationError
    from tercet.wire.errors import OverloadedError as OverloadedError
    from tercet.wire.errors import PaceWaitError as PaceWaitError
    from tercet.wire.errors import PaymentRequiredError as PaymentRequiredError
    from tercet.wire.errors import PermissionDeniedError as PermissionDeniedError
    from tercet.wire.errors import PreconditionFailedError as PreconditionFailedError
    from tercet.wire.errors import RateLimitError as RateLimitError
    from tercet.wire.errors import RequestHeaderFieldsTooLargeError as RequestHeaderFieldsTooLargeError
    from tercet.wire.errors import RequestTimeoutError as RequestTimeoutError
    from tercet.wire.errors import RequestTooLargeError as RequestTooLargeError
    from tercet.wire.errors import RetryableError as RetryableError
    from tercet.wire.errors import ServiceUnavailableError as ServiceUnavailableError
    from tercet.wire.errors import SharedStateBusyError as SharedStateBusyError
    from tercet.wire.errors import SharedStateError as SharedStateError
    from tercet.wire.errors import StreamIdleTimeoutError as StreamIdleTimeoutError
    from tercet.wire.errors import StreamProtocolError as StreamProtocolError
    from tercet.wire.errors import ToolInputError as ToolInputError
    from tercet.wire.errors import UnprocessableEntityError as UnprocessableEntityError
    from tercet.wire.errors.codes import ClaudeCodeKeyCreatorNotMemberError as ClaudeCodeKeyCreatorNotMemberError
    from tercet.wire.errors.codes import ClaudeCodeVersionTooOldError as ClaudeCodeVersionTooOldError
    from tercet.wire.errors.codes import CMEKContextUnavailableError as CMEKContextUnavailableError
    from tercet.wire.errors.codes import CMEKKeyDisabledError as CMEKKeyDisabledError
    from tercet.wire.errors.codes import CMEKKeyNetworkBlockedError as CMEKKeyNetworkBlockedError
    from tercet.wire.errors.codes import CMEKKeyUnreachableError as CMEKKeyUnreachableError
    from tercet.wire.errors.codes import ContractSpendLimitReachedError as ContractSpendLimitReachedError
    from tercet.wire.errors.codes import EnforcedSpendLimitReachedError as EnforcedSpendLimitReachedError
    from tercet.wire.errors.codes import (
        LinkedOrganizationBillingUnavailableError as LinkedOrganizationBillingUnavailableError,
    )
    from tercet.wire.errors.codes import (
        LinkedOrganizationSpendLimitReachedError as LinkedOrganizationSpendLimitReachedError,
    )
    from tercet.wire.errors.codes import OrganizationOnHoldError as OrganizationOnHoldError
    from tercet.wire.errors.codes import OrganizationTypeNotSupportedError as OrganizationTypeNotSupportedError
    from tercet.wire.errors.codes import ParentOrganizationRequiredError as ParentOrganizationRequiredError
    from tercet.wire.errors.codes import RampLimitExceededError as RampLimitExceededError
    from tercet.wire.errors.codes import RequestBodyEncodingInvalidError as RequestBodyEncodingInvalidError
    from tercet.wire.errors.codes import RequestBodyEncodingUnsupportedError as RequestBodyEncodingUnsupportedError
    from tercet.wire.errors.codes import RequestBodyTooLargeAfterDecodingError as RequestBodyTooLargeAfterDecodingError
    from tercet.wire.errors.codes import SandboxEgressRestrictedError as SandboxEgressRestrictedError
    from tercet.wire.http import Timeout as Timeout
    from tercet.wire.objects import Model as _Model

    BaseModel = _Model

_HOMES: dict[str, str] = {
    "client.advice": "RefusedParameterError",
    "client.anthropic": "Anthropic AsyncAnthropic Client AsyncClient",
    "client.platforms.bedrock": "AnthropicBedrock AsyncAnthropicBedrock",
    "client.exposure": "ExposedConnectionWarning",
    "client.platforms.foundry": "AnthropicFoundry AsyncAnthropicFoundry",
    "client.given": "NOT_GIVEN NotGiven Omit not_given omit",
    "client.platforms.google_cloud": "AnthropicGoogleCloud AsyncAnthropicGoogleCloud",
    "client.http_clients": "DEFAULT_CONNECTION_LIMITS DefaultAsyncHttpxClient DefaultHttpxClient",
    "client.streams.message": "AsyncMessageStream AsyncMessageStreamManager MessageStream MessageStreamManager",
    "client.middleware": (
        "APIRequest AsyncCallNext AsyncMiddlewareCallable CallNext Middleware MiddlewareCallable MiddlewareInput"
    ),
    "client.nouns.multipart": "file_from_path",
    "client.old_names": "AI_PROMPT HUMAN_PROMPT",
    "client.raw.responses": "APIResponse AsyncAPIResponse",
    "client.structured.schemas": "transform_schema",
    "client.settings": "DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT MissingCredentialsError",
    "client.platforms.signed_api": "AnthropicAWS AnthropicBedrockMantle AsyncAnthropicAWS AsyncAnthropicBedrockMantle",
    "client.streams.raw": "AsyncStream Stream",
    "client.platforms.vertex": "AnthropicVertex AsyncAnthropicVertex",
    "client.tools.functions": "beta_async_tool beta_tool",
    "flow.breaker": "Breaker CircuitBreaker",
    "flow.budget": "Budget",
    "flow.fallback": "Fallbacks",
    "flow.pace": "Pace",
    "flow.quota": "QuotaPolicy",
    "lib.replace_anthropic": "replace_anthropic",
    "lib.streaming": (
        "BetaAsyncMessageStream BetaAsyncMessageStreamManager BetaContentBlockStopEvent BetaInputJsonEvent "
        "BetaMessageStopEvent BetaMessageStream BetaMessageStreamEvent BetaMessageStreamManager BetaTextEvent "
        "ContentBlockStopEvent InputJsonEvent MessageStopEvent MessageStreamEvent ParsedBetaContentBlockStopEvent "
        "ParsedBetaMessageStopEvent ParsedBetaMessageStreamEvent ParsedBetaTextEvent ParsedContentBlockStopEvent "
        "ParsedMessageStopEvent ParsedMessageStreamEvent TextEvent"
    ),
    "local": "LocalAPI local_api",
    "wire.errors.codes": (
        "CMEKContextUnavailableError CMEKKeyDisabledError CMEKKeyNetworkBlockedError CMEKKeyUnreachableError "
        "ClaudeCodeKeyCreatorNotMemberError ClaudeCodeVersionTooOldError ContractSpendLimitReachedError "
        "EnforcedSpendLimitReachedError LinkedOrganizationBillingUnavailableError "
        "LinkedOrganizationSpendLimitReachedError OrganizationOnHoldError OrganizationTypeNotSupportedError "
        "ParentOrganizationRequiredError RampLimitExceededError RequestBodyEncodingInvalidError "
        "RequestBodyEncodingUnsupportedError RequestBodyTooLargeAfterDecodingError "
        "SandboxEgressRestrictedError"
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
}
"""Room -> the public names that live there. `dir(tercet)`, `__all__` and the lazy loading all read this."""

_ROOM_OF = {name: room for room, names in _HOMES.items() for name in names.split()}
_RENAMED = {"BaseModel": ("wire.objects", "Model")}
__title__ = "tercet"
__all__ = ["__title__", "__version__", "types", *_RENAMED, *_ROOM_OF]  # pyright: ignore[reportUnsupportedDunderAll]


if not TYPE_CHECKING:  # type checkers read the imports above, and shall find misspelt names

    def __getattr__(name: str) -> Any:
        if name == "types":
            return import_module("tercet.types")
        room, real = _RENAMED.get(name) or (_ROOM_OF.get(name), name)
        if room is None:
            raise AttributeError(f"module 'tercet' has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f"tercet.{room}"), real)
        return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
