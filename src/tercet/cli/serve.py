"""`tercet serve`: the local API in this terminal, until Ctrl-C."""

from __future__ import annotations

import errno
import secrets
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from tercet.cli.exits import one_line
from tercet.cli.options import BadValue, GroupedCommand, from_file, option, share
from tercet.local import LOCAL_KEY, serve_in_foreground

if TYPE_CHECKING:
    from tercet.server.journal.journal import Entry

FILE = click.Path(exists=True, dir_okay=False)
FOLDER = click.Path(file_okay=False)
MANY = click.IntRange(min=1)
ADDRESS, ANSWERS, CHECKS = "Where it listens", "Who answers", "What is let in"
LIMITS, TRIALS = "Limits, for each key (docs/limits.md)", "Tests and looking"
KINDS = ("tier", "contract", "own", "workspace", "credit")
RATES = {
    "rpm": "requests",
    "itpm": "input_tokens",
    "otpm": "output_tokens",
    "count_rpm": "count_requests",
    "batch_rpm": "batch_requests",
    "batch_queue": "batch_queue",
    "files_rpm": "file_requests",
    "ramp": "ramp",
}
"""Options that set rate limits -> their names there."""
NEEDS = {"replay_timing": "replay", "spend_limit_kind": "spend_limit"}
"""Options that only say how another one is meant -> that one."""


@click.command(cls=GroupedCommand, context_settings={"max_content_width": 110})
@option(
    ADDRESS,
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="This machine alone, unless given.",
)
@option(ADDRESS, "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), metavar="N",
        help="0 takes a free one.")  # fmt: skip
@option(ADDRESS, "--allow-host", "hosts", multiple=True, metavar="NAME", help="Another name it is called by.")
@option(ADDRESS, "--allow-origin", "origins", multiple=True, metavar="URL", help="Web pages that may send requests.")
@option(ADDRESS, "--config", type=FILE, is_eager=True, expose_value=False, callback=from_file,
        help="Options in a TOML file, by name: port = 8788. The command line wins.")  # fmt: skip
@option(ANSWERS, "--script", type=FILE, help="The rules of this file first (.yaml, .json, or .py, which is run).")
@option(ANSWERS, "--upstream", metavar="URL", help="Pass what no script answers on to this server.")
@option(ANSWERS, "--record", type=FOLDER, help="Keep every exchange with the upstream in this folder, without keys.")
@option(ANSWERS, "--replay", type=FOLDER, help="Answer from the recordings of this folder.")
@option(ANSWERS, "--replay-timing", is_flag=True, help="Play recordings at the speed at which they were made.")
@option(
    ANSWERS, "--pace", type=click.FloatRange(0, min_open=True), metavar="TOKENS", help="Tokens a second of streams."
)
@option(ANSWERS, "--batch-seconds", type=click.FloatRange(0), default=0, metavar="SECONDS",
        help="How long batches wait for their answers.")  # fmt: skip
@option(
    ANSWERS, "--batch-delays", metavar="SECONDS", help="How long each request of a batch takes then: 30, uniform:10,60."
)
@option(
    ANSWERS, "--output-tokens", metavar="TOKENS", help="How long answers are, by their usage: 300, lognormal:300,0.8."
)
@option(CHECKS, "--strict/--lenient", default=False,
        help="Refuse what the real API refuses today; lenient also serves old tutorials.")  # fmt: skip
@option(CHECKS, "--strict-roles", is_flag=True, help="Roles must alternate, as on Bedrock and in 2024.")
@option(CHECKS, "--strict-betas", is_flag=True, help="Refuse every beta that the catalog does not know.")
@option(CHECKS, "--key", "keys", multiple=True, metavar="KEY", help="Let in this key and no others. May be repeated.")
@option(CHECKS, "--key-without-permission", "keys_without_permission", multiple=True, metavar="KEY",
        help="Answer this key 403. May be repeated.")  # fmt: skip
@option(LIMITS, "--rpm", type=MANY, metavar="N", help="Requests a minute, by model.")
@option(LIMITS, "--itpm", type=MANY, metavar="N", help="Input tokens a minute, by model; cache reads are free.")
@option(LIMITS, "--otpm", type=MANY, metavar="N", help="Output tokens a minute, by model.")
@option(LIMITS, "--ramp", type=MANY, metavar="N", help="Input tokens in the first minute; 10,000 more in each after.")
@option(LIMITS, "--count-rpm", type=MANY, metavar="N", help="Token counts a minute.")
@option(LIMITS, "--batch-rpm", type=MANY, metavar="N", help="Requests a minute about batches.")
@option(LIMITS, "--batch-queue", type=MANY, metavar="N", help="Requests in batches that wait for an answer.")
@option(LIMITS, "--files-rpm", type=MANY, metavar="N", help="Requests a minute about files.")
@option(LIMITS, "--spend-limit", type=click.FloatRange(0), metavar="USD", help="US dollars in a calendar month.")
@option(LIMITS, "--spend-limit-kind", type=click.Choice(KINDS), metavar="KIND",
        help=f"Whose limit that is, which decides what is said: {', '.join(KINDS)}; the first unless given.")  # fmt: skip
