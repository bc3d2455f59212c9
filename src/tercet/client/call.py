"""One call of the API, described: what to send, how patiently, and how to read what comes. A value; does nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import msgspec

from tercet.client.overrides import NO_OVERRIDES, Overrides
from tercet.wire.errors import APIResponseValidationError
from tercet.wire.http import Response, Timeout, redacted_url, seconds
from tercet.wire.model import Model
from tercet.wire.requests.sentinels import omit

if TYPE_CHECKING:
    from tercet.flow.kinds import Kind

T = TypeVar("T")
M = TypeVar("M", bound=Model)

NO_BODY = {"Content-Type": omit}
"""A request that cannot have a body does not say what kind of body it has."""


class Call(msgspec.Struct, Generic[T]):
    """`read` turns a whole successful response into what the caller gets."""

    method: str
    path: str
    read: Callable[[Response], T]
    content: bytes = b""
    headers: Overrides = NO_OVERRIDES
    query: Overrides = NO_OVERRIDES
    timeout: Timeout | None = None
    deadline: float | None = None
    """Seconds for the whole call, attempts and waits together."""
    max_retries: int | None = None
    stream: bool = False
    model: str | None = None
    """The model that is asked, if this call asks one."""
    asked: Mapping[str, Any] | None = None
    """What the model is asked, as far as the catalog may know something about it."""
    whole: Mapping[str, Any] | None = None
    """The parameters that `content` was made of, if there is nothing else in it."""
    creates: str | None = None
    """For what must not be made twice: how to find out whether it was made, if its answer was lost."""
    fallbacks: Any = None
    """Whom to ask in its place; None: whoever the client says."""
    kind: Kind = "unknown"
    """What limits take it for."""
    passed: Literal["", "verb", "request"] = ""
    """What of the client it went through, which may have been replaced, and is not looked at again."""


def make_call(
    method: str,
    path: str,
    read: Callable[[Response], T],
    *,
    content: bytes = b"",
    headers: Mapping[str, Any] | None = None,
    query: Mapping[str, object] | None = None,
    stream: bool = False,
    options: Mapping[str, Any],
    kind: Kind = "unknown",
) -> Call[T]:
    """Return a Call, with the caller's `extra_headers`, `extra_query`, `timeout`, `deadline` and `max_retries` laid over it."""
    return Call(
        method,
        path,
        read,
        content,
        headers=_overrides(
            {**(NO_BODY if method == "GET" else {}), **(headers or {}), **_mapping("extra_headers", options)}
        ),
        query=_overrides({**(query or {}), **_mapping("extra_query", options)}),
        timeout=Timeout.of(options["timeout"]) if "timeout" in options else None,
        deadline=seconds(options["deadline"], "deadline") if "deadline" in options else None,
        max_retries=options.get("max_retries"),
        stream=stream,
        kind=kind,
        creates=BATCH_MADE if kind == "batch" else None,
    )


BATCH_MADE = (
    "The batch may have been made all the same, and making it again would bill it twice: look for it in "
    "client.messages.batches.list(), by its created_at and request_counts (and the custom_ids of its results), before you "
    "call create() again."
)


def _overrides(laid: dict[str, Any]) -> Overrides:
    return Overrides(laid) if laid else NO_OVERRIDES


def _mapping(name: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    value = options.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict, not {type(value).__name__}")
    return value


# --- reading what came -----------------------------------------------------------------------------------------------


def decode_body(response: Response) -> Any:
    """Return the body as JSON. Anything else is an APIResponseValidationError that shows what came."""
    if not response.content:
        raise unreadable_error(response, "an empty body")
    try:
        return msgspec.json.decode(response.content)
    except (ValueError, RecursionError) as problem:
        return _decoded_leniently(response, problem)


def _decoded_leniently(response: Response, problem: Exception) -> Any:
    """msgspec refuses lone surrogates in strings, which the API may send; the stdlib decoder takes them."""
    import json

    if isinstance(problem, RecursionError) or b"\\u" not in response.content:
        raise unreadable_error(response, f"not JSON ({_one_line(problem)})") from problem
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError) as again:
        raise unreadable_error(response, f"not JSON ({_one_line(again)})") from again


def _one_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0][:200] or type(problem).__name__


def unreadable_error(response: Response, what: str) -> APIResponseValidationError:
    """Return the error for a success that is none: says what was asked, what came, and where to look."""
    kind = response.headers.get("content-type", "no content-type")
    shown = response.text[:200]
    return APIResponseValidationError(
        response,
        response.text[:4096],
        message=(
            f"{response.method} {redacted_url(response.request.url).partition('?')[0]} was answered with status {response.status_code} and {what} "
            f"({kind}): {shown!r}. Is base_url right, or does a proxy or login page answer instead of the API?"
        ),
    )


def model_reader(cls: type[M], *required: str) -> Callable[[Response], M]:
    """Reads a response as this class; `required` fields must be there, or it is not what was asked for."""

    holds_blocks = "content" in required
    received: Callable[[M, tuple[bool, bool]], None] | None = getattr(cls, "_received", None)

    def read(response: Response) -> M:
        data = decode_body(response)
        if type(data) is not dict:
            raise unreadable_error(response, f"JSON that is no object but {type(data).__name__}")
        if data.get("type") == "error":
            from tercet.wire.errors.mapping import error_in_body

            raise error_in_body(data, response)
        for name in required:
            if name not in data:
                raise unreadable_error(response, f"JSON without {name!r}")
        if holds_blocks:
            _check_blocks(data["content"], response)
        made = cls(data)
        made.settle()
        object.__setattr__(made, "_request_id", response.headers.get("request-id"))
        if (workspace := response.headers.get("anthropic-workspace-id")) is not None and hasattr(cls, "_workspace_id"):
            object.__setattr__(made, "_workspace_id", workspace)
        if response.info is not None:
            object.__setattr__(made, "_info", response.info)
        if received is not None:
            received(made, response.terms)
        return made

    read.cast_to = cls  # type: ignore[attr-defined] # for those who replace verbs
    return read


def _check_blocks(content: Any, response: Response) -> None:
    """Raise APIResponseValidationError unless this is a list of objects that say what they are."""
    if type(content) is not list:
        raise unreadable_error(response, f"a message whose 'content' is no list but {_shown(content)}")
    for block in content:
        if type(block) is not dict or type(block.get("type")) is not str:
            raise unreadable_error(response, f"a message whose 'content' holds a block without a type: {_shown(block)}")


def _shown(value: Any) -> str:
    return repr(value)[:100]


def ignore_body(response: Response) -> None:
    """Reads a response whose body does not matter."""
