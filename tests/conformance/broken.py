"""Streams that do not go as they should, made of one that does."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.recorder import STREAM


def event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


EVENTS = [piece + b"\n\n" for piece in STREAM.split(b"\n\n") if piece]
START, BLOCK, DELTA, STOP, END, LAST = EVENTS
ERRORS = ("overloaded_error", "rate_limit_error", "api_error", "invalid_request_error", "quite_new_error")

BROKEN: dict[str, bytes] = {
    "whole": STREAM,
    "whole, with CRLF": STREAM.replace(b"\n", b"\r\n"),
    "whole, with pings": b"".join(each + event("ping") for each in EVENTS),
    "whole, with comments": b": hello\n\n" + STREAM.replace(b"event:", b": note\nevent:"),
    "whole, ids and retry": STREAM.replace(b"event:", b"id: 7\nretry: 100\nevent:"),
    **{
        f"an event of {kind}": b"".join([START, BLOCK, DELTA])
        + event("error", error={"type": kind, "message": "It broke."}, request_id="req_stream")
        for kind in ERRORS
    },
    "an error at once": event("error", error={"type": "overloaded_error", "message": "Overloaded"}),
    "an error that is no JSON": START + b"event: error\ndata: bad gateway\n\n",
    "nothing": b"",
    "cut before the first block": START,
    "cut in a block": START + BLOCK + DELTA,
    "cut in an event": START + BLOCK + DELTA[:-20],
    "cut before the stop reason": START + BLOCK + DELTA + STOP,
    "cut after the stop reason": START + BLOCK + DELTA + STOP + END,
    "data that is no JSON": START + BLOCK + b"event: content_block_delta\ndata: {oops\n\n" + STOP + END + LAST,
    "a delta before its block": START + DELTA + BLOCK + STOP + END + LAST,
    "no message_start": BLOCK + DELTA + STOP + END + LAST,
    "an unknown delta": START
    + BLOCK
    + event("content_block_delta", index=0, delta={"type": "hologram_delta", "z": 1})
    + DELTA
    + STOP
    + END
    + LAST,
    "an unknown event": START + event("hologram", z=1) + BLOCK + DELTA + STOP + END + LAST,
    "a page": b"<html>Log in</html>",
}
