"""`tercet serve`: the local API in this terminal, until Ctrl-C."""

from __future__ import annotations

import secrets
from typing import Any

import click

from tercet.local import LOCAL_KEY, serve_in_foreground

FILE = click.Path(exists=True, dir_okay=False)
FOLDER = click.Path(file_okay=False)


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on. Only this machine by default."
)
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option(
    "--strict/--lenient",
    default=False,
    help="Refuse what the real API refuses today; lenient also serves old tutorials.",
)
@click.option(
    "--script", type=FILE, help="Answer by the rules of this file first (.yaml, .json, or .py, which is run)."
)
@click.option("--upstream", metavar="URL", help="Pass what no script answers on to this server.")
@click.option("--record", type=FOLDER, help="Keep every exchange with the upstream in this folder, without keys.")
@click.option("--replay", type=FOLDER, help="Answer from the recordings of this folder.")
@click.option("--replay-timing", is_flag=True, help="Play recordings at the speed at which they were made.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="RULE",
    help="Do this fault to requests, as in '5% rst@120'; 'header' lets requests ask for theirs. May be repeated.",
)
@click.option("--seed", default=0, show_default=True, help="Decides ids, and which requests meet faults.")
@click.option("--control", is_flag=True, help="Open the routes under /_tercet/ to those who send the token printed.")
@click.option("--inspect", is_flag=True, help="Show requests as they come, on a page at /_tercet/.")
@click.option("--data", type=FOLDER, help="Keep batches, files and the journal in this folder.")
def serve(host: str, port: int, control: bool, faults: tuple[str, ...], **settings: Any) -> None:
    """Serve the Claude API on this machine: no key, no network, no bill.

    Answers are simulated by a small deterministic program. Any client of the Claude API, in any language, can use it.
    """
    token = secrets.token_urlsafe(24) if control else None

    def on_ready(base_url: str) -> None:
        _say_where(base_url, _who_answers(settings), token)
        if settings["inspect"]:
            click.echo(f"Inspector: {base_url}/_tercet/\n")

    try:
        serve_in_foreground(host, port, on_ready=on_ready, control=token, faults=faults or None, **settings)
    except ModuleNotFoundError as missing:
        raise click.ClickException(str(missing)) from None
    except OSError as problem:
        if problem.filename is not None:
            raise click.ClickException(f"{problem.filename}: {problem.strerror or problem}") from None
        raise click.ClickException(f"cannot listen on {host}:{port}: {problem.strerror or problem}") from None
    except ValueError as problem:  # a script, fault, recording or data folder that cannot be understood
        raise click.ClickException(str(problem)) from None
    click.echo("Stopped.", err=True)


def _who_answers(settings: dict[str, Any]) -> str:
    if settings["replay"]:
        return f"recorded answers of {settings['replay']}"
    return f"answers of {settings['upstream']}" if settings["upstream"] else "simulated answers"


def _say_where(base_url: str, who: str, token: str | None) -> None:
    click.echo(
        f"The local API listens at {base_url} ({who}; Ctrl-C stops it).\n\n"
        f"Point any Claude client at it, in another terminal:\n"
        f"  export ANTHROPIC_BASE_URL={base_url} ANTHROPIC_API_KEY={LOCAL_KEY}\n"
        f"or in Python:\n"
        f"  client = tercet.Anthropic(base_url={base_url!r}, api_key={LOCAL_KEY!r})\n"
    )
    if token is not None:
        click.echo(f"Control: curl -X POST -H 'tercet-token: {token}' {base_url}/_tercet/reset\n")
