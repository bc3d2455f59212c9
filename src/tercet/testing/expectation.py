"""A request as tests see it, the conditions by which an assertion means it, and why it is not meant. The conditions are
those of scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tercet.server.journal.journal import Entry
from tercet.server.responders.matching import ABSENT, at, condition, last_text

SHOWN_CHARACTERS = 120


class Sent:
    """One request that reached the local API, and what it was answered."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        """The journal's entry: times, the bytes of both bodies, the fault that was done."""
        self.body: Any = entry.json
        """The body as JSON; None if it had none."""

    @property
    def method(self) -> str:
        """Such as POST."""
        return self.entry.method

    @property
    def path(self) -> str:
        """Such as /v1/messages, without the query."""
        return self.entry.path

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name. The values of credentials are not kept."""
        return self.entry.headers

    @property
    def model(self) -> str | None:
        """The model that was asked for."""
        model = self._field("model")
        return model if isinstance(model, str) else None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation that was sent."""
        return self._field("messages") or []

    @property
    def system(self) -> Any:
        """The system prompt: a text, blocks, or None."""
        return self._field("system")

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The tools that were offered."""
        return self._field("tools") or []

    @property
    def text(self) -> str:
        """The text of the last user message, its blocks joined by line breaks."""
        return last_text(self.body)

    @property
    def status(self) -> int | None:
        """The status of the answer; None if there was none."""
        return self.entry.status

    def _field(self, name: str) -> Any:
        return self.body.get(name) if isinstance(self.body, dict) else None

    def __str__(self) -> str:
        parts = [f"{self.method} {self.path}", f"-> {self.status or 'no answer'}"]
        parts += [self.model] if self.model else []
        parts += [shown(self.text)] if self.text else []
        return "  ".join(parts)

    def __repr__(self) -> str:
        return f"<{self}>"


class Condition(NamedTuple):
    """One thing that must hold of a request: its name, what is wanted, and how it is found and judged."""

    name: str
    wanted: Any
    find: Callable[[Sent], Any]
    holds: Callable[[Any], bool]

    def __str__(self) -> str:
        if isinstance(self.wanted, Mapping):
            return f"{self.name} {' '.join(f'{name} {shown(value)}' for name, value in self.wanted.items())}"
        return f"{self.name} = {shown(self.wanted)}"

    def missed(self, sent: Sent) -> str | None:
        """Why this request does not meet it; None if it does."""
        found = self.find(sent)
        if self.holds(found):
            return None
        return f"{self.name} is {'absent' if found is ABSENT else shown(found)}"


class Expectation:
    """Conditions that must all hold of a request. Raises ValueError for one that is not understood."""

    def __init__(self, where: Callable[[Sent], object] | None = None, **wanted: Any) -> None:
        self.conditions = [_condition(name, value) for name, value in _flat(wanted)]
        if where is not None:
            name = getattr(where, "__name__", "where")
            self.conditions.append(Condition("where", name, lambda sent: sent, lambda sent: bool(where(sent))))

    def __str__(self) -> str:
        return ", ".join(map(str, self.conditions))

    def missed(self, sent: Sent) -> list[str]:
        """Why this request is not meant, condition by condition; empty if it is."""
        return [said for condition in self.conditions if (said := condition.missed(sent)) is not None]


def _flat(wanted: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Conditions by name, those on headers and on the body one by one."""
    flat: list[tuple[str, Any]] = []
    for part, value in wanted.items():
        if part in ("headers", "body"):
            flat += [(f"{part}.{name}", want) for name, want in value.items()]
        else:
            flat.append((part, value))
    return flat


def _condition(name: str, wanted: Any) -> Condition:
    return Condition(name, wanted, _finder(name), condition(wanted, f"the expected {name}"))


def _finder(name: str) -> Callable[[Sent], Any]:
    part, _, rest = name.partition(".")
    if part == "headers":
        return lambda sent: sent.headers.get(rest.lower(), ABSENT)
    if part == "body":
        return lambda sent: at(sent.body, tuple(rest.split(".")))
    if part == "text":
        return lambda sent: last_text(sent.body)
    if part in ("method", "path"):
        return lambda sent: getattr(sent, part)
    return lambda sent: at(sent.body, (part,))  # a field of the body by its name, such as model


def shown(value: Any) -> str:
    """Return a value as a failure shows it: one line, not too long."""
    said = repr(value)
    return said if len(said) <= SHOWN_CHARACTERS else f"{said[: SHOWN_CHARACTERS - 1]}…"
