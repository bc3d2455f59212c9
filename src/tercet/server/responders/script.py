"""Rules in order, from a YAML, JSON or Python file or from values: the first that fits a request says what comes of it.

Python files are run; they are code of the person who names them. YAML is read as plain data.
"""

from __future__ import annotations

import importlib.util
import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import msgspec

from tercet.server.errors import HTTPError
from tercet.server.exchange import decoded_json
from tercet.server.responders.matching import Match, Seen, match_of
from tercet.server.responders.outcome import BadScript, Fixed, Outcome, outcome_of
from tercet.server.service.responder import Answer, Responder

LOG = logging.getLogger("tercet.server")
RULE_KEYS = ("match", "answer", "answers", "times")
MESSAGE_PATHS = ("/v1/messages", "/invoke", "/invoke-with-response-stream", ":rawPredict", ":streamRawPredict")
BATCHED = "/v1/messages/batches"
"""The path under which the requests of a batch are looked at, each with its params as the body."""
Function = Callable[[dict[str, Any], Mapping[str, str]], Any]


class _QueuedOutcome(NamedTuple):
    """An outcome that waits for a request that meets its conditions and has the tools that it calls."""

    outcome: Outcome
    match: Match
    tools: frozenset[str]

    def suits(self, seen: Seen) -> bool:
        """Return whether this request may have it. Agents ask beside the conversation, for titles and summaries, without
        tools: a call of a tool is kept for a request that offers it."""
        return self.match.fits(seen) and (not self.tools or self.tools <= _tool_names(seen.body))


class Queue:
    """Outcomes that wait to be asked for. Safe for several threads."""

    def __init__(self) -> None:
        self._waiting: list[_QueuedOutcome] = []
        self._lock = Lock()

    def add(self, *answers: Any) -> None:
        """Put answers at the end, described as in a script: a text, blocks, or a mapping, which may hold `match`. Raises
        BadScript, adding none."""
        queued = [_queued(answer, f"answer {number}") for number, answer in enumerate(answers, 1)]
        with self._lock:
            self._waiting.extend(queued)

    def next(self, seen: Seen) -> Outcome | None:
        """Take the first one that this request may have; None if there is none."""
        with self._lock:
            number = next((number for number, each in enumerate(self._waiting) if each.suits(seen)), None)
            return None if number is None else self._waiting.pop(number).outcome

    def clear(self) -> None:
        """Drop what nobody has asked for."""
        with self._lock:
            self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)


def _queued(answer: Any, where: str) -> _QueuedOutcome:
    match = Match()
    if isinstance(answer, Mapping) and "match" in answer:
        match = match_of(answer["match"], where)
        answer = {key: value for key, value in answer.items() if key != "match"}
    outcome = outcome_of(answer, where)
    blocks = outcome.answer.blocks if outcome.answer is not None else ()
    return _QueuedOutcome(
        outcome, match, frozenset(str(each.get("name")) for each in blocks if each["type"] == "tool_use")
    )


def _tool_names(body: Any) -> frozenset[Any]:
    tools = body.get("tools") if isinstance(body, dict) else None
    return frozenset(tool.get("name") for tool in tools or () if isinstance(tool, dict)) if tools else frozenset()


@dataclass(slots=True)
class ScriptRule:
    """Conditions, and what comes of a request that meets them: one outcome after the other, the last for ever.

    Without a condition on the path, only requests for messages are meant.
    `times` is how many requests it still takes; None: any number.
    """

    match: Match
    outcomes: tuple[Outcome, ...]
    times: int | None = None
    taken: int = 0
    described: Any = None
    """`match` as it was written, for those who look at the rules."""

    def take(self) -> Outcome:
        """Return the next outcome."""
        outcome = self.outcomes[min(self.taken, len(self.outcomes) - 1)]
        self.taken += 1
        return outcome

    @property
    def used_up(self) -> bool:
        """Whether it takes no more."""
        return self.times is not None and self.taken >= self.times


