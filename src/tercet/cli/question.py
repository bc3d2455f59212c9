"""What is asked: the words of the command line, stdin, files, images and templates, as content of one message."""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from tercet.cli.defaults import user_file
from tercet.cli.options import BadValue
from tercet.cli.settings import project_file

TEMPLATE_KEYS = ("prompt", "system", "model", "max_tokens", "schema")
FOLDER = "templates"
INPUT = "input"
"""The field of a template that stands for what was asked and piped."""


class Question(NamedTuple):
    """Content of a message, and what a template says of the request."""

    content: str | list[Any]
    settings: dict[str, Any]


def question_of(
    words: str | None,
    files: tuple[str, ...] = (),
    images: tuple[str, ...] = (),
    template: str | None = None,
    fields: tuple[str, ...] = (),
    *,
    model: str,
) -> Question:
    """Return what is asked. BadValue where that is nothing, or cannot be read."""
    texts = [text for text in (piped_text(), None if words is None else checked_text(words, "The question")) if text]
    settings: dict[str, Any] = {}
    if template is not None:
        settings = read_template(template)
        texts = _filled(template, settings.pop("prompt"), fields, texts)
    elif fields:
        raise BadValue("-p fills a field of a template: give one with -t")
    texts = [text for text in texts if text.strip()]
    blocks = [*(block_of(file, model) for file in files), *(block_of(image, model, "image") for image in images)]
    if not texts and not blocks:
        raise BadValue('nothing was asked: tercet ask "…", or pipe something in')
    if not blocks and len(texts) == 1:
        return Question(texts[0], settings)
    return Question([*blocks, *({"type": "text", "text": text} for text in texts)], settings)


def piped_text() -> str | None:
    """Return what was piped in; None where stdin is a terminal or nobody's."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return None
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return None
    if not (stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)):
        return None
    data = sys.stdin.buffer.read()
    try:
        return checked_text(data.decode("utf-8-sig"), "stdin").removesuffix("\n")
    except UnicodeDecodeError:
        raise BadValue("stdin holds bytes that are no UTF-8 text: give files with -f or -i") from None


def checked_text(text: str, where: str) -> str:
    """Return a text that can be sent. BadValue for bytes of another encoding, and for binary data."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadValue(f"{where} holds bytes that are no UTF-8 text")
    if "\0" in text:
        raise BadValue(f"{where} holds binary data: give files with -f or -i")
    return text


def block_of(file: str, model: str, kind: str = "document") -> Any:
    """Return a file as a content block: an image by its bytes, else a document. BadValue for one that cannot be sent."""
    from tercet.toolkit.media.documents import document
    from tercet.toolkit.media.errors import MediaError
    from tercet.toolkit.media.images import image
    from tercet.toolkit.media.kinds import CONVERTED, SENT, kind_of
    from tercet.toolkit.media.sources import read_source

    try:
        data = read_source(file, kind).data or b""
        if kind == "image" or kind_of(data) in SENT or kind_of(data) in CONVERTED:
            return image(file, model=model)
        return document(file, model=model)
    except OSError as error:
        said = str(error.strerror or error)
        raise BadValue(said if Path(file).name in said else f"{file}: {said}") from None
    except MediaError as error:
        raise BadValue(str(error)) from None


def read_template(name: str) -> dict[str, Any]:
    """Return a template: a TOML file by its path, or by its name in `templates` beside a `tercet.toml`."""
    file = _template_file(name)
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadValue(f"the template {file} cannot be read: {error}") from None
    for key in found:
        if key not in TEMPLATE_KEYS:
            raise BadValue(f"the template {file} holds {key!r}; known are {', '.join(TEMPLATE_KEYS)}")
    if not isinstance(found.get("prompt"), str) or not found["prompt"].strip():
        raise BadValue(f"the template {file} needs a prompt: prompt = 'Translate into {{language}}: {{input}}'")
    return found


def _template_file(name: str) -> Path:
    if Path(name).is_file():
        return Path(name)
    project = project_file(Path.cwd())
    folders = [each.parent / FOLDER for each in (project, user_file()) if each is not None]
    for folder in folders:
        if Path(name).name == name and (file := folder / f"{name}.toml").is_file():
            return file
    raise BadValue(
        f"there is no template {name!r}: give the path of a file, or a name in {' or '.join(map(str, folders))}"
    )


def _filled(template: str, prompt: str, given: tuple[str, ...], texts: list[str]) -> list[str]:
    """Return the prompt with its fields; what was asked and piped follows it, unless the field `input` takes it."""
    from tercet.toolkit.bulk.errors import BulkError
    from tercet.toolkit.bulk.templates import PromptTemplate

    fields: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise BadValue(f"-p takes name=value, not {each!r:.80}")
        fields[name.strip()] = checked_text(value, f"-p {name.strip()}")
    try:
        parsed = PromptTemplate(prompt)
    except BulkError as error:
        raise BadValue(f"{template}: {error}") from None
    if texts:
        fields.setdefault(INPUT, "\n\n".join(texts))
    for name in parsed.fields:
        if name not in fields:
            how = "ask or pipe something" if name == INPUT else f"give it with -p {name}=…"
            raise BadValue(f"the template {template} asks for {{{name}}}: {how}")
    for name in fields:
        if name not in parsed.fields and name != INPUT:
            known = ", ".join(parsed.fields) or "none"
            raise BadValue(f"the template {template} has no field {name!r}; there are {known}")
    return [parsed.fill(fields), *([] if INPUT in parsed.fields else texts)]
