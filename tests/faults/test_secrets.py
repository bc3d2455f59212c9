"""Credentials, prompts and answers appear in nothing that a program logs, prints, pickles or stores when a call fails.

Planted: a key, a bearer token, a proxy's password, secrets in extra headers. Looked through: every fault of a list times
every place where text comes out.
"""

from __future__ import annotations

import asyncio
import base64
import copy
import io
import logging
import pickle
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from tests.client.scripted import SSE, Script
from tests.faults import bodies
from tests.faults.frames import frames_that_show
from tests.faults.places import PROXY_SECRET
from tests.faults.server import FaultServer, Fin, Raw, Reset, Stall, Steps, response
from tests.faults.surfaces import ASK, SURFACES, Seen, ask, ask_async
from tests.ports import closed_port

import tercet

KEY = "sk-ant-api03-CANARYkey0123456789"
TOKEN = "CANARYtoken-0123456789"
HEADERS = {
    "Cookie": "session=CANARYcookie",
    "X-Api-Token": "CANARYapitoken",
    "Proxy-Authorization": "Basic CANARYproxy",
}
PROMPT, ANSWER, FILLER = "CANARYprompt", "CANARYanswer", "x" * 1000
SECRETS = (KEY, TOKEN, PROXY_SECRET, *HEADERS.values(), "CANARYcookie", "CANARYapitoken", "CANARYproxy")
FORMS = [
    form
    for secret in SECRETS
    for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("="), secret[::-1])
]


def echoed(status: str, kind: str, secret: str) -> bytes:
    """An error that repeats a credential."""
    return response(
        bodies.dumped({"type": "error", "error": {"type": kind, "message": f"bad {secret}"}}), status=status
    )


FAULTS: dict[str, Callable[[str], Steps]] = {
    "FIN before the headers": lambda secret: (Fin(),),
    "RST before the headers": lambda secret: (Reset(),),
    "silence": lambda secret: (Stall(),),
    "garbage": lambda secret: (b"\x00garbage\r\n\r\n", Fin()),
    "headers of 1 MB": lambda secret: (Raw(b"HTTP/1.1 200 OK\r\nx: " + b"a" * 1_000_000), Fin()),
    "two lengths": lambda secret: (response(b"{}", "application/json", "200 OK", "content-length: 9"),),
    "status 401 that echoes": lambda secret: (echoed("401 No", "authentication_error", secret),),
    "status 400 that echoes": lambda secret: (echoed("400 No", "invalid_request_error", secret),),
    "status 529": lambda secret: (response(bodies.ERROR, status="529 Overloaded"),),
    "a page that echoes": lambda secret: (response(f"<html>{secret}</html>".encode(), "text/html"),),
    "a body cut short": lambda secret: (response(bodies.BODY["json"])[:-40], Fin()),
    "gzip that is none": lambda secret: (response(b"no gzip", "application/json", "200 OK", "content-encoding: gzip"),),
    "a stream cut short": lambda secret: (bodies.of("sse", *bodies.EVENTS[:5], end=False), Fin()),
    "a stream that is reset": lambda secret: (bodies.of("sse", *bodies.EVENTS[:5], end=False), Reset()),
    "a stream off the protocol": lambda secret: (bodies.events(*bodies.EVENTS[:4], b"event: x\ndata: {oops\n\n"),),
    "a redirect": lambda secret: (
        b"HTTP/1.1 307 Moved\r\nlocation: http://localhost:9/x\r\ncontent-length: 0\r\n\r\n",
    ),
}


