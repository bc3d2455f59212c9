"""Batches, models, files and error bodies read as what they are."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.wire.model import AnyModel
from tercet.wire.responses.batches import (
    MessageBatch,
    MessageBatchCanceledResult,
    MessageBatchErroredResult,
    MessageBatchExpiredResult,
    MessageBatchIndividualResponse,
    MessageBatchSucceededResult,
)
from tercet.wire.responses.errors import (
    ErrorResponse,
    InvalidRequestErrorObject,
    OtherErrorObject,
    OverloadedErrorObject,
)
from tercet.wire.responses.files import DeletedFile, FileMetadata
from tercet.wire.responses.message import Message
from tercet.wire.responses.models import CapabilitySupport, ModelInfo


def result(**fields: Any) -> Any:
    return MessageBatchIndividualResponse({"custom_id": "a", "result": fields}).result


@pytest.mark.parametrize(
    ("kind", "cls"),
    [
        ("succeeded", MessageBatchSucceededResult),
        ("errored", MessageBatchErroredResult),
        ("canceled", MessageBatchCanceledResult),
        ("expired", MessageBatchExpiredResult),
        ("postponed", AnyModel),
    ],
)
def test_a_result_is_known_by_its_type(kind: str, cls: type) -> None:
    assert cls is type(result(type=kind))


def test_a_succeeded_result_holds_a_message() -> None:
    succeeded = result(type="succeeded", message={"content": [{"type": "text", "text": "ok"}], "id": "msg_1"})

    assert isinstance(succeeded.message, Message)
    assert succeeded.message.text == "ok"


def test_an_errored_result_holds_the_whole_error_body() -> None:
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": "no"}, "request_id": None}
    errored = result(type="errored", error=body)

    assert isinstance(errored.error, ErrorResponse)
    assert isinstance(errored.error.error, InvalidRequestErrorObject)
    assert errored.error.error.message == "no"
    assert errored.error.request_id is None


def test_a_batch_counts_its_requests() -> None:
    batch = MessageBatch({"request_counts": {"processing": 2, "succeeded": 0}, "processing_status": "in_progress"})

    assert batch.request_counts.processing == 2
    assert batch.results_url is None


def error(**fields: Any) -> Any:
    return ErrorResponse({"type": "error", "error": fields}).error


def test_an_error_is_known_by_its_type() -> None:
    assert isinstance(error(type="overloaded_error", message="Overloaded"), OverloadedErrorObject)


def test_an_error_of_an_unknown_type_still_tells_type_and_message() -> None:
    odd = error(type="request_too_large", message="too large")

    assert isinstance(odd, OtherErrorObject)
    assert (odd.type, odd.message) == ("request_too_large", "too large")


def test_details_tell_code_and_whatever_else_came() -> None:
    details = error(type="invalid_request_error", message="", details={"error_code": "x", "until": "May"}).details

    assert (details.error_code, details.until, details.appeal_url) == ("x", "May", None)


def test_a_model_tells_what_it_can() -> None:
    model = ModelInfo(
        {
            "id": "claude-opus-5-5",
            "line": "opus",
            "capabilities": {
                "batch": {"supported": True},
                "effort": {"supported": True, "max": {"supported": False}},
                "thinking": {"supported": True, "types": {"adaptive": {"supported": True}}},
            },
        }
    )

    assert model.capabilities is not None
    assert isinstance(model.capabilities.batch, CapabilitySupport)
    assert model.capabilities.effort.max.supported is False
    assert model.capabilities.effort.xhigh is None
    assert model.capabilities.thinking.types.adaptive.supported is True
    assert model.retires_at is None


def test_a_model_of_an_older_server_has_no_capabilities() -> None:
    assert ModelInfo({"id": "claude-3-haiku-20240307", "display_name": "Claude 3 Haiku"}).capabilities is None


def test_a_file_tells_whether_it_can_be_downloaded() -> None:
    file = FileMetadata({"id": "file_1", "filename": "a.pdf", "size_bytes": 3, "downloadable": False})

    assert (file.downloadable, file.expires_at, file.scope) == (False, None, None)
    assert DeletedFile({"id": "file_1"}).type is None
