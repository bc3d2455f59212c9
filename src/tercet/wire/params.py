"""The arguments of the client's methods as TypedDicts, in one place. Their fields live in the `params_…` modules."""

from __future__ import annotations

from tercet.wire.params_conversation import AnyMessageParam, ContentBlockParam, MessageContentParam, MessageParam
from tercet.wire.params_lists import (
    BatchCreateParams,
    BatchListParams,
    BatchRequest,
    BetaBatchCreateParams,
    BetaBatchListParams,
    BetaFileListParams,
    BetaFileUploadParams,
    BetaModelListParams,
    FileListParams,
    FileTypes,
    FileUploadParams,
    ModelListParams,
    PageParams,
)
from tercet.wire.params_messages import (
    BetaMessageCountTokensParams,
    BetaMessageCreateParams,
    BetaMessageParseParams,
    BetaMessageStreamParams,
    BetaOptions,
    BetaToolRunnerParams,
    CallOptions,
    MessageCountTokensParams,
    MessageCreateParams,
    MessageParseParams,
    MessageStreamParams,
)
from tercet.wire.params_sources import TextBlockParam
from tercet.wire.params_toolsets import ToolChoiceParam, ToolUnionParam

__all__ = [
    "AnyMessageParam",
    "BatchCreateParams",
    "BatchListParams",
    "BatchRequest",
    "BetaBatchCreateParams",
    "BetaBatchListParams",
    "BetaFileListParams",
    "BetaFileUploadParams",
    "BetaMessageCountTokensParams",
    "BetaMessageCreateParams",
    "BetaMessageParseParams",
    "BetaMessageStreamParams",
    "BetaModelListParams",
    "BetaOptions",
    "BetaToolRunnerParams",
    "CallOptions",
    "ContentBlockParam",
    "FileListParams",
    "FileTypes",
    "FileUploadParams",
    "MessageContentParam",
    "MessageCountTokensParams",
    "MessageCreateParams",
    "MessageParam",
    "MessageParseParams",
    "MessageStreamParams",
    "ModelListParams",
    "PageParams",
    "TextBlockParam",
    "ToolChoiceParam",
    "ToolUnionParam",
]
