# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._types`."""

from tercet.compat.values import (
    Base64FileInput as Base64FileInput,
    Body as Body,
    Headers as Headers,
    NoneType as NoneType,
    Query as Query,
    RequestOptions as RequestOptions,
)
from tercet.wire.http import Timeout as Timeout
from tercet.wire.params.lists import (
    FileContent as FileContent,
    FileTypes as FileTypes,
)
from tercet.wire.requests.sentinels import (
    NOT_GIVEN as NOT_GIVEN,
    NotGiven as NotGiven,
    Omit as Omit,
    not_given as not_given,
    omit as omit,
)

__all__ = [
    "Base64FileInput",
    "Body",
    "FileContent",
    "FileTypes",
    "Headers",
    "NOT_GIVEN",
    "NoneType",
    "NotGiven",
    "Omit",
    "Query",
    "RequestOptions",
    "Timeout",
    "not_given",
    "omit",
]
