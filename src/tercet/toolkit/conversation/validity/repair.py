"""`check_messages` and `repair_messages`: one walk over a copy. What repairing changes is what checking tells."""

from __future__ import annotations

from typing import Any

from tercet.toolkit.conversation.validity.blocks import check_blocks
from tercet.toolkit.conversation.validity.foreign import NOT_OURS, ROLES, ForeignForms
from tercet.toolkit.conversation.validity.history import (
    Json,
    PlacedBlock,
    PlacedMessage,
    as_mapping,
    items_of,
    plain,
    text_block,
    words_of,
)
from tercet.toolkit.conversation.validity.marks import check_marks
from tercet.toolkit.conversation.validity.pairs import check_pairs
from tercet.toolkit.conversation.validity.problems import MessageProblem, Problems
from tercet.toolkit.conversation.validity.shapes import ANSWER_ONLY

BEGINNING = "[The beginning of this conversation is not here.]"


def check_messages(messages: Any, *, model: str | None = None) -> list[MessageProblem]:
    """Return everything for which the API would refuse these messages in a request; an empty list if there is nothing.

    Takes what programs have: dicts, `Message` objects, pairs of role and content, strings (the user's words); histories in
    the forms of other APIs are told as such. `model` matters for system messages within a conversation, which few models
    take. Asks nobody, and changes nothing. Raises TypeError for what is no list of messages.
    """
    problems = Problems()
    _walked(messages, model, problems)
    return problems.sorted()


def repair_messages(messages: Any, *, model: str | None = None) -> list[dict[str, Any]]:
    """Return a copy of these messages that the API takes. What is changed is what `check_messages` tells of them.

    No call and no result goes silently: a call without a result gets one that says so, as an error; a result without a call
    becomes text. Repairing twice changes nothing more. A history that ends with an answer ends so afterwards.
    """
    return [said.message() for said in _walked(messages, model, Problems())]


def _walked(messages: Any, model: str | None, problems: Problems) -> list[PlacedMessage]:
    history = _read(messages, problems)
    _check_roles(history, _takes_system(model), problems)
    check_blocks(history, problems)
    check_pairs(history, problems)
    _check_beginning(history, problems)
    _check_compactions(history, problems)
    _check_citations(history, problems)
    check_marks(history, problems)
    return history


def _takes_system(model: str | None) -> bool:
    from tercet.catalog.models import find

    facts = find(model) if model is not None else None
    return facts is not None and facts.features.mid_conversation_system is True


# --- reading -------------------------------------------------------------------------------------------------------------


def _read(messages: Any, problems: Problems) -> list[PlacedMessage]:
    """Return a copy of the history, its blocks not yet judged."""
    forms = ForeignForms(problems)
    history: list[PlacedMessage] = []
    joins = False
    for index, item in enumerate(items_of(messages)):
        copied = plain(as_mapping(item), problems, (index, None))
        if type(copied) is not dict:
            what = "this is no message: a message has a role and content"
            problems.tell((index, None), "wrong_type", what, "it becomes a message of the user")
            copied = {"role": "user", "content": words_of(copied)}
        message, is_result = forms.ours(copied, index)
        said = _said(message, index, problems)
        if is_result and joins:  # theirs are messages of their own, ours stand in one
            history[-1].pieces += said.pieces
        else:
            history.append(said)
        joins = is_result
    return history


