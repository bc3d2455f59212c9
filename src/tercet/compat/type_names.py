"""The table of types: every name of the official SDK's `types` packages, and the class or alias here that it means.

Rows read as those of `paths.py`. Nearly all names of the beta are the types without `Beta` before them.
"""

from __future__ import annotations

TYPES: dict[str, str] = {
    "types": """
        wire.params.betas: AnthropicBetaParam=AnthropicBeta
        wire.responses.blocks: *Block DirectCaller ServerToolCaller ServerToolCaller20260120 ToolUseCaller
        wire.responses.citations: CitationCharLocation CitationContentBlockLocation CitationPageLocation CitationsConfig
          CitationsSearchResultLocation CitationsWebSearchResultLocation TextCitation
        wire.responses.context: CacheMissMessagesChanged CacheMissModelChanged CacheMissPreviousMessageNotFound CacheMissReason
          CacheMissSystemChanged CacheMissToolsChanged CacheMissUnavailable Diagnostics
        wire.responses.errors: APIErrorObject AuthenticationError=AuthenticationErrorObject AuthenticationErrorObject
          BetaAPIError=APIErrorObject BetaAPIErrorObject BetaAuthenticationError=AuthenticationErrorObject
          BetaAuthenticationErrorObject BetaBillingError=BillingErrorObject BetaBillingErrorObject
          BetaError=ErrorObject BetaErrorObject BetaErrorResponse BetaGatewayTimeoutError=GatewayTimeoutErrorObject
          BetaGatewayTimeoutErrorObject BetaInvalidRequestError=InvalidRequestErrorObject
          BetaInvalidRequestErrorObject BetaNotFoundError=NotFoundErrorObject BetaNotFoundErrorObject
          BetaOverloadedError=OverloadedErrorObject BetaOverloadedErrorObject
          BetaPermissionError=PermissionErrorObject BetaPermissionErrorObject BetaRateLimitError=RateLimitErrorObject
          BetaRateLimitErrorObject BillingError=BillingErrorObject BillingErrorObject ErrorDetails ErrorObject
          ErrorResponse ErrorType GatewayTimeoutError=GatewayTimeoutErrorObject GatewayTimeoutErrorObject
          InvalidRequestError=InvalidRequestErrorObject InvalidRequestErrorObject NotFoundError=NotFoundErrorObject
          NotFoundErrorObject OverloadedError=OverloadedErrorObject OverloadedErrorObject
          PermissionError=PermissionErrorObject PermissionErrorObject RateLimitError=RateLimitErrorObject
          RateLimitErrorObject
        wire.responses.errors.ErrorDetails: AvailableToolsLimitExceededErrorDetails
          BetaCMEKNotApprovedErrorDetails BetaExternalKeyNotFoundErrorDetails
          BetaExternalKeyProviderMismatchErrorDetails BetaGCPProjectControlledByAnotherOrganizationErrorDetails
          BetaGCPProjectNotVerifiedErrorDetails
          BetaOrganizationNotEnrolledInBetaErrorDetails
          BetaRegionNotSupportedErrorDetails BetaRequestBodyTimeoutErrorDetails BetaStorageInUseErrorDetails
          BetaStorageNotApprovedErrorDetails BetaUnsupportedCharsetErrorDetails
          CMEKContextUnavailableErrorDetails CMEKKeyDisabledErrorDetails CMEKKeyNetworkBlockedErrorDetails
          CMEKKeyUnreachableErrorDetails ChangeOutcomeUnknownErrorDetails
          ClaudeCodeKeyCreatorNotMemberErrorDetails ClaudeCodeVersionTooOldErrorDetails
          CompactionBlockAmbiguousErrorDetails CompactionBlockMisplacedErrorDetails
          CompactionContentMismatchErrorDetails CompactionIncompleteTurnErrorDetails
          CompactionNothingToSummarizeErrorDetails CompactionSignatureInvalidErrorDetails
          CompactionTooManyToolReferencesErrorDetails CompactionToolChangesMismatchErrorDetails
          CompactionUnavailableErrorDetails ConcurrentMembershipChangeErrorDetails
          ContractSpendLimitReachedErrorDetails EnforcedSpendLimitReachedErrorDetails FileExpiredErrorDetails
          FileNotDownloadableErrorDetails ImageDimensionsTooLargeErrorDetails
          LinkedOrganizationBillingUnavailableErrorDetails LinkedOrganizationSpendLimitReachedErrorDetails
          OrgMemberLimitExceededErrorDetails OrganizationOnHoldErrorDetails
          OrganizationTypeNotSupportedErrorDetails ParentOrganizationRequiredErrorDetails
          RBACRoleNotFoundErrorDetails RampLimitExceededErrorDetails RequestBodyEncodingInvalidErrorDetails
          RequestBodyEncodingUnsupportedErrorDetails RequestBodyTooLargeAfterDecodingErrorDetails
          SandboxEgressRestrictedErrorDetails SkillReadBlockedUndecryptableErrorDetails
          StorageQuotaExceededErrorDetails ThreadAlreadyContinuedErrorDetails ThreadContinueInFlightErrorDetails
          ThreadFingerprintMismatchErrorDetails ThreadNotFoundErrorDetails ThreadUnsupportedRequestErrorDetails
          ToolNameConflictErrorDetails ToolReferenceUnresolvedErrorDetails
          UserProfileBillingNotAuthorizedErrorDetails UserProfileNotBillableErrorDetails
          UserProfileNotFoundErrorDetails UserProfileRequiredErrorDetails
          WorkspaceHumanReviewDisabledErrorDetails
        wire.errors.codes: *
        wire.responses.code_execution: BashCodeExecutionOutputBlock BashCodeExecutionResultBlock BashCodeExecutionToolResultBlock
          BashCodeExecutionToolResultError BashCodeExecutionToolResultErrorObject=BashCodeExecutionToolResultError
          CodeExecutionOutputBlock CodeExecutionResultBlock CodeExecutionToolResultBlock
          CodeExecutionToolResultBlockContent CodeExecutionToolResultError
          CodeExecutionToolResultErrorObject=CodeExecutionToolResultError EncryptedCodeExecutionResultBlock
          TextEditorCodeExecutionCreateResultBlock TextEditorCodeExecutionStrReplaceResultBlock
          TextEditorCodeExecutionToolResultBlock TextEditorCodeExecutionToolResultError
          TextEditorCodeExecutionToolResultErrorObject=TextEditorCodeExecutionToolResultError
          TextEditorCodeExecutionViewResultBlock
        wire.responses.files: DeletedFile FileMetadata
        wire.responses.content: ContentBlock
        wire.responses.message: Container ContainerSkill Message MessageTokensCount RefusalStopDetails StopReason
        wire.responses.models: CapabilitySupport ContextManagementCapability EffortCapability Model ModelCapabilities ModelInfo
          ModelLine ModelParam=Model ServerToolsCapability ThinkingCapability ThinkingTypes
        wire.params.content: *BlockParam BrowserStateChangeDownloadCompletedParam
          BrowserStateChangeDownloadFailedParam BrowserStateChangeDownloadStartedParam BrowserStateChangeParam
          BrowserStateChangeTabOpenedParam BrowserStateTabEntryParam
        wire.params.conversation: AssistantMessageParam ContentBlockParam MessageContentParam MessageParam
          SystemMessageParam UserMessageParam
        wire.params.lists: FileListParams FileUploadParams ModelListParams
        wire.params.messages: MessageCountTokensParams MessageCreateParams=AnyMessageCreateParams
        wire.params.results: BashCodeExecutionOutputBlockParam BashCodeExecutionResultBlockParam
          BashCodeExecutionToolResultBlockParam BashCodeExecutionToolResultErrorCode
          BashCodeExecutionToolResultErrorParam CodeExecutionOutputBlockParam CodeExecutionResultBlockParam
          CodeExecutionToolResultBlockParam CodeExecutionToolResultBlockParamContentParam
          CodeExecutionToolResultErrorCode CodeExecutionToolResultErrorParam DirectCallerParam
          EncryptedCodeExecutionResultBlockParam ServerToolCaller20260120Param ServerToolCallerParam
          TextEditorCodeExecutionCreateResultBlockParam TextEditorCodeExecutionStrReplaceResultBlockParam
          TextEditorCodeExecutionToolResultBlockParam TextEditorCodeExecutionToolResultErrorCode
          TextEditorCodeExecutionToolResultErrorParam TextEditorCodeExecutionViewResultBlockParam
          ToolReferenceBlockParam ToolSearchToolResultBlockParam ToolSearchToolResultErrorCode
          ToolSearchToolResultErrorParam ToolSearchToolSearchResultBlockParam WebFetchBlockParam
          WebFetchToolResultBlockParam WebFetchToolResultErrorBlockParam WebFetchToolResultErrorCode
          WebSearchResultBlockParam WebSearchToolRequestErrorObjectParam=WebSearchToolRequestErrorParam
          WebSearchToolRequestErrorParam WebSearchToolResultBlockParam WebSearchToolResultBlockParamContentParam
          WebSearchToolResultErrorCode
        wire.params.settings: ContainerParams DiagnosticsParam JSONOutputFormatParam
          MessageCreateParamsContainerParam=ContainerParam MetadataParam OutputConfigParam SkillParams
          ThinkingConfigAdaptiveParam ThinkingConfigBetweenToolsParam ThinkingConfigDisabledParam
          ThinkingConfigEnabledParam ThinkingConfigParam
        wire.params.sources: Base64ImageSourceParam Base64PDFSourceParam CacheControlEphemeralParam
          CitationCharLocationParam CitationContentBlockLocationParam CitationPageLocationParam
          CitationSearchResultLocationParam CitationWebSearchResultLocationParam CitationsConfigParam
          ContentBlockSourceContentParam ContentBlockSourceParam DocumentBlockParam FileDocumentSourceParam
          FileImageSourceParam ImageBlockParam ImageTransformationsParam PlainTextSourceParam SearchResultBlockParam
          TextBlockParam TextCitationParam URLImageSourceParam URLPDFSourceParam
        wire.params.tools: CodeExecutionTool20250522Param CodeExecutionTool20250825Param
          CodeExecutionTool20260120Param CodeExecutionTool20260521Param MemoryTool20250818Param ToolBash20250124Param
          ToolParam ToolTextEditor20250124Param ToolTextEditor20250429Param ToolTextEditor20250728Param
          UserLocationParam WebFetchTool20250910Param WebFetchTool20260209Param WebFetchTool20260309Param
          WebFetchTool20260318Param WebFetchURLSourceAllParam WebFetchURLSourceExceptParam WebFetchURLSourceNoneParam
          WebFetchURLSourceOnlyParam WebFetchURLSourceToolReferenceParam WebFetchURLSourcesParam
          WebSearchTool20250305Param WebSearchTool20260209Param WebSearchTool20260318Param
        wire.params.toolsets: BrowserToolset20260801Param BrowserToolsetConfigsParam ComputerToolset20260801Param
          ComputerToolsetConfigsParam MessageCountTokensToolParam=ToolUnionParam ToolChoiceAnyParam
          ToolChoiceAutoParam ToolChoiceNoneParam ToolChoiceParam ToolChoiceToolParam ToolSearchToolBm25_20251119Param
          ToolSearchToolRegex20251119Param ToolUnionParam
        wire.params.toolsets.ToolsetMemberConfigParam: BrowserCloseTabConfigParam BrowserDoubleClickConfigParam
          BrowserFileUploadConfigParam BrowserFindConfigParam BrowserFormInputConfigParam
          BrowserGetPageTextConfigParam BrowserHoldKeyConfigParam BrowserHoverConfigParam
          BrowserJavascriptExecConfigParam BrowserKeyConfigParam BrowserLeftClickConfigParam
          BrowserLeftClickDragConfigParam BrowserLeftMouseDownConfigParam BrowserLeftMouseUpConfigParam
          BrowserListTabsConfigParam BrowserMiddleClickConfigParam BrowserMouseMoveConfigParam
          BrowserNavigateConfigParam BrowserNewTabConfigParam BrowserReadConsoleConfigParam BrowserReadPageConfigParam
          BrowserRightClickConfigParam BrowserScreenshotConfigParam BrowserScrollConfigParam
          BrowserScrollToConfigParam BrowserSwitchTabConfigParam BrowserTripleClickConfigParam BrowserTypeConfigParam
          BrowserWaitConfigParam BrowserZoomConfigParam ComputerCursorPositionConfigParam
          ComputerDoubleClickConfigParam ComputerHoldKeyConfigParam ComputerKeyConfigParam
          ComputerLeftClickConfigParam ComputerLeftClickDragConfigParam ComputerLeftMouseDownConfigParam
          ComputerLeftMouseUpConfigParam ComputerMiddleClickConfigParam ComputerMouseMoveConfigParam
          ComputerRightClickConfigParam ComputerScreenshotConfigParam ComputerScrollConfigParam
          ComputerTripleClickConfigParam ComputerTypeConfigParam ComputerWaitConfigParam ComputerZoomConfigParam
        wire.responses.parsed: ParsedContentBlock ParsedMessage ParsedTextBlock
        wire.responses.tool_results: Base64PDFSource DocumentBlock PlainTextSource ToolReferenceBlock ToolSearchToolResultBlock
          ToolSearchToolResultError ToolSearchToolResultErrorObject=ToolSearchToolResultError
          ToolSearchToolSearchResultBlock WebFetchBlock WebFetchToolResultBlock WebFetchToolResultErrorBlock
          WebSearchResultBlock WebSearchToolResultBlock WebSearchToolResultBlockContent WebSearchToolResultError
          WebSearchToolResultErrorObject=WebSearchToolResultError
        wire.stream.events: CitationsDelta ContentBlockDeltaEvent=RawContentBlockDeltaEvent
          ContentBlockStartEvent=RawContentBlockStartEvent ContentBlockStopEvent InputJSONDelta
          InputJsonDelta=InputJSONDelta MessageDeltaEvent=RawMessageDeltaEvent MessageStartEvent=RawMessageStartEvent
          MessageStopEvent MessageStreamEvent RawContentBlockDelta RawContentBlockDeltaEvent RawContentBlockStartEvent
          RawContentBlockStopEvent RawMessageDeltaEvent RawMessageStartEvent RawMessageStopEvent RawMessageStreamEvent
          SignatureDelta TextDelta ThinkingDelta
        wire.responses.usage: CacheCreation MessageDeltaUsage OutputTokensDetails ServerToolUsage Usage
    """,
    "types.beta": """
        compat.values: BetaIterationsUsage BetaThinkingPrefixMismatchBehavior
        wire.responses.blocks: Beta*Block=*Block BetaDirectCaller BetaFallbackInfo BetaFallbackRefusalTrigger
          BetaResponseToolAdditionBlock=ToolAdditionBlock
          BetaResponseToolChangeMCPToolReference=ToolChangeMCPToolReference
          BetaResponseToolChangeMCPToolsetReference=ToolChangeMCPToolsetReference
          BetaResponseToolChangeToolReference=ToolChangeToolReference BetaResponseToolRemovalBlock=ToolRemovalBlock
          BetaServerToolCaller BetaServerToolCaller20260120 BetaToolChangeToolDefinition BetaToolUseCaller
        wire.responses.citations: BetaCitationCharLocation BetaCitationConfig=CitationsConfig BetaCitationContentBlockLocation
          BetaCitationPageLocation BetaCitationSearchResultLocation=CitationsSearchResultLocation
          BetaCitationsWebSearchResultLocation BetaTextCitation
        wire.responses.context: BetaCacheMissMessagesChanged BetaCacheMissModelChanged BetaCacheMissPreviousMessageNotFound
          BetaCacheMissReason BetaCacheMissSystemChanged BetaCacheMissToolsChanged BetaCacheMissUnavailable
          BetaClearThinking20251015EditResponse=ClearThinkingEditResponse
          BetaClearToolUses20250919EditResponse=ClearToolUsesEditResponse BetaContextManagementResponse
          BetaCountTokensContextManagementResponse BetaDiagnostics BetaInputTransformation
          BetaThinkingDroppedInputTransformation BetaThinkingMismatchAllowedInputTransformation
        wire.responses.errors.ErrorDetails: BetaEnvironmentArchivedErrorDetails BetaEnvironmentCreateDisabledErrorDetails
          BetaEnvironmentNotFoundErrorDetails BetaEnvironmentUpdateDisabledErrorDetails
          BetaInvalidConfigTypeChangeErrorDetails BetaInvalidMetadataErrorDetails
          BetaApprovalRequiredErrorDetails BetaAuthorizationCheckUnavailableErrorDetails
          BetaHumanReviewNotAvailableErrorDetails BetaOrganizationNotEligibleErrorDetails
        wire.errors.codes: *
        wire.responses.code_execution: BetaBashCodeExecutionOutputBlock BetaBashCodeExecutionResultBlock
          BetaBashCodeExecutionToolResultBlock BetaBashCodeExecutionToolResultError
          BetaBashCodeExecutionToolResultErrorObject=BashCodeExecutionToolResultError BetaCodeExecutionOutputBlock
          BetaCodeExecutionResultBlock BetaCodeExecutionToolResultBlock BetaCodeExecutionToolResultBlockContent
          BetaCodeExecutionToolResultError BetaCodeExecutionToolResultErrorObject=CodeExecutionToolResultError
          BetaEncryptedCodeExecutionResultBlock BetaTextEditorCodeExecutionCreateResultBlock
          BetaTextEditorCodeExecutionStrReplaceResultBlock BetaTextEditorCodeExecutionToolResultBlock
          BetaTextEditorCodeExecutionToolResultError
          BetaTextEditorCodeExecutionToolResultErrorObject=TextEditorCodeExecutionToolResultError
          BetaTextEditorCodeExecutionViewResultBlock
        wire.responses.files: BetaDeletedFile BetaFileMetadata BetaFileScope
        wire.responses.memory_commands: BetaMemoryTool20250818Command=AnyMemoryCommand
          BetaMemoryTool20250818CreateCommand=CreateCommand BetaMemoryTool20250818DeleteCommand=DeleteCommand
          BetaMemoryTool20250818InsertCommand=InsertCommand BetaMemoryTool20250818RenameCommand=RenameCommand
          BetaMemoryTool20250818StrReplaceCommand=StrReplaceCommand BetaMemoryTool20250818ViewCommand=ViewCommand
        wire.responses.content: BetaContentBlock
        wire.responses.message: BetaContainer BetaContainerSkill BetaMessage BetaMessageTokensCount
          BetaRefusalStopDetails BetaStopReason
        wire.responses.parsed: ParsedBetaContentBlock=ParsedContentBlock ParsedBetaMessage=ParsedMessage
          ParsedBetaTextBlock=ParsedTextBlock
        wire.responses.models: BetaCapabilitySupport BetaCompactionCapability BetaContextManagementCapability
          BetaEffortCapability BetaModelCapabilities BetaModelInfo BetaModelLine BetaServerToolsCapability
          BetaThinkingCapability BetaThinkingTypes
        wire.params.content: Beta*BlockParam=*BlockParam BetaAdvisorToolResultErrorParam
          BetaBrowserStateChangeDownloadCompletedParam BetaBrowserStateChangeDownloadFailedParam
          BetaBrowserStateChangeDownloadStartedParam BetaBrowserStateChangeParam BetaBrowserStateChangeTabOpenedParam
          BetaBrowserStateTabEntryParam
        wire.params.conversation: BetaAssistantMessageParam BetaCompactionBlockParam BetaContentBlockParam
          BetaFallbackBlockParam BetaFallbackInfoParam BetaMessageContentParam BetaMessageParam
          BetaRequestToolAdditionBlockParam=ToolAdditionBlockParam
          BetaRequestToolRemovalBlockParam=ToolRemovalBlockParam BetaSystemMessageOutputConfigParam
          BetaSystemMessageParam BetaToolChangeMCPToolReferenceParam BetaToolChangeMCPToolsetReferenceParam
          BetaToolChangeToolDefinitionParam BetaToolChangeToolReferenceParam BetaUserMessageParam
        wire.params.lists: FileListParams=BetaFileListParams FileUploadParams=BetaFileUploadParams
          ModelListParams=BetaModelListParams
        wire.params.messages: MessageCountTokensParams=BetaMessageCountTokensParams
          MessageCreateParams=AnyBetaMessageCreateParams
        wire.params.results: BetaBashCodeExecutionOutputBlockParam BetaBashCodeExecutionResultBlockParam
          BetaBashCodeExecutionToolResultBlockParam BetaBashCodeExecutionToolResultErrorParam
          BetaCodeExecutionOutputBlockParam BetaCodeExecutionResultBlockParam BetaCodeExecutionToolResultBlockParam
          BetaCodeExecutionToolResultBlockParamContentParam BetaCodeExecutionToolResultErrorCode
          BetaCodeExecutionToolResultErrorParam BetaDirectCallerParam BetaEncryptedCodeExecutionResultBlockParam
          BetaRequestMCPToolResultBlockParam=MCPToolResultBlockParam BetaServerToolCaller20260120Param
          BetaServerToolCallerParam BetaTextEditorCodeExecutionCreateResultBlockParam
          BetaTextEditorCodeExecutionStrReplaceResultBlockParam BetaTextEditorCodeExecutionToolResultBlockParam
          BetaTextEditorCodeExecutionToolResultErrorParam BetaTextEditorCodeExecutionViewResultBlockParam
          BetaToolReferenceBlockParam BetaToolSearchToolResultBlockParam BetaToolSearchToolResultErrorParam
          BetaToolSearchToolSearchResultBlockParam BetaWebFetchBlockParam BetaWebFetchToolResultBlockParam
          BetaWebFetchToolResultErrorBlockParam BetaWebFetchToolResultErrorCode BetaWebSearchResultBlockParam
          BetaWebSearchToolRequestErrorObjectParam=WebSearchToolRequestErrorParam BetaWebSearchToolRequestErrorParam
          BetaWebSearchToolResultBlockParam BetaWebSearchToolResultBlockParamContentParam
          BetaWebSearchToolResultErrorCode
        wire.params.settings: BetaAllThinkingTurnsParam BetaBillingPolicyParam BetaClearThinking20251015EditParam
          BetaClearToolUses20250919EditParam BetaCompact20260112EditParam BetaCompactionConfigParam
          BetaContainerParams BetaContextManagementConfigParam BetaDiagnosticsParam BetaFallbackCreditTokenParam
          BetaFallbackParam BetaFallbacksParam BetaInputTokensClearAtLeastParam BetaInputTokensTriggerParam
          BetaJSONOutputFormatParam BetaMessageThreadParam BetaMetadataParam BetaOutputConfigParam
          BetaRequestMCPServerToolConfigurationParam BetaRequestMCPServerURLDefinitionParam BetaSkillParams
          BetaThinkingBlockBindingParam BetaThinkingConfigAdaptiveParam BetaThinkingConfigBetweenToolsParam
          BetaThinkingConfigDisabledParam BetaThinkingConfigEnabledParam BetaThinkingConfigParam
          BetaThinkingTurnsParam BetaThreadContinueParams BetaThreadCreateParams BetaTokenTaskBudgetParam
          BetaToolUsesKeepParam BetaToolUsesTriggerParam
        wire.params.sources: BetaBase64ImageSourceParam BetaBase64PDFBlockParam=DocumentBlockParam
          BetaBase64PDFSourceParam BetaCacheControlEphemeralParam BetaCitationCharLocationParam
          BetaCitationContentBlockLocationParam BetaCitationPageLocationParam BetaCitationSearchResultLocationParam
          BetaCitationWebSearchResultLocationParam BetaCitationsConfigParam
          BetaCitationsConfigParamParam=CitationsConfigParam BetaContentBlockSourceContentParam
          BetaContentBlockSourceParam BetaFileDocumentSourceParam BetaFileImageSourceParam BetaImageBlockParam
          BetaImageTransformationsParam BetaPlainTextSourceParam BetaRequestDocumentBlockParam=DocumentBlockParam
          BetaSearchResultBlockParam BetaTextBlockParam BetaTextCitationParam BetaURLImageSourceParam
          BetaURLPDFSourceParam
        wire.params.tools: BetaCodeExecutionTool20250522Param BetaCodeExecutionTool20250825Param
          BetaCodeExecutionTool20260120Param BetaCodeExecutionTool20260521Param BetaMemoryTool20250818Param
          BetaToolBash20241022Param BetaToolBash20250124Param BetaToolComputerUse20241022Param
          BetaToolComputerUse20250124Param BetaToolComputerUse20251124Param BetaToolParam
          BetaToolTextEditor20241022Param BetaToolTextEditor20250124Param BetaToolTextEditor20250429Param
          BetaToolTextEditor20250728Param BetaUserLocationParam BetaWebFetchTool20250910Param
          BetaWebFetchTool20260209Param BetaWebFetchTool20260309Param BetaWebFetchTool20260318Param
          BetaWebFetchURLSourceAllParam BetaWebFetchURLSourceExceptParam BetaWebFetchURLSourceNoneParam
          BetaWebFetchURLSourceOnlyParam BetaWebFetchURLSourceToolReferenceParam BetaWebFetchURLSourcesParam
          BetaWebSearchTool20250305Param BetaWebSearchTool20260209Param BetaWebSearchTool20260318Param
        wire.params.toolsets: BetaAdvisorTool20260301Param BetaBrowserToolset20260801Param
          BetaBrowserToolsetConfigsParam BetaComputerToolset20260801Param BetaComputerToolsetConfigsParam
          BetaMCPToolConfigParam BetaMCPToolDefaultConfigParam=MCPToolConfigParam BetaMCPToolParam
          BetaMCPToolParamParam=MCPToolParam BetaMCPToolsetParam BetaToolChoiceAnyParam BetaToolChoiceAutoParam
          BetaToolChoiceNoneParam BetaToolChoiceParam BetaToolChoiceToolParam BetaToolSearchToolBm25_20251119Param
          BetaToolSearchToolRegex20251119Param BetaToolUnionParam
        wire.params.toolsets.ToolsetMemberConfigParam: BetaBrowserCloseTabConfigParam
          BetaBrowserDoubleClickConfigParam BetaBrowserFileUploadConfigParam BetaBrowserFindConfigParam
          BetaBrowserFormInputConfigParam BetaBrowserGetPageTextConfigParam BetaBrowserHoldKeyConfigParam
          BetaBrowserHoverConfigParam BetaBrowserJavascriptExecConfigParam BetaBrowserKeyConfigParam
          BetaBrowserLeftClickConfigParam BetaBrowserLeftClickDragConfigParam BetaBrowserLeftMouseDownConfigParam
          BetaBrowserLeftMouseUpConfigParam BetaBrowserListTabsConfigParam BetaBrowserMiddleClickConfigParam
          BetaBrowserMouseMoveConfigParam BetaBrowserNavigateConfigParam BetaBrowserNewTabConfigParam
          BetaBrowserReadConsoleConfigParam BetaBrowserReadPageConfigParam BetaBrowserRightClickConfigParam
          BetaBrowserScreenshotConfigParam BetaBrowserScrollConfigParam BetaBrowserScrollToConfigParam
          BetaBrowserSwitchTabConfigParam BetaBrowserTripleClickConfigParam BetaBrowserTypeConfigParam
          BetaBrowserWaitConfigParam BetaBrowserZoomConfigParam BetaComputerCursorPositionConfigParam
          BetaComputerDoubleClickConfigParam BetaComputerHoldKeyConfigParam BetaComputerKeyConfigParam
          BetaComputerLeftClickConfigParam BetaComputerLeftClickDragConfigParam BetaComputerLeftMouseDownConfigParam
          BetaComputerLeftMouseUpConfigParam BetaComputerMiddleClickConfigParam BetaComputerMouseMoveConfigParam
          BetaComputerRightClickConfigParam BetaComputerScreenshotConfigParam BetaComputerScrollConfigParam
          BetaComputerTripleClickConfigParam BetaComputerTypeConfigParam BetaComputerWaitConfigParam
          BetaComputerZoomConfigParam
        wire.responses.tool_results: BetaAdvisorRedactedResultBlock BetaAdvisorResultBlock BetaAdvisorToolResultBlock
          BetaAdvisorToolResultError BetaAdvisorToolResultErrorObject=AdvisorToolResultError BetaBase64PDFSource
          BetaDocumentBlock BetaMCPTool BetaMCPToolListingBlock BetaMCPToolResultBlock BetaPlainTextSource
          BetaToolReferenceBlock BetaToolSearchToolResultBlock BetaToolSearchToolResultError
          BetaToolSearchToolResultErrorObject=ToolSearchToolResultError BetaToolSearchToolSearchResultBlock
          BetaWebFetchBlock BetaWebFetchToolResultBlock BetaWebFetchToolResultErrorBlock BetaWebSearchResultBlock
          BetaWebSearchToolResultBlock BetaWebSearchToolResultBlockContent BetaWebSearchToolResultError
          BetaWebSearchToolResultErrorObject=WebSearchToolResultError
        wire.stream.events: BetaCitationsDelta BetaCompactionContentBlockDelta=CompactionDelta BetaInputJSONDelta
          BetaRawContentBlockDelta BetaRawContentBlockDeltaEvent BetaRawContentBlockStartEvent
          BetaRawContentBlockStopEvent BetaRawMessageDeltaEvent BetaRawMessageStartEvent BetaRawMessageStopEvent
          BetaRawMessageStreamEvent BetaSignatureDelta BetaTextDelta BetaThinkingDelta
        wire.responses.usage: BetaAdvisorMessageIterationUsage BetaCacheCreation BetaCompactionIterationUsage
          BetaFallbackCreditNotApplied BetaFallbackCreditRedeemed BetaFallbackCreditUsage
          BetaFallbackMessageIterationUsage BetaMessageDeltaUsage BetaMessageIterationUsage BetaOutputTokensDetails
          BetaServerToolUsage BetaUsage
    """,
    "types.messages": """
        wire.responses.batches: DeletedMessageBatch MessageBatch MessageBatchCanceledResult MessageBatchErroredResult
          MessageBatchExpiredResult MessageBatchIndividualResponse MessageBatchRequestCounts MessageBatchResult
          MessageBatchSucceededResult
        wire.params.lists: BatchCreateParams BatchListParams
    """,
    "types.beta.messages": """
        wire.responses.batches: BetaDeletedMessageBatch BetaMessageBatch BetaMessageBatchCanceledResult
          BetaMessageBatchErroredResult BetaMessageBatchExpiredResult BetaMessageBatchIndividualResponse
          BetaMessageBatchRequestCounts BetaMessageBatchResult BetaMessageBatchSucceededResult
        wire.params.lists: BatchCreateParams=BetaBatchCreateParams BatchListParams=BetaBatchListParams
    """,
    "types.message_create_params": """
        wire.params.messages: MessageCreateParams=AnyMessageCreateParams MessageCreateParamsBase
          MessageCreateParamsNonStreaming MessageCreateParamsStreaming
        wire.params.settings: Metadata=MetadataParam
        wire.params.toolsets: ToolChoice=ToolChoiceParam ToolChoiceToolChoiceAny=ToolChoiceAnyParam
          ToolChoiceToolChoiceAuto=ToolChoiceAutoParam ToolChoiceToolChoiceTool=ToolChoiceToolParam
    """,
    "types.beta.message_create_params": """
        wire.params.messages: MessageCreateParams=AnyBetaMessageCreateParams MessageCreateParamsBase=_BetaMessageParams
          MessageCreateParamsNonStreaming=BetaMessageCreateParamsNonStreaming
          MessageCreateParamsStreaming=BetaMessageCreateParamsStreaming
        wire.params.settings: Container=ContainerParam FallbackCreditToken OutputFormat=JSONOutputFormatParam
    """,
    "types.messages.batch_create_params": """
        wire.params.lists: BatchCreateParams Request=BatchRequest
        wire.params.messages: MessageCreateParamsNonStreaming
    """,
    "types.beta.messages.batch_create_params": """
        wire.params.lists: BatchCreateParams=BetaBatchCreateParams Request=BetaBatchRequest
        wire.params.messages: MessageCreateParamsNonStreaming=BetaMessageCreateParamsNonStreaming
    """,
    "types.shared": "types: *Error*",
    "types.beta.prompt_caching": "types: * PromptCachingBeta*=*",
    "types.beta.tools": "types: * ToolsBeta*=*",
}
"""Module path -> the names that programs import from there. `types.shared` are errors; the last two are of 2024."""
