"""What programs do with clients and answers, tried with either library:

    python habits.py anthropic|tercet BASE_URL

Runs in the official SDK's environment too. A habit returns something that JSON can hold; what it raises counts by class.
"""

from __future__ import annotations

import asyncio
import copy
import importlib
import inspect
import json
import os
import pickle
import sys
import warnings
from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock, create_autospec, patch

import httpx2

KEY = "sk-ant-habits-0123456789"
QUESTION = {"role": "user", "content": "What is 125 * 48?"}
ASK: dict[str, Any] = {"model": "claude-sonnet-4-5-20250929", "max_tokens": 50, "messages": [QUESTION]}
ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "mocked"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 2},
}
HABITS: dict[str, Callable[[Any], Any]] = {}


def habit(name: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    def kept(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        HABITS[name] = function
        return function

    return kept


class Library:
    """One of the libraries, and clients of it."""

    def __init__(self, module: str, base_url: str) -> None:
        self.api = importlib.import_module(module)
        self.types = importlib.import_module(f"{module}.types")
        self.base_url = base_url

    def client(self, **options: Any) -> Any:
        return self.api.Anthropic(**{"api_key": KEY, "base_url": self.base_url, **options})

    def async_client(self, **options: Any) -> Any:
        return self.api.AsyncAnthropic(**{"api_key": KEY, "base_url": self.base_url, **options})

    def message(self, **more: Any) -> Any:
        return self.client().messages.create(**{**ASK, **more})

    def block(self) -> Any:
        return self.types.TextBlock(type="text", text="a")


# --- clients ---------------------------------------------------------------------------------------------------------


@habit("copy adds default headers and sets others")
def _(of: Library) -> Any:
    client = of.client(default_headers={"X-A": "1"})
    copies = (client.copy(default_headers={"X-B": "2"}), client.copy(set_default_headers={"X-B": "2"}))
    return [[each.default_headers.get(name) for name in ("X-A", "X-B")] for each in copies]


@habit("copy refuses to add headers and to set them")
def _(of: Library) -> Any:
    return of.client().copy(default_headers={}, set_default_headers={})


@habit("copy refuses to add a query and to set it")
def _(of: Library) -> Any:
    return of.client().copy(default_query={}, set_default_query={})


@habit("copy adds to the default query")
def _(of: Library) -> Any:
    return dict(of.client(default_query={"a": 1}).copy(default_query={"b": 2}).default_query)


@habit("timeout None is no limit, for a client and for a copy")
def _(of: Library) -> Any:
    found = [of.client(timeout=None).timeout, of.client().with_options(timeout=None).timeout]
    return [getattr(each, "read", each) for each in found]


@habit("copy of a subclass is of that class, with its key and retries")
def _(of: Library) -> Any:
    class Mine(of.api.Anthropic):  # type: ignore[name-defined,misc]
        pass

    made = Mine(api_key=KEY).copy(api_key="other", max_retries=0)
    return [type(made).__name__, made.api_key, made.max_retries]


@habit("max_retries None is refused")
def _(of: Library) -> Any:
    return of.client(max_retries=None)


@habit("base_url is text with parts, and may be set")
def _(of: Library) -> Any:
    client = of.client(base_url="https://one.example:8443/v2/")
    parts = [client.base_url.scheme, client.base_url.host, client.base_url.port, str(client.base_url).rstrip("/")]
    client.base_url = "https://two.example"
    return [*parts, str(client.base_url).rstrip("/")]


@habit("Timeout has parts and is equal to its like")
def _(of: Library) -> Any:
    limit = of.api.Timeout(3, connect=1)
    return [limit.read == 3, limit.connect == 1, of.api.Timeout(3) == of.api.Timeout(3)]


@habit("a client is open until it is closed")
def _(of: Library) -> Any:
    client = of.client()
    before = client.is_closed()
    with client:
        client.models.list(limit=1)
    return [before, client.is_closed()]


@habit("a client that was closed")
def _(of: Library) -> Any:
    client = of.client()
    client.close()
    return type(client.models.list(limit=1)).__name__[:8]


@habit("closing a client closes the http_client that it was given")
def _(of: Library) -> Any:
    mine = httpx2.Client()
    client = of.client(http_client=mine)
    roles = [client.messages.create(**ASK).role, client.copy().messages.create(**ASK).role]
    client.close()
    closed = mine.is_closed
    mine.close()
    return [roles, closed]


@habit("an http_client of the wrong world is refused")
def _(of: Library) -> Any:
    return of.api.AsyncAnthropic(api_key=KEY, http_client=httpx2.Client())


@habit("a blocking client refuses an async http_client")
def _(of: Library) -> Any:
    return of.api.Anthropic(api_key=KEY, http_client=httpx2.AsyncClient())


@habit("http_client may be a mock, have hooks, or be the default one")
def _(of: Library) -> Any:
    seen: list[str] = []
    mock = httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(200, json=ANSWER)))
    hooks = httpx2.Client(event_hooks={"request": [lambda request: seen.append(request.method)]})
    with mock, hooks, of.api.DefaultHttpxClient() as default:
        texts = [of.client(http_client=each).messages.create(**ASK).content[0].text for each in (mock, hooks, default)]
    return [texts, seen]


