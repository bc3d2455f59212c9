"""A batch of messages, and the results that it gives: one for each request, in any order."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias, cast

from tercet.wire.datetime_field import DatetimeField
from tercet.wire.marks import OTHER_KINDS
from tercet.wire.model import Model, NestedField, ResponseModel
from tercet.wire.responses.errors import ErrorResponse
from tercet.wire.responses.message import Message


class MessageBatchRequestCounts(Model):
    """The number of a batch's requests in each state. All but `processing` stay 0 until the batch has ended."""

    __slots__ = ()
    processing: int
    succeeded: int
    errored: int
    canceled: int
    expired: int


class MessageBatch(ResponseModel):
    """A batch. It expires 24 hours after its creation; `results_url` is set when it has ended."""

    __slots__ = ()
    id: str
    type: Literal["message_batch"]
    processing_status: Literal["in_progress", "canceling", "ended"]
    request_counts: MessageBatchRequestCounts
    created_at: datetime = DatetimeField()
    expires_at: datetime = DatetimeField()
    ended_at: datetime | None = DatetimeField()
    cancel_initiated_at: datetime | None = DatetimeField()
    archived_at: datetime | None = DatetimeField()
    results_url: str | None


class DeletedMessageBatch(ResponseModel):
    """The answer to deleting a batch."""

    __slots__ = ()
    id: str
    type: Literal["message_batch_deleted"]


class _BatchedMessage(NestedField):
    """The message of a batch's result, which costs half."""

    __slots__ = ()

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        message = super().__get__(instance, owner)
        if isinstance(message, Message):
            message._received(batch=True)
        return message


class MessageBatchSucceededResult(Model):
    """The request was answered."""

    __slots__ = ()
    type: Literal["succeeded"]
    message: Message = cast("Message", _BatchedMessage("message"))


class MessageBatchErroredResult(Model):
    """The request failed. `error` is the whole error body: the kind of error is in `error.error.type`."""

    __slots__ = ()
    type: Literal["errored"]
    error: ErrorResponse


class MessageBatchCanceledResult(Model):
    """The batch was canceled before this request was processed. Not billed."""

    __slots__ = ()
    type: Literal["canceled"]


class MessageBatchExpiredResult(Model):
    """The batch expired before this request was processed. Not billed."""

    __slots__ = ()
    type: Literal["expired"]


MessageBatchResult: TypeAlias = Annotated[
    MessageBatchSucceededResult | MessageBatchErroredResult | MessageBatchCanceledResult | MessageBatchExpiredResult,
    OTHER_KINDS,
]


class MessageBatchIndividualResponse(Model):
    """One line of a batch's results. `custom_id` tells which request it answers."""

    __slots__ = ()
    custom_id: str
    result: MessageBatchResult