@dataclass(slots=True)
class Script:
    """The rules of one server and the queue before them. Safe for several threads."""

    rules: list[ScriptRule] = field(default_factory=list)
    function: Function | None = None
    """The function that is asked after the rules about every request for a message; it describes the answer, or gives None."""
    queue: Queue = field(default_factory=Queue)
    _lock: Lock = field(default_factory=Lock)

    @property
    def blocking(self) -> bool:
        """Whether looking may take long, since a user's function is asked."""
        return self.function is not None

    def concerns(self, method: str, path: str) -> bool:
        """Return whether this request need be looked at at all."""
        return bool(self.rules) or ((bool(len(self.queue)) or self.function is not None) and asks_message(method, path))

    def outcome(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | dict[str, Any]
    ) -> Outcome | None:
        """Return what comes of this request: by the queue, the first rule that fits, or the function; None: nothing
        special."""
        is_asking = path == BATCHED if isinstance(content, dict) else asks_message(method, path)
        is_queued = is_asking and len(self.queue)
        if not is_queued and not self.rules and self.function is None:
            return None
        seen = Seen(method, path, headers, _decoded(content) if isinstance(content, bytes) else content)
        if is_queued and (waiting := self.queue.next(seen)) is not None:
            return waiting
        with self._lock:
            for rule in self.rules:
                if (is_asking or rule.match.path is not None) and not rule.used_up and rule.match.fits(seen):
                    return rule.take()
        if self.function is None or not is_asking or not isinstance(seen.body, dict):
            return None
        return _asked(self.function, seen)

    def set(self, given: Any) -> None:
        """Go by these rules from now on. Raises BadScript, and changes nothing then."""
        rules = rules_of(given)
        with self._lock:
            self.rules = rules

    def replace(self, other: Script) -> None:
        """Go by the other's rules and function from now on. What is queued stays."""
        with self._lock:
            self.rules, self.function = other.rules, other.function

    def clear(self) -> None:
        """No rules, no function, nothing queued."""
        with self._lock:
            self.rules, self.function = [], None
        self.queue.clear()


def _asked(function: Function, seen: Seen) -> Outcome | None:
    """Return what a user's function says. Whatever goes wrong in it is a 500 that names it."""
    try:
        said = function(seen.body, seen.headers)
        return None if said is None else outcome_of(said, "what answer() returned")
    except Exception as problem:
        LOG.exception("the script's answer() failed")
        said = f"The script's answer() failed: {type(problem).__name__}: {problem}"
        raise HTTPError(500, said, headers=((b"x-should-retry", b"false"),)) from None


