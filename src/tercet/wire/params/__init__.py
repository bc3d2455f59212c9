"""The arguments of the client's methods as TypedDicts, in one place. Their fields live in the modules beside this one."""

from __future__ import annotations

from tercet.wire.params.conversation import AnyMessageParam, ContentBlockParam, MessageContentParam, MessageParam
from tercet.wire.params.lists import (
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
from tercet.wire.params.messages import (
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
from tercet.wire.params.sources import TextBlockParam
from tercet.wire.params.toolsets import ToolChoiceParam, ToolUnionParam

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