def _said(message: Json, index: int, problems: Problems) -> PlacedMessage:
    content = message.get("content")
    role = message.get("role")
    for name in message.keys() - {"role", "content", *NOT_OURS}:
        whose = "only answers have" if name in ANSWER_ONLY else "messages do not have"
        problems.tell((index, None), "extra_field", f"the field {name[:60]!r} is one that {whose}", "it is left out")
    shown = role if isinstance(role, str) else ""
    if isinstance(content, str):
        pieces = [PlacedBlock(text_block(content), (index, None))] if content else []
        return PlacedMessage(shown, pieces, index, plain=True)
    if content is None:
        content = []
    if not isinstance(content, list):
        if not (isinstance(content, dict) and "type" in content):
            what = f"the content is {type(content).__name__}, and must be a string or a list of blocks"
            problems.tell((index, None), "wrong_type", what, "it becomes text")
            content = words_of(content)
        else:
            what = "the content is a single block, and must be a list of blocks"
            problems.tell((index, None), "wrong_type", what, "it becomes a list")
        content = [text_block(content) if isinstance(content, str) else content]
    pieces = [PlacedBlock(block, (index, number)) for number, block in enumerate(content)]
    return PlacedMessage(shown, pieces, index)


# --- what holds among messages ---------------------------------------------------------------------------------------------


def _check_roles(history: list[PlacedMessage], takes_system: bool, problems: Problems) -> None:
    """Leave roles that the API takes."""
    asked = False
    for said in history:
        place = (said.index, None)
        if said.role == "system" and not (takes_system and asked):
            what = "the API takes the system prompt as `system=`, and no message of this role here"
            problems.tell(place, "system", what, "it becomes a message of the user that says so")
            said.role = "user"
            said.pieces = [PlacedBlock(text_block(f"[System: {_words(said)}]"), place)] if _words(said).strip() else []
            said.plain = True
        elif said.role not in ROLES:
            what = f"the role is {said.role[:40]!r}, and must be 'user' or 'assistant'"
            problems.tell(place, "role", what, "it becomes a message of the user")
            said.role = "user"
        elif said.role == "system":
            _check_system_blocks(said, problems)
        asked = asked or said.role == "user"


def _check_system_blocks(said: PlacedMessage, problems: Problems) -> None:
    for piece in said.pieces:
        if piece.kind not in ("text", "tool_addition", "tool_removal"):
            what = f"a system message holds a block of type {piece.kind[:40]!r}, and may hold text alone"
            problems.tell(piece.place, "unknown_type", what, "it becomes text")
            piece.block = text_block(words_of(piece.block) or "[empty]")


def _words(said: PlacedMessage) -> str:
    return "\n".join(words_of(piece.block) for piece in said.pieces)


def _check_beginning(history: list[PlacedMessage], problems: Problems) -> None:
    """Begin with the user's words."""
    if not history or history[0].role == "user":
        return
    first = history[0]
    if first.pieces[0].kind == "compaction" and first.pieces[0].block.get("signature") is not None:
        return
    what = "the first message is not the user's"
    problems.tell((first.index, None), "first_role", what, "one is put before it that says so")
    history.insert(
        0, PlacedMessage("user", [PlacedBlock(text_block(BEGINNING), (first.index, None))], first.index, plain=True)
    )


def _check_compactions(history: list[PlacedMessage], problems: Problems) -> None:
    """Leave a signed compaction where it may stand: as the first block of all."""
    for said in history:
        for piece in said.pieces:
            if piece.kind != "compaction" or piece.block.get("signature") is None or piece is history[0].pieces[0]:
                continue
            what = "a signed compaction block stands elsewhere than at the beginning"
            problems.tell(piece.place, "unknown_type", what, "it becomes text")
            piece.block = text_block(f"[A summary of what came before: {piece.block.get('content') or 'empty'}]")


def _check_citations(history: list[PlacedMessage], problems: Problems) -> None:
    """Let all documents be cited, or none."""
    documents = [piece for said in history if said.role == "user" for piece in said.pieces if piece.kind == "document"]
    cited = [bool((piece.block.get("citations") or {}).get("enabled")) for piece in documents]
    if not any(cited):
        return
    for piece, enabled in zip(documents, cited, strict=True):
        if not enabled:
            what = "citations are enabled on some documents and not on this one"
            problems.tell(piece.place, "citations", what, "they are enabled on it, too")
            piece.block = {**piece.block, "citations": {"enabled": True}}
