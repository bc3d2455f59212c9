"""The tour: real requests over real HTTP, each shown with what was sent and what came back.

make demo              against the local API, started here on a free port; no key needed, answers are simulated
make demo LIVE=1       the same steps against the real API; needs ANTHROPIC_API_KEY

`--picture FILE.svg` also draws what was printed.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

import tercet as anthropic

INPUTS = Path(__file__).parent / "inputs"
MODEL = os.environ.get("TERCET_DEMO_MODEL", "claude-sonnet-4-6")
DRAWN = "--picture" in sys.argv[1:]
screen = Console(highlight=False, record=DRAWN, width=104 if DRAWN else None)

WEATHER_TOOL = {
    "name": "get_weather",
    "description": "Get the current weather for a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The city, e.g. Oslo"}},
        "required": ["city"],
    },
}


def encoded(name: str) -> str:
    """A file of `inputs/` as base64 text."""
    return base64.standard_b64encode((INPUTS / name).read_bytes()).decode()


def show(label: str, text: str, style: str = "") -> None:
    """One line of the tour; what is too long for the terminal goes on under its beginning."""
    line = Table.grid(padding=(0, 2))
    line.add_column(width=8, style="dim")
    line.add_column(overflow="fold")
    line.add_row(label, Text(printable(text), style))
    screen.print(line)


def sent(question: str, *attached: str) -> None:
    """Show what goes out."""
    for name in attached:
        show("attached", f"{name}, {(INPUTS / name).stat().st_size:,} bytes")
    show("sent", question)


def came(message: anthropic.types.Message) -> None:
    """Show what came back: text, tool calls, and what it cost in tokens."""
    for block in message.content:
        if block.type == "text":
            show("came", block.text, "green")
        elif block.type == "tool_use":
            show("came", f"{block.name}({json.dumps(block.input)})", "cyan")
    spent(message)


def spent(message: anthropic.types.Message) -> None:
    """One line of usage."""
    usage = message.usage
    tokens = f"{usage.input_tokens} tokens in, {usage.output_tokens} out"
    show("usage", f"{tokens}; stop_reason {message.stop_reason}; {message._request_id}", "dim")


def printable(text: str) -> str:
    """Model output shown as it is: no terminal codes."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)


class Typed:
    """Text as it arrives, broken between words where the terminal ends."""

    INDENT = 10

    def __init__(self) -> None:
        self._column = self.INDENT

    def __call__(self, piece: str) -> None:
        """Print one piece of the text."""
        for word in re.findall(r"\n| ?[^ \n]+| ", printable(piece)):
            if word == "\n" or self._column + len(word) > screen.width:
                screen.print("\n" + " " * self.INDENT, end="")
                self._column, word = self.INDENT, word.strip()
            screen.print(Text(word, "green"), end="", soft_wrap=True)
            self._column += len(word)


def streamed_answer(client: anthropic.Anthropic) -> None:
    """A streamed answer about a text file"""
    question = "Summarize this text in two sentences:\n\n" + (INPUTS / "harbour.txt").read_text()
    sent(f"Summarize this text in two sentences: … ({len(question):,} characters)", "harbour.txt")
    with client.messages.stream(
        model=MODEL, max_tokens=400, messages=[{"role": "user", "content": question}]
    ) as stream:
        screen.print("[dim]came[/dim]      ", end="")
        typed, pieces = Typed(), 0
        for text in stream.text_stream:
            typed(text)
            pieces += 1
        screen.print()
        message = stream.get_final_message()
    show("streamed", f"{pieces} pieces of text", "dim")
    spent(message)
    if not pieces:
        raise RuntimeError("the stream brought no text")


def question_about_image(client: anthropic.Anthropic) -> None:
    """A question about a PNG"""
    question = "What is this image? Say its format and size."
    sent(question, "tides.png")
    source = {"type": "base64", "media_type": "image/png", "data": encoded("tides.png")}
    content: list[Any] = [{"type": "image", "source": source}, {"type": "text", "text": question}]
    came(client.messages.create(model=MODEL, max_tokens=300, messages=[{"role": "user", "content": content}]))


def question_about_pdf(client: anthropic.Anthropic) -> None:
    """A question about a PDF"""
    question = "How many pages does this document have, and how long is the crossing?"
    sent(question, "timetable.pdf")
    source = {"type": "base64", "media_type": "application/pdf", "data": encoded("timetable.pdf")}
    content: list[Any] = [{"type": "document", "source": source}, {"type": "text", "text": question}]
    came(client.messages.create(model=MODEL, max_tokens=300, messages=[{"role": "user", "content": content}]))


def tool_call(client: anthropic.Anthropic) -> None:
    """A tool call with its result"""
    messages: list[Any] = [{"role": "user", "content": "What is the weather in Oslo?"}]
    sent(messages[0]["content"] + "  (with a tool: get_weather)")
    first = client.messages.create(model=MODEL, max_tokens=300, tools=[WEATHER_TOOL], messages=messages)
    came(first)
    results = [
        {
            "type": "tool_result",
            "tool_use_id": block.id,
            "content": json.dumps({"city": block.input["city"], "celsius": 4}),
        }
        for block in first.content
        if block.type == "tool_use"
    ]
    if not results:
        raise RuntimeError("the model did not call the tool")
    sent(f"tool_result {results[0]['content']}")
    messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    came(client.messages.create(model=MODEL, max_tokens=300, tools=[WEATHER_TOOL], messages=messages))


def token_count(client: anthropic.Anthropic) -> None:
    """A token count"""
    text = (INPUTS / "harbour.txt").read_text()
    sent(f"count the tokens of harbour.txt ({len(text):,} characters)")
    count = client.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": text}])
    show("came", f"{count.input_tokens} input tokens", "green")
    if count.input_tokens < 1:
        raise RuntimeError("a text of several hundred words cannot have no tokens")


STEPS: list[Callable[[anthropic.Anthropic], None]] = [
    streamed_answer,
    question_about_image,
    question_about_pdf,
    tool_call,
    token_count,
]


def tour(client: anthropic.Anthropic, where: str) -> None:
    """All steps, one after the other."""
    screen.print(Panel(where, title=f"Tercet {anthropic.__version__}", expand=False))
    for number, step in enumerate(STEPS, 1):
        screen.print()
        screen.print(Rule(f"{number} of {len(STEPS)}  {step.__doc__}", align="left"))
        step(client)
    screen.print(f"\n[bold]All {len(STEPS)} steps succeeded.[/bold]")


def draw(path: Path) -> None:
    """What was printed, as an SVG that fetches nothing."""
    from rich._export_format import CONSOLE_SVG_FORMAT

    without_fonts = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    path.write_text(screen.export_svg(title="make demo", code_format=without_fonts))


def main() -> int:
    """Run the tour; the exit status says whether every step succeeded."""
    try:
        if "--live" in sys.argv[1:]:
            with anthropic.Anthropic() as client:
                tour(client, f"Live: {client.base_url}, model {MODEL}. This costs a few cents.")
        else:
            with anthropic.local_api() as api, api.client() as client:
                tour(
                    client,
                    f"The local API at {api.base_url}. Its answers are SIMULATED by a small program, not by Claude.",
                )
        if DRAWN:
            draw(Path(sys.argv[sys.argv.index("--picture") + 1]))
    except KeyboardInterrupt:
        screen.print("\nStopped.")
        return 130
    except Exception as problem:
        screen.print(
            f"\n[red bold]The demo failed:[/red bold] {type(problem).__name__}: {escape(printable(str(problem)))}"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
