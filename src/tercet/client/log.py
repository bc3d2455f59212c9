"""One line a request, under the logger `tercet`: never a key, and a prompt only at debug and only when asked.

`TERCET_LOG=info|debug` (or `ANTHROPIC_LOG`) shows the lines on standard error; a program that sets logging up itself gets
them by the usual means. `TERCET_LOG_FORMAT=json` makes each line a JSON object, its values as fields of their own.
`TERCET_LOG_BODIES=1` adds request bodies at debug. A program that never touches logging does not pay for it: the module
is not imported.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from tercet.flow.effects import Lost, Reply
from tercet.wire.http import redacted_url

if TYPE_CHECKING:
    import logging

    from tercet.flow.retry import CallResult
    from tercet.wire.http import Request

LEVELS = {"info": 20, "debug": 10}
LONGEST_BODY = 10_000
LONGEST_TEXT = 400
"""Characters of a reason or an identifier that a line holds."""
_asked: list[str] = []
"""The level that was set up from the environment, once."""


def set_up_logging() -> None:
    """Set the logger up when the environment asks for it. Called when a client is made."""
    wanted = (os.environ.get("TERCET_LOG") or os.environ.get("ANTHROPIC_LOG") or "").lower()
    if wanted not in LEVELS or _asked:
        return
    import logging

    _asked.append(wanted)
    logger = logging.getLogger("tercet")
    logger.setLevel(LEVELS[wanted])
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(formatter())
        logger.addHandler(handler)


def formatter() -> logging.Formatter:
    """Return the formatter of the lines that `TERCET_LOG` shows: for people, or JSON if `TERCET_LOG_FORMAT` says so."""
    import logging

    if os.environ.get("TERCET_LOG_FORMAT", "").lower() == "json":
        from tercet.client.log_json import JSONFormatter

        return JSONFormatter()
    return logging.Formatter("[%(asctime)s %(levelname)s %(name)s] %(message)s")


def active_logger() -> logging.Logger | None:
    """Return the logger, if somebody listens to it at info or below."""
    module = sys.modules.get("logging")
    if module is None:
        return None
    logger: logging.Logger = module.getLogger("tercet")
    return logger if logger.isEnabledFor(20) else None


def log_call(logger: logging.Logger, ending: CallResult, seconds: float) -> None:
    """Write down how a call ended."""
    outcome, request = ending.outcome, ending.request
    retries = len([attempt for attempt in ending.attempts if attempt.wait is not None])
    if isinstance(outcome, Reply):
        result = f"{outcome.status}, request {fold_text(outcome.headers.get('request-id') or '-')}"
    else:
        result = f"no answer ({fold_text(outcome.reason)})"
    logger.info(
        "%s %s: %s, %.3f s%s",
        request.method,
        redacted_url(request.url),
        result,
        seconds,
        f", {retries} retries" if retries else "",
        extra={"tercet": {"event": "call", **_fields(ending, seconds, retries)}},
    )
    if logger.isEnabledFor(10):
        _record_details(logger, request)


def _fields(ending: CallResult, seconds: float, retries: int) -> dict[str, Any]:
    outcome, request = ending.outcome, ending.request
    reply = outcome if isinstance(outcome, Reply) else None
    return {
        "method": request.method,
        "url": redacted_url(request.url),
        "status": reply.status if reply else None,
        "request_id": reply.headers.get("request-id") if reply else None,
        "problem": outcome.reason if isinstance(outcome, Lost) else None,
        "seconds": round(seconds, 6),
        "retries": retries,
    }


def log_event(details: object) -> None:
    """Write down an event of a call, if somebody listens."""
    logger = active_logger()
    if logger is None:
        return
    from tercet.client.log_json import as_fields, describe_event

    logger.info("%s", fold_text(describe_event(details)), extra={"tercet": as_fields(details)})


def _record_details(logger: logging.Logger, request: Request) -> None:
    logger.debug("request headers: %r", dict(request.headers.redacted()))
    if os.environ.get("TERCET_LOG_BODIES"):
        logger.debug(
            "request body: %s", fold_text(request.content[:LONGEST_BODY].decode("utf-8", "replace"), LONGEST_BODY)
        )


def fold_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text from outside on one line, without terminal codes, cut to so many characters."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[:longest])
