"""The types of message batches in the beta, under the names of the official SDK."""

from __future__ import annotations

from typing import TypeAlias

from tercet.wire import batches
from tercet.wire.params import lists as params_lists

BetaDeletedMessageBatch: TypeAlias = batches.DeletedMessageBatch
BetaMessageBatch: TypeAlias = batches.MessageBatch
BetaMessageBatchCanceledResult: TypeAlias = batches.MessageBatchCanceledResult
BetaMessageBatchErroredResult: TypeAlias = batches.MessageBatchErroredResult
BetaMessageBatchExpiredResult: TypeAlias = batches.MessageBatchExpiredResult
BetaMessageBatchIndividualResponse: TypeAlias = batches.MessageBatchIndividualResponse
BetaMessageBatchRequestCounts: TypeAlias = batches.MessageBatchRequestCounts
BetaMessageBatchResult: TypeAlias = batches.MessageBatchResult
BetaMessageBatchSucceededResult: TypeAlias = batches.MessageBatchSucceededResult
BatchCreateParams: TypeAlias = params_lists.BetaBatchCreateParams
BatchListParams: TypeAlias = params_lists.BetaBatchListParams
