# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.types.messages`."""

from tercet.wire.params.lists import (
    BatchCreateParams as BatchCreateParams,
    BatchListParams as BatchListParams,
)
from tercet.wire.responses.batches import (
    DeletedMessageBatch as DeletedMessageBatch,
    MessageBatch as MessageBatch,
    MessageBatchCanceledResult as MessageBatchCanceledResult,
    MessageBatchErroredResult as MessageBatchErroredResult,
    MessageBatchExpiredResult as MessageBatchExpiredResult,
    MessageBatchIndividualResponse as MessageBatchIndividualResponse,
    MessageBatchRequestCounts as MessageBatchRequestCounts,
    MessageBatchResult as MessageBatchResult,
    MessageBatchSucceededResult as MessageBatchSucceededResult,
)
from tercet.types.messages import batch_create_params as batch_create_params

__all__ = [
    "BatchCreateParams",
    "BatchListParams",
    "DeletedMessageBatch",
    "MessageBatch",
    "MessageBatchCanceledResult",
    "MessageBatchErroredResult",
    "MessageBatchExpiredResult",
    "MessageBatchIndividualResponse",
    "MessageBatchRequestCounts",
    "MessageBatchResult",
    "MessageBatchSucceededResult",
]
