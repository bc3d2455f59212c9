"""A request of the journal as a curl command and as a Python program that send it again. The key is a variable's.

What comes from the request is quoted for the shell, or written as a Python literal: it is data in both.
"""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import quote

from tercet.server.journal.journal import Entry
from tercet.server.responders.script import asks_message
from tercet.wire.argument_names import MESSAGE

SENT_AGAIN = ("anthropic-version", "anthropic-beta", "content-type", "idempotency-key", "tercet-fault")
"""Headers that belong to the request, not to the connection or the library."""
CREDENTIALS = {"authorization": '"Authorization: Bearer $ANTHROPIC_AUTH_TOKEN"'}
KEY = '"x-api-key: $ANTHROPIC_API_KEY"'
PLAIN = "/:@!$&'()*+,;=~"
"""What may stand in a path as it is. Brackets and braces may not: curl would expand them."""
ARGUMENTS = MESSAGE | {"stream"}
MOST_DEEP = 100


def as_curl(entry: Entry, base_url: str) -> str | None:
    """Return the command; None for a request whose body is not kept as text."""
    body = _text(entry)
    if body is None:
        return None
    lines = [f"curl -X {shlex.quote(entry.method)} {shlex.quote(base_url + _target(entry))}"]
    used = [said for name, said in CREDENTIALS.items() if name in entry.headers and "x-api-key" not in entry.headers]
    lines += [f"-H {said}" for said in used or [KEY]]
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in _headers(entry).items()]
    if body:
        lines.append(f"--data-raw {shlex.quote(body)}")
    if isinstance(entry.json, dict) and entry.json.get("stream") is True:
        lines.insert(1, "--no-buffer")
    return " \\\n  ".join(lines)


def as_python(entry: Entry, base_url: str) -> str | None:
    """Return the program; None for a request whose body is not kept as text."""
    body, text = entry.json, _text(entry)
    if text is None or (text and not isinstance(body, dict)):
        return None
    head = f"import tercet\n\n# The key is read from ANTHROPIC_API_KEY.\nclient = tercet.Anthropic(base_url={base_url!r})\n"
    if isinstance(body, dict) and asks_message(entry.method, entry.path) and entry.path == "/v1/messages":
        return f"{head}{_messages(entry, body)}"
    return f"{head}{_any(entry, body)}"


def _messages(entry: Entry, body: dict[str, Any]) -> str:
    known = {name: value for name, value in body.items() if name in ARGUMENTS}
    other = {name: value for name, value in body.items() if name not in ARGUMENTS}
    arguments = [f"    {name}={literal(value, 1)},\n" for name, value in known.items()]
    arguments += [f"    extra_body={literal(other, 1)},\n"] if other else []
    headers = {name: value for name, value in _headers(entry).items() if name in ("anthropic-beta", "tercet-fault")}
    arguments += [f"    extra_headers={literal(headers, 1)},\n"] if headers else []
    call = f"client.messages.create(\n{''.join(arguments)})"
    if body.get("stream") is True:
        return f"with {call} as stream:\n    for event in stream:\n        print(event)\n"
    return f"message = {call}\nprint(message.to_json())\n"


def _any(entry: Entry, body: Any) -> str:
    arguments = [f"    {_target(entry)!r},\n", "    cast_to=object,\n"]
    if isinstance(body, dict):
        arguments.append(f"    body={literal(body, 1)},\n")
    headers = {name: value for name, value in _headers(entry).items() if name in ("anthropic-beta", "tercet-fault")}
    if headers:
        arguments.append(f"    options={literal({'headers': headers}, 1)},\n")
    return f"answer = client.{entry.method.lower()}(\n{''.join(arguments)})\nprint(answer)\n"


def _target(entry: Entry) -> str:
    path = quote(entry.path, safe=PLAIN)
    return f"{path}?{quote(entry.query, safe=PLAIN + '%?')}" if entry.query else path


def _headers(entry: Entry) -> dict[str, str]:
    return {name: entry.headers[name] for name in SENT_AGAIN if name in entry.headers}


def _text(entry: Entry) -> str | None:
    """Return the body; None where it was cut, or is no text."""
    kind = entry.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    length = entry.headers.get("content-length", "0")
    if entry.truncated or (entry.content and kind != "application/json") or (not entry.content and length != "0"):
        return None
    try:
        return entry.content.decode()
    except UnicodeDecodeError:
        return None


def literal(value: Any, depth: int = 0) -> str:
    """Return a JSON value as Python, indented as one would."""
    inner, outer = "    " * (depth + 1), "    " * depth
    if depth > MOST_DEEP or not value or not isinstance(value, dict | list):
        return repr(value)
    if isinstance(value, dict):
        flat = "{" + ", ".join(f"{name!r}: {item!r}" for name, item in value.items()) + "}"
        items = [f"{name!r}: {literal(item, depth + 1)}" for name, item in value.items()]
        return flat if _short(flat, depth) else "{\n" + "".join(f"{inner}{item},\n" for item in items) + outer + "}"
    flat = repr(value)
    items = [literal(item, depth + 1) for item in value]
    return flat if _short(flat, depth) else "[\n" + "".join(f"{inner}{item},\n" for item in items) + outer + "]"


def _short(flat: str, depth: int) -> bool:
    return len(flat) + 4 * depth < 100
