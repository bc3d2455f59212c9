"""Tells once that a share of a sum of money is spent. What was told stands in the ledger, so that a restart tells nothing twice."""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tercet.toolkit.ledger.errors import LedgerError
from tercet.toolkit.ledger.periods import zone_of

if TYPE_CHECKING:
    from tercet.toolkit.ledger.sums import Origin

EVERY = 5.0
"""Seconds between two looks."""
PERIODS = ("day", "week", "month")


class Watched(Protocol):
    """A ledger, as alerts see it."""

    def merge(self) -> int:
        """Merge the lines that are written."""
        ...

    def spent_in(self, per: str, zone: tzinfo, origin: Origin, chosen: Mapping[str, Any]) -> tuple[Decimal, str]:
        """Return the US dollars of this period, and its name."""
        ...

    def is_first_to_tell(self, alert: str, period: str, share: str) -> bool:
        """Write down that this is told. Returns False if it was told before."""
        ...


class Alert(NamedTuple):
    """Tell what was reached: `share` of `usd`, `spent` in this `period` (its first day, or month)."""

    share: Decimal
    usd: Decimal
    spent: Decimal
    per: str
    period: str

    def __str__(self) -> str:
        return f"${self.spent:,.2f} of ${self.usd:,.2f} are spent in the {self.per} of {self.period} ({self.share:.0%} reached)."


class SpendingAlert(NamedTuple):
    """Hold what is watched, and who is told."""

    usd: Decimal
    per: str
    shares: tuple[Decimal, ...]
    tell: Callable[[Alert], object]
    origin: Origin
    zone: tzinfo
    zone_name: str
    chosen: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The same after a restart, for the same question."""
        about = {name: None if value is None else str(value) for name, value in self.chosen.items()}
        return json.dumps(
            [f"{self.usd.normalize():f}", self.per, self.origin, self.zone_name, about],
            sort_keys=True,
            ensure_ascii=False,
        )

    def look(self, ledger: Watched) -> None:
        """Tell what has been reached and was not told."""
        spent, period = ledger.spent_in(self.per, self.zone, self.origin, self.chosen)
        for share in self.shares:
            if spent >= share * self.usd and ledger.is_first_to_tell(self.name, period, f"{share.normalize():f}"):
                self.tell(Alert(share, self.usd, spent, self.per, period))


def make_alert(
    usd: Any,
    per: str,
    at: Iterable[float],
    tell: Callable[[Alert], object],
    origin: Origin,
    tz: str | tzinfo | None,
    chosen: Mapping[str, Any],
) -> SpendingAlert:
    """Return an alert, checked."""
    limit = _positive(usd, "usd")
    if per not in PERIODS:
        raise LedgerError(f"per is {per!r}; {', '.join(PERIODS)} are expected.")
    if not callable(tell):
        raise LedgerError(f"tell is {tell!r}; a function that takes the alert is expected.")
    if isinstance(at, (str, bytes)) or not isinstance(at, Iterable):
        raise LedgerError(f"at is {at!r}; shares such as (0.5, 0.8, 1) are expected.")
    shares = tuple(sorted({_positive(share, "at") for share in at}))
    if not shares:
        raise LedgerError("at is empty; shares such as (0.5, 0.8, 1) are expected.")
    return SpendingAlert(limit, per, shares, tell, origin, zone_of(tz), str(tz), dict(chosen))


def _positive(given: Any, name: str) -> Decimal:
    try:
        found = Decimal(str(given))
    except InvalidOperation:
        found = Decimal(0)
    if not (found.is_finite() and found > 0):
        raise LedgerError(f"{name} is {given!r}; a number above 0 is expected.")
    return found


def is_about(alert: str, chosen: Mapping[str, Any]) -> bool:
    """Return whether an alert of this name was about any of these values."""
    try:
        about = json.loads(alert)[-1]
        return any(about.get(name) == str(value) for name, value in chosen.items())
    except (ValueError, IndexError, AttributeError):
        return True  # none of ours: better gone than kept


def _merge(ledger: Watched) -> None:
    ledger.merge()


class Watch:
    """Merge what is written and look at alerts, every few seconds, in a thread that no exit waits for."""

    def __init__(self, ledger: Watched) -> None:
        self._ledger = weakref.ref(ledger)
        self._alerts: list[SpendingAlert] = []
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, alert: SpendingAlert, ledger: Watched) -> None:
        """Look at once, and from now on. An error of `tell` is raised here the first time, and logged later."""
        alert.look(ledger)
        self._alerts.append(alert)
        self.start()

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._thread is None or not self._thread.is_alive():  # a forked child has no thread
            self._thread = threading.Thread(target=self._run, name="tercet-ledger", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            ledger = self._ledger()
            if ledger is None:
                return
            for act in (_merge, *(alert.look for alert in self._alerts)):
                try:
                    act(ledger)
                except Exception:  # of a function of the user's, or of a disk: later looks may do better
                    import logging

                    logging.getLogger("tercet").exception("A ledger could not be merged, or its alert not be told")
            del ledger
