"""`tercet batch`: the account's message batches, listed, shown, watched, canceled, and their results read. Prints; asks the client."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from tercet.cli.options import BadValue

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic
    from tercet.wire.responses.batches import MessageBatch

ENDED_WITH_FAILURES = 5
BATCH_ID = "[a-zA-Z0-9_-]{1,128}"
FIRST_LOOK, LONGEST_LOOK = 1.0, 60.0
COUNTS = ("processing", "succeeded", "errored", "canceled", "expired")


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, as the API has it.")
batch_id = click.argument("batch_id", metavar="ID")


@click.group()
def batch() -> None:
    """List, show, watch and cancel message batches, and read their results. Takes ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL."""


@batch.command("list")
@as_json
@click.option(
    "-n", "--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), metavar="N", help="How many."
)
def list_(as_json: bool, limit: int) -> None:
    """List batches, the newest first."""

    def ask(client: Anthropic) -> list[MessageBatch]:
        found: list[MessageBatch] = []
        for each in client.messages.batches.list(limit=min(limit, 100)):
            found.append(each)
            if len(found) == limit:
                break
        return found

    found = _asked(ask)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for each in found:
        click.echo(line_of(each))
    if not found:
        click.echo("no batches", err=True)


@batch.command()
@as_json
@batch_id
def show(batch_id: str, as_json: bool) -> None:
    """Show how far a batch is."""
    _show(_asked(lambda client: client.messages.batches.retrieve(_checked(batch_id))), as_json)


@batch.command()
@as_json
@batch_id
def watch(batch_id: str, as_json: bool) -> None:
    """Wait until a batch has ended. Exit code 5 if not all of its requests succeeded."""

    def ask(client: Anthropic) -> MessageBatch:
        delay, before = FIRST_LOOK, ""
        while True:
            found = client.messages.batches.retrieve(_checked(batch_id))
            if found.processing_status == "ended":
                return found
            if (told := line_of(found)) != before:
                click.echo(told, err=True)
            before = told
            time.sleep(delay)
            delay = min(delay * 1.5, LONGEST_LOOK)

    found = _asked(ask)
    _show(found, as_json)
    if _count(found, "succeeded") < sum(_count(found, name) for name in COUNTS):
        click.get_current_context().exit(ENDED_WITH_FAILURES)


@batch.command()
@as_json
@batch_id
def cancel(batch_id: str, as_json: bool) -> None:
    """Cancel a batch. What was answered until then can be read, and is billed."""
    _show(_asked(lambda client: client.messages.batches.cancel(_checked(batch_id))), as_json)


@batch.command()
@batch_id
@click.option(
    "--text", "as_text", is_flag=True, help="A line each: the custom id, a tab, and the text or what went wrong."
)
def results(batch_id: str, as_text: bool) -> None:
    """Print the results of a batch, one JSON object a line. Exit code 5 if some of them are no answers."""

    def ask(client: Anthropic) -> int:
        failures = 0
        with client.messages.batches.results(_checked(batch_id)) as read:
            for each in read:
                failures += each.result.type != "succeeded"
                click.echo(_text_of(each) if as_text else json.dumps(each))
        return failures

    if _asked(ask):
        click.get_current_context().exit(ENDED_WITH_FAILURES)


def line_of(found: MessageBatch) -> str:
    """Return a batch in one line: id, status, when it was made, and how many requests are in which state."""
    told = [f"{count:,} {name}" for name in COUNTS if (count := _count(found, name))]
    return f"{found.id}  {found.processing_status:<11}  {str(found.get('created_at'))[:19]}  {', '.join(told)}"


def _show(found: MessageBatch, as_json: bool) -> None:
    click.echo(json.dumps(found, indent=2) if as_json else line_of(found))


def _count(found: MessageBatch, name: str) -> int:
    value = (found.get("request_counts") or {}).get(name)
    return value if isinstance(value, int) else 0


def _text_of(each: Any) -> str:
    outcome = each.result
    if outcome.type == "succeeded":
        said = outcome.message.text
    elif outcome.type == "errored":
        error = (outcome.get("error") or {}).get("error") or {}
        said = f"{error.get('type')}: {error.get('message')}"
    else:
        said = str(outcome.type)
    return f"{each.custom_id}\t{' '.join(said.split())}"


def _checked(text: str) -> str:
    import re

    if not re.fullmatch(BATCH_ID, text):
        raise BadValue(f"{text[:80]!r} is no batch's id, such as msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d")
    return text


def _asked(ask: Callable[[Anthropic], Any]) -> Any:
    """Ask with the client of these settings. What it raises is one line, and an exit code (`exits.py`)."""
    from tercet.cli.asking import make_client

    try:
        with make_client() as client:
            return ask(client)
    except BrokenPipeError:  # `| head` has seen enough
        sys.stderr.close()
        return 0
