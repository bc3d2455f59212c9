"""What the API answers, under the names that code for it uses."""

from __future__ import annotations

from typing import TypeAlias

from tercet.wire import executions, models, results
from tercet.wire.blocks import CompactionBlock as CompactionBlock
from tercet.wire.blocks import ContainerUploadBlock as ContainerUploadBlock
from tercet.wire.blocks import DirectCaller as DirectCaller
from tercet.wire.blocks import FallbackBlock as FallbackBlock
from tercet.wire.blocks import RedactedThinkingBlock as RedactedThinkingBlock
from tercet.wire.blocks import ServerToolCaller as ServerToolCaller
from tercet.wire.blocks import ServerToolCaller20260120 as ServerToolCaller20260120
from tercet.wire.blocks import ServerToolUseBlock as ServerToolUseBlock
from tercet.wire.blocks import TextBlock as TextBlock
from tercet.wire.blocks import ThinkingBlock as ThinkingBlock
from tercet.wire.blocks import ToolUseBlock as ToolUseBlock
from tercet.wire.blocks import ToolUseCaller as ToolUseCaller
from tercet.wire.citations import CitationCharLocation as CitationCharLocation
from tercet.wire.citations import CitationContentBlockLocation as CitationContentBlockLocation
from tercet.wire.citations import CitationPageLocation as CitationPageLocation
from tercet.wire.citations import CitationsConfig as CitationsConfig
from tercet.wire.citations import CitationsSearchResultLocation as CitationsSearchResultLocation
from tercet.wire.citations import CitationsWebSearchResultLocation as CitationsWebSearchResultLocation
from tercet.wire.citations import TextCitation as TextCitation
from tercet.wire.context import CacheMissMessagesChanged as CacheMissMessagesChanged
from tercet.wire.context import CacheMissModelChanged as CacheMissModelChanged
from tercet.wire.context import CacheMissPreviousMessageNotFound as CacheMissPreviousMessageNotFound
from tercet.wire.context import CacheMissReason as CacheMissReason
from tercet.wire.context import CacheMissSystemChanged as CacheMissSystemChanged
from tercet.wire.context import CacheMissToolsChanged as CacheMissToolsChanged
from tercet.wire.context import CacheMissUnavailable as CacheMissUnavailable
from tercet.wire.context import Diagnostics as Diagnostics
from tercet.wire.errors import bodies as error_bodies
from tercet.wire.errors.bodies import APIErrorObject as APIErrorObject
from tercet.wire.errors.bodies import AuthenticationErrorObject as AuthenticationErrorObject
from tercet.wire.errors.bodies import BillingErrorObject as BillingErrorObject
from tercet.wire.errors.bodies import ErrorDetails as ErrorDetails
from tercet.wire.errors.bodies import ErrorObject as ErrorObject
from tercet.wire.errors.bodies import ErrorResponse as ErrorResponse
from tercet.wire.errors.bodies import ErrorType as ErrorType
from tercet.wire.errors.bodies import GatewayTimeoutErrorObject as GatewayTimeoutErrorObject
from tercet.wire.errors.bodies import InvalidRequestErrorObject as InvalidRequestErrorObject
from tercet.wire.errors.bodies import NotFoundErrorObject as NotFoundErrorObject
from tercet.wire.errors.bodies import OverloadedErrorObject as OverloadedErrorObject
from tercet.wire.errors.bodies import PermissionErrorObject as PermissionErrorObject
from tercet.wire.errors.bodies import RateLimitErrorObject as RateLimitErrorObject
from tercet.wire.executions import BashCodeExecutionOutputBlock as BashCodeExecutionOutputBlock
from tercet.wire.executions import BashCodeExecutionResultBlock as BashCodeExecutionResultBlock
from tercet.wire.executions import BashCodeExecutionToolResultBlock as BashCodeExecutionToolResultBlock
from tercet.wire.executions import BashCodeExecutionToolResultError as BashCodeExecutionToolResultError
from tercet.wire.executions import CodeExecutionOutputBlock as CodeExecutionOutputBlock
from tercet.wire.executions import CodeExecutionResultBlock as CodeExecutionResultBlock
from tercet.wire.executions import CodeExecutionToolResultBlock as CodeExecutionToolResultBlock
from tercet.wire.executions import CodeExecutionToolResultBlockContent as CodeExecutionToolResultBlockContent
from tercet.wire.executions import CodeExecutionToolResultError as CodeExecutionToolResultError
from tercet.wire.executions import EncryptedCodeExecutionResultBlock as EncryptedCodeExecutionResultBlock
from tercet.wire.executions import TextEditorCodeExecutionCreateResultBlock as TextEditorCodeExecutionCreateResultBlock
from tercet.wire.executions import (
    TextEditorCodeExecutionStrReplaceResultBlock as TextEditorCodeExecutionStrReplaceResultBlock,
)
from tercet.wire.executions import TextEditorCodeExecutionToolResultBlock as TextEditorCodeExecutionToolResultBlock
from tercet.wire.executions import TextEditorCodeExecutionToolResultError as TextEditorCodeExecutionToolResultError
from tercet.wire.executions import TextEditorCodeExecutionViewResultBlock as TextEditorCodeExecutionViewResultBlock
from tercet.wire.files import DeletedFile as DeletedFile
from tercet.wire.files import FileMetadata as FileMetadata
from tercet.wire.messages import Container as Container
from tercet.wire.messages import ContainerSkill as ContainerSkill
from tercet.wire.messages import ContentBlock as ContentBlock
from tercet.wire.messages import Message as Message
from tercet.wire.messages import MessageTokensCount as MessageTokensCount
from tercet.wire.messages import RefusalStopDetails as RefusalStopDetails
from tercet.wire.messages import StopReason as StopReason
from tercet.wire.models import CapabilitySupport as CapabilitySupport
from tercet.wire.models import ContextManagementCapability as ContextManagementCapability
from tercet.wire.models import EffortCapability as EffortCapability
from tercet.wire.models import Model as Model
from tercet.wire.models import ModelCapabilities as ModelCapabilities
from tercet.wire.models import ModelInfo as ModelInfo
from tercet.wire.models import ModelLine as ModelLine
from tercet.wire.models import ServerToolsCapability as ServerToolsCapability
from tercet.wire.models import ThinkingCapability as ThinkingCapability
from tercet.wire.models import ThinkingTypes as ThinkingTypes
from tercet.wire.parsed import ParsedContentBlock as ParsedContentBlock
from tercet.wire.parsed import ParsedMessage as ParsedMessage
from tercet.wire.parsed import ParsedTextBlock as ParsedTextBlock
from tercet.wire.results import Base64PDFSource as Base64PDFSource
from tercet.wire.results import DocumentBlock as DocumentBlock
from tercet.wire.results import PlainTextSource as PlainTextSource
from tercet.wire.results import ToolReferenceBlock as ToolReferenceBlock
from tercet.wire.results import ToolSearchToolResultBlock as ToolSearchToolResultBlock
from tercet.wire.results import ToolSearchToolResultError as ToolSearchToolResultError
from tercet.wire.results import ToolSearchToolSearchResultBlock as ToolSearchToolSearchResultBlock
from tercet.wire.results import WebFetchBlock as WebFetchBlock
from tercet.wire.results import WebFetchToolResultBlock as WebFetchToolResultBlock
from tercet.wire.results import WebFetchToolResultErrorBlock as WebFetchToolResultErrorBlock
from tercet.wire.results import WebSearchResultBlock as WebSearchResultBlock
from tercet.wire.results import WebSearchToolResultBlock as WebSearchToolResultBlock
from tercet.wire.results import WebSearchToolResultBlockContent as WebSearchToolResultBlockContent
from tercet.wire.results import WebSearchToolResultError as WebSearchToolResultError
from tercet.wire.usage import CacheCreation as CacheCreation
from tercet.wire.usage import MessageDeltaUsage as MessageDeltaUsage
from tercet.wire.usage import OutputTokensDetails as OutputTokensDetails
from tercet.wire.usage import ServerToolUsage as ServerToolUsage
from tercet.wire.usage import Usage as Usage

