"""What the API answers, under the names of the beta: the same classes as without."""

from __future__ import annotations

from typing import TypeAlias

from tercet.wire import (
    blocks,
    citations,
    context,
    executions,
    files,
    memory_commands,
    messages,
    models,
    parsed,
    results,
    usage,
)
from tercet.wire.errors import bodies as error_bodies

BetaAdvisorMessageIterationUsage: TypeAlias = usage.AdvisorMessageIterationUsage
BetaAdvisorRedactedResultBlock: TypeAlias = results.AdvisorRedactedResultBlock
BetaAdvisorResultBlock: TypeAlias = results.AdvisorResultBlock
BetaAdvisorToolResultBlock: TypeAlias = results.AdvisorToolResultBlock
BetaAdvisorToolResultError: TypeAlias = results.AdvisorToolResultError
BetaAdvisorToolResultErrorObject: TypeAlias = results.AdvisorToolResultError
BetaBase64PDFSource: TypeAlias = results.Base64PDFSource
BetaBashCodeExecutionOutputBlock: TypeAlias = executions.BashCodeExecutionOutputBlock
BetaBashCodeExecutionResultBlock: TypeAlias = executions.BashCodeExecutionResultBlock
BetaBashCodeExecutionToolResultBlock: TypeAlias = executions.BashCodeExecutionToolResultBlock
BetaBashCodeExecutionToolResultError: TypeAlias = executions.BashCodeExecutionToolResultError
BetaBashCodeExecutionToolResultErrorObject: TypeAlias = executions.BashCodeExecutionToolResultError
BetaCacheCreation: TypeAlias = usage.CacheCreation
BetaCacheMissMessagesChanged: TypeAlias = context.CacheMissMessagesChanged
BetaCacheMissModelChanged: TypeAlias = context.CacheMissModelChanged
BetaCacheMissPreviousMessageNotFound: TypeAlias = context.CacheMissPreviousMessageNotFound
BetaCacheMissReason: TypeAlias = context.CacheMissReason
BetaCacheMissSystemChanged: TypeAlias = context.CacheMissSystemChanged
BetaCacheMissToolsChanged: TypeAlias = context.CacheMissToolsChanged
BetaCacheMissUnavailable: TypeAlias = context.CacheMissUnavailable
BetaCapabilitySupport: TypeAlias = models.CapabilitySupport
BetaCitationCharLocation: TypeAlias = citations.CitationCharLocation
BetaCitationConfig: TypeAlias = citations.CitationsConfig
BetaCitationContentBlockLocation: TypeAlias = citations.CitationContentBlockLocation
BetaCitationPageLocation: TypeAlias = citations.CitationPageLocation
BetaCitationSearchResultLocation: TypeAlias = citations.CitationsSearchResultLocation
BetaCitationsWebSearchResultLocation: TypeAlias = citations.CitationsWebSearchResultLocation
BetaClearThinking20251015EditResponse: TypeAlias = context.ClearThinkingEditResponse
BetaClearToolUses20250919EditResponse: TypeAlias = context.ClearToolUsesEditResponse
BetaCodeExecutionOutputBlock: TypeAlias = executions.CodeExecutionOutputBlock
BetaCodeExecutionResultBlock: TypeAlias = executions.CodeExecutionResultBlock
BetaCodeExecutionToolResultBlock: TypeAlias = executions.CodeExecutionToolResultBlock
BetaCodeExecutionToolResultBlockContent: TypeAlias = executions.CodeExecutionToolResultBlockContent
BetaCodeExecutionToolResultError: TypeAlias = executions.CodeExecutionToolResultError
BetaCodeExecutionToolResultErrorObject: TypeAlias = executions.CodeExecutionToolResultError
BetaCompactionBlock: TypeAlias = blocks.CompactionBlock
BetaCompactionCapability: TypeAlias = models.CompactionCapability
BetaCompactionIterationUsage: TypeAlias = usage.CompactionIterationUsage
BetaContainer: TypeAlias = messages.Container
BetaContainerSkill: TypeAlias = messages.ContainerSkill
BetaContainerUploadBlock: TypeAlias = blocks.ContainerUploadBlock
BetaContentBlock: TypeAlias = messages.ContentBlock
BetaContextManagementCapability: TypeAlias = models.ContextManagementCapability
BetaContextManagementResponse: TypeAlias = context.ContextManagementResponse
BetaCountTokensContextManagementResponse: TypeAlias = context.CountTokensContextManagementResponse
BetaDeletedFile: TypeAlias = files.DeletedFile
BetaDiagnostics: TypeAlias = context.Diagnostics
BetaDirectCaller: TypeAlias = blocks.DirectCaller
BetaDocumentBlock: TypeAlias = results.DocumentBlock
BetaEffortCapability: TypeAlias = models.EffortCapability
BetaEncryptedCodeExecutionResultBlock: TypeAlias = executions.EncryptedCodeExecutionResultBlock
BetaEnvironmentArchivedErrorDetails: TypeAlias = error_bodies.ErrorDetails
BetaEnvironmentCreateDisabledErrorDetails: TypeAlias = error_bodies.ErrorDetails
BetaEnvironmentNotFoundErrorDetails: TypeAlias = error_bodies.ErrorDetails
BetaEnvironmentUpdateDisabledErrorDetails: TypeAlias = error_bodies.ErrorDetails
BetaFallbackBlock: TypeAlias = blocks.FallbackBlock
BetaFallbackCreditNotApplied: TypeAlias = usage.FallbackCreditNotApplied
BetaFallbackCreditRedeemed: TypeAlias = usage.FallbackCreditRedeemed
BetaFallbackCreditUsage: TypeAlias = usage.FallbackCreditUsage
BetaFallbackInfo: TypeAlias = blocks.FallbackInfo
BetaFallbackMessageIterationUsage: TypeAlias = usage.FallbackMessageIterationUsage
BetaFallbackRefusalTrigger: TypeAlias = blocks.FallbackRefusalTrigger
BetaFileMetadata: TypeAlias = files.FileMetadata
BetaFileScope: TypeAlias = files.FileScope
BetaInputTransformation: TypeAlias = context.InputTransformation
BetaInvalidConfigTypeChangeErrorDetails: TypeAlias = error_bodies.ErrorDetails
BetaInvalidMetadataErrorDetails: TypeAlias = error_bodies.ErrorDetails
BetaIterationsUsage: TypeAlias = list[usage.AnyIterationUsage]
BetaMCPTool: TypeAlias = results.MCPTool
BetaMCPToolListingBlock: TypeAlias = results.MCPToolListingBlock
BetaMCPToolResultBlock: TypeAlias = results.MCPToolResultBlock
BetaMCPToolUseBlock: TypeAlias = blocks.MCPToolUseBlock
BetaMemoryTool20250818Command: TypeAlias = memory_commands.AnyMemoryCommand
BetaMemoryTool20250818CreateCommand: TypeAlias = memory_commands.CreateCommand
BetaMemoryTool20250818DeleteCommand: TypeAlias = memory_commands.DeleteCommand
BetaMemoryTool20250818InsertCommand: TypeAlias = memory_commands.InsertCommand
BetaMemoryTool20250818RenameCommand: TypeAlias = memory_commands.RenameCommand
BetaMemoryTool20250818StrReplaceCommand: TypeAlias = memory_commands.StrReplaceCommand
BetaMemoryTool20250818ViewCommand: TypeAlias = memory_commands.ViewCommand
BetaMessage: TypeAlias = messages.Message
BetaMessageDeltaUsage: TypeAlias = usage.MessageDeltaUsage
BetaMessageIterationUsage: TypeAlias = usage.MessageIterationUsage
BetaMessageTokensCount: TypeAlias = messages.MessageTokensCount
BetaModelCapabilities: TypeAlias = models.ModelCapabilities
BetaModelInfo: TypeAlias = models.ModelInfo
BetaModelLine: TypeAlias = models.ModelLine
BetaOutputTokensDetails: TypeAlias = usage.OutputTokensDetails
BetaPlainTextSource: TypeAlias = results.PlainTextSource
BetaRedactedThinkingBlock: TypeAlias = blocks.RedactedThinkingBlock
BetaRefusalStopDetails: TypeAlias = messages.RefusalStopDetails
BetaResponseToolAdditionBlock: TypeAlias = blocks.ToolAdditionBlock
BetaResponseToolChangeMCPToolReference: TypeAlias = blocks.ToolChangeMCPToolReference
BetaResponseToolChangeMCPToolsetReference: TypeAlias = blocks.ToolChangeMCPToolsetReference
BetaResponseToolChangeToolReference: TypeAlias = blocks.ToolChangeToolReference
BetaResponseToolRemovalBlock: TypeAlias = blocks.ToolRemovalBlock
BetaServerToolCaller: TypeAlias = blocks.ServerToolCaller
BetaServerToolCaller20260120: TypeAlias = blocks.ServerToolCaller20260120
BetaServerToolUsage: TypeAlias = usage.ServerToolUsage
BetaServerToolUseBlock: TypeAlias = blocks.ServerToolUseBlock
BetaServerToolsCapability: TypeAlias = models.ServerToolsCapability
BetaStopReason: TypeAlias = messages.StopReason
BetaTextBlock: TypeAlias = blocks.TextBlock
BetaTextCitation: TypeAlias = citations.TextCitation
BetaTextEditorCodeExecutionCreateResultBlock: TypeAlias = executions.TextEditorCodeExecutionCreateResultBlock
BetaTextEditorCodeExecutionStrReplaceResultBlock: TypeAlias = executions.TextEditorCodeExecutionStrReplaceResultBlock
BetaTextEditorCodeExecutionToolResultBlock: TypeAlias = executions.TextEditorCodeExecutionToolResultBlock
BetaTextEditorCodeExecutionToolResultError: TypeAlias = executions.TextEditorCodeExecutionToolResultError
BetaTextEditorCodeExecutionToolResultErrorObject: TypeAlias = executions.TextEditorCodeExecutionToolResultError
BetaTextEditorCodeExecutionViewResultBlock: TypeAlias = executions.TextEditorCodeExecutionViewResultBlock
BetaThinkingBlock: TypeAlias = blocks.ThinkingBlock
BetaThinkingCapability: TypeAlias = models.ThinkingCapability
BetaThinkingDroppedInputTransformation: TypeAlias = context.ThinkingDroppedInputTransformation
BetaThinkingMismatchAllowedInputTransformation: TypeAlias = context.ThinkingMismatchAllowedInputTransformation
BetaThinkingTypes: TypeAlias = models.ThinkingTypes
BetaToolChangeToolDefinition: TypeAlias = blocks.ToolChangeToolDefinition
BetaToolReferenceBlock: TypeAlias = results.ToolReferenceBlock
BetaToolSearchToolResultBlock: TypeAlias = results.ToolSearchToolResultBlock
BetaToolSearchToolResultError: TypeAlias = results.ToolSearchToolResultError
BetaToolSearchToolResultErrorObject: TypeAlias = results.ToolSearchToolResultError
BetaToolSearchToolSearchResultBlock: TypeAlias = results.ToolSearchToolSearchResultBlock
BetaToolUseBlock: TypeAlias = blocks.ToolUseBlock
BetaToolUseCaller: TypeAlias = blocks.ToolUseCaller
BetaUsage: TypeAlias = usage.Usage
BetaWebFetchBlock: TypeAlias = results.WebFetchBlock
BetaWebFetchToolResultBlock: TypeAlias = results.WebFetchToolResultBlock
BetaWebFetchToolResultErrorBlock: TypeAlias = results.WebFetchToolResultErrorBlock
BetaWebSearchResultBlock: TypeAlias = results.WebSearchResultBlock
BetaWebSearchToolResultBlock: TypeAlias = results.WebSearchToolResultBlock
BetaWebSearchToolResultBlockContent: TypeAlias = results.WebSearchToolResultBlockContent
BetaWebSearchToolResultError: TypeAlias = results.WebSearchToolResultError
BetaWebSearchToolResultErrorObject: TypeAlias = results.WebSearchToolResultError
ParsedBetaContentBlock: TypeAlias = parsed.ParsedContentBlock[parsed.T]
ParsedBetaMessage: TypeAlias = parsed.ParsedMessage[parsed.T]
ParsedBetaTextBlock: TypeAlias = parsed.ParsedTextBlock[parsed.T]