@option(LIMITS, "--overload", type=share, metavar="SHARE", help="Answer 529 to this share of messages: 5% or 0.05.")
@option(TRIALS, "--batch-errored", type=share, default=0, metavar="SHARE", help="This share of batch requests fails.")
@option(TRIALS, "--batch-expired", type=share, default=0, metavar="SHARE", help="This share of them expires.")
@option(TRIALS, "--fault", "faults", multiple=True, metavar="RULE",
        help="Do this to requests, as in '5% rst@120'; 'header' lets them ask for theirs. May be repeated.")  # fmt: skip
@option(
    TRIALS, "--seed", default=0, show_default=True, metavar="N", help="Decides ids, and which requests meet faults."
)
@option(TRIALS, "--control", is_flag=True, help="Open the routes under /_tercet/ to the token that is printed.")
@option(TRIALS, "--inspect", is_flag=True, help="Show requests as they come, on a page at /_tercet/.")
@option(TRIALS, "--quiet", is_flag=True, help="Print no line for each request.")
@option(TRIALS, "--data", type=FOLDER, help="Keep batches, files and the journal in this folder.")
def serve(host: str, port: int, control: bool, quiet: bool, faults: tuple[str, ...], **options: Any) -> None:
    """Serve the Claude API on this machine: no key, no network, no bill.

    Answers are simulated by a small deterministic program. Any client of the Claude API, in any language, can use it.
    """
    settings = _settings(options)
    token = secrets.token_urlsafe(24) if control else None

    def on_ready(base_url: str) -> None:
        _say_where(base_url, _who_answers(settings), "YOUR_KEY" if settings["keys"] else LOCAL_KEY)
        if token is not None:
            click.echo(f"Control: curl -X POST -H 'tercet-token: {token}' {base_url}/_tercet/reset\n")
        if settings["inspect"]:
            click.echo(f"Inspector: {base_url}/_tercet/\n")

    if not quiet:
        settings["on_entry"] = print_request
    try:
        serve_in_foreground(host, port, on_ready=on_ready, control=token, faults=faults or None, **settings)
    except ModuleNotFoundError as missing:
        raise click.ClickException(str(missing)) from None
    except OSError as problem:
        if problem.filename is not None:
            raise BadValue(f"{problem.filename}: {problem.strerror or problem}") from None
        hint = "; --port 0 takes a free port" if problem.errno == errno.EADDRINUSE else ""
        raise click.ClickException(f"cannot listen: {problem.strerror or problem}{hint}") from None
    except ValueError as problem:  # a script, fault, recording or data folder that cannot be understood
        raise BadValue(str(problem)) from None
    click.echo("Stopped.", err=True)


def print_request(entry: Entry | None) -> None:
    """Print a request that was answered: when, what, how it ended, how long it took, by which model."""
    if entry is None or entry.seconds is None:
        return
    at = datetime.fromtimestamp(entry.started_at).strftime("%H:%M:%S")
    fault = f" fault: {entry.fault}" if entry.fault else ""
    status = "cut" if entry.status is None else entry.status
    line = f"{at} {entry.method} {entry.path} {status} {entry.seconds * 1000:.0f} ms {entry.model or ''}{fault}"
    with suppress(OSError):  # who reads the lines may have gone; requests are answered all the same
        click.echo(one_line(line))


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of the server that these options mean."""
    for needless, needed in NEEDS.items():
        if options[needless] and options[needed] is None:
            raise BadValue(f"--{needless.replace('_', '-')} says nothing without --{needed.replace('_', '-')}")
    rates = {name: value for given, name in RATES.items() if (value := options.pop(given)) is not None}
    usd, kind = options.pop("spend_limit"), options.pop("spend_limit_kind")
    settings = {**options, "keys": options["keys"] or None}
    settings["overloaded"] = settings.pop("overload")
    if rates:
        settings["rate_limits"] = rates
    if usd is not None:
        settings["spend_limit"] = {"usd": usd, "kind": kind or KINDS[0]}
    return settings


def _who_answers(settings: dict[str, Any]) -> str:
    if settings["replay"]:
        return f"recorded answers of {settings['replay']}"
    return f"answers of {settings['upstream']}" if settings["upstream"] else "simulated answers"


def _say_where(base_url: str, who: str, key: str) -> None:
    click.echo(
        f"The local API listens at {base_url} ({who}; Ctrl-C stops it).\n\n"
        f"Point any Claude client at it, in another terminal:\n"
        f"  export ANTHROPIC_BASE_URL={base_url} ANTHROPIC_API_KEY={key}\n"
        f"or in Python:\n"
        f"  client = tercet.Anthropic(base_url={base_url!r}, api_key={key!r})\n"
    )
