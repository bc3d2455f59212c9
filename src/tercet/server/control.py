"""`/_tercet/`: reset, clock, script, queue, faults and journal over HTTP, for tests in any language.

Only there when the server was started with a control token, and only for those who send it in `tercet-token` or as a
bearer token. Knows the parts that it controls; they do not know it.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from tercet.server.clock import Clock
from tercet.server.endpoints.lists import asked_limit, one
from tercet.server.errors import HTTPError, invalid, not_found
from tercet.server.exchange import Handler, PlainResponse, ServerExchange, decoded_json, json_response
from tercet.server.faults.spec import UnknownFault
from tercet.server.journal.journal import Journal
from tercet.server.middleware import Stack
from tercet.server.responders.outcome import BadScript
from tercet.server.routing import Route
from tercet.server.settings import timestamp
from tercet.server.state import State

MOST_BYTES = 16 * 1024 * 1024
DONE = {"done": True}


def controlled(work: Callable[..., Awaitable[PlainResponse]]) -> Handler:
    """Return the handler, for those alone who know the token."""

    async def handler(state: State, exchange: ServerExchange, *values: str) -> PlainResponse:
        check_token(state, exchange)
        try:
            return await work(state, exchange, *values)
        except (BadScript, UnknownFault) as problem:
            raise invalid(str(problem)) from None

    return handler


def check_token(state: State, exchange: ServerExchange) -> None:
    """Raise 404 if there is no control, and 401 for a wrong token or none."""
    wanted = state.settings.control
    if wanted is None:
        raise not_found(f"Not found: {exchange.path[:200]}")
    scheme, _, bearer = exchange.header(b"authorization").partition(" ")
    given = exchange.header(b"tercet-token") or (bearer.strip() if scheme.lower() == "bearer" else "")
    if not hmac.compare_digest(given.encode("latin-1", "replace"), wanted.encode()):
        raise HTTPError(401, "This route needs the control token of this server, in the header tercet-token.")


async def reset(state: State, exchange: ServerExchange) -> PlainResponse:
    """`POST /_tercet/reset`: forget everything, and let the clock go by the machine's time."""
    state.reset()
    if isinstance(state.settings.clock, Clock):
        state.settings.clock.reset()
    return json_response(DONE)


async def clock(state: State, exchange: ServerExchange) -> PlainResponse:
    """`GET /_tercet/clock`: the time by the server's clock."""
    found = state.settings.clock
    frozen = isinstance(found, Clock) and found.frozen
    return json_response({"now": timestamp(state.settings.now()), "seconds": found(), "frozen": frozen})


async def set_clock(state: State, exchange: ServerExchange) -> PlainResponse:
    """`POST /_tercet/clock`: `{"frozen": true}`, `{"now": …}`, `{"advance": seconds}`, in this order where several are given."""
    given, found = await _object(exchange, "now", "advance", "frozen"), state.settings.clock
    if not isinstance(found, Clock):
        raise invalid("The clock of this server was given to it and cannot be set.")
    frozen = given.get("frozen")
    if frozen is not None and type(frozen) is not bool:
        raise invalid("frozen: Input should be a valid boolean")
    if frozen is not None:
        (found.freeze if frozen else found.run)()
    try:
        if given.get("now") is not None:
            found.set(_moment(given["now"]))
        if given.get("advance") is not None:
            found.advance(float(given["advance"]))
    except (ValueError, TypeError, OverflowError, OSError):
        raise invalid(
            "now is a time such as 2026-11-20T10:00:00Z or seconds since 1970, advance a number of seconds"
        ) from None
    return await clock(state, exchange)


def _moment(given: Any) -> datetime | float:
    if not isinstance(given, str):
        return float(given)
    found = datetime.fromisoformat(given)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found


async def script(state: State, exchange: ServerExchange) -> PlainResponse:
    """`GET /_tercet/script`: what the rules match, how often each was taken, and how many answers are queued."""
    found = _stack(state).script_or_new()
    rules = [
        {"rule": number, "match": rule.described, "taken": rule.taken, "times": rule.times}
        for number, rule in enumerate(found.rules, 1)
    ]
    return json_response({"rules": rules, "queued": len(found.queue)})


async def set_script(state: State, exchange: ServerExchange) -> PlainResponse:
    """`PUT /_tercet/script`: `{"rules": […]}` in the place of those that stand."""
    found, given = _stack(state).script_or_new(), await _object(exchange, "rules")
    if not isinstance(given.get("rules"), list):
        raise invalid("rules: Input should be a valid list")
    found.set(given)
    return await script(state, exchange)


