"""`tercet.Ledger`: what calls cost, asked. Each question merges first, so that it sees every line that is written."""

from __future__ import annotations

import os
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Self

from tercet.flow.ledger.journal import LedgerWarning, journal_at
from tercet.flow.ledger.place import check_keep, check_place, default_place, place_of
from tercet.toolkit.ledger.database import Database
from tercet.toolkit.ledger.errors import LedgerBusyError, LedgerError
from tercet.toolkit.ledger.forgetting import forget_old_bodies
from tercet.toolkit.ledger.groups import TIMES, conditions, groups_of, names_of
from tercet.toolkit.ledger.merge import Merged, merge, waiting_lines
from tercet.toolkit.ledger.periods import Moment, moment_of, offsets, zone_of
from tercet.toolkit.ledger.rows import Rows
from tercet.toolkit.ledger.sums import COLUMNS, KEPT, Chosen, Origin, add_up, add_up_days, keep_days

if TYPE_CHECKING:
    from tercet.toolkit.ledger.alerts import Alert, Watch

_CANNOT_WRITE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


class Ledger:
    """Ask what calls cost: `tercet.Ledger("calls.db").cost(since="monday", by=("day", "model"))`.

    The path is the one that clients were given as `ledger=`; without one it is that of `TERCET_LEDGER`, or the file in your
    data folder. A Ledger can be given to clients itself. Every question sees all lines that were written until then, by living
    processes and dead ones. A ledger that is not there has no rows. In a `with` block a thread merges every few seconds, so that
    journals of a service that is never asked stay short.

    `keep="bodies"` has clients that are given this Ledger write down what was sent and what came, too, without credentials and
    files, for so many `days`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        keep: Literal["bodies"] | None = None,
        days: float = 30,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        try:
            found = place_of(check_place(path)) or default_place()
            self.body_days = check_keep(keep, days)
        except (TypeError, ValueError) as error:
            raise LedgerError(f"{error}.") from None
        self.path = str(found)
        self._database = Database(found)
        self._clock = clock or (lambda: datetime.now(UTC))
        self._told = False
        self._watch: Watch | None = None

    def cost(
        self,
        since: Moment = None,
        until: Moment = None,
        by: str | Iterable[str] = ("day", "model"),
        origin: Origin = "api",
        tz: str | tzinfo | None = None,
        **chosen: Any,
    ) -> Rows:
        """Return calls, tokens and US dollars by group, from `since` until before `until`.

        Groups are times (hour, day, week, month), columns (model, kind, job, conversation, error …) and tags (user …);
        `chosen` takes rows with a value of those alone, as `user="u1"`. `usd` sums what is known and is None where no price
        is; `low_usd` and `high_usd` are its bounds. Days are those of UTC, or of `tz`. Of calls that a local API answered,
        sums are made for `origin="local"` or `"all"`.
        """
        names = names_of(by)
        zone = zone_of(tz)
        if not self._is_there():
            return Rows([], [*names, *COLUMNS])
        with self._database.reading() as connection:
            rows = self._chosen(connection, since, until, origin, zone, chosen)
            groups = groups_of(connection, names, offsets(zone, *_span(connection)))
            kept = zone is UTC and KEPT.issuperset(names) and rows.is_whole_days
            found = (add_up_days if kept else add_up)(connection, groups, rows)
            notes = _left_out(connection, rows) if not found else ()
        made = [{**dict(zip(names, key, strict=True)), **sums.shown()} for key, sums in found.items()]
        return Rows(sorted(made, key=_order(names)), [*names, *COLUMNS], notes)

    def calls(
        self,
        since: Moment = None,
        until: Moment = None,
        *,
        errors: bool = False,
        slow: bool = False,
        bodies: bool = False,
        limit: int | None = 100,
        origin: Origin = "api",
        tz: str | tzinfo | None = None,
        **chosen: Any,
    ) -> Rows:
        """Return the attempts themselves, the newest first; those that failed alone (`errors`), or the slowest first (`slow`).

        With `bodies`, what was sent and what came are columns, too, where the ledger keeps that: `request` and `answer`.
        """
        from tercet.toolkit.ledger.attempts import BODIES, attempts
        from tercet.toolkit.ledger.attempts import COLUMNS as SHOWN

        zone, shown = zone_of(tz), (*SHOWN, *BODIES) if bodies else SHOWN
        if not self._is_there():
            return Rows([], shown)
        with self._database.reading() as connection:
            rows = self._chosen(connection, since, until, origin, zone, chosen)
            found = attempts(connection, rows, zone, errors=errors, slow=slow, limit=limit, names=shown)
            return Rows(found, shown, () if found else _left_out(connection, rows))

    def savings(
        self,
        since: Moment = None,
        until: Moment = None,
        origin: Origin = "api",
        tz: str | tzinfo | None = None,
        **chosen: Any,
    ) -> Rows:
        """Return what caching and batches saved, in US dollars at the list prices of each day; what was lost is negative."""
        from tercet.toolkit.ledger.savings import COLUMNS as SHOWN
        from tercet.toolkit.ledger.savings import savings

        zone = zone_of(tz)
        if not self._is_there():
            return Rows([], SHOWN)
        with self._database.reading() as connection:
            rows = self._chosen(connection, since, until, origin, zone, chosen)
            found, notes = savings(connection, rows)
            return Rows(found, SHOWN, notes if found else _left_out(connection, rows))

    def sql(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Rows:
        """Return the rows of a query that reads. The table is `calls`; views are daily, by_model, by_user, errors, slow."""
        from tercet.toolkit.ledger.queries import query_rows

        if not self._is_there():
            return Rows([], ())
        with self._database.reading() as connection:
            return query_rows(connection, query, parameters)

    def alert(
        self,
        *,
        usd: Any,
        per: str = "day",
        at: Iterable[float] = (0.5, 0.8, 1),
        tell: Callable[[Alert], object],
        origin: Origin = "api",
        tz: str | tzinfo | None = None,
        **chosen: Any,
    ) -> None:
        """Call `tell` when what was spent in a day, week or month (`per`) reaches these shares of `usd`.

        Each share is told once a period, whoever runs and however often; it is looked for now, and every few seconds until
        the ledger is closed. It warns, and stops nothing: what may not be passed is a `tercet.Budget`.
        """
        from tercet.toolkit.ledger.alerts import make_alert

        self._watching().add(make_alert(usd, per, at, tell, origin, tz, chosen), self)

    def spent_in(self, per: str, zone: tzinfo, origin: Origin, chosen: Mapping[str, Any]) -> tuple[Decimal, str]:
        """Return the US dollars that were spent in the day, week or month that it is now, and how that is called."""
        now = self._clock().astimezone(zone)
        first = now.date() - timedelta(days={"day": 0, "week": now.weekday()}.get(per, now.day - 1))
        rows = self.cost(since=first, by=(), origin=origin, tz=zone, **chosen)
        period = f"{first:%Y-%m}" if per == "month" else f"{first:%Y-%m-%d}"
        return (rows[0]["usd"] or Decimal(0)) if rows else Decimal(0), period

    def is_first_to_tell(self, alert: str, period: str, share: str) -> bool:
        """Write down that this is told. Returns False if it was told before."""
        with self._database.writing() as connection:
            told = connection.execute("insert or ignore into told values (?, ?, ?)", (alert, period, share))
            return told.rowcount == 1

    def reprice(
        self, since: Moment = None, until: Moment = None, *, dry_run: bool = False, tz: str | tzinfo | None = None
    ) -> Rows:
        """Price attempts anew, each by its own day, with the prices that are known now. Returns what changed.

        With `dry_run` nothing is written. Attempts that broke off or were lost keep the bounds they have.
        """
        from tercet.toolkit.ledger.pricing import COLUMNS as SHOWN
        from tercet.toolkit.ledger.pricing import reprice

        zone = zone_of(tz)
        if not self._is_there():
            return Rows([], SHOWN)
        opened = self._database.reading if dry_run else self._database.writing
        with opened() as connection:
            rows = self._chosen(connection, since, until, "all", zone, {})
            found = reprice(connection, rows, write=not dry_run)
            return Rows(found, SHOWN, () if found else ("nothing has another price now",))

    def forget(self, **chosen: Any) -> int:
        """Delete every row with these values, as `user="u1"`, and leave no byte of them in any file. Returns how many they were.

        Lines are blanked in the journals as well. What is written afterwards is kept: stop their calls first.
        """
        from tercet.toolkit.ledger.forgetting import forget

        if not chosen or None in chosen.values():
            raise LedgerError(
                "forget needs to know whom, as in forget(user='u1'); None would be everybody without a name."
            )
        if not self._is_there():
            return 0
        with self._database.writing() as connection:
            return forget(connection, self._database.folder, *conditions(connection, chosen), chosen)

    def page(
        self,
        path: str | os.PathLike[str],
        since: Moment = None,
        until: Moment = None,
        origin: Origin = "api",
        tz: str | tzinfo | None = None,
    ) -> None:
        """Write one HTML file with plots by day, model and user, cache hits, slow and failed calls. It loads nothing."""
        from tercet.toolkit.ledger.page import page_of

        if not isinstance(path, str | os.PathLike):
            raise LedgerError(f"A page is written into a file: its path is expected, not {path!r}.")
        text = page_of(self, since, until, origin, tz)
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else error
            raise LedgerError(f"{os.fspath(path)!r} cannot be written: {said}.") from error

    @property
    def lost(self) -> int:
        """The number of lines that are in no sum: those that this process could not write, and those that nobody can read.

        Where the file is no ledger, or damaged, they are all that wait for it in journals.
        """
        written = journal_at(self.path).lost
        try:
            if not self._is_there():
                return written
            with self._database.reading() as connection:
                return written + int(connection.execute("select lines from unreadable").fetchone()[0])
        except LedgerBusyError:
            return written  # what waits is not lost
        except LedgerError:
            return written + waiting_lines(self._database.folder)

    def merge(self) -> int:
        """Merge the lines that are written into the table, as every question does. Returns how many they were."""
        if not os.path.isdir(self._database.folder):
            return 0
        merged = Merged(0, 0)
        with self._database.writing() as connection:
            try:
                merged = merge(connection, self._database.folder)
                keep_days(connection)
                forget_old_bodies(connection, self._database.folder, int(self._clock().timestamp() * 1e9))
            except (sqlite3.OperationalError, OSError) as error:
                if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF not in _CANNOT_WRITE:
                    raise
                self._warn(f"lines of its journals are in no sum, for the file cannot be written ({error})")
        if merged.unreadable:
            self._warn(
                f"{merged.unreadable} lines of its journals make no sense and are in no sum; ledger.lost counts them"
            )
        return merged.lines

    def close(self) -> None:
        """Stop watching. Questions can still be asked."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    def _watching(self) -> Watch:
        from tercet.toolkit.ledger.alerts import Watch

        if self._watch is None:
            self._watch = Watch(self)
        return self._watch

    def __enter__(self) -> Self:
        self._watching().start()
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def __del__(self) -> None:
        watch: Watch | None = self.__dict__.get("_watch")
        if watch is not None:
            watch.stop()

    def __fspath__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"Ledger({self.path!r})"

    def _is_there(self) -> bool:
        """Merge what is written. Returns whether there is anything to read."""
        self.merge()
        if os.path.isdir(self.path):
            raise LedgerError(f"{self.path} cannot be used as a ledger: it is not a file.")
        try:
            return os.path.getsize(self.path) > 0
        except FileNotFoundError:
            self._database.check_same()
            return False
        except OSError as error:
            raise LedgerError(f"{self.path} cannot be used as a ledger: {error.strerror or error}.") from error

    def _chosen(
        self,
        connection: sqlite3.Connection,
        since: Moment,
        until: Moment,
        origin: str,
        zone: tzinfo,
        chosen: Mapping[str, Any],
    ) -> Chosen:
        if origin not in ("api", "local", "all"):
            raise LedgerError(f"origin is {origin!r}; 'api', 'local' or 'all' is expected.")
        now = self._clock()
        first, last = moment_of(since, zone, now, "since"), moment_of(until, zone, now, "until")
        if first is not None and last is not None and first > last:
            raise LedgerError(f"since is {since!r}, which is after until, {until!r}.")
        return Chosen(first, last, origin, *conditions(connection, chosen))

    def _warn(self, what: str) -> None:
        if not self._told:
            self._told = True
            warnings.warn(f"Of the ledger {self.path}, {what}.", LedgerWarning, stacklevel=4)


def _span(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return when the first attempt was made, and the last."""
    first = connection.execute("select min(at) from calls").fetchone()[0]
    return (0, 0) if first is None else (first, connection.execute("select max(at) from calls").fetchone()[0])


def _left_out(connection: sqlite3.Connection, rows: Chosen) -> tuple[str, ...]:
    """Say that there are calls, but of another origin."""
    other = "local" if rows.origin == "api" else "api"
    where, parameters = rows._replace(origin=other).where()
    count = connection.execute(f"select coalesce(sum(last), 0) from calls{where}", parameters).fetchone()[0]
    if rows.origin == "all" or not count:
        return ()
    who = "by a local API" if other == "local" else "by the API"
    return (
        f"{count:,} {'call was' if count == 1 else 'calls were'} answered {who}; origin='{other}' or 'all' shows them",
    )


def _order(names: Sequence[str]) -> Callable[[dict[str, Any]], Any]:
    """Return the order of rows: times as they come, and within them the dearest first."""
    times = [name for name in names if name in TIMES]

    def key(row: dict[str, Any]) -> Any:
        usd = row["usd"]
        return (*(row[name] for name in times), usd is None, -(usd or 0), [str(row[name]) for name in names])

    return key