AuthenticationError: TypeAlias = error_bodies.AuthenticationErrorObject
AvailableToolsLimitExceededErrorDetails: TypeAlias = error_bodies.ErrorDetails
BashCodeExecutionToolResultErrorObject: TypeAlias = executions.BashCodeExecutionToolResultError
BetaAPIError: TypeAlias = error_bodies.APIErrorObject
BetaAPIErrorObject: TypeAlias = error_bodies.APIErrorObject
BetaAuthenticationError: TypeAlias = error_bodies.AuthenticationErrorObject
BetaAuthenticationErrorObject: TypeAlias = error_bodies.AuthenticationErrorObject
BetaBillingError: TypeAlias = error_bodies.BillingErrorObject
BetaBillingErrorObject: TypeAlias = error_bodies.BillingErrorObject
BetaError: TypeAlias = error_bodies.ErrorObject
BetaErrorObject: TypeAlias = error_bodies.ErrorObject
BetaErrorResponse: TypeAlias = error_bodies.ErrorResponse
BetaGatewayTimeoutError: TypeAlias = error_bodies.GatewayTimeoutErrorObject
BetaGatewayTimeoutErrorObject: TypeAlias = error_bodies.GatewayTimeoutErrorObject
BetaInvalidRequestError: TypeAlias = error_bodies.InvalidRequestErrorObject
BetaInvalidRequestErrorObject: TypeAlias = error_bodies.InvalidRequestErrorObject
BetaNotFoundError: TypeAlias = error_bodies.NotFoundErrorObject
BetaNotFoundErrorObject: TypeAlias = error_bodies.NotFoundErrorObject
BetaOrganizationNotEnrolledInBetaErrorDetails: TypeAlias = error_bodies.ErrorDetails
BetaOverloadedError: TypeAlias = error_bodies.OverloadedErrorObject
BetaOverloadedErrorObject: TypeAlias = error_bodies.OverloadedErrorObject
BetaPermissionError: TypeAlias = error_bodies.PermissionErrorObject
BetaPermissionErrorObject: TypeAlias = error_bodies.PermissionErrorObject
BetaRateLimitError: TypeAlias = error_bodies.RateLimitErrorObject
BetaRateLimitErrorObject: TypeAlias = error_bodies.RateLimitErrorObject
BetaRequestBodyTimeoutErrorDetails: TypeAlias = error_bodies.ErrorDetails
BetaUnsupportedCharsetErrorDetails: TypeAlias = error_bodies.ErrorDetails
BillingError: TypeAlias = error_bodies.BillingErrorObject
CMEKContextUnavailableErrorDetails: TypeAlias = error_bodies.ErrorDetails
CMEKKeyDisabledErrorDetails: TypeAlias = error_bodies.ErrorDetails
CMEKKeyNetworkBlockedErrorDetails: TypeAlias = error_bodies.ErrorDetails
CMEKKeyUnreachableErrorDetails: TypeAlias = error_bodies.ErrorDetails
ClaudeCodeKeyCreatorNotMemberErrorDetails: TypeAlias = error_bodies.ErrorDetails
ClaudeCodeVersionTooOldErrorDetails: TypeAlias = error_bodies.ErrorDetails
CodeExecutionToolResultErrorObject: TypeAlias = executions.CodeExecutionToolResultError
CompactionBlockAmbiguousErrorDetails: TypeAlias = error_bodies.ErrorDetails
CompactionBlockMisplacedErrorDetails: TypeAlias = error_bodies.ErrorDetails
CompactionContentMismatchErrorDetails: TypeAlias = error_bodies.ErrorDetails
CompactionIncompleteTurnErrorDetails: TypeAlias = error_bodies.ErrorDetails
CompactionNothingToSummarizeErrorDetails: TypeAlias = error_bodies.ErrorDetails
CompactionSignatureInvalidErrorDetails: TypeAlias = error_bodies.ErrorDetails
CompactionTooManyToolReferencesErrorDetails: TypeAlias = error_bodies.ErrorDetails
CompactionToolChangesMismatchErrorDetails: TypeAlias = error_bodies.ErrorDetails
CompactionUnavailableErrorDetails: TypeAlias = error_bodies.ErrorDetails
ConcurrentMembershipChangeErrorDetails: TypeAlias = error_bodies.ErrorDetails
ContractSpendLimitReachedErrorDetails: TypeAlias = error_bodies.ErrorDetails
EnforcedSpendLimitReachedErrorDetails: TypeAlias = error_bodies.ErrorDetails
FileExpiredErrorDetails: TypeAlias = error_bodies.ErrorDetails
FileNotDownloadableErrorDetails: TypeAlias = error_bodies.ErrorDetails
GatewayTimeoutError: TypeAlias = error_bodies.GatewayTimeoutErrorObject
InvalidRequestError: TypeAlias = error_bodies.InvalidRequestErrorObject
LinkedOrganizationBillingUnavailableErrorDetails: TypeAlias = error_bodies.ErrorDetails
LinkedOrganizationSpendLimitReachedErrorDetails: TypeAlias = error_bodies.ErrorDetails
ModelParam: TypeAlias = models.Model
NotFoundError: TypeAlias = error_bodies.NotFoundErrorObject
OrgMemberLimitExceededErrorDetails: TypeAlias = error_bodies.ErrorDetails
OrganizationOnHoldErrorDetails: TypeAlias = error_bodies.ErrorDetails
OrganizationTypeNotSupportedErrorDetails: TypeAlias = error_bodies.ErrorDetails
OverloadedError: TypeAlias = error_bodies.OverloadedErrorObject
ParentOrganizationRequiredErrorDetails: TypeAlias = error_bodies.ErrorDetails
PermissionError: TypeAlias = error_bodies.PermissionErrorObject  # noqa: A001 - the official name
RBACRoleNotFoundErrorDetails: TypeAlias = error_bodies.ErrorDetails
RampLimitExceededErrorDetails: TypeAlias = error_bodies.ErrorDetails
RateLimitError: TypeAlias = error_bodies.RateLimitErrorObject
RequestBodyEncodingInvalidErrorDetails: TypeAlias = error_bodies.ErrorDetails
RequestBodyEncodingUnsupportedErrorDetails: TypeAlias = error_bodies.ErrorDetails
RequestBodyTooLargeAfterDecodingErrorDetails: TypeAlias = error_bodies.ErrorDetails
SandboxEgressRestrictedErrorDetails: TypeAlias = error_bodies.ErrorDetails
SkillReadBlockedUndecryptableErrorDetails: TypeAlias = error_bodies.ErrorDetails
StorageQuotaExceededErrorDetails: TypeAlias = error_bodies.ErrorDetails
TextEditorCodeExecutionToolResultErrorObject: TypeAlias = executions.TextEditorCodeExecutionToolResultError
ThreadAlreadyContinuedErrorDetails: TypeAlias = error_bodies.ErrorDetails
ThreadContinueInFlightErrorDetails: TypeAlias = error_bodies.ErrorDetails
ThreadFingerprintMismatchErrorDetails: TypeAlias = error_bodies.ErrorDetails
ThreadNotFoundErrorDetails: TypeAlias = error_bodies.ErrorDetails
ThreadUnsupportedRequestErrorDetails: TypeAlias = error_bodies.ErrorDetails
ToolNameConflictErrorDetails: TypeAlias = error_bodies.ErrorDetails
ToolReferenceUnresolvedErrorDetails: TypeAlias = error_bodies.ErrorDetails
ToolSearchToolResultErrorObject: TypeAlias = results.ToolSearchToolResultError
UserProfileBillingNotAuthorizedErrorDetails: TypeAlias = error_bodies.ErrorDetails
UserProfileNotBillableErrorDetails: TypeAlias = error_bodies.ErrorDetails
UserProfileNotFoundErrorDetails: TypeAlias = error_bodies.ErrorDetails
UserProfileRequiredErrorDetails: TypeAlias = error_bodies.ErrorDetails
WebSearchToolResultErrorObject: TypeAlias = results.WebSearchToolResultError
