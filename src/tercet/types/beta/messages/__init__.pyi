# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.types.beta.messages`."""

from tercet.wire.params.lists import (
    BetaBatchCreateParams as BatchCreateParams,
    BetaBatchListParams as BatchListParams,
)
from tercet.wire.responses.batches import (
    DeletedMessageBatch as BetaDeletedMessageBatch,
    MessageBatch as BetaMessageBatch,
    MessageBatchCanceledResult as BetaMessageBatchCanceledResult,
    MessageBatchErroredResult as BetaMessageBatchErroredResult,
    MessageBatchExpiredResult as BetaMessageBatchExpiredResult,
    MessageBatchIndividualResponse as BetaMessageBatchIndividualResponse,
    MessageBatchRequestCounts as BetaMessageBatchRequestCounts,
    MessageBatchResult as BetaMessageBatchResult,
    MessageBatchSucceededResult as BetaMessageBatchSucceededResult,
)
from tercet.types.beta.messages import batch_create_params as batch_create_params

__all__ = [
    "BatchCreateParams",
    "BatchListParams",
    "BetaDeletedMessageBatch",
    "BetaMessageBatch",
    "BetaMessageBatchCanceledResult",
    "BetaMessageBatchErroredResult",
    "BetaMessageBatchExpiredResult",
    "BetaMessageBatchIndividualResponse",
    "BetaMessageBatchRequestCounts",
    "BetaMessageBatchResult",
    "BetaMessageBatchSucceededResult",
]
