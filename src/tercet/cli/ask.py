"""`tercet ask`: one question, and its answer on stdout."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from tercet.cli.answer_writer import AnswerWriter
from tercet.cli.defaults import setting
from tercet.cli.exits import ANSWERED, INTERRUPTED, stop_code
from tercet.cli.options import BadValue

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic
    from tercet.toolkit.conversation.conversation import Conversation


def request_options(command: Any) -> Any:
    """Return the command with the options that `ask` and `chat` have in common."""
    options = (
        click.option("-m", "--model", metavar="MODEL", help="Whom to ask; else TERCET_MODEL, tercet.toml, claude-sonnet-4-6."),
        click.option("-s", "--system", metavar="TEXT", help="The system prompt."),
        click.option("--max-tokens", type=click.IntRange(min=1), metavar="N", help="The longest answer; 4096 unless set."),
        click.option("-c", "--continue", "goes_on", is_flag=True, help="Go on with the last conversation."),
        click.option("--tool", "tools", multiple=True, metavar="MODULE:FUNCTION",
                     help="A function that the model may call; it runs on this machine. May be repeated."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command(context_settings={"max_content_width": 110})
@click.argument("question", required=False)
@request_options
@click.option("-f", "--file", "files", multiple=True, metavar="FILE", help="A text, PDF or image to send along.")
@click.option("-i", "--image", "images", multiple=True, metavar="IMAGE", help="An image to send along.")
@click.option(
    "--schema", metavar="FIELDS", help="Answer with JSON of these fields: 'name, age int', JSON, or @file.json."
)
@click.option("-t", "--template", metavar="TEMPLATE", help="A TOML file with a prompt that has {fields}.")
@click.option("-p", "--param", "fields", multiple=True, metavar="NAME=VALUE", help="A field of the template.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object: answer, usage, cost.")
@click.option("--usage", "shows_usage", is_flag=True, help="Say on stderr what it took.")
@click.option("--no-log", is_flag=True, help="Keep no conversation.")
def ask(**asked: Any) -> int:
    """Ask QUESTION; what is piped in goes along.

    A question that begins with a dash comes after --, or on stdin.
    """
    return answered(asked)


def answered(asked: dict[str, Any]) -> int:
    """Ask, write the answer, and return the exit code."""
    from tercet.cli.question import question_of

    if asked["no_log"] and asked["goes_on"]:
        raise BadValue("-c goes on with a conversation, and --no-log keeps none: give one of them")
    model = setting("model", asked["model"]).value
    said = question_of(
        asked["question"], asked["files"], asked["images"], asked["template"], asked["fields"], model=model
    )
    parameters = request_of(asked, said.settings)
    began = time.monotonic()
    client = _client()
    chat, tools = conversation_for(client, said.content, parameters, asked)
    content = [said.content] if isinstance(said.content, str) else said.content
    writer, is_over = AnswerWriter(), False
    with chat.stream(*content, **_turn_parameters(asked, parameters, tools)) as stream:
        try:
            for text in stream:
                if not asked["as_json"]:
                    writer.write(text)
            is_over = True
        except KeyboardInterrupt:
            stream.close()
        finally:
            if not asked["as_json"]:
                writer.end()
    message = stream.message if is_over else None
    if asked["as_json"]:
        click.echo(json.dumps(answer_object(stream.text, message, chat, asked), indent=2))
    if asked["shows_usage"]:
        say_usage(message, chat, time.monotonic() - began)
    return ended(message)


def _client() -> Anthropic:
    from tercet.cli.asking import make_client

    return make_client()


def request_of(asked: dict[str, Any], template: dict[str, Any]) -> dict[str, Any]:
    """Return model, limit, system prompt and output format: flags first, then the template, then the settings."""
    found = {}
    for name in ("model", "max_tokens", "system"):
        flag = asked.get(name)
        found[name] = setting(name, template.get(name) if flag is None else flag).value
    if found["system"] is None:
        del found["system"]
    schema = asked.get("schema") or template.get("schema")
    if schema is not None:
        found["output_config"] = {"format": {"type": "json_schema", "schema": _schema(schema)}}
    return found


def _schema(text: Any) -> Any:
    from tercet.toolkit.bulk.errors import BulkError
    from tercet.toolkit.bulk.short_schema import parse_schema

    if not isinstance(text, str):
        raise BadValue(f"schema of the template must be a text such as 'name, age int', not {text!r:.80}")
    try:
        return parse_schema(text)
    except BulkError as error:
        raise BadValue(str(error)) from None


def conversation_for(
    client: Anthropic, content: Any, parameters: dict[str, Any], asked: dict[str, Any]
) -> tuple[Conversation, list[Any]]:
    """Return the conversation that the question belongs to. Without tools and history the request leaves first."""
    from tercet.cli import asking

    tools = []
    if asked["tools"]:
        from tercet.cli.functions import tool_of

        tools = [tool_of(each) for each in asked["tools"]]
    if asked["goes_on"]:
        return asking.last_conversation(client), tools
    from uuid import uuid4

    id_, ahead = uuid4().hex, client
    if not tools:
        from tercet.flow.ledger.tags import tagged

        with tagged(conversation=id_):
            ahead = asking.SentAhead(client, {**parameters, "messages": [{"role": "user", "content": content}]})  # type: ignore[assignment]
    settings = {name: value for name, value in parameters.items() if name != "output_config"}
    return asking.new_conversation(ahead, id_, settings, is_kept=not asked["no_log"]), tools


def _turn_parameters(asked: dict[str, Any], parameters: dict[str, Any], tools: list[Any]) -> Any:
    """Return what holds for this turn alone; a conversation that is gone on with keeps its own model and prompt."""
    given = {name: value for name, value in parameters.items() if name == "output_config" or asked.get(name)}
    return {**given, **({"tools": tools} if tools else {})}


def answer_object(text: str, message: Any, chat: Conversation, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the answer as `--json` prints it (docs/command-line.schema.json)."""
    from tercet.cli.on_local import is_local

    made: dict[str, Any] = {
        "text": text,
        "stop_reason": None if message is None else message.stop_reason,
        "model": None if message is None else message.model,
        "id": None if message is None else message.id,
        "usage": None if message is None else message.usage.to_dict(),
        "usd": _usd(message),
        "origin": "local" if is_local() else "api",
        "conversation": None if asked["no_log"] else chat.id,
    }
    if asked["schema"]:
        made["data"] = None
        with suppress(ValueError):
            made["data"] = json.loads(text)
    return made


