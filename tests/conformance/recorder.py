"""A server on a real socket that records what it is sent and answers as it was told. Knows neither library.

Each case has its own prefix, `/case-7/v1/messages`, so that one server serves all cases of a table.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

ANYTHING = {
    "id": "msg_conformance",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "text", "text": "Hello."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 2},
    "input_tokens": 3,
    "processing_status": "ended",
    "filename": "a.txt",
    "display_name": "A model",
    "data": [],
    "has_more": False,
    "first_id": None,
    "last_id": None,
}
"""An answer that every call can read: a message, a count, a batch, an empty page at once."""
STREAM = b"".join(
    b"event: %s\ndata: %s\n\n" % (event["type"].encode(), json.dumps(event).encode())
    for event in (
        {"type": "message_start", "message": {**ANYTHING, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello."}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": None},
            "usage": {"output_tokens": 2},
        },
        {"type": "message_stop"},
    )
)
RESULT = b'{"custom_id":"one","result":{"type":"canceled"}}\n'


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    content: bytes

    def body(self) -> Any:
        """The body as a value: JSON, the parts of a form, or None."""
        kind = self.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            return form(kind, self.content)
        return json.loads(self.content) if self.content else None


@dataclass
class Answer:
    """What to answer; None as content chooses by what was asked."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None


def form(kind: str, content: bytes) -> list[dict[str, Any]]:
    """The parts of a multipart form, without the boundary, which is chance."""
    whole = message_from_bytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + content)
    return [
        {
            "name": part.get_param("name", header="content-disposition"),
            "filename": part.get_filename(),
            "kind": part["content-type"],
            "content": part.get_payload(decode=True),
        }
        for part in whole.get_payload()  # type: ignore[union-attr]
    ]


def usual(seen: Seen, base_url: str) -> tuple[str, bytes]:
    """Content type and content of an answer that fits what was asked."""
    if seen.path.endswith("/results"):
        return "application/x-jsonl", RESULT
    if seen.path.endswith("/content"):
        return "application/octet-stream", b"content of a file"
    if seen.content.startswith(b"{") and json.loads(seen.content).get("stream") is True:
        return "text/event-stream; charset=utf-8", STREAM
    return "application/json", json.dumps(
        {**ANYTHING, "results_url": f"{base_url}/v1/messages/batches/msgbatch_1/results"}
    ).encode()


class Recorder:
    """The server. `player` says who plays now; `answers` say what each case gets, one after the other, the last one again and again."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.player = ""
        self.seen: defaultdict[tuple[str, str], list[Seen]] = defaultdict(list)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, case: str, seen: Seen) -> Answer:
        before = self.seen[self.player, case]
        before.append(seen)
        answers = self.answers.get(case, [Answer()])
        chosen = answers[min(len(before), len(answers)) - 1]
        if chosen.content is not None:
            return chosen
        kind, content = usual(seen, f"{self.base_url}/{case}")
        return Answer(chosen.status, {"content-type": kind, **chosen.headers}, content)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # an answer in one piece: written in two, the second waits 40 ms for an acknowledgement

            def do_POST(self) -> None:
                parts = urlsplit(self.path)
                case, _, path = parts.path.removeprefix("/").partition("/")
                content = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = parse_qsl(parts.query, keep_blank_values=True)
                answer = recorder.answer(case, Seen(self.command, f"/{path}", query, headers, content))
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status not in (204, 304):
                    self.send_header("content-length", str(len(answer.content or b"")))
                self.end_headers()
                if answer.status not in (204, 304):
                    self.wfile.write(answer.content or b"")

            do_GET = do_DELETE = do_PUT = do_PATCH = do_POST

            def log_message(self, *_: Any) -> None: ...

        return Handler

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