@habit("default headers can be taken away")
def _(of: Library) -> Any:
    mine: list[Any] = []
    mock = httpx2.MockTransport(lambda request: mine.append(request.headers) or httpx2.Response(200, json=ANSWER))
    with httpx2.Client(transport=mock) as carrier:
        client = of.client(http_client=carrier, default_headers={"User-Agent": of.api.Omit(), "X-A": "1"})
        client.messages.create(**ASK, extra_headers={"X-A": of.api.omit, "X-B": "2"})
    # httpx names itself where nobody else does
    return ["Anthropic" in mine[0].get("user-agent", ""), "x-a" in mine[0], mine[0]["x-b"]]


@habit("a client is told apart by its class")
def _(of: Library) -> Any:
    return [isinstance(of.client(), of.api.Client), isinstance(of.async_client(), of.api.AsyncClient)]


@habit("AnthropicBedrock and AnthropicVertex are Anthropic clients")
def _(of: Library) -> Any:
    return [issubclass(of.api.AnthropicBedrock, of.api.Anthropic), issubclass(of.api.AnthropicVertex, of.api.Anthropic)]


@habit("methods can be patched and mocked")
def _(of: Library) -> Any:
    client = of.client()
    with patch.object(client.messages, "create", return_value="x"), patch.object(client.beta.messages, "create"):
        got = client.messages.create(**ASK), type(client.beta.messages.create).__name__
    spec = create_autospec(of.api.Anthropic, instance=True)
    return [*got, spec.messages is not None, isinstance(MagicMock(spec=of.types.Message), of.types.Message)]


@habit("credentials from the environment")
def _(of: Library) -> Any:
    with patch.dict(os.environ, {"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_BASE_URL": "https://e.example"}):
        client = of.api.Anthropic()
    return [client.api_key, client.auth_token, str(client.base_url).rstrip("/")]


@habit("no credentials at all")
def _(of: Library) -> Any:
    try:
        of.api.Anthropic(base_url=of.base_url).messages.create(**ASK)
    except TypeError:
        return "TypeError"


# --- calls -----------------------------------------------------------------------------------------------------------


@habit("sentinels, extra parts and iterables in a call")
def _(of: Library) -> Any:
    more = {"system": of.api.omit, "stop_sequences": of.api.NOT_GIVEN, "temperature": of.api.not_given}
    more = more if "temperature" in inspect.signature(of.client().messages.create).parameters else {}
    extra = {"extra_headers": {"X": "y"}, "extra_query": {"a": "b"}, "extra_body": {"metadata": {"user_id": "u"}}}
    return of.message(
        messages=(each for each in [QUESTION]), tools=iter(()), timeout=httpx2.Timeout(30), **more, **extra
    ).role


@habit("an answer is sent back, as it came and as dicts")
def _(of: Library) -> Any:
    first = of.message()
    dumped = [block.model_dump() for block in first.content]
    thanks = {"role": "user", "content": "Thanks"}
    turns = [[QUESTION, {"role": first.role, "content": each}, thanks] for each in (first.content, dumped)]
    return [of.message(messages=each).role for each in turns]


