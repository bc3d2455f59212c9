"""Calls and their results, both ways: every call has one result at the beginning of the next user's message, every result
its call. Messages of the same role in a row count as one, as the API counts them.

A call without a result gets one that says so, as an error; a result without a call becomes text. Nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator

from tercet.toolkit.conversation.validity.blocks import result_in_words
from tercet.toolkit.conversation.validity.history import Json, PlacedBlock, PlacedMessage, call_in_words, text_block
from tercet.toolkit.conversation.validity.problems import Problems
from tercet.toolkit.conversation.validity.shapes import SERVER_RESULTS

Run = list[PlacedMessage]
NO_RESULT = "[The result of this call is not in this history; whether it was run is not known.]"


def check_pairs(history: list[PlacedMessage], problems: Problems) -> None:
    """Put calls and results together, and tell what had to be done."""
    _Pairs(history, problems).run()


class _Pairs:
    """One walk over the runs of a history: an assistant's, and the user's after it."""

    def __init__(self, history: list[PlacedMessage], problems: Problems) -> None:
        self._problems = problems
        self._history = history
        self._later: dict[str, list[tuple[PlacedMessage, PlacedBlock]]] = {}
        """Results that no call has taken yet, by the id that they name, in the order of the history."""
        self._calls: dict[str, int] = {}
        """How many calls of an id are still to come."""
        self._taken: set[int] = set()
        self._open: dict[str, list[PlacedBlock]] = {}
        """Calls of the API's own tools that have no result yet."""

    def run(self) -> None:
        """Walk from the beginning to the end."""
        for said in self._history:
            for piece in said.pieces:
                if piece.kind == "tool_result":
                    self._later.setdefault(piece.block["tool_use_id"], []).append((said, piece))
                elif piece.kind == "tool_use":
                    self._calls[piece.block["id"]] = self._calls.get(piece.block["id"], 0) + 1
        made: list[PlacedMessage] = []
        runs = list(_runs(self._history))
        for number, run in enumerate(runs):
            if run[0].role == "assistant":
                following = runs[number + 1] if number + 1 < len(runs) else None
                made += [*run, *self._exchange(run, following)]
                self._pair_server_calls(run, following is None)
            else:
                made += run
        self._leave_orphans(made)
        self._history[:] = [said for said in made if said.pieces]

    def _exchange(self, run: Run, following: Run | None) -> list[PlacedMessage]:
        """Bring the results of a run's calls to the beginning of what follows; return a message made for them, if any."""
        calls = self._unique(run)
        if not calls:
            return []
        target = next((said for said in following or () if said.role == "user"), None)
        made = target or PlacedMessage("user", [], run[-1].index)
        results = [self._result_of(call, original, made) for call, original in calls]
        if target is None:
            made.pieces[:] = results
            return [made]
        own = {id(piece) for piece in results}
        self._tell_late(target, own)
        there = [piece for piece in target.pieces if id(piece) in own]
        rest = [piece for piece in target.pieces if id(piece) not in own]
        known = {id(piece) for piece in there}
        target.pieces[:] = [*there, *(piece for piece in results if id(piece) not in known), *rest]
        target.plain = False
        return []

    def _tell_late(self, target: PlacedMessage, own: set[int]) -> None:
        others = False
        for piece in target.pieces:
            if id(piece) in own and others:
                what = "the results of tools do not come first in the user's message"
                self._problems.tell(piece.place, "result_order", what, "they come first")
            others = others or piece.kind != "tool_result"

    def _unique(self, run: Run) -> list[tuple[PlacedBlock, str]]:
        """Return the calls of a run with the ids that they came with; one that has the id of another gets one of its own."""
        calls: list[tuple[PlacedBlock, str]] = []
        taken: set[str] = set()
        for piece in [piece for said in run for piece in said.pieces if piece.kind == "tool_use"]:
            original = name = piece.block["id"]
            self._calls[original] -= 1
            number = 2
            while name in taken:
                name, number = f"{original}_{number}", number + 1
            if name != original:
                what = f"two calls have the id {original[:60]!r}"
                self._problems.tell(piece.place, "duplicate_call", what, f"this one gets the id {name[:60]!r}")
                piece.block = {**piece.block, "id": name}
            taken.add(name)
            calls.append((piece, original))
        return calls

    def _result_of(self, call: PlacedBlock, original: str, target: PlacedMessage) -> PlacedBlock:
        """Return the result of a call, from where it stands; or one that says that there is none."""
        name = call.block["id"]
        found = self._take(original, target, call)
        if found is None:
            what = f"the call {name[:60]!r} of the tool {call.block['name'][:60]!r} has no result"
            self._problems.tell(call.place, "call_without_result", what, "it gets one that says so, as an error")
            block: Json = {"type": "tool_result", "tool_use_id": name, "content": NO_RESULT, "is_error": True}
            return PlacedBlock(block, call.place)
        if found.block["tool_use_id"] != name:
            found.block = {**found.block, "tool_use_id": name}
        return found

    def _take(self, name: str, target: PlacedMessage, call: PlacedBlock) -> PlacedBlock | None:
        """Return the result that this message holds, or the first one after the call if no later call has this id."""
        waiting = [each for each in self._later.get(name, ()) if id(each[1]) not in self._taken]
        here = next((piece for said, piece in waiting if said is target), None)
        if here is not None:
            self._taken.add(id(here))
            return here
        if self._calls[name] > 0:
            return None
        after = next(((said, piece) for said, piece in waiting if said.index >= call.place[0]), None)
        if after is None:
            return None
        said, piece = after
        what = f"the result of the call {name[:60]!r} does not stand in the message after it"
        self._problems.tell(piece.place, "misplaced_result", what, "it is moved there")
        said.pieces[:] = [each for each in said.pieces if each is not piece]
        self._taken.add(id(piece))
        return piece

    def _pair_server_calls(self, run: Run, last: bool) -> None:
        """Make text of the API's own calls without a result, and of results without a call before them.

        A call may be open at the end, where the answer was paused, and beside calls that the user's tools answer.
        """
        pieces = [piece for said in run for piece in said.pieces]
        for piece in pieces:
            if piece.kind in ("server_tool_use", "mcp_tool_use"):
                self._open.setdefault(piece.block["id"], []).append(piece)
            elif piece.kind in SERVER_RESULTS or piece.kind == "mcp_tool_result":
                name = piece.block["tool_use_id"]
                if self._open.pop(name, None) is None:
                    what = f"a {piece.kind} for the call {name[:60]!r}, which does not stand before it"
                    self._problems.tell(piece.place, "result_without_call", what, "it becomes text")
                    piece.block = text_block(f"[There was a {piece.kind} here whose call is not in this history.]")
        still = [piece for calls in self._open.values() for piece in calls]
        paused = last and any(piece is each for each in still for piece in run[-1].pieces)
        if paused or any(piece.kind == "tool_use" for piece in pieces):
            return
        for piece in still:
            name, tool = piece.block["id"][:60], piece.block["name"][:60]
            what = f"the call {name!r} of the API's tool {tool!r} has no result"
            self._problems.tell(piece.place, "server_call", what, "it becomes text that tells the call")
            piece.block = text_block(call_in_words(piece.block))
        self._open.clear()

    def _leave_orphans(self, history: list[PlacedMessage]) -> None:
        """Make text of the results that no call has taken: in their place in an answer, else behind those that stay."""
        orphans = {id(piece) for each in self._later.values() for _, piece in each} - self._taken
        for said in history if orphans else ():
            texts = {id(piece): list(self._as_text(piece)) for piece in said.pieces if id(piece) in orphans}
            if not texts:
                continue
            if said.role == "assistant":
                said.pieces[:] = [each for piece in said.pieces for each in texts.get(id(piece), [piece])]
                continue
            kept = [piece for piece in said.pieces if id(piece) not in texts]
            leading = next((n for n, piece in enumerate(kept) if piece.kind != "tool_result"), len(kept))
            said.pieces[:] = [*kept[:leading], *(text for made in texts.values() for text in made), *kept[leading:]]
            said.plain = False

    def _as_text(self, piece: PlacedBlock) -> Iterator[PlacedBlock]:
        name = piece.block["tool_use_id"][:60]
        if any(id(other) in self._taken for _, other in self._later[piece.block["tool_use_id"]]):
            what, why = f"a second result for the call {name!r}", f"A second result of the tool call {name!r}"
            self._problems.tell(piece.place, "duplicate_result", what, "it becomes text")
        else:
            what = f"a result for the call {name!r}, which does not stand before it"
            why = f"The result of a tool call, {name!r}, that is not in this history"
            self._problems.tell(piece.place, "result_without_call", what, "it becomes text")
        yield PlacedBlock(text_block(result_in_words(piece.block, why)), piece.place)
        content = piece.block.get("content")
        for block in content if type(content) is list else ():
            if block["type"] in ("image", "document"):
                yield PlacedBlock(block, piece.place)


def _runs(history: list[PlacedMessage]) -> Iterator[Run]:
    """Yield messages of the assistant in a row, and of everybody else in a row."""
    run: Run = []
    for said in history:
        if run and (said.role == "assistant") != (run[0].role == "assistant"):
            yield run
            run = []
        run.append(said)
    if run:
        yield run
