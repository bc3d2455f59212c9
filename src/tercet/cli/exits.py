"""Exit codes, and errors in one sentence. The only place that knows which error ends a command with which code."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import Any

ANSWERED, FAILED, USAGE, REFUSED, CUT, SOME_FAILED, HELD, TRY_LATER, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 75, 130
NO_KEY = "No API key: set the environment variable ANTHROPIC_API_KEY, or try it without one: --local"
CODES = {
    "MissingCredentialsError": USAGE,
    "MediaError": USAGE,
    "BulkError": USAGE,
    "LedgerError": USAGE,
    "ConversationNotFoundError": USAGE,
    "BudgetExceededError": HELD,
    "BudgetUnknownError": HELD,
    "ConversationLimitError": HELD,
    "ContractSpendLimitReachedError": HELD,
    "EnforcedSpendLimitReachedError": HELD,
    "LinkedOrganizationSpendLimitReachedError": HELD,
    "LedgerBusyError": TRY_LATER,
    "ConversationBusyError": TRY_LATER,
    "ConversationConflictError": TRY_LATER,
    "SharedStateBusyError": TRY_LATER,
    "PaceWaitError": TRY_LATER,
    "CircuitOpenError": TRY_LATER,
    "APIConnectionError": TRY_LATER,
    "RateLimitError": TRY_LATER,
    "RequestTimeoutError": TRY_LATER,
    "OverloadedError": TRY_LATER,
    "ServiceUnavailableError": TRY_LATER,
    "GatewayTimeoutError": TRY_LATER,
    "RetryableError": TRY_LATER,
    "RefusedParameterError": USAGE,
    "AnthropicError": FAILED,
    "ValueError": USAGE,
    "OSError": USAGE,
    "TypeError": USAGE,
}
"""Classes of errors by name, so that none is imported that was not raised -> exit codes. The nearest ancestor counts."""
LONGEST = 600


def exit_code(error: BaseException) -> int | None:
    """Return the code of an error; None for one that nobody expects, whose traceback is worth reading."""
    own = getattr(error, "exit_code", None)
    if isinstance(own, int):
        return own
    return next((CODES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in CODES), None)


def stop_code(stop_reason: str | None) -> int:
    """Return the code of an answer that came."""
    if stop_reason == "refusal":
        return REFUSED
    return CUT if stop_reason in ("max_tokens", "model_context_window_exceeded") else ANSWERED


def sentence(error: BaseException) -> str:
    """Return an error in one line: what went wrong, and what to do."""
    if type(error).__name__ == "MissingCredentialsError":
        return NO_KEY
    said = getattr(error, "api_message", None)
    if said is not None:
        return one_line(_refusal(error, str(said)))
    if isinstance(error, OSError) and error.filename is not None:
        return one_line(f"{error.filename}: {error.strerror or error}")
    return one_line(str(error) or type(error).__name__)


def _refusal(error: Any, said: str) -> str:
    status, request = error.status_code, getattr(error, "request_id", None)
    hint = ""
    if status == 401:
        hint = "; check ANTHROPIC_API_KEY (tercet doctor says which key is used)"
    elif status == 404 and said.startswith("model:"):
        hint = _nearest_model(said.removeprefix("model:").strip())
    elif error.retry_after is not None:
        hint = f"; try again in {error.retry_after:.0f} s"
    return f"the API answered {status}: {said}{hint}{f' ({request})' if request else ''}"


def _nearest_model(asked: str) -> str:
    from tercet.catalog.models import all_models

    known = [name for facts in all_models() for name in (facts.id, *facts.aliases)]
    near = get_close_matches(asked, known, 1)
    return f"; did you mean {near[0]}?" if near else "; tercet models lists them"


def one_line(text: str) -> str:
    """Return a text as one line without control characters, of a length that can be read."""
    line = "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def complain(text: str) -> None:
    """Print an error on stderr; without one there is nobody to tell."""
    if sys.stderr is not None:
        print(f"Error: {text}", file=sys.stderr, flush=True)
