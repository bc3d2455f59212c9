"""`tercet doctor`: what a request would meet, one line each, and which setting won. Spends nothing: it asks for a page of models."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import NamedTuple

import click

from tercet.cli.defaults import FALLBACKS, setting
from tercet.cli.exits import ANSWERED, FAILED, one_line, sentence

OK, NOTE, WRONG = "ok", "note", "wrong"
EXTRAS = {
    "media": ("PIL", "pypdfium2"),
    "heic": ("pillow_heif",),
    "bedrock": ("botocore",),
    "vertex": ("google.auth",),
    "otel": ("opentelemetry",),
    "redis": ("redis",),
    "parquet": ("pyarrow",),
}
"""Extras -> the modules that they bring."""
MOST_SKEW = 300.0
"""Seconds by which the clock may differ: beyond, signed requests are refused, and days of costs are wrong."""
OLDEST_SQLITE = (3, 37, 0)
SECONDS = 10.0


class Finding(NamedTuple):
    """One thing that was looked at."""

    name: str
    state: str
    said: str


@click.command()
@click.option("--offline", is_flag=True, help="Look at this machine alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of objects.")
def doctor(offline: bool, as_json: bool) -> int:
    """Look at key, address, proxy, TLS, clock, SQLite, limits, extras and settings. Exit code 1 when a thing is wrong."""
    found = list(findings(offline))
    if as_json:
        click.echo(json.dumps([each._asdict() for each in found], indent=2))
    else:
        wide = max(len(each.name) for each in found)
        for each in found:
            click.echo(f"{each.state:<5}  {each.name:<{wide}}  {each.said}")
    return FAILED if any(each.state == WRONG for each in found) else ANSWERED


def findings(offline: bool) -> Iterator[Finding]:
    """Look at everything, in an order in which one thing explains the next."""
    for name in FALLBACKS:
        yield _looked(name, lambda name=name: _setting(name))  # type: ignore[misc]
    yield _looked("key", _key)
    yield _looked("address", _address)
    yield _looked("proxy", _proxy)
    yield from [] if offline else _reached()
    yield _looked("sqlite", _sqlite)
    yield _looked("ledger", _ledger)
    yield _looked("conversations", _conversations)
    yield Finding("extras", NOTE, _extras())


def _looked(name: str, look: Callable[[], tuple[str, str]]) -> Finding:
    try:
        return Finding(name, *look())
    except click.ClickException as problem:
        return Finding(name, WRONG, one_line(problem.format_message()))
    except Exception as error:
        return Finding(name, WRONG, sentence(error))


def _setting(name: str) -> tuple[str, str]:
    value, source = setting(name)
    if name == "model" and value is not None:
        from tercet.catalog.models import find

        if find(value) is None:
            return NOTE, f"{one_line(value)} (from {source}); the catalog does not know it"
    return OK, f"{'none' if value is None else one_line(str(value))} (from {source})"


def _key() -> tuple[str, str]:
    from tercet.client.anthropic import Anthropic

    client = Anthropic()
    for variable, value in (("ANTHROPIC_API_KEY", client.api_key), ("ANTHROPIC_AUTH_TOKEN", client.auth_token)):
        if value is not None:
            other = os.environ.get("ANTHROPIC_AUTH_TOKEN") if variable == "ANTHROPIC_API_KEY" else None
            return OK, f"from {variable}{'; ANTHROPIC_AUTH_TOKEN is set, too, and is not sent' if other else ''}"
    return WRONG, "none: set the environment variable ANTHROPIC_API_KEY, or try it without one: --local"


def _address() -> tuple[str, str]:
    from tercet.client.anthropic import Anthropic

    source = "ANTHROPIC_BASE_URL" if os.environ.get("ANTHROPIC_BASE_URL") else "the default"
    return OK, f"{one_line(str(Anthropic(api_key='none').base_url))} (from {source})"


def _proxy() -> tuple[str, str]:
    from urllib.parse import urlsplit

    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        if value := os.environ.get(name):
            parts = urlsplit(value if "://" in value else f"//{value}")
            if not parts.hostname:
                return WRONG, f"{name} names no host"
            without = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
            port = f":{parts.port}" if parts.port else ""
            return NOTE, one_line(f"{parts.hostname}{port} (from {name}{f'; not for {without}' if without else ''})")
    return OK, "none"


def _reached() -> Iterator[Finding]:
    """Ask the API for one model: that tells whether it is reached, over TLS, with this key, and by which clock it goes."""
    from tercet.client.anthropic import Anthropic

    try:
        client = Anthropic(timeout=SECONDS, max_retries=0, ledger=False)
        if client.api_key is None and client.auth_token is None:
            yield Finding("api", NOTE, "not asked, for want of a key")
            return
        answer = client.models.with_raw_response.list(limit=1)
    except Exception as error:
        yield Finding("api", WRONG, sentence(error))
        return
    headers = {name.lower(): value for name, value in answer.headers.items()}
    yield Finding("api", OK, "answers this key")
    secure = str(client.base_url).startswith("https:")
    yield Finding("tls", OK if secure else NOTE, "certificate checked" if secure else "none: the address is plain HTTP")
    yield _looked("clock", lambda: _clock(headers.get("date")))
    yield Finding("limits", NOTE, _limits(headers))


def _clock(told: str | None) -> tuple[str, str]:
    if told is None:
        return NOTE, "the answer has no date to compare with"
    import time
    from email.utils import parsedate_to_datetime

    try:
        skew = time.time() - parsedate_to_datetime(told).timestamp()
    except ValueError:
        return NOTE, "the answer's date cannot be read"
    if abs(skew) > MOST_SKEW:
        return (
            WRONG,
            f"this machine is {abs(skew):,.0f} s {'ahead of' if skew > 0 else 'behind'} the API: set its clock",
        )
    return OK, f"within {abs(skew):.0f} s of the API's"


def _limits(headers: dict[str, str]) -> str:
    names = {"requests": "requests", "input-tokens": "input tokens", "output-tokens": "output tokens"}
    told = [
        one_line(f"{headers[f'anthropic-ratelimit-{part}-limit']} {words} a minute")
        for part, words in names.items()
        if f"anthropic-ratelimit-{part}-limit" in headers
    ]
    return ", ".join(told) or "this answer tells none; answers to messages do"


def _sqlite() -> tuple[str, str]:
    import sqlite3

    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return WRONG, f"{sqlite3.sqlite_version}; ledgers and conversations need 3.37"
    return OK, sqlite3.sqlite_version


def _ledger() -> tuple[str, str]:
    from tercet.cli.settings import use_project
    from tercet.flow.ledger.place import VARIABLE, place_of

    project = use_project()
    place = place_of(None) if os.environ.get(VARIABLE) else place_of(str(project) if project else True)
    source = VARIABLE if os.environ.get(VARIABLE) else "tercet.toml" if project else "the default"
    if place is None:
        return NOTE, f"none (from {source})"
    return _file(str(place), source)


def _conversations() -> tuple[str, str]:
    from tercet.cli.asking import store_path

    return _file(str(store_path()), "your data folder")


def _file(path: str, source: str) -> tuple[str, str]:
    """Say whether a database is there, is one, and can be written."""
    import sqlite3

    told = one_line(f"{path} (from {source})")
    if not os.path.exists(path):
        folder = os.path.dirname(path)
        while not os.path.exists(folder):
            folder = os.path.dirname(folder)
        writable = os.path.isdir(folder) and os.access(folder, os.W_OK)
        return (OK, f"{told}; made when needed") if writable else (WRONG, f"{told}: {folder} cannot be written")
    if not os.access(path, os.W_OK):
        return WRONG, f"{told} cannot be written"
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            (answer,) = connection.execute("pragma quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return WRONG, f"{told}: {error}"
    return (OK, told) if answer == "ok" else (WRONG, f"{told} is damaged: {one_line(str(answer))}")


def _extras() -> str:
    there = [name for name, modules in EXTRAS.items() if all(_has(module) for module in modules)]
    missing = [name for name in EXTRAS if name not in there]
    python = ".".join(map(str, sys.version_info[:3]))
    lacks = f"; not installed: {', '.join(missing)} (pip install 'tercet[{missing[0]}]')" if missing else ""
    return f"{', '.join(there) or 'none'}{lacks}; Python {python}"


def _has(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