@habit("raw response")
def _(of: Library) -> Any:
    response = of.client().messages.with_raw_response.create(**ASK)
    known = [response.status_code, response.headers["content-type"], response.method, response.http_version]
    counted = [response.retries_taken, response.is_closed, response.request_id is not None]
    urls = [str(each).removeprefix(of.base_url) for each in (response.url, response.http_request.url)]
    return [known, counted, urls, type(response.parse()).__name__, response.json()["role"], response.text()[:5]]


@habit("raw response: the response of the HTTP library")
def _(of: Library) -> Any:
    http = of.client().messages.with_raw_response.create(**ASK).http_response
    known = [http.status_code, http.reason_phrase, http.is_success, http.is_error, http.headers.get("Content-Type")]
    return [known, http.json()["role"], http.text[:1], len(http.content) > 9, str(http.url).removeprefix(of.base_url)]


@habit("raw response: parse(to=...)")
def _(of: Library) -> Any:
    class Only(of.api.BaseModel):  # type: ignore[name-defined,misc]
        role: str

    return of.client().messages.with_raw_response.create(**ASK).parse(to=Only).role


@habit("unread response: lines and parse()")
def _(of: Library) -> Any:
    with of.client().messages.with_streaming_response.create(**ASK) as lines:
        read = len(list(lines.iter_lines())) > 0
    with of.client().messages.with_streaming_response.create(**ASK) as response:
        return [read, response.parse().role]


@habit("create(stream=True)")
def _(of: Library) -> Any:
    events = of.client().messages.create(**ASK, stream=True)
    about = [events.response.status_code, events.response.headers["content-type"][:17], next(events).type]
    with of.client().messages.create(**ASK, stream=True) as stream:
        kinds = [event.type for event in stream]
    events.close()
    return [about, kinds[:2], kinds[-1], of.api.Stream[int] is not None]


@habit("messages.stream()")
def _(of: Library) -> Any:
    with of.client().messages.stream(**ASK) as stream:
        text, seen = stream.get_final_text(), stream.current_message_snapshot.role
        known = [stream.response.status_code, stream.request_id is not None, stream.get_final_message().stop_reason]
    with of.client().messages.stream(**ASK) as again:
        again.until_done()
    return [text, seen, known]


@habit("client.get and client.post")
def _(of: Library) -> Any:
    client, options = of.client(), {"params": {"limit": 1}, "headers": {"X": "y"}, "timeout": 5}
    stream = client.post(
        "/v1/messages",
        body={**ASK, "stream": True},
        cast_to=of.types.Message,
        stream=True,
        stream_cls=of.api.Stream[of.types.RawMessageStreamEvent],
    )
    first = next(iter(stream)).type
    message = client.post("/v1/messages", body=ASK, cast_to=of.types.Message)
    return [first, message.role, client.get("/v1/models", cast_to=object, options=options)["has_more"]]


@habit("pages")
def _(of: Library) -> Any:
    page = of.client().models.list(limit=1)
    known = [page.has_more, page.has_next_page(), page.next_page_info() is not None, len(page.data)]
    other = of.client().models.list(limit=1, after_id=page.last_id)
    lengths = [len(each.data) for _, each in zip(range(3), page.iter_pages())]
    return [
        known,
        page.get_next_page().data[0].id == other.data[0].id,
        lengths,
        len(list(of.client().models.list())) > 3,
    ]


@habit("batches")
def _(of: Library) -> Any:
    batch = of.client().messages.batches.create(requests=[{"custom_id": "a", "params": ASK}])
    dumped = batch.model_dump()
    return [batch.processing_status, batch.created_at.year > 2000, type(dumped["created_at"]).__name__]


@habit("files")
def _(of: Library) -> Any:
    files = of.client().beta.files
    made = files.upload(file=("a.txt", b"hello", "text/plain"))
    known = [made.filename, made.mime_type, made.size_bytes, made.id in [each.id for each in files.list()]]
    return [known, files.delete(made.id).type]


