"""A whole response as whatever type the caller names: for `parse(to=...)` and for endpoints that no resource wraps."""

from __future__ import annotations

import typing
from typing import Any

import msgspec

from tercet.client.call import decode_body, model_reader, unreadable_error
from tercet.wire.http import Response
from tercet.wire.model import Model, wrap_for
from tercet.wire.responses.message import Message


def decode_as(kind: Any, response: Response) -> Any:
    """Return the body as `kind`: a Model, a pydantic model, dataclass, TypedDict, dict, list, union, str, bytes, Response, None.

    Raises APIResponseValidationError when the body is not JSON or does not fit.
    """
    if kind is None or kind is type(None):
        return None
    if kind is bytes:
        return response.content
    if kind is str:
        return response.text
    if kind is Response or getattr(kind, "__name__", "") == "Response":
        return response
    if isinstance(kind, type) and issubclass(kind, Model):
        required = ("content", "role") if issubclass(kind, Message) else ()
        return model_reader(kind, *required)(response)
    return _fitted(kind, decode_body(response), response)


def _fitted(kind: Any, data: Any, response: Response) -> Any:
    if kind in (object, Any):
        return data
    validate = getattr(kind, "model_validate", None)
    try:
        if validate is not None:
            return validate(data)
        if _holds_models(kind):
            return wrap_for(kind)(data)
        return msgspec.convert(data, kind)
    except (ValueError, TypeError) as problem:
        raise unreadable_error(response, f"JSON that is no {getattr(kind, '__name__', kind)}: {problem}") from problem


def _holds_models(kind: Any) -> bool:
    return any(
        (isinstance(part, type) and issubclass(part, Model)) or _holds_models(part) for part in typing.get_args(kind)
    )
