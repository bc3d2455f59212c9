"""The types of message batches, under the names of the official SDK."""

from __future__ import annotations

from tercet.wire.batches import DeletedMessageBatch as DeletedMessageBatch
from tercet.wire.batches import MessageBatch as MessageBatch
from tercet.wire.batches import MessageBatchCanceledResult as MessageBatchCanceledResult
from tercet.wire.batches import MessageBatchErroredResult as MessageBatchErroredResult
from tercet.wire.batches import MessageBatchExpiredResult as MessageBatchExpiredResult
from tercet.wire.batches import MessageBatchIndividualResponse as MessageBatchIndividualResponse
from tercet.wire.batches import MessageBatchRequestCounts as MessageBatchRequestCounts
from tercet.wire.batches import MessageBatchResult as MessageBatchResult
from tercet.wire.batches import MessageBatchSucceededResult as MessageBatchSucceededResult
from tercet.wire.params.lists import BatchCreateParams as BatchCreateParams
from tercet.wire.params.lists import BatchListParams as BatchListParams