@habit("the tool runner")
def _(of: Library) -> Any:
    @of.api.beta_tool  # type: ignore[untyped-decorator]
    def get_weather(city: str) -> str:
        """The weather.

        Args:
            city: Where.
        """
        return "snow"

    question = {"role": "user", "content": "What is the weather in Oslo?"}
    runner = of.client().beta.messages.tool_runner(**{**ASK, "messages": [question]}, tools=[get_weather])
    return runner.until_done().stop_reason


# --- the async client ------------------------------------------------------------------------------------------------


@habit("one async client in two event loops")
def _(of: Library) -> Any:
    client = of.async_client()

    async def asked() -> str:
        return (await client.messages.create(**ASK)).role  # type: ignore[no-any-return]

    return [asyncio.run(asked()), asyncio.run(asked())]


@habit("one async http_client in two event loops")
def _(of: Library) -> Any:
    client = of.async_client(http_client=httpx2.AsyncClient())

    async def asked() -> str:
        async with client.messages.stream(**ASK) as stream:
            return (await stream.get_final_message()).role  # type: ignore[no-any-return]

    return [asyncio.run(asked()), asyncio.run(asked())]


@habit("async: many at once, raw responses, streams, pages")
async def _(of: Library) -> Any:
    async with of.async_client() as client:
        roles = [each.role for each in await asyncio.gather(*(client.messages.create(**ASK) for _ in range(5)))]
        response = await client.messages.with_raw_response.create(**ASK)
        raw = [(await response.parse()).role, (await response.json())["role"]]
        async with client.messages.stream(**ASK) as stream:
            text = "".join([piece async for piece in stream.text_stream])
        events = [event.type async for event in await client.messages.create(**ASK, stream=True)]
        page = await client.models.list(limit=1)
        return [roles, raw, text, events[-1], len((await page.get_next_page()).data)]


# --- answers ---------------------------------------------------------------------------------------------------------


@habit("an answer is a BaseModel with fields")
def _(of: Library) -> Any:
    message = of.message()
    held = [isinstance(message, of.api.BaseModel), message.model_fields_set >= {"id", "content"}]
    return [held, message._request_id is not None, "content" in dir(message), "role" in type(message).model_fields]


@habit("to_dict, to_json, model_dump")
def _(of: Library) -> Any:
    block = of.message().content[0]
    dumps = [block.to_dict(), json.loads(block.to_json()), block.model_dump(), block.model_dump(exclude_none=True)]
    return [*dumps, json.loads(block.model_dump_json()), json.loads(block.model_dump_json(exclude_unset=True))]


@habit("model_dump: include and exclude, whole and within")
def _(of: Library) -> Any:
    made = of.types.Message.model_validate(ANSWER)
    one = made.model_dump(include={"usage": {"input_tokens"}, "role": True})
    two = made.model_dump(exclude={"usage": {"input_tokens"}, "content": True}, exclude_none=True)
    three = (
        made.model_dump(include={"content": {0: {"text"}}}),
        made.model_dump(include={"content": {"__all__": {"type"}}}),
    )
    return [
        one,
        sorted(two),
        two["usage"],
        *three,
        sorted(made.model_dump(exclude={"content", "usage"}, exclude_none=True)),
    ]


@habit("making an answer by hand")
def _(of: Library) -> Any:
    block, usage = of.types.TextBlock(type="text", text="a"), of.types.Usage(input_tokens=1, output_tokens=2)
    made = of.types.Message(**{**ANSWER, "content": [block], "usage": usage})
    plain = of.types.Message(**ANSWER)
    fields = [made.content[0].text, made.usage.output_tokens, made.usage.cache_read_input_tokens, block.citations]
    return [fields, plain.content[0].text, of.types.TextBlock.model_construct(text="x").text]


@habit("making an answer without a field that it needs")
def _(of: Library) -> Any:
    return of.types.TextBlock(text="x").text


@habit("model_validate of a wrong type")
def _(of: Library) -> Any:
    return of.types.TextBlock.model_validate({"type": "text", "text": 5}).text


@habit("older names of pydantic")
def _(of: Library) -> Any:
    block = of.types.TextBlock.parse_obj({"type": "text", "text": "a"})
    return [
        block.text,
        of.types.TextBlock.construct(text="x", more=1).more,
        block.dict()["text"],
        "text" in block.json(),
    ]


