"""`tercet chat`: a conversation in the terminal, or line by line from a pipe. Answers are streamed; Ctrl-C stops one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from tercet.cli.answer_writer import AnswerWriter
from tercet.cli.ask import ended, request_of, request_options
from tercet.cli.exits import ANSWERED, INTERRUPTED, complain, exit_code, sentence
from tercet.cli.options import BadValue
from tercet.cli.question import checked_text

if TYPE_CHECKING:
    from tercet.toolkit.conversation.conversation import Conversation

HELP = """/retry        ask for the last answer again        /edit TEXT    say something else in the place of the last turn
/model MODEL  ask this model from now on           /cost         what this conversation has cost
/branch       go on in a copy; this one stays      /quit         end (Ctrl-D, too)
Ctrl-C stops an answer; what had come is kept. A line that begins with // is said with one slash."""


@click.command(context_settings={"max_content_width": 110})
@request_options
def chat(**asked: Any) -> int:
    """Talk with a model. Conversations are kept; -c goes on with the last one, which tercet ask may have begun.

    Within: /retry /edit TEXT /model MODEL /cost /branch /help /quit. Ctrl-C stops an answer.
    """
    from tercet.cli import asking

    parameters = request_of(asked, {})
    client = asking.make_client()
    tools = []
    if asked["tools"]:
        from tercet.cli.functions import tool_of

        tools = [tool_of(each) for each in asked["tools"]]
    if asked["goes_on"]:
        found = asking.last_conversation(client)
        parameters = {name: value for name, value in parameters.items() if asked.get(name)}
    else:
        from uuid import uuid4

        found = asking.new_conversation(client, uuid4().hex, parameters)
    return Talk(found, {**parameters, **({"tools": tools} if tools else {})}).go_on()


class Talk:
    """A conversation with somebody who types."""

    def __init__(self, conversation: Conversation, parameters: dict[str, Any]) -> None:
        self._chat, self._parameters = conversation, parameters
        self._is_terminal = sys.stdin is not None and sys.stdin.isatty()
        self._quits = False
        self._commands: dict[str, Callable[[str], int]] = {
            "/retry": self._retry,
            "/edit": self._edit,
            "/model": self._model,
            "/cost": self._cost,
            "/branch": self._branch,
            "/help": self._help,
            "/quit": self._quit,
        }

    def go_on(self) -> int:
        """Take one line after the other, until there are no more. A pipe ends at the first that fails, with its code."""
        if self._is_terminal:
            with suppress(ImportError):
                import readline  # noqa: F401 - lines can be edited, and those before be had again

            self._tell(
                f"{self._parameters.get('model', 'The last conversation')}. /help tells the commands, /quit ends."
            )
        code = ANSWERED
        while not self._quits:
            line = self._line()
            if line is None:
                break
            code = self._answered(line) if line.strip() else ANSWERED
            if code != ANSWERED and not self._is_terminal:
                return code
        return ANSWERED if self._is_terminal else code

    def _line(self) -> str | None:
        if not self._is_terminal:
            line = sys.stdin.buffer.readline() if sys.stdin is not None else b""
            return line.decode("utf-8", "surrogateescape").removesuffix("\n") if line else None
        interrupted = False
        while True:
            try:
                return input("> ")
            except EOFError:
                print()
                return None
            except KeyboardInterrupt:
                print()
                if interrupted:
                    raise
                interrupted = True
                self._tell("Once more ends; so does /quit.")

    def _answered(self, line: str) -> int:
        """Do what a line asks for. What goes wrong is said, and the conversation goes on."""
        try:
            word, _, rest = checked_text(line, "The line").strip().partition(" ")
            if word.startswith("/") and not word.startswith("//"):
                if word not in self._commands:
                    near = get_close_matches(word, self._commands, 1)
                    raise BadValue(f"there is no {word}{f'; did you mean {near[0]}?' if near else ''} /help tells all")
                return self._commands[word](rest.strip())
            return self._said(line[1:] if word.startswith("//") else line)
        except BrokenPipeError:
            raise
        except KeyboardInterrupt:
            print()
            return INTERRUPTED
        except Exception as error:
            code = exit_code(error)
            if code is None:
                raise
            said = error.format_message() if isinstance(error, click.ClickException) else sentence(error)
            complain(f"{said}{' (/retry asks again)' if self._is_terminal and not isinstance(error, BadValue) else ''}")
            return code

    def _said(self, text: str) -> int:
        writer, message = AnswerWriter(), None
        with self._chat.stream(text, **self._parameters) as stream:
            try:
                for piece in stream:
                    writer.write(piece)
                message = stream.message
            except KeyboardInterrupt:
                stream.close()
            finally:
                writer.end()
        if message is None:
            self._tell("Stopped; what had come is kept.")
        return ended(message)

    def _whole(self, message: Any) -> int:
        writer = AnswerWriter()
        writer.write(message.text)
        writer.end()
        return ended(message)

    def _retry(self, rest: str) -> int:
        if not self._chat.turns:
            raise BadValue("there is nothing to retry: say something first")
        parameters: dict[str, Any] = {**self._parameters, "model": rest} if rest else self._parameters
        return self._whole(self._chat.retry(**parameters))

    def _edit(self, text: str) -> int:
        if not self._chat.turns or not text:
            raise BadValue("/edit TEXT says something else in the place of the last turn: " + ("give the text" if self._chat.turns else "there is none yet"))  # fmt: skip
        return self._whole(self._chat.edit(self._chat.turns[-1], text, **self._parameters))

    def _model(self, name: str) -> int:
        if name:
            self._parameters["model"] = name
        self._tell(f"Model: {self._parameters.get('model', 'that of the conversation')}")
        return ANSWERED

    def _cost(self, _: str) -> int:
        used, (low, high) = self._chat.usage, self._chat.cost_range
        turns = len(self._chat.turns)
        cost = f"${low:f}" if low == high else f"${low:f} to {'nobody knows' if high is None else f'${high:f}'}"
        print(
            f"{cost} · {used.input_tokens:,} in, {used.output_tokens:,} out · {turns} turn{'' if turns == 1 else 's'}",
            flush=True,
        )
        return ANSWERED

    def _branch(self, _: str) -> int:
        from uuid import uuid4

        from tercet.cli import asking

        store, client = asking.open_store(), self._chat.client
        copy = store.import_(store.export(self._chat.id, owner=asking.owner()), uuid4().hex, owner=asking.owner())
        self._chat = store.open(copy, owner=asking.owner(), client=client)
        self._tell(f"In a copy from here on: {copy}")
        return ANSWERED

    def _help(self, _: str) -> int:
        print(HELP, flush=True)
        return ANSWERED

    def _quit(self, _: str) -> int:
        self._quits = True
        return ANSWERED

    def _tell(self, text: str) -> None:
        click.echo(text, err=True)
