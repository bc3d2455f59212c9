"""Which faults meet which request: by its own header, or by rules with a rate, a number of times and a seed."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from threading import Lock
from typing import Any

from tercet.server.errors import invalid
from tercet.server.exchange import ServerExchange
from tercet.server.faults.spec import FaultRule, FaultSpec, UnknownFault, nearest, parse_faults, parse_rule

HEADER = b"tercet-fault"
ONLY_BY_HEADER = "header"
"""The rule that makes no fault by itself: requests may ask for theirs."""


class FaultRules:
    """The rules of one server. The same seed and the same order of requests give the same faults.

    `paths` are those that it serves, `*` for any segment; None: it may be asked for any. A rule for another path is refused.
    """

    def __init__(self, rules: Iterable[str] = (), seed: int = 0, paths: tuple[str, ...] | None = None) -> None:
        self._paths = paths
        self._lock = Lock()
        self._seed = seed
        self.set(rules)

    def set(self, rules: Iterable[str]) -> None:
        """Go by these rules from now on, the seed at its beginning. Raises UnknownFault, and changes nothing then."""
        parsed = self._parsed(rules)
        with self._lock:
            self._rules = parsed
            self._left = [rule.times for rule in parsed]
            self._random = Random(self._seed)

    def add(self, *rules: str) -> None:
        """Go by these rules too, after those that stand."""
        parsed = self._parsed(rules)
        with self._lock:
            self._rules += parsed
            self._left += [rule.times for rule in parsed]

    def clear(self) -> None:
        """No faults but those that requests ask for."""
        self.set(())

    def shown(self) -> list[dict[str, Any]]:
        """Return the rules as JSON, with how often each still strikes (None: without end)."""
        with self._lock:
            return [{"rule": rule.text, "left": left} for rule, left in zip(self._rules, self._left, strict=True)]

    def of(self, exchange: ServerExchange) -> tuple[tuple[FaultSpec, ...], str | None]:
        """Return the faults that meet this request, and the words that asked for them. Raises 400 for an unknown
        one."""
        asked = exchange.header(HEADER)
        if asked:
            try:
                return parse_faults(asked), asked
            except UnknownFault as problem:
                raise invalid(f"tercet-fault: {problem}") from None
        rule = self._struck(exchange.path) if self._rules else None
        return (rule.faults, rule.text) if rule is not None else ((), None)

    def _struck(self, path: str) -> FaultRule | None:
        with self._lock:
            for place, rule in enumerate(self._rules):
                if self._left[place] == 0 or rule.path not in (None, path):
                    continue
                if rule.rate < 1.0 and self._random.random() >= rule.rate:
                    continue
                left = self._left[place]
                self._left[place] = None if left is None else left - 1
                return rule
        return None

    def _parsed(self, rules: Iterable[str]) -> list[FaultRule]:
        words = [rules] if isinstance(rules, str) else rules
        parsed = [parse_rule(rule) for rule in words if rule.strip() != ONLY_BY_HEADER]
        for rule in parsed:
            if rule.path is not None and self._paths is not None:
                _check_path(rule.path, self._paths)
        return parsed


def _check_path(path: str, served: tuple[str, ...]) -> None:
    """Raise UnknownFault for a path that no request with an answer can have."""
    segments = path.split("/")
    for known in served:
        wanted = known.split("/")
        if len(wanted) == len(segments) and all(a in ("*", b) for a, b in zip(wanted, segments, strict=True)):
            return
    raise UnknownFault(f"the path {path[:200]} is not served, so this rule never strikes{nearest(path, served)}")
