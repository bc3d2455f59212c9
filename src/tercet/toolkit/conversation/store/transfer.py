"""A conversation as JSON Lines, and back; histories that were made elsewhere become conversations. Asks no database.

    {"conversation": {"form": 1, "id": "thread-7", "tip": 2, "facts": {"settings": {...}}}}
    {"id": 1, "role": "user", "content": [...], "state": "done", "starts_turn": true, "at": 1767225600000}
    {"id": 2, "parent": 1, "role": "assistant", "content": [...], "answer": {"model": ..., "usage": ...}, "cost": [...]}
    {"call": {...}}  {"cut": {...}}

All versions are there, each message with the id of the one before it. What comes in is checked before anything is stored:
nothing that the API would refuse, and nothing that does not hang together. Runs of agents are not taken over, since what they
wait for must not happen twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from tercet.toolkit.conversation.entries import (
    CallState,
    EntryState,
    LogEntry,
    LoggedCall,
    SavedConversation,
    ViewCut,
)
from tercet.toolkit.conversation.errors import ConversationError
from tercet.toolkit.conversation.request import ANSWER_NAMES
from tercet.toolkit.conversation.said import foreign_entries
from tercet.toolkit.conversation.state import now
from tercet.toolkit.conversation.store.settings import FACT, NOT_STORED, arguments_of
from tercet.toolkit.conversation.thread import Thread, calls_of
from tercet.toolkit.conversation.validity.repair import check_messages

FORM = 1
"""Of the lines; newer ones are refused."""
RUN = "run:"
"""How the names of facts begin that are runs of agents."""
MOST_CHECKED = 1_000_000
"""Messages that are checked, over all versions: a file of strangers does not keep us busy for hours."""
_SHOWN = 3
_ENTRY_STATES = {state.name.lower(): state.value for state in EntryState}
_CALL_STATES = {state.name.lower(): state.value for state in CallState}


class ExportHead(msgspec.Struct, kw_only=True):
    """The first line."""

    form: int
    id: str | None = None
    tip: int | None = None
    facts: dict[str, Any] = {}


class Imported(msgspec.Struct, frozen=True):
    """What was read: the id that it had, and what there is of it."""

    id: str | None
    saved: SavedConversation


# --- out --------------------------------------------------------------------------------------------------------------


def export_lines(id: str, saved: SavedConversation) -> Iterator[str]:
    """Yield a conversation as lines, each with its end."""
    facts = {name: fact for name, fact in saved.facts.items() if not name.startswith(RUN)}
    yield _line({"conversation": ExportHead(form=FORM, id=id, tip=saved.tip, facts=facts)})
    for entry in saved.entries:
        yield _line({**_told(entry), "state": entry.state.name.lower()})
    for call in saved.calls:
        yield _line({"call": {**_told(call), "state": call.state.name.lower()}})
    for cut in saved.cuts:
        yield _line({"cut": _told(cut)})


def write_privately(path: str | os.PathLike[str], lines: Iterable[str]) -> None:
    """Write lines into a file for its owner alone: whole, or not at all."""
    beside = f"{os.fspath(path)}.{os.getpid()}.tmp"
    try:
        with open(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
        ) as file:
            file.writelines(lines)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def _told(value: msgspec.Struct) -> dict[str, Any]:
    return {
        name: each for name, each in msgspec.structs.asdict(value).items() if each is not None and each is not False
    }


def _line(value: Any) -> str:
    return msgspec.json.encode(value).decode() + "\n"


# --- in ---------------------------------------------------------------------------------------------------------------


def read_source(source: Any) -> Imported:
    """Return the conversation that a source holds: a path, a file, text, or messages. Raises ConversationError for what is none."""
    if not isinstance(source, str | bytes | os.PathLike) and not hasattr(source, "read"):
        return _foreign({"messages": source})
    place, text = text_of_source(source)
    try:
        read = _documents(text)
        if isinstance(read, list) and read and isinstance(read[0], dict) and "conversation" in read[0]:
            return _own(read)
        return _foreign(read if isinstance(read, dict) else {"messages": read})
    except ConversationError as error:
        raise ConversationError(f"{place} cannot be imported: {error}") from error
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ConversationError(
            f"{place} cannot be imported: {error or type(error).__name__}. It takes exports of Tercet, JSON Lines of messages, and a JSON list of them."
        ) from error


def text_of_source(source: Any) -> tuple[str, str]:
    """Return what to call a source, and its text. A string that begins with a bracket or holds several lines is text itself."""
    if hasattr(source, "read"):
        text, place = source.read(), getattr(source, "name", "The file")
    elif isinstance(source, bytes) or (
        isinstance(source, str) and (source.lstrip()[:1] in ("{", "[", "") or "\n" in source)
    ):
        text, place = source, "The text"
    else:
        place = os.fspath(source)
        try:
            with open(source, "rb") as file:
                text = file.read()
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else error
            raise ConversationError(f"{place!r} cannot be imported: {said}.") from error
    try:
        return str(place), text.decode("utf-8-sig") if isinstance(text, bytes) else str(text)
    except UnicodeDecodeError as error:
        raise ConversationError(f"{place} cannot be imported: it is no text in UTF-8.") from error


def _documents(text: str) -> Any:
    """Return one JSON document, or the list of those in its lines."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and lines[0].strip() not in ("[", "{"):
        try:
            return [msgspec.json.decode(line) for line in lines]
        except msgspec.DecodeError:
            if not lines[0].lstrip().startswith("["):
                raise
    read = msgspec.json.decode(text)
    return [read] if isinstance(read, dict) and ("role" in read or "conversation" in read) else read


def _foreign(document: Mapping[str, Any]) -> Imported:
    """Return a history that was made elsewhere: messages, perhaps with what a request holds beside them."""
    messages = document.get("messages")
    if isinstance(messages, str | bytes | Mapping) or not isinstance(messages, Iterable):
        raise ConversationError(f"it holds no list of messages, but {type(messages).__name__}.")
    messages = list(messages)
    _refuse(check_messages(messages))
    entries = foreign_entries(messages, None, 0, now())
    parameters = {name: value for name, value in document.items() if name in ANSWER_NAMES and name not in NOT_STORED}
    tools = document.get("tools")
    settings = {"parameters": parameters, **({"tools": tools} if tools else {})}
    arguments_of(settings, "the history")
    facts = {FACT: settings} if parameters or tools else {}
    return Imported(None, SavedConversation(entries=entries, tip=entries[-1].id if entries else None, facts=facts))


def _own(lines: list[Any]) -> Imported:
    """Return a conversation of our own lines."""
    first, *rest = (msgspec.convert(line, dict[str, Any]) for line in lines)
    head = msgspec.convert(first["conversation"], ExportHead)
    if head.form > FORM:
        raise ConversationError(
            f"it was exported by a newer Tercet: its form is {head.form}, and this one knows {FORM}. Update tercet."
        )
    entries: list[LogEntry] = []
    calls: list[LoggedCall] = []
    cuts: list[ViewCut] = []
    for line in rest:
        if "call" in line:
            call = msgspec.convert(line["call"], dict[str, Any])
            calls.append(msgspec.convert({**call, "state": _CALL_STATES[call["state"]]}, LoggedCall))
        elif "cut" in line:
            cuts.append(msgspec.convert(line["cut"], ViewCut))
        else:
            state = _ENTRY_STATES[line.get("state", "done")]
            entries.append(msgspec.convert({**line, "parent": line.get("parent"), "state": state}, LogEntry))
    facts = {name: fact for name, fact in head.facts.items() if not name.startswith(RUN)}
    saved = SavedConversation(tip=head.tip, entries=entries, calls=calls, cuts=cuts, facts=facts)
    _check_links(saved)
    _check_versions(saved)
    arguments_of(facts.get(FACT), "the conversation")
    return Imported(head.id, saved)


def _check_links(saved: SavedConversation) -> None:
    """Raise unless everything in it is about messages that are there."""
    for number, entry in enumerate(saved.entries, 1):
        if entry.id != number:
            raise ConversationError(
                f"its message {number} has the id {entry.id}: ids count 1, 2, 3 … in the order of the lines."
            )
        if entry.parent is not None and not 0 < entry.parent < number:
            raise ConversationError(
                f"its message {number} follows message {entry.parent}, which does not stand before it."
            )
    last = len(saved.entries)
    if saved.tip is not None and not 0 < saved.tip <= last:
        raise ConversationError(f"its tip is message {saved.tip}, and there are {last}.")
    for call in saved.calls:
        if not 0 < call.entry <= last or call.id not in {
            block.get("id") for block in calls_of(saved.entries[call.entry - 1])
        }:
            raise ConversationError(f"message {call.entry} holds no call {call.id!r} that it tells of.")
    for cut in saved.cuts:
        if not 0 < cut.first <= last:
            raise ConversationError(f"a view is cut at message {cut.first}, and there are {last}.")


def _check_versions(saved: SavedConversation) -> None:
    """Raise if the API would refuse any version of it."""
    parents = {entry.parent for entry in saved.entries}
    ends = [entry.id for entry in saved.entries if entry.id not in parents]
    thread, left = Thread(SavedConversation(entries=saved.entries, calls=saved.calls)), MOST_CHECKED
    for end in ends:
        thread.move_to(end)
        left -= len(thread.path)
        if left < 0:
            raise ConversationError(
                f"its versions come to more than {MOST_CHECKED:,} messages, too many to be checked."
            )
        messages, calls, last = list(thread.messages), thread.open_calls(), thread.last
        if calls and last is not None:
            results = [thread.settled_result(last, call, "Error: not answered") for call in calls]
            messages.append({"role": "user", "content": results})
        _refuse(check_messages(messages))


def _refuse(problems: list[Any]) -> None:
    if problems:
        shown = "; ".join(str(problem) for problem in problems[:_SHOWN])
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise ConversationError(
            f"the API would refuse this history: {shown}{more}. tercet.repair_messages(messages) makes a copy that it takes: import that."
        )