class Batched:
    """The answerer of batches' requests on a server with a script: they come by no route of their own."""

    def __init__(self, script: Script, otherwise: Responder) -> None:
        self._script, self._otherwise = script, otherwise

    @property
    def blocking(self) -> bool:
        """Whether an answer may take long."""
        return self._script.blocking or bool(getattr(self._otherwise, "blocking", False))

    def answer(self, request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Return what the script says, or else the other answerer. Of faults, only statuses make sense here."""
        outcome = self._script.outcome("POST", BATCHED, headers, dict(request))
        status = next((fault for fault in outcome.faults if fault.kind == "status"), None) if outcome else None
        if status is not None:
            raise HTTPError(status.number or 500, status.options.get("message", "This error was scripted."))
        answerer = Fixed(outcome.answer) if outcome is not None and outcome.answer is not None else self._otherwise
        return answerer.answer(request, headers)


def asks_message(method: str, path: str) -> bool:
    """Return whether a request asks for a message."""
    if method != "POST":
        return False
    return path == MESSAGE_PATHS[0] or (path.endswith(MESSAGE_PATHS[1:]) and "count-tokens" not in path)


def _decoded(content: bytes) -> Any:
    try:
        return decoded_json(content) if content else None
    except HTTPError:
        return None


# --- reading ---------------------------------------------------------------------------------------------------------


def rules_of(given: Any, where: str = "the script") -> list[ScriptRule]:
    """Return the rules that a list, or a mapping with `rules`, describes. Raises BadScript."""
    listed = given
    if isinstance(given, Mapping):
        if set(given) != {"rules"}:
            raise BadScript(
                f"{where} holds {', '.join(map(repr, given)) or 'nothing'}; write a mapping with rules alone"
            )
        listed = given["rules"]
    if isinstance(listed, str | bytes | Mapping) or not isinstance(listed, Iterable):
        found = "empty" if listed is None else type(listed).__name__
        raise BadScript(f"{where} is {found}; write a list of rules, or a mapping with rules")
    return [_rule(rule, f"{where}, rule {number}") for number, rule in enumerate(listed, 1)]


def _rule(given: Any, where: str) -> ScriptRule:
    if isinstance(given, ScriptRule):
        return given
    if not isinstance(given, Mapping):
        raise BadScript(f"{where} is {type(given).__name__}; write a mapping with {', '.join(RULE_KEYS)}")
    unknown = sorted(set(map(str, given)) - set(RULE_KEYS))
    if unknown:
        raise BadScript(f"{where} holds {unknown[0]!r}; known are {', '.join(RULE_KEYS)}")
    if ("answer" in given) == ("answers" in given):
        raise BadScript(f"{where} needs either an answer or a list of answers")
    answers = given["answers"] if "answers" in given else [given["answer"]]
    if not isinstance(answers, list) or not answers:
        raise BadScript(f"{where}: answers is a list of at least one answer")
    times = given.get("times")
    if times is not None and (type(times) is not int or times < 1):
        raise BadScript(f"{where}: times is a number of requests from 1 on")
    outcomes = tuple(outcome_of(answer, f"{where}, answer {number}") for number, answer in enumerate(answers, 1))
    match = match_of(given.get("match"), where)
    return ScriptRule(
        match, outcomes, times, described=msgspec.to_builtins(given.get("match"), str_keys=True, enc_hook=repr)
    )


def script_of(source: str | Path | Iterable[Any] | Mapping[str, Any]) -> Script:
    """Return a script from a file (.yaml, .yml, .json, .py) or from rules as values. Raises BadScript and OSError."""
    if not isinstance(source, str | Path):
        return Script(rules_of(source))
    path = Path(source)
    if path.suffix == ".py":
        return _python(path)
    return Script(rules_of(_data(path), str(path.name)))


def _data(path: Path) -> Any:
    text = path.read_bytes()
    if path.suffix == ".json":
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as problem:
            raise BadScript(f"{path.name} is not JSON: {problem}") from None
    try:
        import yaml
    except ModuleNotFoundError:
        raise BadScript(f"{path.name} needs a YAML reader: pip install pyyaml, or write the script as JSON") from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise BadScript(f"{path.name} is not YAML: {problem}") from None


def _python(path: Path) -> Script:
    spec = importlib.util.spec_from_file_location("tercet_script", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(2, "No such script", str(path))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        raise BadScript(
            f"{path.name} cannot be run: {type(problem).__name__}: {problem}{_line(problem, path)}"
        ) from problem
    function = getattr(module, "answer", None)
    if function is None and not hasattr(module, "rules"):
        raise BadScript(f"{path.name} defines neither rules nor answer(request, headers)")
    if function is not None and not callable(function):
        raise BadScript(f"{path.name}: answer is {type(function).__name__}; define answer(request, headers)")
    return Script(rules_of(getattr(module, "rules", []), path.name), function)


def _line(problem: Exception, path: Path) -> str:
    """Return where in the file it went wrong, as far as that is known."""
    if isinstance(problem, SyntaxError):
        return ""  # it says so itself
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == str(path)]
    return f" (line {lines[-1]})" if lines else ""
