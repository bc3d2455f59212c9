"""The values of a job: a numbered request, its result, and the line that holds it. Pure.

Items are numbered by their place in the source, from 0. A result's line is one JSON object that begins with the item's number,
its status and its cost, so that millions of lines are scanned without reading the rest:

    {"item":12,"status":"ok","nano":4200,"message":{...}}
    {"item":13,"status":"failed","nano":null,"error":{"type":"BadRequestError","message":"...","code":400,"retryable":false}}
    {"item":14,"status":"ok","nano":0,"same":12}             the answer of an equal request

`nano` is the cost in whole nano-dollars, null where nobody knows. Of two lines of an item the later holds, unless it failed
and the earlier did not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from tercet.wire.requests.json_body import encode_json

Status: TypeAlias = Literal["ok", "refused", "cut", "schema", "failed"]
"""`ok`; `refused` by the model; `cut` by max_tokens or the context; `schema`: asked twice, and no answer was of the type;
`failed`: no answer came. All but the last were paid, and are never asked again unless `retry` is told to."""
STATUSES: tuple[Status, ...] = ("ok", "refused", "cut", "schema", "failed")
CODES: Mapping[str, int] = {status: code for code, status in enumerate(STATUSES, 1)}
"""Status -> its byte in the map of items; 0 is an item without a result."""
FAILED = CODES["failed"]


class NumberedRequest(msgspec.Struct):
    """One request of a job: what `messages.create` is asked for one row."""

    item: int
    params: dict[str, Any]
    """Arguments of `messages.create`, plain and checked; the output format stands in `output_config`."""
    row: Mapping[str, Any] | None = None
    """The row it was made of, where somebody still needs it."""

    def encoded(self) -> bytes:
        """Return the request's body as JSON, equal bytes for equal requests."""
        return encode_json(self.params)


class ItemError(msgspec.Struct, omit_defaults=True):
    """Why an item has no answer, or none that fits."""

    type: str
    """The error's class."""
    message: str
    code: int | None = None
    """The HTTP status, if the API answered."""
    retryable: bool = False


class ItemResult(msgspec.Struct, kw_only=True):
    """What became of one item."""

    item: int
    status: Status
    message: Mapping[str, Any] | None = None
    """The API's message, whole."""
    encoded: bytes | None = None
    """The same as JSON, in its place where it came so and nobody needed to look inside."""
    nano: int | None = 0
    """Nano-dollars, all attempts of this item together; None: not known."""
    error: ItemError | None = None
    same: int | None = None
    """The item whose answer this is, too."""
    value: Any = None
    """The parsed value; it is made of the message again when it is needed, and stands in no line."""
    row: Mapping[str, Any] | None = None
    """The row, where it is at hand; stands in no line."""
    raised: BaseException | None = None
    """The exception behind the error, where it is at hand; stands in no line."""

    def line(self) -> bytes:
        """Return the line of a log, newline included."""
        nano = "null" if self.nano is None else self.nano
        parts = [b'{"item":%d,"status":"%b","nano":%b' % (self.item, self.status.encode(), str(nano).encode())]
        if self.encoded is not None:
            parts.append(
                b',"message":' + self.encoded.replace(b"\n", b" ")
            )  # between values: JSON escapes those in texts
        elif self.message is not None:
            parts.append(b',"message":' + encode_json(self.message))
        if self.error is not None:
            parts.append(b',"error":' + msgspec.json.encode(self.error))
        if self.same is not None:
            parts.append(b',"same":%d' % self.same)
        return b"".join(parts) + b"}\n"


class ResultLine(msgspec.Struct):
    """A line as it is read again."""

    item: int
    status: Status
    nano: int | None
    message: msgspec.Raw = msgspec.Raw(b"null")
    error: ItemError | None = None
    same: int | None = None