class Logs:
    """Everything that is logged at debug, as lines and as records."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self._handler = logging.StreamHandler(self._text)
        self._handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
        self._handler.addFilter(self._whole)

    def _whole(self, record: logging.LogRecord) -> bool:
        self._text.write(f"{vars(record)!r}\n")
        return True

    def __enter__(self) -> Logs:
        self._root, self._level = logging.getLogger(), logging.getLogger().level
        self._own = logging.getLogger("tercet").level
        self._root.addHandler(self._handler)
        self._root.setLevel(1)
        logging.getLogger("tercet").setLevel(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._root.removeHandler(self._handler)
        self._root.setLevel(self._level)
        logging.getLogger("tercet").setLevel(self._own)

    @property
    def text(self) -> str:
        return self._text.getvalue()


def artefacts(error: BaseException, client: Any, logs: str) -> Iterator[tuple[str, str]]:
    """Every form in which a failure is shown or kept."""
    yield "logs", logs
    yield "str", str(error)
    yield "repr", repr(error)
    yield "args", repr(error.args)
    yield "vars", repr(vars(error))
    yield "causes", repr([error.__cause__, error.__context__])
    yield "frames", " ".join(frames_that_show(error, list(SECRETS)))
    yield "vars of the client", repr(vars(client))
    yield "pickle", pickle.dumps(error).decode("latin-1")
    yield "pickled again", repr(vars(pickle.loads(pickle.dumps(error))))
    yield "copy", repr(vars(copy.copy(error)))
    yield "repr of the client", repr(client)
    yield "pickled client", pickle.dumps(client).decode("latin-1")
    yield "request", f"{getattr(error, 'request', None)!r} {vars_of(getattr(error, 'request', None))}"
    yield "response", f"{getattr(error, 'response', None)!r} {vars_of(getattr(error, 'response', None))}"
    yield "attempts", repr(getattr(error, "attempts", ()))


def vars_of(value: Any) -> str:
    if value is None:
        return ""
    return " ".join(repr(getattr(value, name, None)) for name in dir(value) if not name.startswith("__"))


def failure(world: str, surface: str, url: str, **options: Any) -> tuple[BaseException, Any]:
    """The exception of a call that carries every secret there is, and the client that made it."""
    given: dict[str, Any] = {"base_url": url, "max_retries": 1, "timeout": 0.3, "default_headers": HEADERS, **options}
    given |= {"auth_token": TOKEN} if surface == "helper" else {"api_key": KEY}
    if world == "blocking":
        client = tercet.Anthropic(**given)
        with client, pytest.raises(tercet.APIError) as caught:
            ask(client, surface, Seen())
        return caught.value, client

    async def run() -> tuple[BaseException, Any]:
        async with tercet.AsyncAnthropic(**given) as client:
            try:
                await ask_async(client, surface, Seen())
            except tercet.APIError as error:
                return error, client
        raise AssertionError("no error came")

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    from tercet.flow import drivers

    async def at_once(seconds: float) -> None:
        return None

    monkeypatch.setitem(drivers.run.__kwdefaults__, "sleep", lambda seconds: None)
    monkeypatch.setitem(drivers.arun.__kwdefaults__, "sleep", at_once)


def leaks(error: BaseException, client: Any, logs: str) -> list[str]:
    found = []
    for name, whole in artefacts(error, client, logs):
        text = whole.replace(FILLER, "")  # nothing is hidden there, and it is long to search
        found += [
            f"{name}: …{text[max(0, text.index(form) - 80) : text.index(form) + 20]}" for form in FORMS if form in text
        ]
    return found


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.filterwarnings("ignore")
def test_no_credential_shows_when_a_call_fails(
    fault: str, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, looked_through = [], 0
    for world in ("blocking", "async"):
        for surface in ("create", "helper"):
            server.play([FAULTS[fault](TOKEN if surface == "helper" else KEY)])
            with monkeypatch.context() as patch, Logs() as logs:
                patch.setitem(ASK, "messages", [{"role": "user", "content": PROMPT}])
                try:
                    error, client = failure(world, surface, server.url)
                except pytest.fail.Exception:  # a fault that does not harm this surface
                    continue
            found += [f"{world} {surface} {leak}" for leak in leaks(error, client, logs.text)]
            found += [f"{world} {surface}: the prompt is logged"] * (PROMPT in logs.text)
            looked_through += 15

    assert found == []
    assert looked_through >= 30


@pytest.mark.filterwarnings("ignore")
def test_no_credential_shows_when_a_connection_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for name, url in (("refused", f"http://127.0.0.1:{closed_port()}"), ("proxy", "https://api.invalid")):
        if name == "proxy":
            monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PROXY_SECRET}@127.0.0.1:{closed_port()}")
        for world in ("blocking", "async"):
            with Logs() as logs:
                error, client = failure(world, "create", url)
            found += [f"{name} {world} {leak}" for leak in leaks(error, client, logs.text)]

    assert found == []


@pytest.mark.filterwarnings("ignore")
def test_no_credential_shows_when_an_upload_breaks(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    monkeypatch.setitem(ASK, "messages", [{"role": "user", "content": PROMPT + FILLER * 4_000}])
    for world in ("blocking", "async"):
        for steps in ((Reset(),), (Stall(),)):
            server.play(((),), on_accept=steps)
            with Logs() as logs:
                error, client = failure(world, "create", server.url, timeout=0.3)
            found += [f"{world} {steps} {leak}" for leak in leaks(error, client, logs.text)]

    assert found == []


def test_what_a_program_may_see_of_a_key_is_four_characters() -> None:
    shown = repr(tercet.Anthropic(api_key=KEY))

    assert KEY[-4:] in shown
    assert KEY[-5:] not in shown


def test_answers_are_not_logged() -> None:
    events = [each.replace(b"Hel", ANSWER.encode()) for each in bodies.EVENTS]
    script = Script((200, SSE, events))
    with Logs() as logs, script.client().messages.stream(**ASK) as stream:
        assert ANSWER in stream.get_final_text()

    assert ANSWER not in logs.text


def test_a_redirect_to_another_origin_brings_neither_key_nor_prompt(server: FaultServer) -> None:
    elsewhere = FaultServer()
    server.play(
        [(f"HTTP/1.1 307 Moved\r\nlocation: {elsewhere.url}/v1/messages\r\ncontent-length: 0\r\n\r\n".encode(),)]
    )
    acts: list[Callable[[Any], Any]] = [lambda client, each=surface: ask(client, each, Seen()) for surface in SURFACES]
    with tercet.Anthropic(api_key=KEY, base_url=server.url, max_retries=0) as client:
        for act in acts:
            with pytest.raises(tercet.APIStatusError):
                act(client)
    connections = elsewhere.connections
    elsewhere.close()

    assert connections == 0