@habit("equality, change and copies")
def _(of: Library) -> Any:
    message, block = of.message(), of.block()
    same = [of.block() == block, copy.deepcopy(message) == message, copy.copy(message) == message]
    block.text = "b"
    changed = block.model_copy(update={"text": "c"})
    return [same, block.model_dump()["text"], changed.text, pickle.loads(pickle.dumps(message)) == message]


@habit("getattr, hasattr, match")
def _(of: Library) -> Any:
    block = of.block()
    match block:
        case of.types.TextBlock(text=text):
            return [text, hasattr(block, "citations"), hasattr(block, "nope"), getattr(block, "nope", 3)]


@habit("iterating over an answer")
def _(of: Library) -> Any:
    return next(isinstance(each, tuple) for each in of.block())


@habit("vars() of an answer")
def _(of: Library) -> Any:
    return sorted(vars(of.block()))


@habit("hash of an answer")
def _(of: Library) -> Any:
    return hash(of.block())


@habit("repr names the class and the fields")
def _(of: Library) -> Any:
    return [
        repr(of.block()).startswith("TextBlock("),
        "text='a'" in repr(of.block()),
        repr(of.block()) == str(of.block()),
    ]


@habit("answers in pydantic models and adapters")
def _(of: Library) -> Any:
    import pydantic

    made = pydantic.create_model("Kept", message=(of.types.Message, ...))(message=of.message())
    params = pydantic.TypeAdapter(list[of.types.MessageParam]).validate_python([QUESTION])  # type: ignore[name-defined]
    return [
        made.message.role,
        pydantic.TypeAdapter(of.types.TextBlock).validate_python(of.block()).text,
        params[0]["role"],
    ]


@habit("JSON schema of an answer")
def _(of: Library) -> Any:
    schema = of.types.TextBlock.model_json_schema()
    return [schema["type"], schema["title"], sorted(schema["properties"])]


# --- errors ----------------------------------------------------------------------------------------------------------


def refused(of: Library) -> Any:
    try:
        of.message(model="no-such-model")
    except of.api.NotFoundError as error:
        return error


@habit("what an error knows")
def _(of: Library) -> Any:
    error = refused(of)
    known = [error.status_code, error.body["error"]["type"], error.request_id is not None, error.type]
    about = [error.response.status_code, error.response.headers["content-type"], error.request.method]
    return [known, about, error.response.json()["type"], isinstance(error, of.api.APIStatusError), str(error)[:20]]


@habit("errors made by hand, in tests")
def _(of: Library) -> Any:
    request = httpx2.Request("POST", "https://api.anthropic.com/v1/messages")
    response = httpx2.Response(429, request=request, headers={"request-id": "r1"})
    limit = of.api.RateLimitError("slow", response=response, body={"type": "error"})
    lost, late = of.api.APIConnectionError(request=request), of.api.APITimeoutError(request=request)
    return [
        limit.status_code,
        limit.message,
        limit.request_id,
        str(limit),
        lost.message,
        str(lost.request.url),
        bool(late.message),
    ]


@habit("errors survive pickling")
def _(of: Library) -> Any:
    return type(pickle.loads(pickle.dumps(refused(of)))).__name__


@habit("nobody listens")
def _(of: Library) -> Any:
    try:
        of.client(base_url="http://127.0.0.1:9", max_retries=0).messages.create(**ASK)
    except of.api.APIConnectionError as error:
        return [error.message[:16], error.request.method, isinstance(error, of.api.APIError)]


def main(module: str, base_url: str) -> None:
    warnings.simplefilter("ignore")
    for name in [name for name in os.environ if name.upper().endswith("_PROXY") or name.startswith("ANTHROPIC_")]:
        del os.environ[name]
    told, library = {}, Library(module, base_url)
    for name, function in HABITS.items():
        try:
            result = function(library)
            told[name] = asyncio.run(result) if inspect.iscoroutine(result) else result
        except Exception as error:
            told[name] = f"raises {type(error).__name__}"
    print(json.dumps(told, default=repr))


if __name__ == "__main__":
    main(*sys.argv[1:])
