"""Names of the official SDK's private modules that mean nothing else here: aliases for annotations, small functions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import NoneType
from typing import IO, Any, Literal, TypeAlias, TypedDict, TypeVar

from tercet.client.raw.responses import APIResponse, AsyncAPIResponse
from tercet.wire.http import Timeout
from tercet.wire.model import wrap_for
from tercet.wire.requests.sentinels import Omit, is_absent
from tercet.wire.responses.usage import AnyIterationUsage

T = TypeVar("T")

Body: TypeAlias = object
Query: TypeAlias = Mapping[str, object]
Headers: TypeAlias = Mapping[str, str | Omit]
Base64FileInput: TypeAlias = IO[bytes] | os.PathLike[str]
BinaryAPIResponse: TypeAlias = APIResponse[bytes]
StreamedBinaryAPIResponse: TypeAlias = APIResponse[bytes]
HttpxBinaryResponseContent: TypeAlias = APIResponse[bytes]
AsyncBinaryAPIResponse: TypeAlias = AsyncAPIResponse[bytes]
AsyncStreamedBinaryAPIResponse: TypeAlias = AsyncAPIResponse[bytes]
BetaIterationsUsage: TypeAlias = list[AnyIterationUsage]
BetaThinkingPrefixMismatchBehavior: TypeAlias = Literal["error", "drop_block"]


class RequestOptions(TypedDict, total=False):
    """The keys that `options=` of `client.post` and the other verbs may hold."""

    headers: Headers
    params: Query
    timeout: float | Timeout | None
    max_retries: int


def make_request_options(
    *,
    query: Query | None = None,
    extra_headers: Headers | None = None,
    extra_query: Query | None = None,
    timeout: Any = None,
) -> RequestOptions:
    """Return `options=` for `client.post` and the other verbs, without what is not given."""
    options: RequestOptions = {}
    if extra_headers is not None:
        options["headers"] = extra_headers
    if query is not None or extra_query is not None:
        options["params"] = {**(query or {}), **(extra_query or {})}
    if timeout is not None and is_given(timeout):
        options["timeout"] = timeout
    return options


def is_given(value: object) -> bool:
    """Say whether an argument was given: True but for `NOT_GIVEN` and `omit`."""
    return not is_absent(value)


def construct_type(*, value: object, type_: Any) -> Any:
    """Return `value` as `type_`: a class of `tercet.types`, or a list, dict or union of these. Checks nothing."""
    return wrap_for(type_)(value)


def construct_type_unchecked(*, value: object, type_: type[T]) -> T:
    """Return the same, as type checkers like it."""
    made: T = construct_type(value=value, type_=type_)
    return made


__all__ = [
    "AsyncBinaryAPIResponse",
    "AsyncStreamedBinaryAPIResponse",
    "Base64FileInput",
    "BetaIterationsUsage",
    "BetaThinkingPrefixMismatchBehavior",
    "BinaryAPIResponse",
    "Body",
    "Headers",
    "HttpxBinaryResponseContent",
    "NoneType",
    "Query",
    "RequestOptions",
    "StreamedBinaryAPIResponse",
    "construct_type",
    "construct_type_unchecked",
    "is_given",
    "make_request_options",
]