def _usd(message: Any) -> str | None:
    cost = None if message is None else message.cost
    return None if cost is None else format(cost, "f")


def say_usage(message: Any, chat: Conversation, seconds: float) -> None:
    """Say on stderr what the answer took."""
    if message is None:
        low, high = chat.cost_range
        click.echo(
            f"stopped · ${low:f} to {'nobody knows' if high is None else f'${high:f}'} · {seconds:.1f} s", err=True
        )
        return
    usage, usd = message.usage, _usd(message)
    read = usage.cache_read_input_tokens or 0
    cached = f" (+ {read:,} from the cache)" if read else ""
    cost = "price unknown" if usd is None else f"${usd}"
    click.echo(
        f"{message.model} · {usage.input_tokens:,} in{cached}, {usage.output_tokens:,} out · {cost} · {seconds:.1f} s",
        err=True,
    )


def ended(message: Any) -> int:
    """Say how an answer ended, if not by itself, and return the exit code."""
    if message is None:
        return INTERRUPTED
    code = stop_code(message.stop_reason)
    if code != ANSWERED:
        told = "the model refused to answer" if message.stop_reason == "refusal" else "the answer was cut"
        more = {"max_tokens": " at its limit: --max-tokens sets a higher one"}.get(message.stop_reason or "", "")
        click.echo(f"Note: {told}{more}", err=True)
    return code