async def queue(state: State, exchange: ServerExchange) -> PlainResponse:
    """`POST /_tercet/queue`: `{"answers": […]}` for the next requests for a message."""
    given = await _object(exchange, "answers")
    if not isinstance(given.get("answers"), list):
        raise invalid("answers: Input should be a valid list")
    _stack(state).script_or_new().queue.add(*given["answers"])
    return await script(state, exchange)


async def clear_script(state: State, exchange: ServerExchange) -> PlainResponse:
    """`DELETE /_tercet/script`: no rules, nothing queued."""
    _stack(state).script_or_new().clear()
    return json_response(DONE)


async def faults(state: State, exchange: ServerExchange) -> PlainResponse:
    """`GET /_tercet/faults`: the rules and how often each still strikes."""
    return json_response({"rules": _stack(state).faults_or_new().shown()})


async def set_faults(state: State, exchange: ServerExchange) -> PlainResponse:
    """`PUT /_tercet/faults`: `{"rules": ["x2 status:529", …]}` in the place of those that stand."""
    given = await _object(exchange, "rules")
    rules = given.get("rules")
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise invalid("rules: Input should be a valid list of strings")
    _stack(state).faults_or_new().set(rules)
    return await faults(state, exchange)


async def clear_faults(state: State, exchange: ServerExchange) -> PlainResponse:
    """`DELETE /_tercet/faults`: none but those that requests ask for."""
    _stack(state).faults_or_new().clear()
    return json_response(DONE)


def journal_of(state: State) -> Journal:
    """Return the journal. Raises 404 if none is kept."""
    if state.journal is None:
        raise not_found("This server keeps no journal.")
    return state.journal


def _stack(state: State) -> Stack:
    assert state.stack is not None, "these routes are found by the stack"
    return state.stack


async def entries(state: State, exchange: ServerExchange) -> PlainResponse:
    """`GET /_tercet/journal`: entries, oldest first; `since=NUMBER`, `path=`, `method=`, `limit=`, `bodies=true`."""
    kept, since = journal_of(state), one(exchange, "since") or "0"
    if not (since.isascii() and since.isdigit() and len(since) < 16):
        raise invalid("since: Input should be a valid integer")
    found = kept.entries(method=one(exchange, "method"), path=one(exchange, "path"), since=int(since))
    shown, bodies = found[: asked_limit(exchange)], one(exchange, "bodies") == "true"
    data = [entry.shown(bodies=bodies) for entry in shown]
    return json_response({"data": data, "has_more": len(found) > len(shown)})


async def entry(state: State, exchange: ServerExchange, request_id: str) -> PlainResponse:
    """`GET /_tercet/journal/{request id}`: one entry with its bodies."""
    found = journal_of(state).get(request_id)
    if found is None:
        raise not_found(f"The journal holds no request {request_id[:200]}")
    return json_response(found.shown())


async def clear_journal(state: State, exchange: ServerExchange) -> PlainResponse:
    """`DELETE /_tercet/journal`: forget what was asked."""
    journal_of(state).clear()
    return json_response(DONE)


async def _object(exchange: ServerExchange, *names: str) -> dict[str, Any]:
    """Return the body, whatever its content type says: the token, which no other site's page can send, is the guard
    here."""
    given = decoded_json(await exchange.body(MOST_BYTES))
    if not isinstance(given, dict):
        raise invalid(f"body: Input should be an object with {', '.join(names)}")
    for name in given:
        if name not in names:
            raise invalid(f"{name[:100]}: Extra inputs are not permitted. Known are {', '.join(names)}.")
    return given


ROUTES = (
    Route("POST", "/_tercet/reset", controlled(reset)),
    Route("GET", "/_tercet/clock", controlled(clock)),
    Route("POST", "/_tercet/clock", controlled(set_clock)),
    Route("GET", "/_tercet/script", controlled(script)),
    Route("PUT", "/_tercet/script", controlled(set_script)),
    Route("DELETE", "/_tercet/script", controlled(clear_script)),
    Route("POST", "/_tercet/queue", controlled(queue)),
    Route("GET", "/_tercet/faults", controlled(faults)),
    Route("PUT", "/_tercet/faults", controlled(set_faults)),
    Route("DELETE", "/_tercet/faults", controlled(clear_faults)),
    Route("GET", "/_tercet/journal", controlled(entries)),
    Route("DELETE", "/_tercet/journal", controlled(clear_journal)),
    Route("GET", "/_tercet/journal/*", controlled(entry)),
)
