"""`tercet bulk`: a request for each row of a file; and the job's status, and what failed asked again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tercet.cli.exits import FAILED, INTERRUPTED, SOME_FAILED, exit_code, sentence

if TYPE_CHECKING:
    from tercet.toolkit.bulk.job import Job

FAILED_ITEMS = SOME_FAILED


class BulkGroup(click.Group):
    """A group whose first word is a verb of it, or else the source of a new job."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb; `run` where the first word is none of them."""
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "run", self.commands["run"], args

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave everything to `run`, unless help is asked for or a verb stands first."""
        if args and args[0] not in ("-h", "--help", *self.commands):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=BulkGroup, context_settings={"max_content_width": 110})
def bulk() -> None:
    """Ask a model once for each row of a file: tercet bulk SOURCE --prompt 'Sentiment of: {text}' --model M --to OUT.

    SOURCE and OUT are .jsonl, .csv, .tsv or .parquet. The job stands in the folder OUT.job: whatever ends it, the same command goes
    on. All options: tercet bulk run --help.
    """


@bulk.command()
@click.argument("source")
@click.option(
    "--prompt", required=True, metavar="TEXT", help="The prompt; {name} is a field of the row, {{ and }} are braces."
)
@click.option("--model", required=True, metavar="MODEL", help="Whom to ask.")
@click.option("--to", required=True, metavar="FILE", help="The output: each row with its answer.")
@click.option(
    "--schema", metavar="FIELDS", help="Typed answers: 'label, score number, mood good|bad', JSON, or @file.json."
)
@click.option("--system", metavar="TEXT", help="The system prompt.")
@click.option(
    "--max-tokens", default=1024, show_default=True, type=click.IntRange(min=1), metavar="N", help="Of each answer."
)
@click.option("--budget", metavar="USD", help="What the folder may cost, all runs together.")
@click.option("--deadline", metavar="TIME", help="Stop then: 6h, 90min, 1h30m.")
@click.option("--how", metavar="WAY", help="The way of asking; chosen unless given.")
@click.option("--concurrency", default=50, show_default=True, type=click.IntRange(1, 10_000), metavar="N",
              help="Requests under way at once.")  # fmt: skip
@click.option("--dedupe", is_flag=True, help="Ask equal requests once.")
@click.option("--continue", "continue_changed", is_flag=True,
              help="Keep what is answered though prompt, model or schema changed; ask the rest the new way.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask before money is spent.")
@click.option("--base-url", metavar="URL", help="Where the API is; ANTHROPIC_BASE_URL unless given.")
def run(**asked: Any) -> int:
    """Begin a job over SOURCE, or go on with it."""
    return carried_out(lambda: started(asked))


@bulk.command()
@click.argument("folder")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object; money is decimal text.")
def status(folder: str, as_json: bool) -> int:
    """Say how far the job of FOLDER (OUT.job) has come, whoever runs it."""
    return carried_out(lambda: told(folder, as_json))


@bulk.command()
@click.argument("folder")
@click.option("--failed", is_flag=True, help="Items that failed, and answers that were not of their type.")
@click.option("--refused", is_flag=True, help="Answers that the model refused.")
@click.option("--cut", is_flag=True, help="Answers that were cut by their limit.")
@click.option("--model", metavar="MODEL", help="Whom to ask instead.")
@click.option("--yes", is_flag=True, help="Do not ask before money is spent.")
@click.option("--base-url", metavar="URL", help="Where the API is; ANTHROPIC_BASE_URL unless given.")
def retry(**asked: Any) -> int:
    """Ask items of the job of FOLDER again."""
    return carried_out(lambda: retried(asked))


def carried_out(act: Any) -> int:
    """Do it. What goes wrong is one line on stderr and an exit code (`exits.py`)."""
    from tercet.toolkit.bulk.errors import BulkError, JobStoppedError
    from tercet.wire.errors.tree import AnthropicError

    try:
        return int(act())
    except (BulkError, JobStoppedError) as problem:
        said, code = str(problem), problem.exit_code
    except AnthropicError as problem:
        said, code = sentence(problem), exit_code(problem) or FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    click.echo(f"Error: {' '.join(said.split())}", err=True)
    return code


def started(asked: dict[str, Any]) -> int:
    """Run a job, and return the exit code."""
    job = job_of(asked)
    if not asked["yes"] and sys.stderr.isatty() and sys.stdin.isatty():
        confirm(job)
    return finished(job, job.run())


def job_of(asked: dict[str, Any], base_url: str | None = None) -> Job:
    """Return the job that these options mean."""
    import tercet
    from tercet.toolkit.bulk.short_schema import parse_schema

    address = asked.get("base_url") or base_url
    common = {"model": asked["model"], "max_tokens": asked["max_tokens"]}
    job = tercet.bulk(
        asked["source"],
        to=asked["to"],
        client=tercet.AsyncAnthropic(base_url=address),
        ask=asked["prompt"],
        answer=None if asked["schema"] is None else parse_schema(asked["schema"]),
        deadline=asked["deadline"],
        budget=asked["budget"],
        how=asked["how"],
        max_concurrency=asked["concurrency"],
        dedupe=asked["dedupe"],
        continue_changed=asked["continue_changed"],
        **(common if asked["system"] is None else {**common, "system": asked["system"]}),
    )
    kept = {name: value for name, value in asked.items() if name not in ("yes", "continue_changed")}
    job.settings.command = {
        **kept,
        "source": str(Path(asked["source"]).resolve()),
        "to": str(Path(asked["to"]).resolve()),
    }
    return job


def confirm(job: Job) -> None:
    """Show what the job may cost at most, and ask. Aborts unless the answer is yes."""
    click.echo(job.preview(), err=True)
    click.confirm("Go on?", abort=True, err=True)


def finished(job: Job, status: Any) -> int:
    """Say how it ended, and return the exit code: 5 if items failed."""
    click.echo(str(status), err=True)
    failed = status.failed + status.schema
    if failed:
        click.echo(f"{failed:,} items failed: tercet bulk retry {job.folder} --failed", err=True)
    return FAILED_ITEMS if failed else 0


def told(folder: str, as_json: bool) -> int:
    """Print how far a job has come."""
    import msgspec

    from tercet.toolkit.bulk.folder import JobFolder
    from tercet.toolkit.bulk.status import status_of

    found = status_of(JobFolder(folder).existing())
    if as_json:
        said = {**msgspec.to_builtins(found), "done": found.done}
        click.echo(msgspec.json.format(msgspec.json.encode(said)).decode())
    else:
        click.echo(str(found))
    return 0


def retried(asked: dict[str, Any]) -> int:
    """Ask items again, and return the exit code."""
    from tercet.toolkit.bulk.errors import BulkError
    from tercet.toolkit.bulk.folder import JobFolder

    which = {name: asked[name] for name in ("failed", "refused", "cut")}
    if not any(which.values()):
        raise BulkError("Say what to ask again: --failed, --refused or --cut.")
    folder = JobFolder(asked["folder"])
    folder.existing()
    record = folder.record()
    command = None if record is None else record.command
    if command is None:
        raise BulkError(f"{folder.path} was made by a program: call job.retry() there.")
    defaults = {"schema": None, "system": None, "deadline": None, "budget": None, "how": None}
    job = job_of({**defaults, **command, "continue_changed": False}, asked["base_url"])
    job.settings.command = command
    status = job.retry(**which, model=asked["model"])
    return finished(job, status)
