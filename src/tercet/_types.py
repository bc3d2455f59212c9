"""Sentinels and the names of annotations, under the module path of the official SDK."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import NoneType as NoneType
from typing import IO, TypeAlias

from tercet.client.given import NOT_GIVEN as NOT_GIVEN
from tercet.client.given import NotGiven as NotGiven
from tercet.client.given import Omit as Omit
from tercet.client.given import not_given as not_given
from tercet.client.given import omit as omit
from tercet.wire.http import Timeout as Timeout

Body: TypeAlias = object
Query: TypeAlias = Mapping[str, object]
Headers: TypeAlias = Mapping[str, str | Omit]
Base64FileInput: TypeAlias = IO[bytes] | os.PathLike[str]
FileContent: TypeAlias = IO[bytes] | bytes | os.PathLike[str]
FileTypes: TypeAlias = (
    FileContent
    | tuple[str | None, FileContent]
    | tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
