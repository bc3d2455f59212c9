"""What both worlds' conversations know and decide; nothing here waits for anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self, Unpack, cast

import msgspec

from tercet.catalog.cost import in_dollars
from tercet.flow.ledger.tags import tagged
from tercet.toolkit.conversation.answer_stream import StreamedTurn
from tercet.toolkit.conversation.cache_marks import check_cache, end_is_marked_by
from tercet.toolkit.conversation.entries import LogStep, SavedConversation
from tercet.toolkit.conversation.errors import ConversationLimitError
from tercet.toolkit.conversation.limits import TurnAllowance, check_limits
from tercet.toolkit.conversation.log import Log, MemoryLog
from tercet.toolkit.conversation.occupancy import Occupancy
from tercet.toolkit.conversation.pickling import pickled_options, saved_thread, unpickled_options
from tercet.toolkit.conversation.request import ANSWER_NAMES, whole_messages
from tercet.toolkit.conversation.said import foreign_entries, said_blocks
from tercet.toolkit.conversation.state import (
    ASKS,
    ConversationState,
    TurnOptions,
    check_on_cut,
    refuse_async_tools,
    with_tools,
)
from tercet.toolkit.conversation.thread import CLEARED
from tercet.toolkit.conversation.totals import ConversationTotals
from tercet.toolkit.conversation.turn import AskFailed, Opening, TurnEnding
from tercet.toolkit.conversation.turns import Turn
from tercet.tools.run_state import settle_arguments
from tercet.wire.frames import Guarded
from tercet.wire.requests.arguments import unknown_argument
from tercet.wire.responses.message import Message
from tercet.wire.responses.usage import Usage

if TYPE_CHECKING:
    from tercet.toolkit.conversation.cache_misses import CacheMiss
    from tercet.toolkit.conversation.next_request import NextRequest
    from tercet.toolkit.conversation.parameters import Said, TurnParameters
    from tercet.wire.params.conversation import MessageParam

OWN_NAMES = frozenset({"examples", "messages", "view", "cache"})
TURN_NAMES = frozenset({"tools", "on_cut", "limits"})


class ConversationBase(Guarded):
    """The part of a conversation that asks nobody: its settings, its turns, its figures."""

    _is_async: ClassVar[bool] = False
    _client: Any
    _state: ConversationState
    _occupancy: Occupancy
    _opened: Mapping[str, Any] = {}
    """The arguments of the stream that is being read."""
    _place: tuple[Callable[..., Any], tuple[Any, ...]] | None = None
    """How a stored conversation is found again; None for one in memory."""

    def __init__(self, client: Any, **arguments: Any) -> None:
        self._start(client, MemoryLog(), arguments)

    @classmethod
    def on_log(
        cls,
        client: Any,
        log: Log,
        arguments: Mapping[str, Any],
        *,
        id: str | None = None,
        saved: SavedConversation | None = None,
        on_conflict: Any = "raise",
        place: tuple[Callable[..., Any], tuple[Any, ...]] | None = None,
    ) -> Self:
        """Return a conversation whose log is kept elsewhere. `saved` is what the log holds, if that was read already."""
        made = cls.__new__(cls)
        made._place = place
        made._start(client, log, arguments, id=id, saved=saved, on_conflict=on_conflict)
        return made

    def _start(self, client: Any, log: Log, arguments: Mapping[str, Any], **known: Any) -> None:
        for name in arguments:
            if name not in ANSWER_NAMES and name not in OWN_NAMES | TURN_NAMES:
                raise unknown_argument(name, ANSWER_NAMES | OWN_NAMES | TURN_NAMES, type(self).__name__)
        self.client = client
        given = {name: value for name, value in arguments.items() if name not in OWN_NAMES}
        self._options = self._laid_over(TurnOptions(parameters={}), given)
        self._occupancy = Occupancy()
        self._state = ConversationState(
            log,
            options=self._options,
            examples=arguments.get("examples") or (),
            view=arguments.get("view"),
            cache=check_cache(arguments.get("cache")),
            **known,
        )
        self._state.marks_end = end_is_marked_by(client)
        self._totals = ConversationTotals()
        self._tagged = tagged(conversation=self.id)
        if (messages := arguments.get("messages")) is not None:
            self._take_in(messages)

    def _take_in(self, messages: Iterable[Any]) -> None:
        """Begin with a history that was made elsewhere."""
        from tercet.toolkit.conversation.validity.repair import check_messages

        state, messages = self._state, list(messages)
        if problems := check_messages(messages):
            raise ValueError(
                f"messages cannot be gone on with: {problems[0]}{f', and {len(problems) - 1} more' if problems[1:] else ''}; "
                "tercet.check_messages(messages) lists them all, and tercet.repair_messages(messages) makes a valid copy"
            )
        entries = foreign_entries(messages, state.thread.tip, state.thread.last_id, state.clock())
        if entries:
            done = state.write_now(LogStep(entries=entries, tip=entries[-1].id))
            if isinstance(done, Exception):
                raise done

    # --- what it is --------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The name of the conversation, also in ledgers."""
        return self._state.id

    @property
    def client(self) -> Any:
        """The client that it asks. May be set, to one of the same world."""
        return self._client

    @client.setter
    def client(self, client: Any) -> None:
        is_async = getattr(client, "_is_async", self._is_async)
        if is_async is not self._is_async:
            needed, other = ("AsyncAnthropic", "Conversation") if self._is_async else ("Anthropic", "AsyncConversation")
            raise TypeError(f"{type(self).__name__} needs a client like {needed}; for this one take {other}")
        if not hasattr(client, "messages"):
            raise TypeError(f"{type(self).__name__} needs a client, not {type(client).__name__} {client!r:.80}")
        self._client = client
        if hasattr(self, "_state"):
            self._state.marks_end = end_is_marked_by(client)

    @property
    def messages(self) -> list[MessageParam]:
        """Everything that may be sent, examples first, as `messages.create` takes it. A copy: changing it changes nothing."""
        return cast("list[MessageParam]", deepcopy(whole_messages(self._state)))

    @property
    def turns(self) -> list[Turn]:
        """The turns so far, of the version that is gone on with."""
        return [Turn(tuple(entries)) for entries in self._state.thread.turns()]

    def versions(self, turn: Turn) -> list[Turn]:
        """Return all versions of a turn, oldest first: as it was said, edited and retried."""
        thread = self._state.thread
        return [Turn(tuple(thread.entries_of_turn(id_))) for id_ in thread.versions(self._question(turn))]

    @property
    def usage(self) -> Usage:
        """The tokens that all answers have used, those of other versions included."""
        return self._totals.of(self._state.thread).usage

    @property
    def cost(self) -> Decimal:
        """Return what all answers have cost, in US dollars at list prices, as far as that is known."""
        return in_dollars(self._totals.of(self._state.thread).known)

    @property
    def cost_range(self) -> tuple[Decimal, Decimal | None]:
        """The bounds of `cost`: they differ where an answer was cut off or lost. The upper one is None where nobody can say."""
        spent = self._totals.of(self._state.thread)
        return in_dollars(spent.low), None if spent.high is None else in_dollars(spent.high)

    def next_request(self, *content: Said, **parameters: Unpack[TurnParameters]) -> NextRequest:
        """Return what the next request would hold and cost, if this was said, with these parameters. Sends nothing."""
        from tercet.toolkit.conversation.next_request import next_request

        words = said_blocks(content, "next_request") if content else []
        options = self._options_of(parameters, "next_request")
        return next_request(self._state, options, words, self._client.estimate)

    @property
    def cache_misses(self) -> list[CacheMiss]:
        """Return what the API should have read from its cache since this program opened the conversation, and did not: how many
        tokens, why, and what it cost."""
        return list(self._state.misses)

    def __repr__(self) -> str:
        turns = sum(entry.starts_turn for entry in self._state.thread.path)
        return f"<{type(self).__name__} {self.id}: {turns} turns>"

    def _broken(self, streamed: StreamedTurn) -> AskFailed:
        """Return what the plan is told of a stream that did not come to its end."""
        return streamed.failure(self._most_cost(self._opened))

    def _most_cost(self, arguments: Mapping[str, Any]) -> int | None:
        """Return the most that a request may cost, in nano-dollars, for those that were lost or broke off."""
        from tercet.client.forecasts import most_nano_dollars

        try:
            return most_nano_dollars(arguments, self._client.model_behind, self._client._defaults)
        except Exception:  # the request may be what is wrong
            return None

    # --- what calls ask for ------------------------------------------------------------------------------------------

    def _options_of(self, given: Mapping[str, Any], caller: str, *, streams: bool = False) -> TurnOptions:
        for name in given:
            if name not in ANSWER_NAMES and name not in TURN_NAMES:
                raise unknown_argument(name, ANSWER_NAMES | TURN_NAMES, caller)
        options = self._laid_over(self._options, given) if given else self._options
        if (model := self._default_model()) is not None and "model" not in options.parameters:
            options = msgspec.structs.replace(options, parameters={**options.parameters, "model": model})
        if options.limits is not None:
            options = msgspec.structs.replace(options, allowance=TurnAllowance(options.limits, self._most_cost))
        return msgspec.structs.replace(options, streams=True) if streams else options

    def _laid_over(self, options: TurnOptions, given: Mapping[str, Any]) -> TurnOptions:
        parameters = settle_arguments({name: value for name, value in given.items() if name not in TURN_NAMES})
        options = msgspec.structs.replace(
            options,
            parameters={**options.parameters, **parameters},
            on_cut=check_on_cut(given.get("on_cut", options.on_cut)),
            limits=check_limits(given.get("limits", options.limits)),
        )
        if "tools" not in given:
            return options
        tools = list(given["tools"] or ())
        for tool in tools:
            if getattr(tool, ASKS, False):
                raise TypeError(
                    f"the tool {getattr(tool, 'name', tool)!r} waits for an approval, which a conversation cannot give: "
                    "use tercet.Agent, whose runs can be resumed"
                )
        options = with_tools(options, tools)
        if not self._is_async:
            refuse_async_tools(options, type(self).__name__)
        return options

    def _default_model(self) -> str | None:
        """Return the model that the client asks by itself, which views and limits want to know, too."""
        defaults = getattr(self._client, "_defaults", None)
        return defaults.get("model") if defaults else None

    def _opening_of(self, content: Sequence[Any], caller: str) -> Opening:
        return Opening(content=said_blocks(content, caller))

    def _edited(self, turn: Turn, content: Sequence[Any]) -> Opening:
        question = self._state.thread.entries[self._question(turn)]
        return Opening(content=said_blocks(content, "edit"), parent=question.parent, after_tip=False)

    def _retried(self) -> Opening:
        turn = self._state.thread.last_turn()
        if not turn:
            raise ValueError("there is no turn to retry: nothing was said yet")
        if turn[-1].role == "user" and not turn[-1].starts_turn:
            return Opening()
        refused = (turn[0].error or {}).get("place") or ()
        content = [block for place, block in enumerate(turn[0].content) if place not in refused] or turn[0].content
        return Opening(content=content, parent=turn[0].parent, after_tip=False)

    def _switched(self, version: Turn) -> LogStep:
        return LogStep(tip=self._state.thread.newest_below(self._question(version)))

    def _cleared(self) -> LogStep:
        thread = self._state.thread
        states, errors = self._state.settling()
        marks = [*(thread.facts.get(CLEARED) or []), thread.last_id]
        return LogStep(states=states, errors=errors, cleared=True, facts={CLEARED: marks})

    def _question(self, turn: Turn) -> int:
        """Return the id of a turn's question, if the turn is one of this conversation."""
        if not isinstance(turn, Turn):
            raise TypeError(f"this takes a turn, such as chat.turns[0], not {type(turn).__name__} {turn!r:.80}")
        mine = self._state.thread.entries.get(turn.id)
        if mine is None or not mine.starts_turn or mine.content != turn.content:
            raise ValueError(f"turn {turn.id} is none of this conversation {self.id}")
        return turn.id

    def _ended(self, ending: TurnEnding, options: TurnOptions) -> Message:
        """Return the answer of a turn, or raise for one that a limit ended."""
        limit: str | None = ending.limit
        if ending.outcome == "cut" and options.on_cut == "raise":
            limit = "max_tokens"
        if ending.outcome != "limit" and limit is None and ending.message is not None:
            return ending.message
        error = ConversationLimitError(
            f"the limit {limit} ended the turn{f': {ending.reason}' if ending.reason else ''}; what had come is in the "
            "conversation, which can be gone on with"
        )
        error.limit, error.answer = limit, ending.message
        raise error

    # --- copies ------------------------------------------------------------------------------------------------------

    def __reduce__(self) -> Any:
        if self._place is not None:
            return self._place
        state, saved = self._state, saved_thread(self._state.thread)
        options = pickled_options(self._options)
        return _unpickled, (
            type(self),
            self._client,
            self.id,
            saved,
            options,
            state.examples,
            state.view,
            state.cache,
        )


def _unpickled(
    cls: type[ConversationBase],
    client: Any,
    id_: str,
    saved: SavedConversation,
    options: TurnOptions,
    examples: Any,
    view: Any,
    cache: Any,
) -> ConversationBase:
    """Return a conversation in memory with these messages. Its client takes its key from this process's environment."""
    made = cls.__new__(cls)
    made._start(client, MemoryLog(), {"examples": examples, "view": view, "cache": cache}, id=id_, saved=saved)
    made._options = made._state.options = unpickled_options(options)
    return made
